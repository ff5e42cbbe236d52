package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** nginx ends an HTTP/2 connection by GOAWAY after a number of requests and refuses the streams that are above it. */
class RefusedStreamsTest {
    private static final int CALLS = 1500;
    private static final int CALLERS = 40; // of 100, one call may be refused six times, which is the most

    @TempDir
    Path directory;

    @Test
    void no_call_is_lost_at_the_end_of_a_connection() throws Exception {
        try (Program nginx = PlainNginx.start(directory, "http2", "keepalive_requests 100;");
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("shop")
                                .services(Documents.service("orders")
                                        .with(
                                                "'appProtocol': 'kubernetes.io/h2c', 'timeouts': {'request': '60s', 'connect': '30s'}")
                                        .endpoint(nginx.port()))
                                .source())
                        .snapshotDirectory(null)
                        .build()) {
            assertThat(mesh.awaitReady(Duration.ofSeconds(30))).isTrue();
            assertThat(outcomes(mesh.wrap(new OkHttpClient()), "http://orders/"))
                    .containsExactly(Map.entry("200", CALLS));
            OkHttpClient plain = new OkHttpClient.Builder()
                    .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                    .build();
            assertThat(outcomes(plain, "http://127.0.0.1:" + nginx.port() + "/").get("200"))
                    .as("OkHttp alone loses one of them now and then (ConnectionShutdownException)")
                    .isBetween(CALLS / 2, CALLS);
        }
    }

    /** How many calls ended how. */
    private static Map<String, Integer> outcomes(OkHttpClient client, String url) throws Exception {
        Request request = new Request.Builder().url(url).build();
        AtomicInteger left = new AtomicInteger(CALLS);
        Map<String, Integer> outcomes = new TreeMap<>();
        Callable<Void> caller = () -> {
            while (left.getAndDecrement() > 0) {
                String outcome = outcome(client, request);
                synchronized (outcomes) {
                    outcomes.merge(outcome, 1, Integer::sum);
                }
            }
            return null;
        };
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            callers.invokeAll(IntStream.range(0, CALLERS).mapToObj(i -> caller).toList());
        } finally {
            callers.shutdownNow();
        }
        return outcomes;
    }

    private static String outcome(OkHttpClient client, Request request) {
        try (Response response = client.newCall(request).execute()) {
            response.body().string();
            return String.valueOf(response.code());
        } catch (IOException e) {
            return e + " " + Mesh.decision(e);
        }
    }
}
