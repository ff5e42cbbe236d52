package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.contract.RefusingPort;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Cache;
import okhttp3.CacheControl;
import okhttp3.Call;
import okhttp3.Credentials;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults of the spikes: endpoints and connections mixed up, and exchanges that no event reports. */
class EngineTrapsTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/").build();

    private final MockWebServer first = new MockWebServer();
    private final MockWebServer second = new MockWebServer();
    private final List<Mesh> meshes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        first.start();
        second.start();
    }

    @AfterEach
    void stop() {
        meshes.forEach(Mesh::close);
        first.close();
        second.close();
    }

    /** Two endpoints; the second is for retries. */
    private Documents document(String settings) {
        return document(settings, first.getPort(), 1);
    }

    private Documents document(String settings, int port, int priorityOfSecond) {
        return Documents.mesh("traps")
                .with("'clusters': [{'name': 'near', 'priority': 0}, {'name': 'far', 'priority': %d}]"
                        .formatted(priorityOfSecond))
                .services(Documents.service("orders")
                        .endpoint("127.0.0.1", port, "'cluster': 'near'")
                        .endpoint("127.0.0.1", second.getPort(), "'cluster': 'far'")
                        .with(settings));
    }

    private Mesh mesh(Documents document) {
        Mesh mesh = Mesh.builder().policy(document.source()).build();
        meshes.add(mesh);
        return mesh;
    }

    private OkHttpClient http() {
        return mesh(document("")).wrap(new OkHttpClient());
    }

    private static Request post() {
        return GET.newBuilder().post(RequestBody.create(new byte[4])).build();
    }

    private static MockResponse ok(String body) {
        return new MockResponse.Builder().body(body).build();
    }

    private static MockResponse code(int code) {
        return new MockResponse.Builder().code(code).build();
    }

    private static String read(Call.Factory calls) throws IOException {
        try (Response response = calls.newCall(GET).execute()) {
            return response.body().string();
        }
    }

    // ---- endpoints and connections

    @Test
    void a_retry_uses_the_other_endpoint_and_not_the_connection_of_the_first() throws Exception {
        first.enqueue(code(503));
        second.enqueue(ok("second"));
        assertThat(read(http())).isEqualTo("second");
        assertThat(first.getRequestCount()).isEqualTo(1);
        assertThat(second.getRequestCount()).isEqualTo(1);
        assertThat(first.takeRequest().getHeaders().get("Host")).isEqualTo("orders");
        assertThat(second.takeRequest().getHeaders().get("Host")).isEqualTo("orders");
    }

    @Test
    void endpoints_of_one_logical_host_have_connections_of_their_own() throws Exception {
        OkHttpClient http = mesh(document("'loadBalancer': {'simple': 'ROUND_ROBIN'}", first.getPort(), 0))
                .wrap(new OkHttpClient());
        for (int i = 0; i < 3; i++) {
            first.enqueue(ok("first"));
            second.enqueue(ok("second"));
            read(http);
            read(http);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(first.takeRequest().getExchangeIndex()).isEqualTo(i);
            assertThat(second.takeRequest().getExchangeIndex()).isEqualTo(i);
        }
    }

    @Test
    void more_than_five_connections_of_an_endpoint_stay_open() throws Exception {
        int many = 8;
        OkHttpClient http = http();
        for (int round = 0; round < 2; round++) {
            List<Response> open = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                first.enqueue(ok("x"));
                open.add(http.newCall(GET).execute());
            }
            for (Response response : open) {
                response.body().string();
            }
        }
        Map<Integer, Integer> exchanges = new TreeMap<>();
        for (int i = 0; i < 2 * many; i++) {
            exchanges.merge(first.takeRequest().getConnectionIndex(), 1, Integer::sum);
        }
        assertThat(exchanges).hasSize(many).values().containsOnly(2);
    }

    @Test
    void a_connection_that_the_peer_closes_does_not_stay_in_the_pool() throws Exception {
        try (RawServer closing = RawServer.of(peer -> {
            peer.request();
            peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            peer.request(); // ends when the client closes
        })) {
            OkHttpClient http = mesh(document("", closing.port(), 1)).wrap(new OkHttpClient());
            for (int i = 0; i < 3; i++) {
                assertThat(read(http)).isEqualTo("ok");
            }
            await().until(() -> closing.openConnections() == 0);
            assertThat(closing.connections()).isEqualTo(3);
        }
    }

    @Test
    void an_endpoint_that_leaves_the_policy_finishes_what_it_has_and_then_has_no_connection() throws Exception {
        CountDownLatch more = new CountDownLatch(1);
        try (RawServer leaving = RawServer.of(peer -> {
            peer.request();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
            try {
                more.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            peer.write("k");
            peer.request(); // ends when the client closes
        })) {
            MemoryPolicySource policy = document("", leaving.port(), 1).source();
            Mesh mesh = Mesh.builder().policy(policy).build();
            meshes.add(mesh);
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            try (Response running = http.newCall(GET).execute()) {
                policy.update(document("").json());
                first.enqueue(ok("first"));
                assertThat(read(http)).isEqualTo("first");
                more.countDown();
                assertThat(running.body().string()).isEqualTo("ok");
            }
            await().until(() -> leaving.openConnections() == 0);
        }
    }

    @Test
    void a_proxy_selector_of_the_caller_is_not_asked_for_an_endpoint() throws Exception {
        first.enqueue(ok("first"));
        List<URI> asked = new ArrayList<>();
        ProxySelector selector = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked.add(uri);
                return List.of(second.getProxyAddress());
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
        OkHttpClient http = mesh(document(""))
                .wrap(new OkHttpClient.Builder().proxySelector(selector).build());
        assertThat(read(http)).isEqualTo("first");
        assertThat(asked).isEmpty();
    }

    // ---- exchanges that no event reports

    @Test
    void a_503_that_says_at_once_is_not_repeated_for_a_post_and_keeps_its_header() throws Exception {
        first.enqueue(new MockResponse.Builder()
                .code(503)
                .addHeader("Retry-After", "0")
                .build());
        try (Response response = http().newCall(post()).execute()) {
            assertThat(response.code()).isEqualTo(503);
            assertThat(response.header("Retry-After")).isEqualTo("0");
        }
        assertThat(first.getRequestCount() + second.getRequestCount()).isEqualTo(1);
    }

    @Test
    void a_post_that_was_read_on_a_used_connection_is_sent_once() throws Exception {
        first.enqueue(ok("warm"));
        first.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        OkHttpClient http = http();
        read(http);
        assertThatThrownBy(() -> http.newCall(post()).execute()).isInstanceOf(IOException.class);
        assertThat(first.getRequestCount()).isEqualTo(2);
        assertThat(second.getRequestCount()).isZero();
    }

    @Test
    void a_used_connection_that_is_gone_costs_a_get_nothing_but_an_attempt() throws Exception {
        first.enqueue(ok("warm"));
        first.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        second.enqueue(ok("second"));
        OkHttpClient http = http();
        read(http);
        try (Response response = http.newCall(GET).execute()) {
            assertThat(response.body().string()).isEqualTo("second");
            assertThat(Mesh.decision(response).attempts())
                    .extracting(Decision.Attempt::outcome)
                    .containsExactly("reset-of-reused", "response");
        }
    }

    @Test
    void every_exchange_on_the_wire_is_an_attempt_with_a_number() throws Exception {
        first.enqueue(code(503));
        second.enqueue(code(503));
        second.enqueue(code(503));
        first.enqueue(code(503));
        try (Response response = http().newCall(GET).execute()) {
            assertThat(response.code()).isEqualTo(503);
            int exchanges = first.getRequestCount() + second.getRequestCount();
            assertThat(exchanges).isEqualTo(3);
            assertThat(Mesh.decision(response).attempts()).hasSize(exchanges);
        }
        assertThat(first.takeRequest().getHeaders().get("x-mesh-attempt")).isEqualTo("1");
        assertThat(second.takeRequest().getHeaders().get("x-mesh-attempt")).isEqualTo("2");
    }

    @Test
    void a_redirect_and_a_challenge_are_no_retries() throws Exception {
        first.enqueue(code(302).newBuilder().addHeader("Location", "/there").build());
        first.enqueue(code(401)
                .newBuilder()
                .addHeader("WWW-Authenticate", "Basic realm=\"orders\"")
                .build());
        first.enqueue(ok("there"));
        String noRetries =
                "'retry': {'attempts': 0}, 'retryConstraint': {'budget': {'percent': 0}, 'minRetryRate': {'count': 0}}";
        OkHttpClient http = mesh(document(noRetries))
                .wrap(new OkHttpClient.Builder()
                        .authenticator((route, response) -> response.request()
                                .newBuilder()
                                .header("Authorization", Credentials.basic("user", "password"))
                                .build())
                        .build());

        assertThat(read(http)).isEqualTo("there");
        assertThat(first.getRequestCount()).isEqualTo(3);
        first.takeRequest();
        first.takeRequest();
        assertThat(first.takeRequest().getHeaders().get("x-mesh-attempt"))
                .as("the first of its request")
                .isEqualTo("1");
    }

    // ---- the events that the caller's listener must get

    @Test
    void a_listener_hears_one_call_with_two_attempts() throws Exception {
        first.enqueue(code(503));
        second.enqueue(ok("second"));
        List<String> heard = new ArrayList<>();
        OkHttpClient http = mesh(document(""))
                .wrap(new OkHttpClient.Builder().eventListener(new Few(heard)).build());
        assertThat(read(http)).isEqualTo("second");
        assertThat(heard)
                .containsExactly(
                        "callStart",
                        "connectStart",
                        "requestHeadersStart",
                        "connectStart",
                        "requestHeadersStart",
                        "callEnd");
    }

    private static final class Few extends EventListener {
        private final List<String> heard;

        Few(List<String> heard) {
            this.heard = heard;
        }

        @Override
        public void callStart(Call call) {
            heard.add("callStart");
        }

        @Override
        public void connectStart(Call call, java.net.InetSocketAddress address, Proxy proxy) {
            heard.add("connectStart");
        }

        @Override
        public void requestHeadersStart(Call call) {
            heard.add("requestHeadersStart");
        }

        @Override
        public void callEnd(Call call) {
            heard.add("callEnd");
        }

        @Override
        public void callFailed(Call call, IOException failure) {
            heard.add("callFailed");
        }
    }

    @Test
    void a_call_timeout_covers_all_attempts_and_the_body_of_the_last() {
        first.enqueue(new MockResponse.Builder()
                .code(503)
                .headersDelay(100, TimeUnit.MILLISECONDS)
                .build());
        second.enqueue(new MockResponse.Builder()
                .body("x".repeat(100_000))
                .throttleBody(1_000, 2, TimeUnit.SECONDS)
                .build());
        OkHttpClient http = mesh(document(""))
                .wrap(new OkHttpClient.Builder()
                        .callTimeout(Duration.ofMillis(600))
                        .build());
        assertThatThrownBy(() -> read(http)).isExactlyInstanceOf(java.io.InterruptedIOException.class);
    }

    /** The first attempt of the call ends as the first server says; then another thread cancels it. */
    private void isCancelledInItsPause(String settings) throws Exception {
        CountDownLatch attempted = new CountDownLatch(1);
        Mesh mesh = Mesh.builder()
                .policy(document(settings).source())
                .observer(call -> new CallObserver() {
                    @Override
                    public void attemptEnded(AttemptInfo attempt) {
                        attempted.countDown();
                    }
                })
                .build();
        meshes.add(mesh);
        Call call = mesh.wrap(new OkHttpClient()).newCall(GET);
        Thread canceller = new Thread(() -> {
            try {
                attempted.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            call.cancel();
        });
        canceller.start();
        assertThatThrownBy(call::execute).isExactlyInstanceOf(IOException.class).hasMessage("Canceled");
        canceller.join();
        assertThat(second.getRequestCount()).isZero();
    }

    @Test
    void a_call_that_pauses_between_attempts_can_be_cancelled() throws Exception {
        first.enqueue(new MockResponse.Builder().code(503).build());
        isCancelledInItsPause("'retry': {'attempts': 1, 'backoff': '1h'}, 'timeouts': {'request': '0s'}");
    }

    @Test
    void a_call_that_pauses_after_a_failure_can_be_cancelled() throws Exception {
        first.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        isCancelledInItsPause("'retry': {'attempts': 1, 'backoff': '1h'}, 'timeouts': {'request': '0s'}");
    }

    @Test
    void what_the_cache_does_not_have_is_not_asked_for_again(@TempDir File directory) throws Exception {
        List<String> outcomes = new ArrayList<>();
        Mesh mesh = Mesh.builder()
                .policy(document("").source())
                .observer(call -> new CallObserver() {
                    @Override
                    public void attemptEnded(AttemptInfo attempt) {
                        outcomes.add(attempt.outcomeName() + " " + attempt.status());
                    }
                })
                .build();
        meshes.add(mesh);
        try (Cache cache = new Cache(directory, 1 << 20)) {
            OkHttpClient http =
                    mesh.wrap(new OkHttpClient.Builder().cache(cache).build());
            Request cachedOnly =
                    GET.newBuilder().cacheControl(CacheControl.FORCE_CACHE).build();
            try (Response response = http.newCall(cachedOnly).execute()) {
                assertThat(response.code()).isEqualTo(504);
            }
        }
        assertThat(outcomes).containsExactly("cached 504");
    }

    /** The load test saw it in four calls of 3,000: "Connect timed out" at the moment of the cancelling. */
    @ParameterizedTest
    @ValueSource(strings = {"'retry': {'attempts': 0}", "'retry': {'attempts': 2}"})
    void a_call_that_is_cancelled_while_its_attempt_fails_ends_as_cancelled(String settings) throws Exception {
        try (RefusingPort dead = RefusingPort.open()) {
            Mesh mesh = mesh(document(settings, dead.port(), 1));
            OkHttpClient http = mesh.wrap(new OkHttpClient.Builder()
                    .eventListener(new EventListener() {
                        @Override
                        public void connectFailed(
                                Call call, InetSocketAddress to, Proxy proxy, Protocol protocol, IOException ioe) {
                            call.cancel();
                        }
                    })
                    .build());
            Call call = http.newCall(GET);
            Throwable failure = catchThrowable(call::execute);
            assertThat(failure).isExactlyInstanceOf(IOException.class).hasMessage("Canceled");
            assertThat(failure).hasCauseInstanceOf(ConnectException.class);
            assertThat(Mesh.decision(failure).attempts()).hasSize(1);
            assertThat(second.getRequestCount()).isZero();
        }
    }

    private static final List<Consumer<OkHttpClient.Builder>> NO_RETRIES = List.of(
            b -> b.retryOnConnectionFailure(false),
            b -> b.addInterceptor(
                    chain -> chain.withRetryOnConnectionFailure(false).proceed(chain.request())));

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_client_that_wants_no_retries_gets_none_of_what_had_no_response(int way) throws Exception {
        try (RefusingPort dead = RefusingPort.open()) {
            Mesh mesh = mesh(document("", dead.port(), 1));
            OkHttpClient.Builder builder = new OkHttpClient.Builder();
            NO_RETRIES.get(way).accept(builder);
            OkHttpClient http = mesh.wrap(builder.build());
            Throwable failure = catchThrowable(() -> http.newCall(GET).execute());
            assertThat(failure).isInstanceOf(ConnectException.class);
            assertThat(Mesh.decision(failure).attempts()).hasSize(1);
            assertThat(Mesh.decision(failure).toString()).contains("retryOnConnectionFailure(false)");
            assertThat(second.getRequestCount()).isZero();
        }
    }

    @Test
    void a_client_that_wants_no_retries_still_has_those_of_answers() throws Exception {
        first.enqueue(new MockResponse.Builder().code(503).build());
        second.enqueue(new MockResponse.Builder().body("second").build());
        OkHttpClient http = mesh(document(""))
                .wrap(new OkHttpClient.Builder().retryOnConnectionFailure(false).build());
        try (Response response = http.newCall(GET).execute()) {
            assertThat(response.body().string()).isEqualTo("second");
        }
    }
}
