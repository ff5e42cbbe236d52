package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.Mesh;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.registry.MemoryPolicySource;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections when certificates and trust change. */
class RotationTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates NEXT_ROOT = TestCertificates.root("shop next");
    private static final String ORDERS = "spiffe://shop.example/ns/prod/sa/orders";
    private static final TestCertificates ORDERS_SVID = ROOT.issue(MeshPeer.now(TestCertificates.svid(ORDERS)));
    private static final String CHECKOUT = "spiffe://shop.example/ns/prod/sa/checkout";
    private static final String SETTINGS =
            "'serviceAccount': 'ns/prod/sa/orders', 'tls': {'mode': 'MESH_MUTUAL'}, 'retry': {'attempts': 0}";

    private static TestCertificates checkout() {
        return ROOT.issue(MeshPeer.now(TestCertificates.svid(CHECKOUT)));
    }

    private static TestCertificates checkout(Duration life) {
        Instant now = MeshPeer.CLOCK.instant();
        return ROOT.issue(TestCertificates.svid(CHECKOUT).valid(now.minusSeconds(60), now.plus(life)));
    }

    private static MeshPeer peer() throws IOException {
        MeshPeer peer = MeshPeer.as(ORDERS_SVID.svid(ROOT));
        peer.server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body("ok").build();
            }
        });
        return peer;
    }

    /** What the peer saw of a call. */
    private record Seen(int connection, BigInteger serial) {}

    private static Seen call(OkHttpClient client, MeshPeer peer) throws Exception {
        try (Response response = client.newCall(
                        new Request.Builder().url("http://orders/").build())
                .execute()) {
            assertThat(response.body().string()).isEqualTo("ok");
        }
        RecordedRequest request = peer.server.takeRequest();
        X509Certificate shown =
                (X509Certificate) request.getHandshake().peerCertificates().get(0);
        return new Seen(request.getConnectionIndex(), shown.getSerialNumber());
    }

    private static OkHttpClient client(Mesh mesh, Protocol protocol) {
        return mesh.wrap(new OkHttpClient.Builder()
                .protocols(protocol == Protocol.HTTP_2 ? List.of(protocol, Protocol.HTTP_1_1) : List.of(protocol))
                .build());
    }

    private static BigInteger serial(TestCertificates certificate) {
        return certificate.certificate().getSerialNumber();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void a_renewed_certificate_is_shown_by_new_connections_and_old_ones_live_on(Protocol protocol) throws Exception {
        TestCertificates first = checkout();
        TestCertificates second = checkout();
        ScriptedIdentity identity = new ScriptedIdentity(first.svid(ROOT));
        try (MeshPeer peer = peer();
                Mesh mesh = MeshMutualTest.mesh(peer.port(), SETTINGS, identity)) {
            OkHttpClient client = client(mesh, protocol);
            assertThat(call(client, peer)).isEqualTo(new Seen(0, serial(first)));

            identity.rotate(second.svid(ROOT));

            assertThat(call(client, peer)).isEqualTo(new Seen(0, serial(first)));
            OkHttpClient other = client(mesh, protocol)
                    .newBuilder()
                    .certificatePinner(new okhttp3.CertificatePinner.Builder()
                            .add("elsewhere", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                            .build()) // another setting, another connection
                    .build();
            assertThat(call(other, peer)).isEqualTo(new Seen(1, serial(second)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void a_root_that_is_withdrawn_is_refused_although_its_connection_and_its_session_are_there(Protocol protocol)
            throws Exception {
        TestCertificates own = checkout();
        ScriptedIdentity identity = new ScriptedIdentity(own.svid(ROOT, NEXT_ROOT));
        try (MeshPeer peer = peer();
                Mesh mesh = MeshMutualTest.mesh(peer.port(), SETTINGS, identity)) {
            OkHttpClient client = client(mesh, protocol);
            call(client, peer);

            identity.rotate(own.svid(NEXT_ROOT));

            assertThatThrownBy(() -> call(client, peer))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining(ORDERS)
                    .hasMessageContaining("CN=shop next");
            assertThat(peer.server.getRequestCount()).isEqualTo(1);
        }
    }

    @Test
    void a_peer_of_a_root_that_was_added_is_in_the_handshake_that_the_caller_sees() throws Exception {
        TestCertificates renewed = NEXT_ROOT.issue(MeshPeer.now(TestCertificates.svid(ORDERS)));
        TestCertificates own = checkout();
        ScriptedIdentity identity = new ScriptedIdentity(own.svid(ROOT));
        try (MeshPeer peer = MeshPeer.as(renewed.svid(ROOT));
                Mesh mesh = MeshMutualTest.mesh(peer.port(), SETTINGS, identity)) {
            OkHttpClient client = client(mesh, Protocol.HTTP_1_1);
            assertThatThrownBy(() -> call(client, peer)).isInstanceOf(SSLHandshakeException.class);
            peer.server.enqueue(new MockResponse.Builder().body("ok").build());

            identity.rotate(own.svid(ROOT, NEXT_ROOT));

            Request request = new Request.Builder().url("http://orders/").build();
            try (Response response = client.newCall(request).execute()) {
                assertThat(response.handshake().peerCertificates().get(0)).isEqualTo(renewed.certificate());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void another_identity_is_presented_in_the_next_call(Protocol protocol) throws Exception {
        TestCertificates other =
                ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/billing")));
        TestCertificates own = checkout();
        ScriptedIdentity identity = new ScriptedIdentity(own.svid(ROOT));
        try (MeshPeer peer = peer();
                Mesh mesh = MeshMutualTest.mesh(peer.port(), SETTINGS, identity)) {
            OkHttpClient client = client(mesh, protocol);
            assertThat(call(client, peer)).isEqualTo(new Seen(0, serial(own)));

            identity.rotate(other.svid(ROOT));

            assertThat(call(client, peer)).isEqualTo(new Seen(1, serial(other)));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void an_old_certificate_is_not_shown_when_it_is_about_to_expire(Protocol protocol) throws Exception {
        // A loaded machine may have missed the moment before the end, which is a share of the life: then a longer one.
        assertThat(Stream.of(6, 12, 24, 48)
                        .anyMatch(seconds -> isReplacedInTime(protocol, Duration.ofSeconds(seconds))))
                .as("a certificate was replaced before its end")
                .isTrue();
    }

    /** Whether a call was seen to show the second certificate before the end of the first. */
    private static boolean isReplacedInTime(Protocol protocol, Duration life) {
        TestCertificates first = checkout(life);
        TestCertificates second = checkout();
        ScriptedIdentity identity = new ScriptedIdentity(first.svid(ROOT));
        try (MeshPeer peer = peer();
                Mesh mesh = MeshMutualTest.mesh(peer.port(), SETTINGS, identity)) {
            OkHttpClient client = client(mesh, protocol);
            assertThat(call(client, peer).serial()).isEqualTo(serial(first));
            identity.rotate(second.svid(ROOT));

            await().atMost(life.plusSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> call(client, peer).serial().equals(serial(second)));
            return MeshPeer.CLOCK
                    .instant()
                    .isBefore(first.certificate().getNotAfter().toInstant());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void what_is_under_way_ends_with_the_certificate_it_was_made_with(Protocol protocol) throws Exception {
        TestCertificates own = checkout(Duration.ofSeconds(7));
        ScriptedIdentity identity = new ScriptedIdentity(own.svid(ROOT));
        try (MeshPeer peer = peer();
                Mesh mesh = MeshMutualTest.mesh(peer.port(), SETTINGS, identity)) {
            peer.server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    return new MockResponse.Builder()
                            .addHeader("Content-Type", "text/event-stream")
                            .body("x".repeat(1000))
                            .throttleBody(1, 100, java.util.concurrent.TimeUnit.MILLISECONDS)
                            .build();
                }
            });
            OkHttpClient client = client(mesh, protocol);
            try (Response stream = client.newCall(
                            new Request.Builder().url("http://orders/").build())
                    .execute()) {
                assertThatThrownBy(() -> stream.body().source().skip(1000)).isInstanceOf(IOException.class);
                assertThat(MeshPeer.CLOCK.instant())
                        .isAfter(own.certificate().getNotAfter().toInstant().minusMillis(500));
            }
            assertThatThrownBy(() -> call(client, peer))
                    .isInstanceOf(IdentityUnavailable.class)
                    .hasMessageContaining("has expired");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void a_peer_that_is_allowed_no_more_is_refused_although_its_connection_is_there(Protocol protocol)
            throws Exception {
        ScriptedIdentity identity = new ScriptedIdentity(checkout().svid(ROOT));
        try (MeshPeer peer = peer()) {
            MemoryPolicySource policy =
                    MeshMutualTest.document(peer.port(), SETTINGS).source();
            try (Mesh mesh = Mesh.builder()
                    .policy(policy)
                    .identity(identity)
                    .snapshotDirectory(null)
                    .build()) {
                OkHttpClient client = client(mesh, protocol);
                call(client, peer);

                policy.update(MeshMutualTest.document(peer.port(), SETTINGS.replace("sa/orders", "sa/orders-v2"))
                        .json());

                assertThatThrownBy(() -> call(client, peer))
                        .isInstanceOf(SSLHandshakeException.class)
                        .hasMessageContaining("spiffe://shop.example/ns/prod/sa/orders-v2");
                assertThat(peer.server.getRequestCount()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void two_services_at_one_address_are_two_peers(Protocol protocol) throws Exception {
        ScriptedIdentity identity = new ScriptedIdentity(checkout().svid(ROOT));
        try (MeshPeer peer = peer();
                Mesh mesh = MeshMutualTest.mesh(
                        MeshMutualTest.document(peer.port(), SETTINGS)
                                .services(Documents.service("billing")
                                        .with("'timeouts': {'connect': '30s'}, 'retry': {'attempts': 0}")
                                        .with("'tls': {'mode': 'MESH_MUTUAL'}, 'serviceAccount': 'ns/prod/sa/billing'")
                                        .endpoint(peer.port())),
                        identity)) {
            OkHttpClient client = client(mesh, protocol);
            for (int i = 0; i < 3; i++) { // a new connection, a used one, a session that might be resumed
                call(client, peer);
                assertThatThrownBy(() -> client.newCall(new Request.Builder()
                                        .url("http://billing/")
                                        .build())
                                .execute())
                        .isInstanceOf(SSLException.class)
                        .hasMessageContaining("spiffe://shop.example/ns/prod/sa/billing");
            }
            assertThat(peer.server.getRequestCount()).isEqualTo(3);
        }
    }
}
