package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Failed health checks, and what they must not change for the calls. */
class CheckedEndpointsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private Mesh mesh(Documents.Service orders) throws IOException {
        Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("checked").services(orders).source())
                .snapshotDirectory(null)
                .metrics(MeshMetrics.bindTo(registry))
                .build();
        assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
        return mesh;
    }

    private static String call(OkHttpClient http) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = http.newCall(request).execute()) {
            return response.code() + " " + response.body().string();
        }
    }

    private double failedChecks() {
        Counter failed = registry.find("mesh.client.health.checks")
                .tag("result", "failed")
                .counter();
        return failed == null ? 0 : failed.count();
    }

    private double ejections() {
        return registry.find("mesh.client.ejections").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static MockWebServer server(Dispatcher dispatcher) {
        MockWebServer server = new MockWebServer();
        server.setDispatcher(dispatcher);
        return server;
    }

    @Test
    void calls_keep_their_http2_connection_while_checks_time_out() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger ofCalls = new AtomicInteger(-1);
        Dispatcher hangs = new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                if (!request.getTarget().equals("/healthz")) {
                    ofCalls.set(request.getConnectionIndex());
                } else if (request.getConnectionIndex() == ofCalls.get()) { // one of its own would be silent
                    end.await();
                }
                return new MockResponse.Builder()
                        .body(String.valueOf(request.getConnectionIndex()))
                        .build();
            }
        };
        try (MockWebServer server = server(hangs)) {
            server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
            server.start();
            try (Mesh mesh = mesh(Documents.service("orders")
                    .endpoint("127.0.0.1", server.getPort())
                    .with("'appProtocol': 'kubernetes.io/h2c'")
                    .with("'healthCheck': {'path': '/healthz', 'interval': '10ms', 'timeout': '2s',"
                            + " 'unhealthyThreshold': 1000}"))) {
                OkHttpClient http = mesh.wrap(new OkHttpClient());
                Set<String> before = new HashSet<>(); // two connections if the first call and check begin together
                await().atMost(Patience.LONG).until(() -> {
                    String answer = call(http);
                    boolean failed = failedChecks() >= 1;
                    if (!failed) {
                        before.add(answer);
                    }
                    return failed;
                });
                assertThat(before).contains(call(http)).isSubsetOf("200 0", "200 1");
            } finally {
                end.countDown();
            }
        }
    }

    @Test
    void one_of_two_endpoints_is_ejected_while_the_other_fails_its_checks() throws Exception {
        boolean[] bad = {false};
        AtomicInteger calls = new AtomicInteger();
        Dispatcher failsChecks = answering(request -> {
            if (request.getTarget().equals("/healthz")) {
                return 503;
            }
            calls.incrementAndGet();
            return 200;
        });
        Dispatcher failsCalls = answering(request -> request.getTarget().equals("/healthz") || !bad[0] ? 200 : 500);
        try (MockWebServer first = server(failsChecks);
                MockWebServer second = server(failsCalls)) {
            first.start();
            second.start();
            try (Mesh mesh = mesh(Documents.service("orders")
                    .endpoint("127.0.0.1", first.getPort())
                    .endpoint("127.0.0.1", second.getPort())
                    .with("'retry': {'attempts': 0}")
                    .with("'outlierDetection': {'consecutive5xxErrors': 1, 'minHealthPercent': 0}")
                    .with("'healthCheck': {'path': '/healthz', 'interval': '50ms', 'timeout': '10s'}"))) {
                OkHttpClient http = mesh.wrap(new OkHttpClient());
                call(http);
                await().atMost(Patience.LONG).until(() -> ejections() == 1); // it fails its checks, and gets no calls
                // The metric counts it before calls avoid it.
                await().atMost(Patience.LONG).until(() -> {
                    int before = calls.get();
                    for (int i = 0; i < 10; i++) {
                        call(http);
                    }
                    return calls.get() == before;
                });
                bad[0] = true;
                assertThat(call(http)).startsWith("500");
                assertThat(ejections()).isEqualTo(2);
            }
        }
    }

    private static Dispatcher answering(ToIntFunction<RecordedRequest> status) {
        return new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder()
                        .code(status.applyAsInt(request))
                        .build();
            }
        };
    }
}
