package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.Objects;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Health checks on the wire: the TLS and the connections of calls, and nothing else of a caller. */
class CheckedPeerTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates STRANGE_ROOT = TestCertificates.root("strange");
    private static final TestCertificates ORDERS =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/orders")));
    private static final TestCertificates CHECKOUT =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/checkout")));
    private static final String CHECKS = """
            "outlierDetection": {"minHealthPercent": 0}, "retry": {"attempts": 0},
            "healthCheck": {"path": "/healthz?deep=1", "interval": "50ms", "timeout": "10s"}""";
    private static final String MUTUAL = CHECKS + """
            , "serviceAccount": "ns/prod/sa/orders", "tls": {"mode": "MESH_MUTUAL"}""";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private Mesh mesh(int port, String settings) throws IOException {
        Documents document = MeshMutualTest.document(port, settings);
        Mesh mesh = Mesh.builder()
                .policy(document.source())
                .snapshotDirectory(null)
                .identity(WorkloadIdentity.of(CHECKOUT.svid(ROOT)))
                .metrics(MeshMetrics.bindTo(registry))
                .build();
        assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
        return mesh;
    }

    /** A client whose network interceptor adds a token to its calls. */
    private static int call(Mesh mesh) throws IOException {
        OkHttpClient client = new OkHttpClient.Builder()
                .addNetworkInterceptor(chain -> chain.proceed(chain.request()
                        .newBuilder()
                        .header("Authorization", "secret")
                        .build()))
                .build();
        Request request = new Request.Builder()
                .url("http://orders/cart")
                .header("Cookie", "secret")
                .build();
        try (Response response = mesh.wrap(client).newCall(request).execute()) {
            return response.code();
        }
    }

    private static MeshStatus.Endpoint endpoint(Mesh mesh) {
        return Objects.requireNonNull(mesh.status().services().get("orders"))
                .endpoints()
                .get(0);
    }

    private double checks(String result) {
        var counter =
                registry.find("mesh.client.health.checks").tag("result", result).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void a_check_uses_the_connection_and_the_identity_of_calls_and_is_none() throws Exception {
        try (MeshPeer peer = MeshPeer.as(ORDERS.svid(ROOT))) {
            peer.server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    return new MockResponse.Builder().build();
                }
            });
            try (Mesh mesh = mesh(peer.port(), MUTUAL)) {
                assertThat(call(mesh)).isEqualTo(200);
                int calls = 1;
                RecordedRequest called = null;
                RecordedRequest checked = null;
                while (called == null
                        || checked == null
                        || checked.getConnectionIndex() != called.getConnectionIndex()) {
                    RecordedRequest next = peer.server.takeRequest(); // a check follows the other
                    if (next.getTarget().startsWith("/healthz")) {
                        checked = next;
                    } else {
                        called = next;
                    }
                    if (called != null && checked != null) { // one beside the other has a connection of its own
                        calls++;
                        assertThat(call(mesh)).isEqualTo(200);
                    }
                }

                assertThat(called.getHeaders().get("Authorization")).isEqualTo("secret");
                assertThat(checked.getTarget()).isEqualTo("/healthz?deep=1");
                assertThat(checked.getMethod()).isEqualTo("GET");
                assertThat(checked.getUrl().host()).isEqualTo(called.getUrl().host());
                assertThat(checked.getHandshake()).isNotNull();
                assertThat(checked.getHeaders().get("User-Agent")).isEqualTo("mesh-client-health-check");
                assertThat(checked.getHeaders().get("x-mesh-health-check")).isEqualTo("true");
                assertThat(checked.getHeaders().names())
                        .doesNotContain("Authorization", "Cookie", "x-mesh-attempt", "x-mesh-deadline-ms");
                await().atMost(Patience.LONG).until(() -> checks("passed") >= 2);
                assertThat(registry.find("mesh.client.attempts").timers().stream()
                                .mapToLong(t -> t.count())
                                .sum())
                        .isEqualTo(calls);
                assertThat(endpoint(mesh).lastMinute().requests()).isEqualTo(calls);
            }
        }
    }

    @Test
    void an_endpoint_that_fails_its_checks_gets_no_calls_until_it_passes_them() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            int[] status = {503};
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    boolean isCheck = request.getTarget().startsWith("/healthz");
                    return new MockResponse.Builder()
                            .code(isCheck ? status[0] : 200)
                            .build();
                }
            });
            server.start();
            try (Mesh mesh = mesh(server.getPort(), CHECKS)) {
                assertThat(call(mesh)).isEqualTo(200);
                await().atMost(Patience.LONG)
                        .until(() -> !endpoint(mesh).failedCheck().isEmpty());
                assertThat(endpoint(mesh).failedCheck())
                        .isEqualTo("3 health checks failed in a row, the last with status 503");
                assertThat(endpoint(mesh).toString()).contains(", unhealthy: 3 health checks failed");
                assertThat(mesh.explain(new Request.Builder()
                                        .url("http://orders/")
                                        .build())
                                .toString())
                        .contains("3 health checks failed in a row");
                await().atMost(Patience.LONG) // the status shows it before calls do
                        .untilAsserted(() -> assertThatThrownBy(() -> call(mesh))
                                .isInstanceOf(NoHealthyEndpoint.class)
                                .hasMessageContaining("1 known, 1 fail their health checks"));
                assertThatThrownBy(() -> call(mesh)).isInstanceOf(NoHealthyEndpoint.class);
                status[0] = 200;
                await().atMost(Patience.LONG)
                        .until(() -> endpoint(mesh).failedCheck().isEmpty());
                await().atMost(Patience.LONG)
                        .ignoreExceptionsInstanceOf(NoHealthyEndpoint.class)
                        .until(() -> call(mesh) == 200);
            }
            int after = server.getRequestCount();
            assertThat(after).isGreaterThan(5);
        }
    }

    @Test
    void a_peer_that_refuses_our_certificate_does_not_fail_its_check() throws Exception {
        try (MeshPeer peer = MeshPeer.as(ORDERS.svid(STRANGE_ROOT));
                Mesh mesh = mesh(peer.port(), MUTUAL)) {
            assertThatThrownBy(() -> call(mesh)).isInstanceOf(IOException.class);
            await().atMost(Patience.LONG).until(() -> checks("not-sent") >= 4);
            assertThat(checks("failed")).isZero();
            assertThat(endpoint(mesh).failedCheck()).isEmpty();
        }
    }
}
