package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits of a wrapped client with real connections: an open body holds what the limits count. */
class MeshLimitsTest {
    private final MockWebServer server = new MockWebServer();
    private final Request request = new Request.Builder().url("http://orders/").build();

    @AfterEach
    void stop() {
        server.close();
    }

    private Mesh mesh(Protocol protocol, String limits) throws IOException {
        server.setProtocols(List.of(protocol));
        server.start();
        for (int i = 0; i < 3; i++) {
            server.enqueue(new MockResponse.Builder().body("order " + i).build());
        }
        String h2c = protocol == Protocol.H2_PRIOR_KNOWLEDGE ? ", 'appProtocol': 'kubernetes.io/h2c'" : "";
        return Mesh.builder()
                .policy(Documents.mesh("t")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'limits': {" + limits + "}" + h2c))
                        .source())
                .snapshotDirectory(null)
                .build();
    }

    private static String read(Response response) throws IOException {
        try (response) {
            return response.body().string();
        }
    }

    @Test
    void an_endpoint_that_speaks_http_1_has_no_second_connection_above_the_limit() throws Exception {
        try (Mesh mesh = mesh(Protocol.HTTP_1_1, "'maxConnectionsPerEndpoint': 1")) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            Response first = client.newCall(request).execute();
            assertThatThrownBy(() -> client.newCall(request).execute())
                    .isInstanceOf(Overloaded.class)
                    .hasMessageContaining("limits.maxConnectionsPerEndpoint 1");
            assertThat(mesh.explain(request).toString()).contains("all endpoints of 'orders' have reached");
            assertThat(read(first)).isEqualTo("order 0");
            assertThat(read(client.newCall(request).execute())).isEqualTo("order 1");
        }
    }

    @Test
    void a_connection_of_http_2_carries_several_attempts() throws Exception {
        try (Mesh mesh = mesh(Protocol.H2_PRIOR_KNOWLEDGE, "'maxConnectionsPerEndpoint': 1")) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            Response first = client.newCall(request).execute();
            Response second = client.newCall(request).execute();
            assertThat(read(second)).isEqualTo("order 1");
            assertThat(read(first)).isEqualTo("order 0");
            assertThat(server.takeRequest().getConnectionIndex())
                    .isEqualTo(server.takeRequest().getConnectionIndex());
        }
    }

    @Test
    void a_call_waits_for_the_end_of_a_body_and_closing_the_mesh_ends_the_wait() throws Exception {
        Mesh mesh = mesh(Protocol.HTTP_1_1, "'maxRequests': 1, 'maxPendingRequests': 1");
        OkHttpClient client = mesh.wrap(new OkHttpClient());
        Response first = client.newCall(request).execute();
        CompletableFuture<Object> second = later(client);
        await().until(() -> pending(mesh) == 1);
        assertThatThrownBy(() -> client.newCall(request).execute())
                .isInstanceOf(Overloaded.class)
                .hasMessageContaining("1 in the queue, of at most 1");
        read(first);
        assertThat(second.get()).isEqualTo("order 1");

        Response third = client.newCall(request).execute();
        CompletableFuture<Object> waiting = later(client);
        await().until(() -> pending(mesh) == 1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(mesh::close, MeshLimitsTest::start);
        assertThat(waiting.get()).isInstanceOf(PolicyUnavailable.class);
        read(third);
        closing.get();
    }

    private static int pending(Mesh mesh) {
        return Objects.requireNonNull(mesh.status().service("orders")).pending();
    }

    private CompletableFuture<Object> later(OkHttpClient client) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return read(client.newCall(request).execute());
                    } catch (IOException e) {
                        return e;
                    }
                },
                MeshLimitsTest::start);
    }

    /** A thread of its own: since JDK 25 the common pool has one thread on two cores, where the waiting call would hold it. */
    private static void start(Runnable task) {
        new Thread(task).start();
    }
}
