package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
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

/** What observers see and set, through OkHttp. */
class MeshObserverTest {
    private final MockWebServer orders = new MockWebServer();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        orders.start();
    }

    @AfterEach
    void stop() {
        orders.close();
    }

    private Mesh mesh(CallObserver.Factory... observers) throws IOException {
        Documents document = Documents.mesh("t")
                .epoch("e")
                .version(1)
                .services(Documents.service("orders").endpoint(orders.getPort()));
        Mesh.Builder builder = Mesh.builder().policy(document.source()).snapshotDirectory(null);
        for (CallObserver.Factory observer : observers) {
            builder.observer(observer);
        }
        return builder.build();
    }

    private static Response get(Mesh mesh) throws IOException {
        Request request = new Request.Builder()
                .url("http://orders/a")
                .header("traceparent", "of the caller")
                .build();
        return mesh.wrap(new OkHttpClient()).newCall(request).execute();
    }

    @Test
    void a_header_of_its_own_reaches_the_wire_with_each_attempt_and_replaces_the_callers() throws Exception {
        orders.enqueue(new MockResponse.Builder().code(503).build());
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        CallObserver.Factory tracing = call -> new CallObserver() {
            @Override
            public void attemptStarting(AttemptInfo attempt, Headers.Builder wire) {
                wire.set("traceparent", "span " + attempt.number());
            }
        };
        CallObserver.Factory counting = call -> new CallObserver() {
            @Override
            public void attemptStarting(AttemptInfo attempt, Headers.Builder wire) {
                wire.add("x-of", attempt.endpointName()).add("x-of", "two");
            }
        };
        try (Mesh mesh = mesh(tracing, counting);
                Response response = get(mesh)) {
            assertThat(response.code()).isEqualTo(200);
            assertThat(response.request().header("traceparent")).isEqualTo("of the caller");
        }
        for (int attempt = 1; attempt <= 2; attempt++) {
            Headers sent = orders.takeRequest().getHeaders();
            assertThat(sent.values("traceparent")).containsExactly("span " + attempt);
            assertThat(sent.values("x-of")).containsExactly("127.0.0.1:" + orders.getPort(), "two");
        }
    }

    private CallObserver recording(CallInfo call) {
        seen.add("observe " + call.request().url().encodedPath());
        return new CallObserver() {
            @Override
            public void attemptEnded(AttemptInfo attempt) {
                seen.add("attempt " + attempt.outcomeName() + " " + attempt.status());
            }

            @Override
            public void ended(CallInfo ended) {
                Decision.Attempt last = ended.decision().attempts().get(0);
                seen.add("ended " + ended.service() + " " + ended.backend() + " " + ended.status()
                        + (ended.failure() == null ? "" : " failed") + (last.failure() == null ? "" : " in its body"));
            }
        };
    }

    @Test
    void a_call_that_is_read_to_its_end_has_not_failed() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        try (Mesh mesh = mesh(this::recording);
                Response response = get(mesh)) {
            assertThat(response.body().string()).isEqualTo("ok");
        }
        assertThat(seen).containsExactly("observe /a", "attempt response 200", "ended orders orders 200");
    }

    @Test
    void a_body_that_fails_after_its_headers_is_a_failed_call_to_observers_and_in_the_decision() throws Exception {
        orders.enqueue(new MockResponse.Builder()
                .body("x".repeat(100_000))
                .onResponseBody(new SocketEffect.CloseSocket())
                .build());
        try (Mesh mesh = mesh(this::recording);
                Response response = get(mesh)) {
            assertThatThrownBy(() -> response.body().string()).isInstanceOf(IOException.class);
            assertThat(Objects.requireNonNull(
                            Mesh.decision(response).attempts().get(0).failure()))
                    .isNotEmpty();
        }
        assertThat(seen)
                .containsExactly("observe /a", "attempt response 200", "ended orders orders 200 failed in its body");
    }
}
