package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OkHttp reports responses whose body was never closed, whatever the policy states: without its internals, after their deadline. */
@ParameterizedClass(name = "with stack traces: {0}")
@ValueSource(booleans = {true, false})
class ForgottenBodyTest {
    private static final Logger OKHTTP = Logger.getLogger(OkHttpClient.class.getName());
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static final Buffer BODY = new Buffer().write(new byte[1 << 20]); // more than OkHttp reads ahead

    /** At FINE OkHttp adds the stack trace of the call, and calls take the public path; otherwise the direct one. */
    private final boolean traced;

    private final String service =
            "orders-" + TESTS.incrementAndGet(); // connections of earlier tests may be leaked too
    private final MockWebServer server = new MockWebServer();
    private volatile String keepAlive = "timeout=60";
    private final Queue<LogRecord> warnings = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord said) {
            if (said.getLevel() == Level.WARNING) {
                warnings.add(said);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    ForgottenBodyTest(boolean traced) {
        this.traced = traced;
    }

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                MockResponse.Builder response = new MockResponse.Builder()
                        .addHeader("Keep-Alive", keepAlive)
                        .body(BODY);
                return request.getTarget().equals("/events")
                        ? response.addHeader("Content-Type", "text/event-stream")
                                .build()
                        : response.build();
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
        OKHTTP.addHandler(handler);
        OKHTTP.setUseParentHandlers(false);
        OKHTTP.setLevel(traced ? Level.FINE : null);
    }

    @AfterEach
    void stop() {
        OKHTTP.removeHandler(handler);
        OKHTTP.setUseParentHandlers(true);
        OKHTTP.setLevel(null);
        server.close();
    }

    private Mesh mesh(String settings) {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service(service)
                                .endpoint(server.getPort())
                                .with(settings))
                        .source())
                .drainTimeout(Duration.ZERO)
                .build();
    }

    private Response get(OkHttpClient http, String path) throws IOException {
        return http.newCall(
                        new Request.Builder().url("http://" + service + path).build())
                .execute();
    }

    private void forget(OkHttpClient http, String path) throws IOException {
        assertThat(get(http, path).code()).isEqualTo(200);
    }

    /** Collections cost more than all else here. */
    private static ConditionFactory awaitGarbage() {
        return await().pollInterval(Duration.ofMillis(300));
    }

    /** Calls make OkHttp look at its connections. */
    private void assertReported(OkHttpClient http) {
        awaitGarbage().untilAsserted(() -> {
            System.gc();
            get(http, "/").close();
            assertThat(warnings).anyMatch(this::isOurs);
        });
    }

    private boolean isOurs(LogRecord said) {
        Throwable call = said.getThrown();
        boolean isTraced = call != null
                && Stream.of(call.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("forget"));
        return said.getMessage()
                        .startsWith("A connection to http://" + service + "/ was leaked. Did you forget to close")
                && isTraced == traced;
    }

    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'timeouts': {'request': '1h'}",
                "'timeouts': {'request': '1h', 'backendRequest': '1h'}",
                "'timeouts': {'request': '0s', 'idle': '1h'}",
                "'limits': {'maxRequests': 2}, 'timeouts': {'request': '1h'}",
                "'retry': {'attempts': 3, 'codes': [503]}, 'timeouts': {'request': '1h'}",
            })
    void a_forgotten_body_is_reported(String settings) throws Exception {
        try (Mesh mesh = mesh(settings)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            forget(http, "/");
            assertReported(http);
        }
    }

    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    @Test
    void so_is_one_over_http_2() throws Exception {
        server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        try (Mesh mesh = mesh("'timeouts': {'request': '1h'}, 'appProtocol': 'kubernetes.io/h2c'")) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            forget(http, "/");
            assertReported(http);
        }
    }

    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    @Test
    void so_is_one_of_a_stream() throws Exception {
        try (Mesh mesh = mesh("'timeouts': {'request': '1h', 'idle': '1h'}")) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            forget(http, "/events");
            assertReported(http);
        }
    }

    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    @Test
    void so_is_one_of_a_call_with_a_call_timeout() throws Exception {
        try (Mesh mesh = mesh("'timeouts': {'request': '1h'}")) {
            OkHttpClient http = mesh.wrap(
                    new OkHttpClient.Builder().callTimeout(Duration.ofHours(1)).build());
            forget(http, "/");
            assertReported(http);
        }
    }

    /** The peer keeps idle connections for two seconds, so OkHttp looks each second. */
    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    @Test
    void so_is_one_after_which_there_is_no_call() throws Exception {
        keepAlive = "timeout=2";
        try (Mesh mesh = mesh("'timeouts': {'request': '1h'}")) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            get(http, "/").close();
            forget(http, "/");
            awaitGarbage().untilAsserted(() -> {
                System.gc();
                assertThat(warnings).anyMatch(this::isOurs);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void it_is_reported_after_its_deadline_at_the_latest(boolean http2) throws Exception {
        if (http2) {
            server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        String settings = "'timeouts': {'request': '3s'}";
        try (Mesh mesh = mesh(http2 ? settings + ", 'appProtocol': 'kubernetes.io/h2c'" : settings)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            forget(http, "/");
            assertReported(http);
        }
    }

    @Test
    void its_place_comes_back_with_its_deadline() throws Exception {
        try (Mesh mesh = mesh("'limits': {'maxRequests': 1}, 'timeouts': {'request': '3s'}")) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            forget(http, "/");
            awaitGarbage().ignoreExceptions().untilAsserted(() -> {
                System.gc();
                get(http, "/").close();
            });
        }
    }
}
