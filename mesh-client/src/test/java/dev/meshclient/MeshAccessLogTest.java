package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.contract.RefusingPort;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.AccessLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The access log of calls through OkHttp. */
class MeshAccessLogTest {
    private final MockWebServer server = new MockWebServer();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Mesh mesh(int port) throws IOException {
        return mesh(port, Duration.ofSeconds(2));
    }

    private Mesh mesh(int port, Duration drainTimeout) throws IOException {
        return Mesh.builder()
                .policy(Documents.mesh("t")
                        .version(1)
                        .services(Documents.service("orders").endpoint(port))
                        .source())
                .claim("stock")
                .accessLog(AccessLog.json(lines::add))
                .drainTimeout(drainTimeout)
                .snapshotDirectory(null)
                .build();
    }

    private JsonNode line() throws IOException {
        assertThat(lines).hasSize(1);
        return new ObjectMapper().readTree(lines.get(0));
    }

    @Test
    void the_line_of_a_call_shows_both_attempts_the_bytes_and_the_trace() throws Exception {
        server.enqueue(new MockResponse.Builder().code(503).body("no").build());
        server.enqueue(new MockResponse.Builder().body("order").build());
        try (Mesh mesh = mesh(server.getPort())) {
            Request request = new Request.Builder()
                    .url("http://orders/v1/orders/7?card=4711")
                    .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                    .put(RequestBody.create(new byte[10]))
                    .build();
            try (Response response =
                    mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
                assertThat(response.body().string()).isEqualTo("order");
            }
        }
        JsonNode line = line();
        assertThat(line.path("service").asText()).isEqualTo("orders");
        assertThat(line.path("path").asText()).isEqualTo("/v1/orders/7");
        assertThat(line.path("status").asInt()).isEqualTo(200);
        assertThat(line.path("attempts").path(0).path("status").asInt()).isEqualTo(503);
        assertThat(line.path("attempts").path(1).path("endpoint").asText()).isEqualTo("127.0.0.1:" + server.getPort());
        assertThat(line.path("sent_bytes").asInt()).isEqualTo(20);
        assertThat(line.path("received_bytes").asInt()).isGreaterThanOrEqualTo(5);
        assertThat(line.path("trace_id").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void the_attempts_of_a_call_that_is_repeated_or_fails_state_their_reasons_and_a_first_success_does_not()
            throws Exception {
        server.enqueue(new MockResponse.Builder().build());
        server.enqueue(new MockResponse.Builder().code(503).build());
        server.enqueue(new MockResponse.Builder().build());
        server.enqueue(new MockResponse.Builder().code(503).build());
        try (Mesh mesh = mesh(server.getPort())) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            Request get = new Request.Builder().url("http://orders/").build();
            http.newCall(get).execute().close();
            http.newCall(get).execute().close();
            http.newCall(get.newBuilder().post(RequestBody.create(new byte[1])).build())
                    .execute()
                    .close();
        }
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).doesNotContain("\"pick\"", "\"retry\"", "\"detail\"");
        JsonNode attempts = new ObjectMapper().readTree(lines.get(1)).path("attempts");
        assertThat(attempts.path(0).path("pick").asText()).isEqualTo("the only endpoint");
        assertThat(attempts.path(0).has("retry")).isFalse();
        assertThat(attempts.path(1).path("retry").asText()).startsWith("response 503, repeated ");
        assertThat(new ObjectMapper().readTree(lines.get(2)).path("detail").asText())
                .contains("is not idempotent");
    }

