package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.contract.RefusingPort;
import dev.meshclient.registry.MemoryPolicySource;
import java.io.IOException;
import java.net.ConnectException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A wrapped client on real sockets, as a user sees it. */
class MeshTest {
    private final MockWebServer first = new MockWebServer();
    private final MockWebServer second = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        first.start();
        second.start();
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    private static MemoryPolicySource policy(String settings, int... ports) {
        Documents.Service orders = Documents.service("orders").with(settings);
        for (int port : ports) {
            orders.endpoint(port);
        }
        return Documents.mesh("test").services(orders).source();
    }

    private static Request get(String url) {
        return new Request.Builder().url(url).build();
    }

    @Test
    void a_call_to_a_logical_host_reaches_its_endpoint() throws Exception {
        first.enqueue(new MockResponse.Builder().body("hello").build());
        MemoryPolicySource policy = policy("", first.getPort());
        try (Mesh mesh = Mesh.builder().policy(policy).build();
                Response response = mesh.wrap(new OkHttpClient())
                        .newCall(get("http://orders/v1/7"))
                        .execute()) {
            assertThat(response.body().string()).isEqualTo("hello");
            assertThat(response.request().url()).hasToString("http://orders/v1/7");
            assertThat(Mesh.decision(response).attempts()).hasSize(1);
        }
        assertThat(first.takeRequest().getHeaders().get("Host")).isEqualTo("orders");
    }

    @Test
    void a_failure_on_one_endpoint_is_retried_on_another() throws Exception {
        second.enqueue(new MockResponse.Builder().body("here").build());
        try (RefusingPort dead = RefusingPort.open();
                Mesh mesh = Mesh.builder()
                        .policy(policy("", dead.port(), second.getPort()))
                        .build();
                Response response = mesh.wrap(new OkHttpClient())
                        .newCall(get("http://orders/"))
                        .execute()) {
            assertThat(response.body().string()).isEqualTo("here");
        }
    }

    @Test
    void a_failure_keeps_its_type_and_carries_the_decision() throws Exception {
        try (RefusingPort dead = RefusingPort.open();
                Mesh mesh = Mesh.builder().policy(policy("", dead.port())).build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> client.newCall(get("http://orders/")).execute())
                    .isInstanceOf(ConnectException.class)
                    .satisfies(e -> assertThat(Mesh.decision(e).service()).isEqualTo("orders"));
        }
    }

    private static String withoutPanic(int consecutive) {
        return "'outlierDetection': {'minHealthPercent': 0, 'consecutive5xxErrors': " + consecutive + "}";
    }

    @Test
    void the_answer_that_took_the_last_endpoint_out_can_be_read_to_its_end() throws Exception {
        first.enqueue(new MockResponse.Builder().code(503).body("busy").build());
        MemoryPolicySource policy = policy(withoutPanic(1), first.getPort());
        try (Mesh mesh = Mesh.builder().policy(policy).build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            try (Response response = client.newCall(get("http://orders/")).execute()) {
                assertThat(response.code()).isEqualTo(503);
                assertThat(response.body().string()).isEqualTo("busy");
                assertThat(Mesh.decision(response).detail()).isEqualTo("no endpoint is left for a retry");
            }
            assertThatThrownBy(() -> client.newCall(get("http://orders/")).execute())
                    .isInstanceOf(NoHealthyEndpoint.class)
                    .satisfies(e -> assertThat(Mesh.decision(e).attempts())
                            .singleElement()
                            .satisfies(a -> assertThat(a.outcome()).isEqualTo("refused")));
        }
        assertThat(first.getRequestCount()).isEqualTo(1);
    }

    @Test
    void an_answer_that_is_kept_over_the_pause_gives_its_connection_to_the_retry() throws Exception {
        first.enqueue(new MockResponse.Builder().code(503).body("busy").build());
        first.enqueue(new MockResponse.Builder().body("again").build());
        MemoryPolicySource policy = policy(withoutPanic(5), first.getPort());
        try (Mesh mesh = Mesh.builder().policy(policy).build();
                Response response = mesh.wrap(new OkHttpClient())
                        .newCall(get("http://orders/"))
                        .execute()) {
            assertThat(response.body().string()).isEqualTo("again");
        }
        assertThat(first.takeRequest().getExchangeIndex()).isZero();
        assertThat(first.takeRequest().getExchangeIndex()).isEqualTo(1);
    }

    @Test
    void options_count_although_their_tag_does_not_name_their_class() throws Exception {
        first.enqueue(new MockResponse.Builder().code(503).build());
        first.enqueue(new MockResponse.Builder().body("again").build());
        MemoryPolicySource policy = policy("", first.getPort());
        Request post = get("http://orders/")
                .newBuilder()
                .post(okhttp3.RequestBody.create(new byte[] {1}))
                .tag(MeshOptions.DEFAULT.withIdempotent())
                .build();
        try (Mesh mesh = Mesh.builder().policy(policy).build();
                Response response = mesh.wrap(new OkHttpClient()).newCall(post).execute()) {
            assertThat(response.body().string()).isEqualTo("again");
        }
    }

    @Test
    void a_failure_to_connect_names_the_endpoint() throws Exception {
        try (RefusingPort dead = RefusingPort.open();
                Mesh mesh = Mesh.builder().policy(policy("", dead.port())).build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> client.newCall(get("http://orders/")).execute())
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("127.0.0.1:" + dead.port())
                    .hasMessageContaining("'orders'");
        }
    }

    @Test
    void a_claimed_host_without_a_service_is_refused() {
        MemoryPolicySource policy = policy("", first.getPort());
        try (Mesh mesh = Mesh.builder().policy(policy).claim("billing").build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> client.newCall(get("http://billing/")).execute())
                    .isInstanceOf(NoRoute.class)
                    .hasMessageContaining("billing");
        }
    }
}
