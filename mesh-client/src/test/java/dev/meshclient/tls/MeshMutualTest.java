package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.Mesh;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.CertificatePinner;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** MESH_MUTUAL: both sides prove their SPIFFE identity, whatever the caller's URL and client say. */
class MeshMutualTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final String ORDERS = "spiffe://shop.example/ns/prod/sa/orders";
    private static final TestCertificates ORDERS_SVID = ROOT.issue(MeshPeer.now(TestCertificates.svid(ORDERS)));
    private static final TestCertificates CHECKOUT =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/checkout")));

    static Documents document(int port, String settings) {
        return Documents.mesh("shop")
                .with("'trustDomain': 'shop.example'")
                .services(Documents.service("orders")
                        .with("'timeouts': {'connect': '30s'}")
                        .with(settings)
                        .endpoint(port));
    }

    static Mesh mesh(int port, String settings, @Nullable WorkloadIdentity identity) throws IOException {
        return mesh(document(port, settings), identity);
    }

    static Mesh mesh(Documents document, @Nullable WorkloadIdentity identity) throws IOException {
        Mesh.Builder builder = Mesh.builder().policy(document.source()).snapshotDirectory(null);
        if (identity != null) {
            builder.identity(identity);
        }
        Mesh mesh = builder.build();
        assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
        return mesh;
    }

    private static final String AS_ORDERS = "'tls': {'mode': 'MESH_MUTUAL'}, 'serviceAccount': 'ns/prod/sa/orders'";

    private static Response call(Mesh mesh, Protocol... protocols) throws IOException {
        OkHttpClient client =
                new OkHttpClient.Builder().protocols(List.of(protocols)).build();
        return mesh.wrap(client)
                .newCall(new Request.Builder().url("http://orders/v1").build())
                .execute();
    }

    @Test
    void a_call_to_an_http_url_is_mutually_authenticated() throws Exception {
        try (MeshPeer peer = MeshPeer.as(ORDERS_SVID.svid(ROOT));
                Mesh mesh = mesh(peer.port(), AS_ORDERS, WorkloadIdentity.of(CHECKOUT.svid(ROOT)))) {
            peer.server.enqueue(new MockResponse.Builder().body("ok").build());

            try (Response response = call(mesh, Protocol.HTTP_2, Protocol.HTTP_1_1)) {
                assertThat(response.body().string()).isEqualTo("ok");
                assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
                assertThat(response.request().url()).hasToString("http://orders/v1");
                assertThat(response.handshake().peerCertificates().get(0)).isEqualTo(ORDERS_SVID.certificate());
            }
            RecordedRequest seen = peer.server.takeRequest();
            assertThat(seen.getHandshake().peerCertificates().get(0)).isEqualTo(CHECKOUT.certificate());
            assertThat(seen.getUrl().host()).isEqualTo("orders");
        }
    }

    @Test
    void metrics_by_istios_name_have_both_identities() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MeshPeer peer = MeshPeer.as(ORDERS_SVID.svid(ROOT));
                Mesh mesh = Mesh.builder()
                        .policy(document(peer.port(), AS_ORDERS).source())
                        .snapshotDirectory(null)
                        .identity(WorkloadIdentity.of(CHECKOUT.svid(ROOT)))
                        .metrics(MeshMetrics.bindTo(registry).withIstioNames())
                        .build()) {
            assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
            peer.server.enqueue(new MockResponse.Builder().body("ok").build());
            call(mesh, Protocol.HTTP_1_1).close();

            assertThat(registry.scrape().lines().filter(line -> line.startsWith("istio_requests_total{")))
                    .singleElement()
                    .asString()
                    .contains(
                            "destination_principal=\"" + ORDERS + "\"",
                            "source_principal=\"spiffe://shop.example/ns/prod/sa/checkout\"",
                            "source_workload_namespace=\"prod\"");
        }
    }

    @Test
    void a_peer_of_another_name_is_refused_before_it_learns_our_identity() throws Exception {
        TestCertificates billing =
                ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/billing")));
        try (MeshPeer peer = MeshPeer.as(billing.svid(ROOT));
                Mesh mesh = mesh(
                        peer.port(),
                        AS_ORDERS + ", 'retry': {'attempts': 0}",
                        WorkloadIdentity.of(CHECKOUT.svid(ROOT)))) {
            assertThatThrownBy(() -> call(mesh, Protocol.HTTP_1_1))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("'spiffe://shop.example/ns/prod/sa/billing'")
                    .hasMessageContaining(ORDERS)
                    .hasMessageContaining("127.0.0.1:" + peer.port());
            assertThat(peer.server.getRequestCount()).isZero();
        }
    }

    @Test
    void the_callers_pins_count() throws Exception {
        try (MeshPeer peer = MeshPeer.as(ORDERS_SVID.svid(ROOT));
                Mesh mesh = mesh(
                        peer.port(),
                        AS_ORDERS + ", 'retry': {'attempts': 0}",
                        WorkloadIdentity.of(CHECKOUT.svid(ROOT)))) {
            peer.server.enqueue(new MockResponse.Builder().body("ok").build());
            for (TestCertificates pinned : List.of(CHECKOUT, ORDERS_SVID)) {
                OkHttpClient client = mesh.wrap(new OkHttpClient.Builder()
                        .certificatePinner(new CertificatePinner.Builder()
                                .add("orders", CertificatePinner.pin(pinned.certificate()))
                                .build())
                        .build());
                Call call = client.newCall(
                        new Request.Builder().url("http://orders/v1").build());
                if (pinned == CHECKOUT) {
                    assertThatThrownBy(call::execute)
                            .isInstanceOf(SSLPeerUnverifiedException.class)
                            .hasMessageContaining("pinning");
                } else {
                    try (Response response = call.execute()) {
                        assertThat(response.code()).isEqualTo(200);
                    }
                }
            }
            assertThat(peer.server.getRequestCount()).isEqualTo(1);
        }
    }

    @Test
    void without_an_identity_nothing_is_sent() throws Exception {
        try (MeshPeer peer = MeshPeer.as(ORDERS_SVID.svid(ROOT));
                Mesh mesh = mesh(peer.port(), AS_ORDERS, null)) {
            assertThatThrownBy(() -> call(mesh, Protocol.HTTP_1_1))
                    .isInstanceOf(IdentityUnavailable.class)
                    .hasMessageContaining("this mesh has no identity")
                    .hasMessageContaining("Mesh.builder().identity(");
            assertThat(peer.server.getRequestCount()).isZero();
        }
    }
}
