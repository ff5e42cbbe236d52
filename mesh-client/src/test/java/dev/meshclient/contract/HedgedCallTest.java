package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call of which two attempts run, through the engine: what the caller sees is one exchange after the other. */
class HedgedCallTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/a").build();
    private static final String ATTEMPT = "proxySelectStart(orders) proxySelectEnd dnsStart(orders) dnsEnd connectStart"
            + " connectEnd(%s) connectionAcquired requestHeadersStart requestHeadersEnd";
    private static final String BODY = " responseBodyStart responseBodyEnd(%d) connectionReleased callEnd";

    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch atFirst = new CountDownLatch(1);
    private final CountDownLatch atSecond = new CountDownLatch(1);
    private final MockWebServer first = new MockWebServer();
    private final MockWebServer second = new MockWebServer();
    private final List<Mesh> meshes = new ArrayList<>();
    private final Events events = new Events();

    /** Answers; null: never. */
    private interface Server {
        @Nullable
        MockResponse answer(RecordedRequest request) throws InterruptedException;
    }

    /** The second server answers nothing before the first was asked: on a busy machine a hedge can be the faster one. */
    private void play(MockWebServer server, Server script) {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                if (server == second) {
                    atSecond.countDown();
                    atFirst.await();
                } else {
                    atFirst.countDown();
                }
                MockResponse answer = script.answer(request);
                if (answer == null) {
                    over.await();
                    return ok("too late");
                }
                return answer;
            }
        });
    }

    private static MockResponse ok(String body) {
        return new MockResponse.Builder().body(body).build();
    }

    @BeforeEach
    void start() throws IOException {
        first.start();
        second.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        meshes.forEach(Mesh::close);
        first.close();
        second.close();
    }

    /** The first attempt is sent to the first server. */
    private OkHttpClient http(String settings) {
        Documents document = Documents.mesh("hedges")
                .with("'clusters': [{'name': 'near', 'priority': 0}, {'name': 'far', 'priority': 1}]")
                .services(Documents.service("orders")
                        .endpoint("127.0.0.1", first.getPort(), "'cluster': 'near'")
                        .endpoint("127.0.0.1", second.getPort(), "'cluster': 'far'")
                        .with("'timeouts': {'request': '5m'}, 'hedge': {'delay': '20ms'}" + settings));
        Mesh mesh = Mesh.builder().policy(document.source()).build();
        meshes.add(mesh);
        return mesh.wrap(new OkHttpClient.Builder().eventListener(events).build());
    }

    private void checkAtRest() {
        await().until(() -> meshes.get(0).status().services().values().stream()
                .allMatch(service -> service.endpoints().stream().allMatch(e -> e.inFlight() == 0)));
    }

    private static String outcomes(Response response) {
        return String.join(
                ", ",
                Objects.requireNonNull(Mesh.decision(response)).attempts().stream()
                        .map(Decision.Attempt::outcome)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "kubernetes.io/h2c"})
    void if_the_hedge_wins_its_events_follow_those_of_the_first_attempt(String protocol) throws Exception {
        boolean http2 = protocol.endsWith("h2c");
        if (http2) {
            first.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
            second.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        String connected = http2 ? "h2_prior_knowledge" : "http/1.1";
        CountDownLatch sent = new CountDownLatch(1);
        events.when("requestHeadersEnd", call -> sent.countDown());
        play(first, request -> null);
        play(second, request -> {
            sent.await();
            return ok("second");
        });
        OkHttpClient http = http(http2 ? ", 'appProtocol': '" + protocol + "'" : "");
        Call call = http.newCall(GET);
        try (Response response = call.execute()) {
            assertThat(response.body().string()).isEqualTo("second");
            assertThat(outcomes(response)).isEqualTo("superseded, response");
        }
        assertThat(call.isCanceled()).isFalse();
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + ATTEMPT.formatted(connected)
                        + " responseFailed connectionReleased "
                        + ATTEMPT.formatted(connected) + " responseHeadersStart responseHeadersEnd(200)"
                        + " followUpDecision(none)" + BODY.formatted(6));
        assertThat(events.calls()).containsExactly(call);
        checkAtRest();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "kubernetes.io/h2c"})
    void if_the_first_attempt_wins_the_listener_sees_nothing_of_the_hedge(String protocol) throws Exception {
        boolean http2 = protocol.endsWith("h2c");
        if (http2) {
            first.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
            second.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        play(first, request -> {
            atSecond.await();
            return ok("first");
        });
        play(second, request -> null);
        OkHttpClient http = http(http2 ? ", 'appProtocol': '" + protocol + "'" : "");
        Call call = http.newCall(GET);
        try (Response response = call.execute()) {
            assertThat(response.body().string()).isEqualTo("first");
            assertThat(outcomes(response)).isEqualTo("response, superseded");
        }
        assertThat(call.isCanceled()).isFalse();
        assertThat(events.takeAtEnd())
                .isEqualTo("callStart " + ATTEMPT.formatted(http2 ? "h2_prior_knowledge" : "http/1.1")
                        + " responseHeadersStart responseHeadersEnd(200) followUpDecision(none)" + BODY.formatted(5));
        checkAtRest();
    }

    @Test
    void a_hedge_without_a_body_ends_with_its_headers() throws Exception {
        play(first, request -> null);
        play(second, request -> new MockResponse.Builder().code(204).build());
        try (Response response = http("").newCall(GET).execute()) {
            assertThat(response.code()).isEqualTo(204);
        }
        assertThat(events.takeAtEnd()).contains("responseHeadersEnd(204)").endsWith("connectionReleased callEnd");
        checkAtRest();
    }

    @Test
    void a_redirect_by_the_hedge_is_followed_and_may_be_hedged_again() throws Exception {
        Server redirecting = request -> request.getTarget().equals("/a")
                ? new MockResponse.Builder()
                        .code(302)
                        .addHeader("Location", "/b")
                        .build()
                : ok("b");
        play(first, request -> null);
        play(second, redirecting);
        try (Response response = http("").newCall(GET).execute()) {
            assertThat(response.body().string()).isEqualTo("b");
            assertThat(outcomes(response)).isEqualTo("superseded, response");
            assertThat(Objects.requireNonNull(response.priorResponse()).code()).isEqualTo(302);
        }
        assertThat(events.takeAtEnd()).contains("followUpDecision(/b)").endsWith("callEnd");
        checkAtRest();
    }

    @Test
    void an_interceptor_may_proceed_again_after_a_hedged_call() throws Exception {
        play(first, request -> null);
        play(second, request -> ok("second"));
        OkHttpClient twice = http("").newBuilder()
                .addInterceptor(chain -> {
                    chain.proceed(chain.request()).close();
                    return chain.proceed(chain.request());
                })
                .build();
        // Interceptors that are added after the mesh run above it.
        try (Response response = twice.newCall(GET).execute()) {
            assertThat(response.body().string()).isEqualTo("second");
        }
        checkAtRest();
    }

    @Test
    void an_interceptor_may_proceed_again_while_the_hedge_that_lost_is_cleared_away() throws Exception {
        play(first, request -> {
            atSecond.await();
            return ok("first");
        });
        play(second, request -> null);
        OkHttpClient twice = http("").newBuilder()
                .addInterceptor(chain -> {
                    chain.proceed(chain.request()).close();
                    return chain.proceed(chain.request());
                })
                .build();
        for (int i = 0; i < 20; i++) {
            try (Response response = twice.newCall(GET).execute()) {
                assertThat(response.body().string()).isEqualTo("first");
            }
        }
        checkAtRest();
    }

    @Test
    void cancelling_the_call_ends_both_attempts() throws Exception {
        play(first, request -> null);
        play(second, request -> null);
        Call call = http("").newCall(GET);
        CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> {
            try {
                atSecond.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            call.cancel();
        });
        assertThatThrownBy(call::execute).isInstanceOf(IOException.class).satisfies(e -> assertThat(
                        Objects.requireNonNull(Mesh.decision(e)).attempts())
                .extracting(Decision.Attempt::outcome)
                .containsExactly("cancelled", "cancelled"));
        cancelled.join();
        assertThat(events.takeAtEndOfCancelled()).doesNotContain("callEnd");
        checkAtRest();
    }

    @Test
    void the_timeout_of_the_caller_ends_both_attempts() {
        play(first, request -> null);
        play(second, request -> null);
        Call call = http("").newCall(GET);
        call.timeout().timeout(300, TimeUnit.MILLISECONDS);
        assertThatThrownBy(call::execute)
                .isInstanceOf(java.io.InterruptedIOException.class)
                .hasMessage("timeout");
        checkAtRest();
    }

    @Test
    void the_timeout_of_the_caller_covers_the_body_of_a_hedge() throws Exception {
        play(first, request -> null);
        play(second, request -> new MockResponse.Builder()
                .body("slow body")
                .bodyDelay(1, TimeUnit.HOURS)
                .build());
        Call call = http("").newCall(GET);
        call.timeout().timeout(3, TimeUnit.SECONDS);
        try (Response response = call.execute()) {
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(IOException.class);
        }
        checkAtRest();
    }

    @Test
    void the_body_of_a_hedge_is_limited_by_the_deadline_of_the_call() throws Exception {
        play(first, request -> null);
        play(second, request -> new MockResponse.Builder()
                .body("slow body")
                .bodyDelay(1, TimeUnit.HOURS)
                .build());
        Request limited = GET.newBuilder()
                .tag(
                        dev.meshclient.MeshOptions.class,
                        dev.meshclient.MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(3)))
                .build();
        try (Response response = http("").newCall(limited).execute()) {
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(dev.meshclient.DeadlineExceeded.class);
        }
        assertThat(events.takeAtEnd()).endsWith("callFailed(DeadlineExceeded)");
        checkAtRest();
    }

    @Test
    void network_interceptors_run_for_each_attempt_with_the_callers_call() throws Exception {
        play(first, request -> null);
        play(second, request -> ok("second"));
        AtomicInteger exchanges = new AtomicInteger();
        List<Call> calls = new ArrayList<>();
        OkHttpClient http = http("").newBuilder()
                .addNetworkInterceptor(chain -> {
                    exchanges.incrementAndGet();
                    synchronized (calls) {
                        calls.add(chain.call());
                    }
                    return chain.proceed(chain.request());
                })
                .build();
        Call call = http.newCall(GET);
        try (Response response = call.execute()) {
            assertThat(response.body().string()).isEqualTo("second");
        }
        assertThat(exchanges).hasValue(2);
        assertThat(calls).allMatch(c -> c == call);
        checkAtRest();
    }

    @Test
    void an_authenticator_gets_the_route_of_the_hedge() throws Exception {
        play(first, request -> null);
        play(
                second,
                request -> request.getHeaders().get("Authorization") == null
                        ? new MockResponse.Builder().code(401).build()
                        : ok("known"));
        List<Integer> ports = new ArrayList<>();
        OkHttpClient http = http("").newBuilder()
                .authenticator((route, response) -> {
                    ports.add(Objects.requireNonNull(route).socketAddress().getPort());
                    return response.request()
                            .newBuilder()
                            .header("Authorization", "me")
                            .build();
                })
                .build();
        try (Response response = http.newCall(GET).execute()) {
            assertThat(response.body().string()).isEqualTo("known");
        }
        assertThat(ports).containsExactly(second.getPort());
        checkAtRest();
    }

    @Test
    void a_listener_that_throws_at_the_events_of_a_hedge_fails_the_call_and_leaves_nothing() {
        play(first, request -> null);
        play(second, request -> ok("second"));
        AtomicInteger acquired = new AtomicInteger();
        OkHttpClient http = http("").newBuilder()
                .eventListener(new okhttp3.EventListener() {
                    @Override
                    public void connectionAcquired(Call call, okhttp3.Connection connection) {
                        if (acquired.incrementAndGet() == 2) {
                            throw new IllegalStateException("listener");
                        }
                    }
                })
                .build();
        assertThatThrownBy(() -> http.newCall(GET).execute())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("listener");
        checkAtRest();
    }

    @Test
    void a_web_socket_is_not_hedged() throws Exception {
        play(first, request -> {
            assertThat(atSecond.await(100, TimeUnit.MILLISECONDS)).isFalse();
            return new MockResponse.Builder()
                    .webSocketUpgrade(new WebSocketListener() {})
                    .build();
        });
        play(second, request -> ok("second"));
        CompletableFuture<Integer> opened = new CompletableFuture<>();
        WebSocket socket = http("").newWebSocket(GET, new WebSocketListener() {
            @Override
            public void onOpen(WebSocket webSocket, Response response) {
                opened.complete(response.code());
            }

            @Override
            public void onFailure(WebSocket webSocket, Throwable t, @Nullable Response response) {
                opened.completeExceptionally(t);
            }
        });
        assertThat(opened.get()).isEqualTo(101);
        assertThat(second.getRequestCount()).isZero();
        socket.cancel();
    }

    @Test
    void a_mesh_that_is_closed_ends_no_call_that_runs() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        play(first, request -> {
            answer.await();
            return ok("first");
        });
        play(second, request -> null);
        OkHttpClient http = http("");
        CompletableFuture<String> body = CompletableFuture.supplyAsync(() -> {
            try (Response response = http.newCall(GET).execute()) {
                return response.body().string();
            } catch (IOException e) {
                return e.toString();
            }
        });
        atSecond.await();
        meshes.get(0).close();
        answer.countDown();
        assertThat(body.get()).isEqualTo("first");
    }
}