    @Test
    void a_refused_connection_and_a_call_without_policy_have_their_letters() throws Exception {
        try (RefusingPort closed = RefusingPort.open();
                Mesh mesh = mesh(closed.port())) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> http.newCall(
                                    new Request.Builder().url("http://orders/").build())
                            .execute())
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> http.newCall(
                                    new Request.Builder().url("http://stock/").build())
                            .execute())
                    .isInstanceOf(NoRoute.class);
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("\"reason\":\"UF\"").contains("\"outcome\":\"connect-failure\"");
        assertThat(lines.get(1)).contains("\"reason\":\"NR\"").contains("\"attempts\":[]");
    }

    @Test
    void a_call_that_its_caller_cancels_has_a_line_wherever_it_is() throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(sink -> () -> {}) // never delivers
                .initialFetchTimeout(Duration.ofMinutes(1))
                .claim("orders")
                .accessLog(AccessLog.logfmt(lines::add))
                .snapshotDirectory(null)
                .build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            Call before = http.newCall(
                    new Request.Builder().url("http://orders/before").build());
            before.cancel();
            assertThatThrownBy(before::execute).isInstanceOf(IOException.class);

            Call waiting = http.newCall(
                    new Request.Builder().url("http://orders/waiting").build());
            CompletableFuture<IOException> failure = failure(waiting);
            Awaitility.await().until(() -> http.dispatcher().runningCallsCount() == 1);
            waiting.cancel();
            assertThat(failure.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).hasMessage("Canceled");
        }
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        try (Mesh mesh = mesh(server.getPort())) {
            Call call = mesh.wrap(new OkHttpClient())
                    .newCall(new Request.Builder().url("http://orders/sent").build());
            CompletableFuture<IOException> failure = failure(call);
            server.takeRequest();
            call.cancel();
            assertThat(failure.get(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("path=/before").contains("reason=DC").contains("error=java.io.IOException");
        assertThat(lines.get(1)).contains("path=/waiting").contains("reason=DC").contains("error=java.io.IOException");
        assertThat(lines.get(2))
                .contains("\"path\":\"/sent\"")
                .contains("\"reason\":\"DC\"")
                .contains("\"error\":\"java.net.SocketException\"");
    }

    private static CompletableFuture<IOException> failure(Call call) {
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                failure.complete(e);
            }

            @Override
            public void onResponse(Call answered, Response response) {
                response.close();
                failure.completeExceptionally(new AssertionError("it was cancelled"));
            }
        });
        return failure;
    }

    @Test
    void a_refusal_without_a_rule_names_the_service_that_was_meant() throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("t")
                        .services(
                                Documents.service("strict")
                                        .endpoint(server.getPort())
                                        .with(
                                                "'rules': [{'name': 'v1', 'backendRefs': [{'name': 'strict'}], 'matches': [{'path': {'type': 'Exact', 'value': '/v1'}}]}]"))
                        .source())
                .accessLog(AccessLog.json(lines::add))
                .snapshotDirectory(null)
                .build()) {
            assertThatThrownBy(() -> mesh.wrap(new OkHttpClient())
                            .newCall(new Request.Builder()
                                    .url("http://strict/v2")
                                    .build())
                            .execute())
                    .isInstanceOf(NoRoute.class);
        }
        assertThat(line().path("service").asText()).isEqualTo("strict");
    }

    @Test
    void a_call_that_ends_while_the_mesh_waits_for_it_at_its_close_has_a_line() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .headersDelay(300, TimeUnit.MILLISECONDS)
                .build());
        CompletableFuture<Integer> status = new CompletableFuture<>();
        try (Mesh mesh = mesh(server.getPort(), Patience.LONG)) {
            mesh.wrap(new OkHttpClient())
                    .newCall(new Request.Builder().url("http://orders/last").build())
                    .enqueue(new Callback() {
                        @Override
                        public void onFailure(Call call, IOException e) {
                            status.completeExceptionally(e);
                        }

                        @Override
                        public void onResponse(Call call, Response response) {
                            response.close();
                            status.complete(response.code());
                        }
                    });
            assertThat(server.takeRequest()).isNotNull();
        }
        assertThat(status).succeedsWithin(Patience.LONG).isEqualTo(200);
        assertThat(line().path("path").asText()).isEqualTo("/last");
    }

    @Test
    void a_sink_that_never_returns_does_not_hold_up_the_close() throws Exception {
        server.enqueue(new MockResponse.Builder().build());
        CountDownLatch never = new CountDownLatch(1);
        Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("t")
                        .services(Documents.service("orders").endpoint(server.getPort()))
                        .source())
                .accessLog(AccessLog.json(line -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }))
                .snapshotDirectory(null)
                .build();
        try {
            mesh.wrap(new OkHttpClient())
                    .newCall(new Request.Builder().url("http://orders/").build())
                    .execute()
                    .close();
            assertThat(CompletableFuture.runAsync(mesh::close)).succeedsWithin(Patience.LONG);
        } finally {
            never.countDown();
        }
    }

    @Test
    void calls_to_hosts_outside_the_mesh_have_no_line() throws Exception {
        server.enqueue(new MockResponse.Builder().body("outside").build());
        try (Mesh mesh = mesh(server.getPort())) {
            try (Response response = mesh.wrap(new OkHttpClient())
                    .newCall(new Request.Builder().url(server.url("/")).build())
                    .execute()) {
                assertThat(response.body().string()).isEqualTo("outside");
            }
        }
        assertThat(lines).isEmpty();
    }
}
