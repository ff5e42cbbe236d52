package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the reader of a body gets when the time of its call is up. */
class BodyDeadlineTest {
    private final MockWebServer server = new MockWebServer();
    private final List<String> ends = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void start() throws IOException {
        server.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void enqueueSlow(Buffer body, String... header) {
        MockResponse.Builder response = new MockResponse.Builder().body(body).throttleBody(1_000, 1, TimeUnit.HOURS);
        if (header.length > 0) {
            response.addHeader(header[0], header[1]);
        }
        server.enqueue(response.build());
    }

    private static Buffer text() {
        return new Buffer().writeUtf8("x".repeat(100_000));
    }

    private static Mesh mesh(Documents.Service orders) {
        return Mesh.builder()
                .policy(Documents.mesh("test").services(orders).source())
                .drainTimeout(Duration.ZERO)
                .build();
    }

    private Mesh meshWithEndpoint(String settings) {
        return mesh(Documents.service("orders")
                .endpoint(server.getPort())
                .with("'limits': {'maxRequests': 1}")
                .with(settings));
    }

    private OkHttpClient client(Mesh mesh) {
        return mesh.wrap(new OkHttpClient.Builder()
                .dns(host -> List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})))
                .eventListener(new EventListener() {
                    @Override
                    public void callFailed(Call call, IOException ioe) {
                        ends.add(ioe.getClass().getSimpleName());
                    }

                    @Override
                    public void callEnd(Call call) {
                        ends.add("end");
                    }
                })
                .build());
    }

    private static String limit(Duration timeout) {
        return "'timeouts': {'request': '%dms'}".formatted(timeout.toMillis());
    }

    private void assertEndsByDeadline(OkHttpClient http, Request request, Duration timeout) throws IOException {
        ends.clear();
        try (Response response = http.newCall(request).execute()) {
            Throwable failure = catchThrowable(() -> response.body().string());
            assertThat(failure)
                    .isInstanceOf(DeadlineExceeded.class)
                    .hasMessageContaining("the call to 'orders' was not over within " + timeout.toMillis() + " ms");
            Decision decision = Mesh.decision(failure);
            assertThat(decision.attempts()).singleElement().satisfies(attempt -> assertThat(attempt.status())
                    .isEqualTo(200));
        }
        assertThat(ends).containsExactly("DeadlineExceeded");
    }

    private Request get() {
        return new Request.Builder()
                .url("http://orders:" + server.getPort() + "/")
                .build();
    }

    @Test
    void a_body_that_takes_longer_than_the_call_may_fails_by_the_deadline() throws Exception {
        Patience.expires(timeout -> {
            enqueueSlow(text());
            try (Mesh mesh = meshWithEndpoint(limit(timeout))) {
                assertEndsByDeadline(client(mesh), get(), timeout);
            }
        });
    }

    @Test
    void so_does_one_over_http_2() throws Exception {
        server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        Patience.expires(timeout -> {
            enqueueSlow(text());
            try (Mesh mesh = meshWithEndpoint(limit(timeout) + ", 'appProtocol': 'kubernetes.io/h2c'")) {
                assertEndsByDeadline(client(mesh), get(), timeout);
            }
        });
    }

    @Test
    void so_does_one_that_OkHttp_unzips() throws Exception {
        byte[] noise = new byte[100_000];
        new Random(7).nextBytes(noise);
        Patience.expires(timeout -> {
            Buffer zipped = new Buffer();
            try (BufferedSink sink = Okio.buffer(new GzipSink(zipped))) {
                sink.write(noise);
            }
            enqueueSlow(zipped, "Content-Encoding", "gzip");
            try (Mesh mesh = meshWithEndpoint(limit(timeout))) {
                assertEndsByDeadline(client(mesh), get(), timeout);
            }
        });
    }

    @Test
    void so_does_one_of_a_service_whose_endpoints_are_not_listed() throws Exception {
        Patience.expires(timeout -> {
            enqueueSlow(text());
            try (Mesh mesh =
                    mesh(Documents.service("orders").with(limit(timeout)).with("'resolution': 'NONE'"))) {
                assertEndsByDeadline(client(mesh), get(), timeout);
            }
        });
    }

    @Test
    void so_does_one_that_the_caller_gave_the_time() throws Exception {
        Patience.expires(timeout -> {
            enqueueSlow(text());
            Request request = get().newBuilder()
                    .tag(MeshOptions.class, MeshOptions.DEFAULT.withTimeout(timeout))
                    .build();
            try (Mesh mesh = meshWithEndpoint("'timeouts': {'request': '1h'}")) {
                assertEndsByDeadline(client(mesh), request, timeout);
            }
        });
    }

    @Test
    void its_place_and_its_connection_are_given_back() throws Exception {
        Patience.expires(timeout -> {
            enqueueSlow(text());
            server.enqueue(new MockResponse.Builder().body("next").build());
            try (Mesh mesh = meshWithEndpoint(limit(timeout))) {
                OkHttpClient http = client(mesh);
                assertEndsByDeadline(http, get(), timeout);
                try (Response next = http.newCall(get()).execute()) {
                    assertThat(next.body().string()).isEqualTo("next");
                }
            }
        });
    }

    @Test
    void a_caller_who_cancels_gets_the_failure_of_OkHttp() throws Exception {
        enqueueSlow(text());
        try (Mesh mesh = meshWithEndpoint("'timeouts': {'request': '1h'}")) {
            Call call = client(mesh).newCall(get());
            try (Response response = call.execute()) {
                call.cancel();
                assertThatThrownBy(() -> response.body().string()).hasMessageMatching("(?i)socket (is )?closed");
            }
        }
    }
}
