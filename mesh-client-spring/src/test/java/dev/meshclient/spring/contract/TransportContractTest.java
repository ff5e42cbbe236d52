package dev.meshclient.spring.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.contract.Transport.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One list of cases for every transport, plain and in the mesh. A transport's own cases are in its package: a request of OkHttp,
 * Retrofit and {@code WebClient} cannot be changed after it was sent, written twice, or both buffered and streamed, and OkHttp's
 * builder refuses a body with GET and a header with a line break before there is a call.
 */
@ParameterizedClass
@MethodSource("transports")
class TransportContractTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final ConcurrentLinkedQueue<MockResponse> ANSWERS = new ConcurrentLinkedQueue<>();
    private static final BlockingQueue<RecordedRequest> REQUESTS = new LinkedBlockingQueue<>();
    private static MockWebServer server;
    private static Mesh mesh;

    private final Transport transport;
    private final boolean meshed;
    private final ConnectionPool pool = new ConnectionPool(1, 5, TimeUnit.MINUTES);
    private Call.Factory calls;
    private String url;

    TransportContractTest(Transport transport, boolean meshed) {
        this.transport = transport;
        this.meshed = meshed;
    }

    static Stream<Arguments> transports() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(true, false).map(meshed -> Arguments.of(transport, meshed)));
    }

    @BeforeAll
    static void start() throws IOException {
        server = new MockWebServer();
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                REQUESTS.add(request);
                MockResponse answer = ANSWERS.poll();
                return answer == null ? echo(request) : answer;
            }
        });
        server.start();
        mesh = Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "services": {
                          "orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": %1$d}]},
                          "single": {"hosts": ["single"], "endpoints": [{"address": "127.0.0.1", "port": %1$d}],
                                     "limits": {"maxRequests": 1}}}}
                        """.formatted(server.getPort())))
                .snapshotDirectory(null)
                .build();
    }

    @AfterAll
    static void stop() {
        mesh.close();
        server.close();
    }

    private static MockResponse echo(RecordedRequest request) {
        MockResponse.Builder answer = new MockResponse.Builder();
        request.getHeaders().values("Mine").forEach(value -> answer.addHeader("Mine", value));
        return request.getBody() == null
                ? answer.build()
                : answer.body(new Buffer().write(request.getBody())).build();
    }

    @BeforeEach
    void client() {
        OkHttpClient okhttp = new OkHttpClient.Builder().connectionPool(pool).build();
        calls = meshed ? mesh.wrap(okhttp) : okhttp;
        url = meshed ? "http://orders" : "http://127.0.0.1:" + server.getPort();
        ANSWERS.clear();
        REQUESTS.clear();
    }

    @AfterEach
    void closeConnections() {
        pool.evictAll();
    }

    private Ask ask(String method, String path) {
        return Ask.of(method, url + path);
    }

    private Answer send(Ask ask) throws IOException {
        return transport.send(calls, ask);
    }

    private Answer send(String method, String path) throws IOException {
        return send(ask(method, path));
    }

    private static RecordedRequest request() throws InterruptedException {
        RecordedRequest request = REQUESTS.poll(2, TimeUnit.MINUTES);
        assertThat(request).isNotNull();
        return request;
    }

    private static void answer(UnaryOperator<MockResponse.Builder> answer) {
        ANSWERS.add(answer.apply(new MockResponse.Builder()).build());
    }

    @Test
    void every_status_is_returned() throws IOException {
        for (int status : new int[] {200, 204, 404, 422, 500, 799}) {
            answer(response -> response.code(status));
            assertThat(send("GET", "/status").status()).isEqualTo(status);
        }
        answer(response -> response.code(404).body("not there"));
        assertThat(send("GET", "/status").text()).isEqualTo("not there");
    }

    @Test
    void a_body_and_repeated_headers_arrive_and_return() throws Exception {
        Answer answer = send(ask("PUT", "/echo")
                .with("Mine", "a")
                .with("Mine", "b")
                .with("Content-Type", "text/plain;charset=UTF-8")
                .text("h\u00e4llo"));
        assertThat(answer.headers().values("Mine")).containsExactly("a", "b");
        assertThat(answer.text()).isEqualTo("h\u00e4llo");
        RecordedRequest seen = request();
        assertThat(seen.getHeaders().values("Content-Type")).containsExactly("text/plain;charset=UTF-8");
        assertThat(seen.getHeaders().values("Content-Length")).containsExactly("6");
        assertThat(seen.getHeaders().get("Transfer-Encoding")).isNull();
    }

    @Test
    void a_streamed_body_is_chunked_unless_its_length_is_stated() throws Exception {
        for (String length : new String[] {null, "5"}) {
            Ask ask = ask("POST", "/echo").with("Content-Type", "application/octet-stream").stream(
                    2, i -> bytes(i == 0 ? "hel" : "lo"));
            assertThat(send(length == null ? ask : ask.with("Content-Length", length))
                            .text())
                    .isEqualTo("hello");
            RecordedRequest seen = request();
            assertThat(seen.getHeaders().get("Transfer-Encoding")).isEqualTo(length == null ? "chunked" : null);
            assertThat(seen.getHeaders().get("Content-Length")).isEqualTo(length);
        }
    }

    @Test
    void every_method_is_sent_with_and_without_a_body() throws Exception {
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")) {
            assertThat(send(method, "/m").status()).isEqualTo(200);
            assertThat(request().getMethod()).isEqualTo(method);
        }
        for (String method : List.of("POST", "PUT", "PATCH", "DELETE", "QUERY")) {
            assertThat(send(ask(method, "/m").text("text")).text()).isEqualTo("text");
            RecordedRequest seen = request();
            assertThat(seen.getMethod()).isEqualTo(method);
            assertThat(seen.getBody().utf8()).isEqualTo("text");
        }
    }

    @Test
    void the_query_arrives_as_it_is_encoded() throws Exception {
        send("GET", "/search?q=%C3%A4%20b%26c&empty=&plus=a%2Bb");
        assertThat(request().getTarget()).isEqualTo("/search?q=%C3%A4%20b%26c&empty=&plus=a%2Bb");
    }

    @Test
    void gzip_is_undone_unless_the_caller_demands_it() throws IOException {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8("text");
        }
        UnaryOperator<MockResponse.Builder> answer =
                response -> response.addHeader("Content-Encoding", "gzip").body(zipped.clone());
        answer(answer);
        assertThat(send("GET", "/z").text()).isEqualTo("text");
        answer(answer);
        assertThat(send(ask("GET", "/z").with("Accept-Encoding", "gzip")).body())
                .isEqualTo(zipped.clone().readByteArray());
    }

    @Test
    void head_returns_the_length_and_no_body() throws IOException {
        answer(response -> response.setHeader("Content-Length", "5").addHeader("Content-Type", "text/plain"));
        Answer answer = send("HEAD", "/h");
        assertThat(answer.headers().get("Content-Length")).isEqualTo("5");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void a_malformed_chunk_is_an_io_exception() {
        answer(response -> response.removeHeader("Content-Length")
                .addHeader("Transfer-Encoding", "chunked")
                .body(new Buffer().writeUtf8("lskdu018973t09sylgasjkfg1][]'./.sdlv"))
                .addHeader("Connection", "close"));
        assertThat(root(catchThrowable(() -> send("GET", "/chunk")))).isInstanceOf(IOException.class);
    }

    @Test
    void a_large_body_is_streamed() throws Exception {
        byte[] block = new byte[1 << 16];
        answer(response -> response);
        send(ask("POST", "/file").with("Content-Type", "application/octet-stream").stream(160, i -> block));
        assertThat(request().getBodySize()).isEqualTo(160 << 16);
    }

    @Test
    void the_failure_of_a_body_is_the_failure_of_the_call() {
        IOException broken = new IOException("the file is gone");
        Throwable failure = catchThrowable(() -> send(ask("POST", "/file").stream(2, i -> {
            if (i == 1) {
                throw broken;
            }
            return new byte[100];
        })));
        assertThat(root(failure)).isSameAs(broken);
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** In the mesh, the limit of one call in flight refuses the next call until the last one has ended. */
    @Test
    void a_response_that_is_closed_amid_its_body_ends_its_call() throws IOException {
        String single = meshed ? "http://single" : url;
        answer(response -> response.body("x".repeat(1 << 20)).throttleBody(16 << 10, 1, TimeUnit.HOURS));
        assertThat(send(Ask.of("GET", single + "/large").cut()).status()).isEqualTo(200);
        if (meshed) {
            await().atMost(LONG)
                    .ignoreExceptions()
                    .until(() -> send(Ask.of("GET", single + "/next")).status() == 200);
        } else {
            await().atMost(LONG).until(() -> pool.connectionCount() == pool.idleConnectionCount());
        }
    }

    @Test
    void cookies_are_headers() throws Exception {
        String cookie = "id=7; Path=/; Secure; HttpOnly; SameSite=None; Partitioned";
        answer(response -> response.addHeader("Set-Cookie", cookie).addHeader("Set-Cookie", "other=1"));
        Answer answer = send(ask("GET", "/c").with("Cookie", "a=1; b=2"));
        assertThat(answer.headers().values("Set-Cookie")).containsExactly(cookie, "other=1");
        assertThat(request().getHeaders().values("Cookie")).containsExactly("a=1; b=2");
    }

    @Test
    void a_body_in_memory_is_retried_and_a_streamed_one_is_not() throws IOException {
        assumeTrue(meshed, "OkHttp itself repeats no 503");
        MeshOptions idempotent = MeshOptions.DEFAULT.withIdempotent();
        answer(response -> response.code(503));
        assertThat(send(ask("POST", "/o").options(idempotent).text("again")).text())
                .isEqualTo("again");
        answer(response -> response.code(503));
        assertThat(send(ask("POST", "/o").options(idempotent).stream(1, i -> new byte[1]))
                        .status())
                .isEqualTo(503);
        answer(response -> response.code(503));
        assertThat(send(ask("POST", "/o").text("once")).status()).isEqualTo(503);
    }

    @Test
    void the_options_of_the_mesh_limit_the_call() {
        assumeTrue(meshed, "they are options of the mesh");
        answer(response -> response.headersDelay(1, TimeUnit.HOURS));
        Throwable failure = catchThrowable(
                () -> send(ask("GET", "/slow").options(MeshOptions.DEFAULT.withTimeout(Duration.ofMillis(50)))));
        assertThat(transport.isOfSpring() ? failure.getCause() : failure)
                .isInstanceOf(DeadlineExceeded.class)
                .hasMessageContaining("within 50 ms");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
