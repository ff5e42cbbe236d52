package dev.meshclient.traps;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.KeptSpans;
import dev.meshclient.Mesh;
import dev.meshclient.MeshFailure;
import dev.meshclient.Overloaded;
import dev.meshclient.Workload;
import dev.meshclient.contract.RefusingPort;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One failure in five places: the exception, its decision, the span, the line of the access log and the metric. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FivePlacesTest {
    private final List<String> shown = new ArrayList<>();

    /** A mesh with all telemetry, for one failing call. */
    private static final class Scene implements AutoCloseable {
        final List<SpanData> spans = new CopyOnWriteArrayList<>();
        final List<String> lines = new CopyOnWriteArrayList<>();
        final List<Decision> decisions = new CopyOnWriteArrayList<>();
        final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(new KeptSpans(spans)))
                        .build())
                .build();
        final Mesh mesh;
        UnaryOperator<OkHttpClient.Builder> client = b -> b;
        Request request = new Request.Builder().url("http://orders/v1/orders/7").build();

        Scene(Documents.Service service, UnaryOperator<Mesh.Builder> more) throws IOException {
            mesh = more.apply(Mesh.builder()
                            .workload(Workload.of("web").zone("eu/a"))
                            .policy(Documents.mesh("t").services(service).source())
                            .snapshotDirectory(null)
                            .openTelemetry(sdk)
                            .accessLog(AccessLog.json(lines::add))
                            .metrics(registry)
                            .observer(made -> new CallObserver() {
                                @Override
                                public void ended(CallInfo call) {
                                    decisions.add(call.decision());
                                }
                            }))
                    .build();
        }

        static Scene of(int port, String fields) throws IOException {
            return new Scene(Documents.service("orders").endpoint(port).with(fields), b -> b);
        }

        Call call() {
            return mesh.wrap(client.apply(new OkHttpClient.Builder()).build()).newCall(request);
        }

        /** The failure of the call. */
        <T extends IOException> T failure(Class<T> type) {
            T e = catchThrowableOfType(type, () -> {
                try (Response response = call().execute()) {
                    response.body().string();
                }
            });
            return e;
        }

        JsonNode line() throws IOException {
            await().until(() -> lines.size() == 1);
            return new ObjectMapper().readTree(lines.get(0));
        }

        List<String> attribute(String name) {
            return spans.stream()
                    .map(s -> s.getAttributes().get(AttributeKey.stringKey(name)))
                    .map(String::valueOf)
                    .toList();
        }

        long requests(String reason) {
            Timer timer =
                    registry.find("mesh.client.requests").tag("reason", reason).timer();
            return timer == null ? 0 : timer.count();
        }

        long attempts(String outcome) {
            return registry.find("mesh.client.attempts").tag("outcome", outcome).timers().stream()
                    .mapToLong(Timer::count)
                    .sum();
        }

        @Override
        public void close() {
            mesh.close();
            sdk.close();
        }
    }

    /** An exception that the application threw itself is its own: only observers get the decision of that call. */
    private void check(Scene scene, String letters, IOException e, String message) throws IOException {
        assertThat(e).as("exception").isNotNull().hasMessageContaining(message);
        if (e instanceof MeshFailure ours) {
            assertThat(ours.reason()).isEqualTo(letters);
        }
        Decision decision = letters.equals(CallInfo.LOCAL) ? scene.decisions.get(0) : Mesh.decision(e);
        assertThat(decision.reason()).as("decision %s", decision).isEqualTo(letters);
        assertThat(decision.toString()).contains("reason " + letters);
        List<String> ofAttempts =
                decision.attempts().stream().map(Decision.Attempt::reason).toList();
        if (!ofAttempts.isEmpty()) {
            assertThat(ofAttempts).as("attempts of %s", decision).last().isEqualTo(letters);
        }
        List<String> ofSpans = scene.attribute("mesh.reason");
        assertThat(ofSpans.get(ofSpans.size() - 1)).as("spans %s", ofSpans).isEqualTo(letters);
        assertThat(scene.line().path("reason").asText()).isEqualTo(letters);
        await().until(() -> scene.requests(letters) == 1);
        shown.add(letters);
    }

    /** Every constant has a test here. */
    @AfterAll
    void every_letter_was_shown() {
        List<String> constants = Stream.of(MeshFailure.class, CallInfo.class)
                .flatMap(c -> Arrays.stream(c.getDeclaredFields()))
                .filter(f -> f.getType() == String.class)
                .map(f -> {
                    try {
                        return (String) f.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        assertThat(shown).as("run the whole class").containsAll(constants);
    }

    @Test
    void connections_refused_by_two_of_three_endpoints_and_a_short_deadline() throws Exception {
        Patience.expires(timeout -> {
            try (RefusingPort first = RefusingPort.open();
                    RefusingPort second = RefusingPort.open();
                    RawServer silent = silent();
                    Scene scene = new Scene(
                            Documents.service("orders")
                                    .endpoint("127.0.0.1", first.port(), "'locality': 'eu/a'")
                                    .endpoint("127.0.0.1", second.port(), "'locality': 'eu/a'")
                                    .endpoint("127.0.0.1", silent.port(), "'locality': 'eu/b'")
                                    .with("'timeouts': {'request': '" + timeout.toMillis() + "ms'}"),
                            b -> b)) {
                DeadlineExceeded e = scene.failure(DeadlineExceeded.class);

                check(scene, "UT", e, "was not over within " + timeout.toMillis() + " ms, after 3 attempt(s)");
                List<Decision.Attempt> attempts = Mesh.decision(e).attempts();
                String tried = attempts.get(0).endpoint();
                assertThat(attempts)
                        .extracting(Decision.Attempt::outcome)
                        .containsExactly("connect-failure", "connect-failure", "deadline");
                assertThat(attempts).extracting(Decision.Attempt::reason).containsExactly("UF", "UF", "UT");
                String zone = "least request among 2 endpoints of zone a (100 % of the calls: a, the caller's zone:"
                        + " 1.4 x 2 usable / 2 listed: all calls stay)";
                String other = "not tried before, unlike " + tried;
                assertThat(attempts.get(0).pick()).isEqualTo(zone);
                assertThat(attempts.get(1).pick()) // at random if the algorithm drew the first endpoint again
                        .isIn(other + ", " + zone, other + ", " + zone.replace("least request", "at random"));
                assertThat(attempts.get(2).pick())
                        .isEqualTo(other + ", " + attempts.get(1).endpoint() + ", the only endpoint of zone b");
                assertThat(attempts)
                        .extracting(Decision.Attempt::retry)
                        .containsExactly(
                                "",
                                "connect-failure, repeated at once (another endpoint is left)",
                                "connect-failure, repeated at once (another endpoint is left)");
                List<String> picks =
                        attempts.stream().map(Decision.Attempt::pick).toList();
                assertThat(scene.attribute("mesh.pick")).isEqualTo(picks);
                assertThat(scene.attribute("mesh.retry").subList(1, 3))
                        .containsOnly("connect-failure, repeated at once (another endpoint is left)");
                assertThat(scene.attribute("mesh.reason")).containsExactly("UF", "UF", "UT");
                JsonNode last = scene.line().path("attempts").path(2);
                assertThat(last.path("pick").asText()).isEqualTo(picks.get(2));
                assertThat(last.path("retry").asText()).startsWith("connect-failure, repeated at once");
                assertThat(scene.attempts("connect-failure")).isEqualTo(2);
                assertThat(scene.attempts("deadline")).isEqualTo(1);
            }
        });
    }

    private static RawServer silent() throws IOException {
        return RawServer.of(peer -> {
            peer.request();
            peer.silence();
        });
    }

    @Test
    void no_rule_matches() throws Exception {
        try (Scene scene = Scene.of(
                80,
                "'rules': [{'name': 'v2', 'matches': [{'path': {'type': 'PathPrefix',"
                        + " 'value': '/v2'}}], 'backendRefs': [{'name': 'orders'}]}]")) {
            check(scene, "NR", scene.failure(IOException.class), "no rule of 'orders' matches GET /v1/orders/7");
        }
    }

    @Test
    void no_endpoint_admits_calls() throws Exception {
        try (Scene scene =
                new Scene(Documents.service("orders").endpoint("127.0.0.1", 80, "'health': 'UNHEALTHY'"), b -> b)) {
            IOException e = scene.failure(IOException.class);
            check(scene, "UH", e, "no endpoint of 'orders' admits calls: 1 known, none of them healthy");
            assertThat(Mesh.decision(e).detail()).isEqualTo("1 known, none of them healthy");
        }
    }

    @Test
    void a_limit_is_reached() throws Exception {
        try (Scene scene = Scene.of(80, "'limits': {'maxRequests': 0}")) {
            IOException e = scene.failure(IOException.class);
            check(scene, "UO", e, "'orders' has 0 calls in flight, of at most 0");
            assertThat(Mesh.decision(e).detail()).isEqualTo("limits.maxRequests: 0 calls in flight, of at most 0");
            assertThat(scene.line().path("detail").asText()).startsWith("limits.maxRequests");
        }
    }

    @Test
    void a_rate_is_reached() throws Exception {
        try (RefusingPort refusing = RefusingPort.open();
                Scene scene = Scene.of(
                        refusing.port(),
                        "'retry': {'attempts': 0}, 'rateLimit': {'limitForPeriod': 1, 'limitRefreshPeriod': '1h'}")) {
            scene.failure(ConnectException.class);
            scene.line();
            scene.lines.clear(); // of the call that took the period's only place
            check(scene, "RL", scene.failure(Overloaded.class), "orders");
        }
    }

    @Test
    void a_connection_is_refused() throws Exception {
        try (RefusingPort refusing = RefusingPort.open();
                Scene scene = Scene.of(refusing.port(), "'retry': {'attempts': 0}")) {
            IOException e = scene.failure(ConnectException.class);
            check(scene, "UF", e, "127.0.0.1:" + refusing.port());
            assertThat(Mesh.decision(e).detail()).isEqualTo("the policy states no retries (retry.attempts)");
        }
    }

    @Test
    void the_own_certificate_is_missing() throws Exception {
        try (Scene scene = Scene.of(80, "'tls': {'mode': 'MUTUAL', 'credentialName': 'orders'}")) {
            check(scene, "UF", scene.failure(IOException.class), "orders");
        }
    }

    @Test
    void authorization_denies_the_call() throws Exception {
        try (Scene scene = Scene.of(80, "'authorization': [{'name': 'none', 'action': 'ALLOW', 'rules': []}]")) {
            check(scene, "RBAC", scene.failure(IOException.class), "'orders' does not allow");
        }
    }

    @Test
    void a_token_would_be_sent_in_the_clear() throws Exception {
        try (Scene scene = new Scene(
                Documents.service("orders").endpoint(80).with("'credentials': {'token': 'orders'}"),
                b -> b.token("orders", () -> "secret"))) {
            check(scene, "TOKEN", scene.failure(IOException.class), "not sent in the clear to orders");
        }
    }

    @Test
    void an_attempt_takes_too_long() throws Exception {
        Patience.expires(timeout -> {
            try (RawServer silent = silent();
                    Scene scene = Scene.of(
                            silent.port(),
                            "'retry': {'attempts': 0}, 'timeouts': {'backendRequest': '" + timeout.toMillis()
                                    + "ms'}")) {
                check(scene, "UT", scene.failure(IOException.class), "");
            }
        });
    }

    @Test
    void the_name_of_the_host_is_not_known() throws Exception {
        try (Scene scene =
                new Scene(Documents.service("orders").with("'resolution': 'NONE', 'retry': {'attempts': 1}"), b -> b)) {
            scene.client = b -> b.dns(host -> {
                throw new UnknownHostException(host + " has no address");
            });
            check(scene, "DF", scene.failure(UnknownHostException.class), "orders has no address");
        }
    }

    @Test
    void the_peer_refuses_the_stream() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    peer.write(Http2.reset(Http2.request(peer), Http2.REFUSED_STREAM));
                    peer.silence();
                });
                Scene scene = Scene.of(bad.port(), "'appProtocol': 'kubernetes.io/h2c', 'retry': {'attempts': 0}")) {
            check(scene, "UR", scene.failure(IOException.class), "REFUSED_STREAM");
        }
    }

    @Test
    void the_connection_breaks() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    peer.request();
                    peer.finish();
                });
                Scene scene = Scene.of(bad.port(), "")) {
            scene.request = scene.request
                    .newBuilder()
                    .post(RequestBody.create(new byte[1]))
                    .build();
            IOException e = scene.failure(IOException.class);
            check(scene, "UC", e, "unexpected end of stream");
            assertThat(Mesh.decision(e).detail())
                    .isEqualTo(
                            "the request may have been processed and is not idempotent (MeshOptions.withIdempotent())");
        }
    }

    @Test
    void the_response_is_not_HTTP() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    peer.request();
                    peer.write("SMTP ready\r\n\r\n");
                });
                Scene scene = Scene.of(bad.port(), "")) {
            IOException e = scene.failure(ProtocolException.class);
            check(scene, "UPE", e, "SMTP ready");
            assertThat(Mesh.decision(e).detail()).startsWith("the policy does not retry this outcome");
        }
    }

    @Test
    void the_caller_cancels_the_call() throws Exception {
        CompletableFuture<Boolean> arrived = new CompletableFuture<>();
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        try (RawServer silent = RawServer.of(peer -> {
                    peer.request();
                    arrived.complete(true);
                    peer.silence();
                });
                Scene scene = Scene.of(silent.port(), "")) {
            Call call = scene.call();
            call.enqueue(new Callback() {
                @Override
                public void onFailure(Call failed, IOException e) {
                    failure.complete(e);
                }

                @Override
                public void onResponse(Call answered, Response response) {
                    response.close();
                    failure.completeExceptionally(new AssertionError("it was cancelled"));
                }
            });
            arrived.get(1, MINUTES);
            call.cancel();
            IOException e = failure.get(1, MINUTES);
            check(scene, "DC", e, "");
            assertThat(scene.decisions).hasSize(1);
        }
    }

    @Test
    void an_interceptor_of_the_application_throws() throws Exception {
        try (RawServer silent = silent();
                Scene scene = Scene.of(silent.port(), "")) {
            scene.client = b -> b.addNetworkInterceptor(chain -> {
                throw new IOException("signing failed");
            });
            check(scene, "LR", scene.failure(IOException.class), "signing failed");
        }
    }

    /** The span and the decision state the pick all the same. */
    @Test
    void a_call_whose_first_attempt_succeeds_has_a_short_line() throws Exception {
        try (RawServer good = RawServer.of(peer -> {
                    peer.request();
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    peer.silence();
                });
                Scene scene = Scene.of(good.port(), "")) {
            try (Response response = scene.call().execute()) {
                assertThat(Mesh.decision(response).attempts().get(0).pick()).isEqualTo("the only endpoint");
            }
            assertThat(scene.line().path("attempts").path(0).has("pick")).isFalse();
            assertThat(scene.attribute("mesh.pick")).hasSize(1);
        }
    }
}
