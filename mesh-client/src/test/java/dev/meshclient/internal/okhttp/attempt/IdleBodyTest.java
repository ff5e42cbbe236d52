package dev.meshclient.internal.okhttp.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.Overloaded;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ends of bodies that no deadline ends. */
class IdleBodyTest {
    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Mesh mesh(String request, String idle) {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'limits': {'maxRequests': 1}")
                                .with("'timeouts': {'request': '%s', 'idle': '%s'}".formatted(request, idle)))
                        .source())
                .drainTimeout(Duration.ZERO)
                .build();
    }

    private static Response get(OkHttpClient client) throws IOException {
        return client.newCall(new Request.Builder().url("http://orders/").build())
                .execute();
    }

    private static MockResponse.Builder events() {
        return new MockResponse.Builder().addHeader("Content-Type", "text/event-stream; charset=utf-8");
    }

    @Test
    void a_forgotten_body_without_a_deadline_gives_its_place_back() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .body("never read")
                .onResponseBody(SocketEffect.Stall.INSTANCE)
                .build());
        server.enqueue(new MockResponse.Builder().body("next").build());
        try (Mesh mesh = mesh("0s", "2s")) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            Response forgotten = get(client);
            assertThatThrownBy(() -> get(client)).isInstanceOf(Overloaded.class);
            await().ignoreExceptions().untilAsserted(() -> {
                try (Response next = get(client)) {
                    assertThat(next.body().string()).isEqualTo("next");
                }
            });
            assertThatThrownBy(() -> forgotten.body().string())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("'orders'")
                    .hasMessageContaining("timeouts.idle");
        }
    }

    @Test
    void a_stream_that_falls_silent_ends_after_the_idle_time() throws Exception {
        server.enqueue(events().body("data: 1\n\ndata: 2\n\n")
                .throttleBody(9, 1, TimeUnit.HOURS)
                .build());
        try (Mesh mesh = mesh("3s", "3s");
                Response response = get(mesh.wrap(new OkHttpClient()))) {
            assertThat(response.body().source().readUtf8LineStrict()).isEqualTo("data: 1");
            assertThatThrownBy(() -> response.body().string())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("timeouts.idle");
        }
    }

    @Test
    void a_stream_outlives_the_deadline_and_the_idle_time_while_events_come() throws Exception {
        String all = "data: 1\n\n".repeat(8);
        server.enqueue(
                events().body(all).throttleBody(9, 500, TimeUnit.MILLISECONDS).build());
        try (Mesh mesh = mesh("3s", "3s");
                Response response = get(mesh.wrap(new OkHttpClient()))) {
            assertThat(response.body().string()).isEqualTo(all);
        }
    }

    @Test
    void a_download_by_a_rule_of_streams_outlives_the_deadline_and_ends_when_it_falls_silent() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .body("0123456789".repeat(8))
                .throttleBody(10, 500, TimeUnit.MILLISECONDS)
                .build());
        server.enqueue(new MockResponse.Builder()
                .body("0123456789".repeat(8))
                .throttleBody(10, 1, TimeUnit.HOURS)
                .build());
        try (Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'timeouts': {'request': '3s', 'idle': '3s'}")
                                .with("'rules': [{'stream': true, 'backendRefs': [{'name': 'orders'}]}]"))
                        .source())
                .drainTimeout(Duration.ZERO)
                .build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            try (Response whole = get(client)) {
                assertThat(whole.body().string()).hasSize(80);
            }
            try (Response silent = get(client)) {
                assertThatThrownBy(() -> silent.body().string()).hasMessageContaining("timeouts.idle");
            }
        }
    }

    @Test
    void what_a_deadline_ends_is_handed_out_as_it_came() throws Exception {
        for (int i = 0; i < 3; i++) {
            server.enqueue(new MockResponse.Builder().body("text").build());
        }
        OkHttpClient plain = new OkHttpClient();
        try (Mesh bounded = mesh("30s", "1s");
                Mesh unbounded = mesh("0s", "1s");
                Response original = plain.newCall(
                                new Request.Builder().url(server.url("/")).build())
                        .execute();
                Response asItCame = get(bounded.wrap(plain));
                Response watched = get(unbounded.wrap(plain))) {
            assertThat(asItCame.body()).hasSameClassAs(original.body());
            assertThat(watched.body()).doesNotHaveSameClassAs(original.body());
        }
    }
}
