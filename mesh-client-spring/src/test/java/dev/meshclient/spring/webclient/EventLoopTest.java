package dev.meshclient.spring.webclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.WatchedLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** BlockHound finds no step of the connector that blocks on an event loop. */
class EventLoopTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private final MockWebServer server = new MockWebServer();
    private final Scheduler loop = WatchedLoops.start();
    private final OkHttpClient okhttp = new OkHttpClient();
    private Mesh mesh;

    @BeforeAll
    static void watch() {
        WatchedLoops.watch();
    }

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return switch (request.getUrl().encodedPath()) {
                    case "/echo" ->
                        new MockResponse.Builder()
                                .body(new Buffer().write(request.getBody()))
                                .build();
                    case "/open" ->
                        new MockResponse.Builder()
                                .body("x".repeat(1 << 20))
                                .throttleBody(16 << 10, 1, TimeUnit.HOURS)
                                .build();
                    default ->
                        new MockResponse.Builder()
                                .headersDelay(1, TimeUnit.HOURS)
                                .build();
                };
            }
        });
        server.start();
        mesh = Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                        """.formatted(server.getPort())))
                .snapshotDirectory(null)
                .build();
    }

    @AfterEach
    void stop() {
        loop.dispose();
        mesh.close();
        server.close();
        okhttp.dispatcher().executorService().shutdown();
    }

    private WebClient client(boolean meshed) {
        return WebClient.builder()
                .baseUrl(meshed ? "http://orders" : server.url("").toString())
                .clientConnector(new OkHttpClientHttpConnector(meshed ? mesh.callFactory(okhttp) : okhttp))
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothing_blocks_on_the_thread_that_calls_cancels_or_publishes(boolean meshed) {
        WebClient client = client(meshed);
        String text = "text".repeat(10_000);
        Flux<DataBuffer> streamed = Flux.range(0, 10)
                .publishOn(loop) // the body is published there
                .map(i -> DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8)));
        String echo = Mono.defer(() ->
                        client.post().uri("/echo").bodyValue(text).retrieve().bodyToMono(String.class))
                .subscribeOn(loop)
                .block(LONG);
        assertThat(echo).isEqualTo(text);
        Long length = Mono.defer(() -> client.post()
                        .uri("/echo")
                        .body(streamed, DataBuffer.class)
                        .retrieve()
                        .bodyToFlux(DataBuffer.class)
                        .publishOn(loop)
                        .map(buffer -> (long) buffer.readableByteCount())
                        .reduce(0L, Long::sum))
                .subscribeOn(loop)
                .block(LONG);
        assertThat(length).isEqualTo(10L * text.length());
        DataBuffer first = Flux.defer(() -> client.get().uri("/open").retrieve().bodyToFlux(DataBuffer.class))
                .publishOn(loop, 1)
                .take(1) // cancels there
                .subscribeOn(loop)
                .blockFirst(LONG);
        assertThat(first).isNotNull();
        assertThatThrownBy(() -> client.get()
                        .uri("/silent")
                        .retrieve()
                        .bodyToMono(String.class)
                        .timeout(Duration.ofMillis(50), loop) // cancels there
                        .subscribeOn(loop)
                        .block(LONG))
                .hasMessageContaining("50ms");
        assertThat(WatchedLoops.blocked()).isEmpty();
        Mono.fromCallable(() -> {
                    new Socket(InetAddress.getLoopbackAddress(), server.getPort()).close();
                    return "connected";
                })
                .subscribeOn(loop)
                .block(LONG);
        assertThat(WatchedLoops.blocked()).as("BlockHound is at work").isNotEmpty();
    }
}
