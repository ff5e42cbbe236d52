package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** As in OkHttp, what the application's own interceptor or body throws is not a failure of the peer. */
class CallersOwnFailureTest {
    private static final int CALLS = 7;

    private final MockWebServer server = new MockWebServer();
    private final AtomicInteger ran = new AtomicInteger();
    private final List<String> ends = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body("ok").build();
            }
        });
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Mesh mesh(String protocol, int port) throws IOException {
        return Mesh.builder()
                .policy(Documents.mesh("own")
                        .services(Documents.service("orders")
                                .endpoint("127.0.0.1", port)
                                .with("'appProtocol': '" + protocol + "'"))
                        .source())
                .observer(made -> new CallObserver() {
                    @Override
                    public void ended(CallInfo call) {
                        AttemptInfo last = call.latest();
                        ends.add(
                                call.attempts() + " " + (last == null ? "" : last.outcomeName()) + " " + call.reason());
                    }
                })
                .build();
    }

    private void speak(String protocol) throws IOException {
        server.setProtocols(
                protocol.endsWith("h2c") ? List.of(Protocol.H2_PRIOR_KNOWLEDGE) : List.of(Protocol.HTTP_1_1));
        server.start();
    }

    static Stream<Arguments> failures() {
        return Stream.of("http", "kubernetes.io/h2c").flatMap(protocol -> Stream.of(
                        new IOException("signing failed"),
                        new ConnectException("the key server refused"),
                        new SocketTimeoutException("the key server is slow"),
                        new ProtocolException("no such key"))
                .map(own -> Arguments.of(protocol, own)));
    }

    /** Also with an identity of type, message or place that a failure of the connection has. */
    @ParameterizedTest
    @MethodSource("failures")
    void an_interceptor_that_throws_before_the_request_is_not_repeated_and_blames_no_endpoint(
            String protocol, IOException own) throws Exception {
        speak(protocol);
        checkOwn(protocol, own, chain -> {
            ran.incrementAndGet();
            throw own;
        });
        assertThat(server.getRequestCount()).isZero();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void an_interceptor_that_throws_after_the_response_is_not_repeated(String protocol, IOException own)
            throws Exception {
        if (own instanceof ProtocolException) {
            return; // as OkHttp's own of a response that is not HTTP
        }
        speak(protocol);
        checkOwn(protocol, own, chain -> {
            ran.incrementAndGet();
            chain.proceed(chain.request()).close();
            throw own;
        });
        assertThat(server.getRequestCount()).isEqualTo(CALLS);
    }

    private void checkOwn(String protocol, IOException own, Interceptor failing) throws IOException {
        try (Mesh mesh = mesh(protocol, server.getPort())) {
            OkHttpClient http = mesh.wrap(
                    new OkHttpClient.Builder().addNetworkInterceptor(failing).build());
            Request request = new Request.Builder().url("http://orders/").build();
            for (int i = 0; i < CALLS; i++) {
                assertThatThrownBy(() -> http.newCall(request).execute())
                        .isSameAs(own)
                        .hasNoSuppressedExceptions();
            }
            assertThat(ran).hasValue(CALLS);
            assertThat(ends).hasSize(CALLS).containsOnly("1 local LR");
            assertBlameless(mesh);
        }
    }

    private static void assertBlameless(Mesh mesh) {
        MeshStatus.Endpoint endpoint = Objects.requireNonNull(
                        mesh.status().services().get("orders"))
                .endpoints()
                .get(0);
        assertThat(endpoint.ejected()).isEmpty();
        assertThat(endpoint.lastMinute().failures()).isZero();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_body_that_cannot_be_written_is_not_repeated_and_blames_no_endpoint(String protocol, IOException own)
            throws Exception {
        speak(protocol);
        RequestBody failing = new RequestBody() {
            @Override
            public @Nullable MediaType contentType() {
                return null;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                ran.incrementAndGet();
                sink.writeUtf8("goods").flush();
                throw own;
            }
        };
        try (Mesh mesh = mesh(protocol, server.getPort())) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            Request put =
                    new Request.Builder().url("http://orders/").put(failing).build();
            for (int i = 0; i < CALLS; i++) {
                assertThatThrownBy(() -> http.newCall(put).execute()).isSameAs(own);
            }
            assertThat(ran).hasValue(CALLS);
            assertThat(ends).hasSize(CALLS).containsOnly("1 local LR");
            assertBlameless(mesh);
        }
    }

    @Test
    void a_failure_of_the_network_that_an_interceptor_words_anew_is_repeated() throws Exception {
        try (RawServer broken = RawServer.of(RawServer.Peer::request);
                Mesh mesh = mesh("http", broken.port())) {
            OkHttpClient http = mesh.wrap(new OkHttpClient.Builder()
                    .addNetworkInterceptor(chain -> {
                        try {
                            return chain.proceed(chain.request());
                        } catch (IOException e) {
                            throw new IOException("orders: " + e.getMessage(), e);
                        }
                    })
                    .build());
            assertThatThrownBy(() -> http.newCall(
                                    new Request.Builder().url("http://orders/").build())
                            .execute())
                    .hasMessageStartingWith("orders: ");
            assertThat(ends).containsExactly("3 reset UC");
        }
    }

    /** OkHttp fails to set the timeout of its socket then, before it reports an exchange. */
    @Test
    void a_connection_that_closes_before_its_exchange_begins_is_repeated() throws Exception {
        speak("http");
        AtomicInteger acquired = new AtomicInteger();
        OkHttpClient closing = new OkHttpClient.Builder()
                .eventListener(new EventListener() {
                    @Override
                    public void connectionAcquired(Call call, Connection connection) {
                        if (acquired.incrementAndGet() == 2) {
                            try {
                                connection.socket().close();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        }
                    }
                })
                .build();
        try (Mesh mesh = mesh("http", server.getPort())) {
            OkHttpClient http = mesh.wrap(closing);
            Request request = new Request.Builder().url("http://orders/").build();
            for (int i = 0; i < 2; i++) {
                try (Response response = http.newCall(request).execute()) {
                    assertThat(response.body().string()).isEqualTo("ok");
                }
            }
        }
        assertThat(ends).containsExactly("1 response ", "2 response ");
    }

    /** OkHttp reports no failure of the exchange for it. */
    @Test
    void a_response_that_breaks_a_rule_of_http_after_its_headers_is_the_failure_of_the_peer() throws Exception {
        try (RawServer broken = RawServer.of(peer -> {
                    peer.request();
                    peer.write("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
                });
                Mesh mesh = mesh("http", broken.port())) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            Request request = new Request.Builder().url("http://orders/").build();
            assertThatThrownBy(() -> http.newCall(request).execute()).isInstanceOf(ProtocolException.class);
        }
        assertThat(ends).containsExactly("1 protocol-error UPE");
    }
}
