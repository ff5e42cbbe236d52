package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.InboundContext.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that comes in, and the calls that are made while it is handled. */
class InboundContextTest {
    private final AtomicLong clock = new AtomicLong(-5);
    private final MockWebServer orders = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        orders.start();
    }

    @AfterEach
    void stop() {
        orders.close();
    }

    private InboundContext of(String... headers) {
        Map<String, String> sent = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            sent.put(headers[i], headers[i + 1]);
        }
        return InboundContext.of(sent::get, clock::get);
    }

    private Mesh mesh() {
        return mesh(2);
    }

    private Mesh mesh(int retries) {
        return Mesh.builder()
                .snapshotDirectory(null)
                .policy(Documents.mesh("t")
                        .services(Documents.service("orders")
                                .endpoint(orders.getPort())
                                .with("'retry': {'attempts': " + retries + "}"))
                        .source())
                .build();
    }

    private static int call(Mesh mesh, MeshOptions options) throws IOException {
        Request request = new Request.Builder()
                .url("http://orders/")
                .tag(MeshOptions.class, options)
                .build();
        try (Response response = mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
            return response.code();
        }
    }

    @Test
    void what_has_passed_since_is_taken_off_the_time_that_is_left() {
        InboundContext context = of("x-mesh-deadline-ms", "800");
        clock.addAndGet(Duration.ofMillis(300).toNanos());

        assertThat(context.left()).isEqualTo(Duration.ofMillis(500));
        clock.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(context.left()).isZero();
    }

    @Test
    void a_carrier_of_contexts_sets_and_removes_that_of_a_thread() {
        InboundContext carried = of();
        InboundContext.setCurrent(carried);
        Scope inner = of().open();
        assertThat(InboundContext.current()).isNotSameAs(carried);
        inner.close();
        assertThat(InboundContext.current()).isSameAs(carried);
        InboundContext.setCurrent(null);
        assertThat(InboundContext.current()).isNull();
    }

    @Test
    void what_was_not_sent_or_is_no_number_changes_nothing() {
        InboundContext context = of("x-mesh-deadline-ms", "soon", "x-mesh-attempt", "-3");

        assertThat(context.left()).isNull();
        assertThat(context.attempt()).isEqualTo(1);
        assertThat(of("x-mesh-attempt", "0").attempt()).isEqualTo(1);
    }

    @Test
    void baggage_that_no_header_can_hold_is_not_passed_on() throws IOException {
        orders.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh()) {
            call(mesh, MeshOptions.DEFAULT.withInbound(of("baggage", "user=Jos\u00e9")));
        }
        assertThat(of("baggage", "user=Jos\u00e9").baggage()).isNull();
        assertThat(of("baggage", "a=b\r\nx-admin: 1").baggage()).isNull();
        assertThat(of("baggage", "a=" + "b".repeat(9000)).baggage()).isNull();
        assertThat(of("baggage", "a=b;p=1,c=d").baggage()).isEqualTo("a=b;p=1,c=d");
    }

    @Test
    void a_call_for_a_request_without_time_left_is_not_sent() {
        InboundContext context = of("x-mesh-deadline-ms", "0");
        try (Mesh mesh = mesh()) {
            assertThatThrownBy(() -> call(mesh, MeshOptions.DEFAULT.withInbound(context)))
                    .isInstanceOf(DeadlineExceeded.class);
        }
        assertThat(orders.getRequestCount()).isZero();
    }

    @Test
    void a_retry_of_the_caller_is_not_retried_again() throws IOException {
        orders.enqueue(new MockResponse.Builder().code(503).build());
        try (Mesh mesh = mesh()) {
            assertThat(call(mesh, MeshOptions.DEFAULT.withInbound(of("x-mesh-attempt", "2"))))
                    .isEqualTo(503);
        }
        assertThat(orders.getRequestCount()).isEqualTo(1);
    }

    @Test
    void a_retry_of_the_caller_is_not_retried_without_a_response_either() throws IOException {
        orders.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        try (Mesh mesh = mesh()) {
            MeshOptions options = MeshOptions.DEFAULT.withInbound(of("x-mesh-attempt", "2"));
            assertThatThrownBy(() -> call(mesh, options)).isInstanceOf(IOException.class);
        }
        assertThat(orders.getRequestCount()).isEqualTo(1);
    }

    @Test
    void peers_learn_that_a_call_is_made_for_a_retry() throws Exception {
        orders.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh()) {
            call(mesh, MeshOptions.DEFAULT.withInbound(of("x-mesh-attempt", "2")));
        }
        assertThat(orders.takeRequest().getHeaders().get("x-mesh-attempt")).isEqualTo("2");
    }

    @Test
    void the_response_forbids_to_repeat_what_was_repeated_here() throws IOException {
        for (int i = 0; i < 3; i++) {
            orders.enqueue(new MockResponse.Builder().code(503).build());
        }
        InboundContext context = of();
        try (Mesh mesh = mesh()) {
            assertThat(call(mesh, MeshOptions.DEFAULT.withInbound(context))).isEqualTo(503);
        }
        assertThat(orders.getRequestCount()).isEqualTo(3);
        assertThat(context.responseHeaders()).isEqualTo(Map.of("x-mesh-no-retry", "1"));
    }

    @Test
    void the_response_forbids_to_repeat_what_was_repeated_here_without_a_response() throws IOException {
        for (int i = 0; i < 3; i++) {
            orders.enqueue(new MockResponse.Builder()
                    .onResponseStart(new SocketEffect.CloseSocket())
                    .build());
        }
        InboundContext context = of();
        try (Mesh mesh = mesh()) {
            assertThatThrownBy(() -> call(mesh, MeshOptions.DEFAULT.withInbound(context)))
                    .isInstanceOf(IOException.class);
        }
        assertThat(context.responseHeaders()).isEqualTo(Map.of("x-mesh-no-retry", "1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void the_response_passes_on_that_a_peer_forbids_to_repeat(int retries) throws IOException {
        orders.enqueue(new MockResponse.Builder()
                .code(503)
                .setHeader("x-mesh-no-retry", "1")
                .build());
        InboundContext context = of();
        try (Mesh mesh = mesh(retries)) {
            assertThat(call(mesh, MeshOptions.DEFAULT.withInbound(context))).isEqualTo(503);
        }
        assertThat(orders.getRequestCount()).isEqualTo(1);
        assertThat(context.responseHeaders()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void a_good_response_that_forbids_to_repeat_is_not_passed_on(int retries) throws IOException {
        orders.enqueue(
                new MockResponse.Builder().setHeader("x-mesh-no-retry", "1").build());
        InboundContext context = of();
        try (Mesh mesh = mesh(retries)) {
            assertThat(call(mesh, MeshOptions.DEFAULT.withInbound(context))).isEqualTo(200);
        }
        assertThat(context.responseHeaders()).isEmpty();
    }

    @Test
    void the_response_forbids_nothing_after_success_or_a_failure_that_was_not_repeated() throws IOException {
        orders.enqueue(new MockResponse.Builder().code(503).build());
        orders.enqueue(new MockResponse.Builder().build());
        orders.enqueue(new MockResponse.Builder().code(503).build());
        orders.enqueue(new MockResponse.Builder().code(503).build());
        InboundContext succeeded = of();
        InboundContext once = of();
        InboundContext forRetry = of("x-mesh-attempt", "2");
        try (Mesh mesh = mesh()) {
            assertThat(call(mesh, MeshOptions.DEFAULT.withInbound(succeeded))).isEqualTo(200);
            assertThat(call(mesh, MeshOptions.DEFAULT.withoutRetries().withInbound(once)))
                    .isEqualTo(503);
            assertThat(call(mesh, MeshOptions.DEFAULT.withInbound(forRetry))).isEqualTo(503);
        }
        assertThat(succeeded.responseHeaders()).isEmpty();
        assertThat(once.responseHeaders()).isEmpty();
        assertThat(forRetry.responseHeaders()).isEmpty();
    }

    @Test
    void a_call_without_retries_is_sent_once() throws IOException {
        orders.enqueue(new MockResponse.Builder().code(503).build());
        orders.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh()) {
            assertThat(call(mesh, MeshOptions.DEFAULT.withIdempotent().withoutRetries()))
                    .isEqualTo(503);
            assertThat(orders.getRequestCount()).isEqualTo(1);
            assertThat(call(mesh, MeshOptions.DEFAULT)).isEqualTo(200);
        }
    }

    @Test
    void the_context_of_the_thread_holds_until_its_scope_ends() throws Exception {
        for (int i = 0; i < 3; i++) {
            orders.enqueue(new MockResponse.Builder().build());
        }
        try (Mesh mesh = mesh()) {
            try (Scope outer =
                    of("baggage", "tenant=a", "x-mesh-deadline-ms", "60000").open()) {
                assertThat(outer).isNotNull();
                call(mesh, MeshOptions.DEFAULT);
                call(mesh, MeshOptions.DEFAULT.withInbound(of("baggage", "tenant=b")));
            }
            call(mesh, MeshOptions.DEFAULT);
        }
        Headers first = orders.takeRequest().getHeaders();
        assertThat(first.get("baggage")).isEqualTo("tenant=a");
        assertThat(first.get("x-mesh-deadline-ms")).isNotNull();
        assertThat(orders.takeRequest().getHeaders().get("baggage")).isEqualTo("tenant=b");
        assertThat(orders.takeRequest().getHeaders().get("baggage")).isNull();
        assertThat(InboundContext.current()).isNull();
    }
}
