package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.Workload;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Patience;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Endpoints of another cluster are reached by its gateway, which forwards their own TLS by the SNI. */
class GatewayTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates ORDERS = svid("orders");
    private static final TestCertificates BILLING = svid("billing");
    private static final TestCertificates CHECKOUT = svid("checkout");

    private static TestCertificates svid(String account) {
        return ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/" + account)));
    }

    private static Documents.Service service(String name, String account) {
        return Documents.service(name)
                .with("'timeouts': {'connect': '30s'}, 'retry': {'attempts': 0}, 'tls': {'mode': 'MESH_MUTUAL'}")
                .with("'serviceAccount': 'ns/prod/sa/" + account + "'")
                .with("'subsets': [{'name': 'v1', 'labels': {'version': 'v1'}}]");
    }

    /** Nothing listens at these addresses: only a gateway reaches port 1. */
    private static String behind(int number) {
        return "{'address': '127.0.0." + number + "', 'port': 1, 'cluster': 'east', 'labels': {'version': 'v" + number
                + "'}}";
    }

    private static Documents document(SniProxy gateway, String more, Documents.Service... services) {
        return Documents.mesh("shop")
                .with("'trustDomain': 'shop.example'")
                .with("'clusters': [{'name': 'west'}, {'name': 'east', 'priority': 1, 'gateway': 'localhost:"
                        + gateway.port() + "'" + more + "}]")
                .services(services);
    }

    private static Mesh mesh(Documents document, String cluster) throws IOException {
        Mesh mesh = Mesh.builder()
                .policy(document.source())
                .workload(Workload.of("checkout").cluster(cluster))
                .snapshotDirectory(null)
                .identity(WorkloadIdentity.of(CHECKOUT.svid(ROOT)))
                .build();
        assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
        return mesh;
    }

    private static String get(Mesh mesh, String host) throws IOException {
        OkHttpClient client =
                new OkHttpClient.Builder().protocols(List.of(Protocol.HTTP_1_1)).build();
        Request request = new Request.Builder().url("http://" + host + "/").build();
        try (Response response = mesh.wrap(client).newCall(request).execute()) {
            return response.body().string();
        }
    }

    private static MockResponse text(String text) {
        return new MockResponse.Builder().body(text).build();
    }

    @Test
    void two_services_behind_a_gateway_prove_their_own_identity() throws Exception {
        try (SniProxy gateway = new SniProxy();
                MeshPeer orders = MeshPeer.as(ORDERS.svid(ROOT));
                MeshPeer billing = MeshPeer.as(BILLING.svid(ROOT));
                Mesh mesh = mesh(
                        document(
                                gateway,
                                "",
                                service("orders", "orders").endpoints(List.of(behind(1), behind(2))),
                                service("billing", "billing").endpoints(List.of(behind(1)))),
                        "west")) {
            gateway.ports.put("orders", orders.port());
            gateway.ports.put("billing", billing.port());
            orders.server.enqueue(text("orders 1"));
            orders.server.enqueue(text("orders 2"));
            billing.server.enqueue(text("billing"));
            assertThat(get(mesh, "orders")).isEqualTo("orders 1");
            assertThat(get(mesh, "orders")).isEqualTo("orders 2");
            assertThat(get(mesh, "billing")).isEqualTo("billing");
            assertThat(gateway.names).as("connections are kept").containsExactly("orders", "billing");
            assertThat(orders.server
                            .takeRequest()
                            .getHandshake()
                            .peerCertificates()
                            .get(0))
                    .as("end to end")
                    .isEqualTo(CHECKOUT.certificate());
            assertThat(mesh.explain(new Request.Builder().url("http://orders/").build())
                            .toString())
                    .contains("reached by the gateway of its cluster east")
                    .doesNotContain("127.0.0.2");
        }
    }

    @Test
    void a_gateway_that_leads_to_another_service_is_refused() throws Exception {
        try (SniProxy gateway = new SniProxy();
                MeshPeer billing = MeshPeer.as(BILLING.svid(ROOT));
                Mesh mesh = mesh(
                        document(gateway, "", service("orders", "orders").endpoints(List.of(behind(1)))), "west")) {
            gateway.ports.put("orders", billing.port());
            assertThatThrownBy(() -> get(mesh, "orders"))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("'spiffe://shop.example/ns/prod/sa/billing'");
            assertThat(billing.server.getRequestCount()).isZero();
        }
    }

    @Test
    void the_document_states_the_name_by_which_the_gateway_chooses() throws Exception {
        try (SniProxy gateway = new SniProxy();
                MeshPeer orders = MeshPeer.as(ORDERS.svid(ROOT));
                Mesh mesh = mesh(
                        document(
                                gateway,
                                ", 'gatewaySni': '{subset}.{service}.east.example'",
                                service("orders", "orders")
                                        .with("'rules': [{'backendRefs': [{'name': 'orders', 'subset': 'v1'}]}]")
                                        .endpoints(List.of(behind(1), behind(2)))),
                        "west")) {
            gateway.ports.put("v1.orders.east.example", orders.port());
            orders.server.enqueue(text("v1"));
            assertThat(get(mesh, "orders")).isEqualTo("v1");
            assertThat(gateway.names).containsExactly("v1.orders.east.example");
        }
    }

    /** Istio's names have underscores: sidecars accept them, servers of the JDK do not. */
    @Test
    void istios_name_reaches_the_gateway() throws Exception {
        try (SniProxy gateway = new SniProxy();
                Mesh mesh = mesh(
                        document(
                                gateway,
                                ", 'gatewaySni': 'outbound_.{port}_.{subset}_.{host}'",
                                service("orders", "orders").endpoints(List.of(behind(1)))),
                        "west")) {
            assertThatThrownBy(() -> get(mesh, "orders")).isInstanceOf(IOException.class);
            assertThat(gateway.names).containsExactly("outbound_.1_._.orders");
        }
    }

    @Test
    void endpoints_of_ones_own_cluster_are_reached_directly_and_the_gateway_takes_over() throws Exception {
        try (SniProxy gateway = new SniProxy();
                MeshPeer here = MeshPeer.as(ORDERS.svid(ROOT));
                MeshPeer there = MeshPeer.as(ORDERS.svid(ROOT))) {
            gateway.ports.put("orders", there.port());
            String direct = "{'address': '127.0.0.1', 'port': " + here.port() + ", 'cluster': '%s', 'health': '%s'}";
            here.server.enqueue(text("here"));
            there.server.enqueue(text("there"));
            for (String health : Set.of("HEALTHY", "UNHEALTHY")) {
                Documents.Service orders =
                        service("orders", "orders").endpoints(List.of(behind(1), direct.formatted("west", health)));
                try (Mesh mesh = mesh(document(gateway, "", orders), "west")) {
                    assertThat(get(mesh, "orders")).isEqualTo(health.equals("HEALTHY") ? "here" : "there");
                }
            }
            here.server.enqueue(text("in east"));
            Documents.Service orders =
                    service("orders", "orders").endpoints(List.of(direct.formatted("east", "HEALTHY")));
            try (Mesh mesh = mesh(document(gateway, "", orders), "east")) {
                assertThat(get(mesh, "orders")).isEqualTo("in east");
            }
            assertThat(gateway.names).hasSize(1);
        }
    }

    /** Three of the four are unhealthy: 1.4 times 1 of 4 is 35 %. */
    @Test
    void the_number_of_endpoints_behind_a_gateway_counts_and_it_is_ejected_as_one() throws Exception {
        try (SniProxy gateway = new SniProxy()) {
            String away = behind(3).replace("'cluster'", "'health': 'UNHEALTHY', 'cluster'");
            String north = "{'address': '127.0.0.1', 'port': 1, 'cluster': 'north'}";
            Documents document = Documents.mesh("shop")
                    .with("'trustDomain': 'shop.example'")
                    .with("'clusters': [{'name': 'east', 'gateway': 'localhost:" + gateway.port()
                            + "'}, {'name': 'north', 'priority': 1}]")
                    .services(service("orders", "orders")
                            .with("'outlierDetection': {'consecutive5xxErrors': 1, 'consecutiveLocalOriginFailures': 1,"
                                    + " 'minHealthPercent': 0}")
                            .endpoints(List.of(
                                    behind(1), away, away.replace("0.3", "0.4"), away.replace("0.3", "0.5"), north)));
            try (Mesh mesh = mesh(document, "west")) {
                Request request = new Request.Builder().url("http://orders/").build();
                assertThat(mesh.explain(request).toString()).contains("1.4 x 1 / 4 covers 35 % of its calls");
                for (int i = 0; i < 50 && !mesh.status().toString().contains("ejected ("); i++) {
                    assertThatThrownBy(() -> get(mesh, "orders")).isInstanceOf(IOException.class);
                }
                assertThat(mesh.status().toString()).contains("localhost:" + gateway.port());
            }
        }
    }

    @Test
    void nothing_is_sent_in_the_clear_through_a_gateway() throws Exception {
        try (SniProxy gateway = new SniProxy();
                Mesh mesh = mesh(
                        document(gateway, "", Documents.service("orders").endpoints(List.of(behind(1)))), "west")) {
            assertThatThrownBy(() -> get(mesh, "orders")).isInstanceOf(NoHealthyEndpoint.class);
            assertThat(mesh.explain(new Request.Builder().url("http://orders/").build())
                            .toString())
                    .contains("its cluster east is reached by a gateway, which needs TLS");
        }
    }
}
