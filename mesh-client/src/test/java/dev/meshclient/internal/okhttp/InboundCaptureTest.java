package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.InboundContext;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call belongs to the inbound request that was handled where the call was created, on whatever thread it runs. */
class InboundCaptureTest {
    private static final InboundContext INBOUND = context("tenant=a");
    private static final Request REQUEST =
            new Request.Builder().url("http://orders/").build();

    private final MockWebServer server = new MockWebServer();

    private enum Kind {
        WRAPPED,
        WITH_LISTENER,
        FACTORY;

        Call.Factory of(Mesh mesh) {
            OkHttpClient client = new OkHttpClient();
            return switch (this) {
                case WRAPPED -> mesh.wrap(client);
                case WITH_LISTENER ->
                    mesh.wrap(client.newBuilder()
                            .eventListener(new EventListener() {})
                            .build());
                case FACTORY -> mesh.callFactory(client);
            };
        }
    }

    @BeforeEach
    void start() throws IOException {
        server.start();
        server.enqueue(new MockResponse.Builder().build());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static InboundContext context(String baggage) {
        Map<String, String> headers =
                Map.of("x-mesh-attempt", "2", "x-mesh-deadline-ms", "3600000", "baggage", baggage);
        return InboundContext.of(headers::get);
    }

    private Mesh.Builder mesh() {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'timeouts': {'request': '0s'}"))
                        .source());
    }

    /** A call created on this thread under the context, and on no other. */
    private static Call created(Call.Factory http, Request request) {
        try (InboundContext.Scope scope = INBOUND.open()) {
            assertThat(scope).isNotNull();
            return http.newCall(request);
        }
    }

    private static void enqueue(Call call) throws Exception {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
                status.completeExceptionally(e);
            }

            @Override
            public void onResponse(Call answered, Response response) {
                response.close();
                status.complete(response.code());
            }
        });
        assertThat(status.get(Patience.LONG.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(200);
    }

    private void assertReceived(String baggage) throws InterruptedException {
        RecordedRequest received = server.takeRequest();
        assertThat(received.getHeaders().get("baggage")).isEqualTo(baggage);
        assertThat(received.getHeaders().get("x-mesh-attempt")).isEqualTo("2");
        assertThat(received.getHeaders().get("x-mesh-deadline-ms")).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void an_asynchronous_call_belongs_to_it(Kind kind) throws Exception {
        try (Mesh mesh = mesh().build()) {
            enqueue(created(kind.of(mesh), REQUEST));
            assertReceived("tenant=a");
        }
    }

    @Test
    void the_callers_listener_hears_of_its_call_as_ever() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        EventListener listener = new EventListener() {
            @Override
            public void callStart(Call call) {
                heard.add("start");
            }

            @Override
            public void callEnd(Call call) {
                heard.add("end");
            }
        };
        try (Mesh mesh = mesh().build()) {
            OkHttpClient client =
                    mesh.wrap(new OkHttpClient.Builder().eventListener(listener).build());
            enqueue(created(client, REQUEST));
            assertReceived("tenant=a");
            await().until(() -> heard.size() == 2);
            assertThat(heard).containsExactly("start", "end");
        }
    }

    @Test
    void so_does_an_observed_one() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        try (Mesh mesh = mesh().observer(call -> {
                    threads.add(Thread.currentThread().getName());
                    return new CallObserver() {};
                })
                .build()) {
            enqueue(created(mesh.wrap(new OkHttpClient()), REQUEST));
            assertReceived("tenant=a");
            assertThat(threads).containsExactly(Thread.currentThread().getName());
        }
    }

    @Test
    void so_does_a_synchronous_one_that_another_thread_executes_under_its_own_context() throws Exception {
        try (Mesh mesh = mesh().build()) {
            Call call = created(mesh.wrap(new OkHttpClient()), REQUEST);
            try (InboundContext.Scope scope = context("tenant=b").open();
                    Response response = call.execute()) {
                assertThat(scope).isNotNull();
                assertThat(response.code()).isEqualTo(200);
            }
            assertReceived("tenant=a");
        }
    }

    @Test
    void a_context_that_is_stated_for_the_call_decides() throws Exception {
        try (Mesh mesh = mesh().build()) {
            MeshOptions stated = MeshOptions.DEFAULT.withInbound(context("tenant=c"));
            enqueue(created(
                    mesh.wrap(new OkHttpClient()),
                    REQUEST.newBuilder().tag(MeshOptions.class, stated).build()));
            assertReceived("tenant=c");
        }
    }

    @Test
    void a_call_that_was_created_without_a_context_has_that_of_the_thread_that_executes_it() throws Exception {
        try (Mesh mesh = mesh().build()) {
            Call call = mesh.wrap(new OkHttpClient()).newCall(REQUEST);
            try (InboundContext.Scope scope = INBOUND.open();
                    Response response = call.execute()) {
                assertThat(scope).isNotNull();
                assertThat(response.code()).isEqualTo(200);
            }
            assertReceived("tenant=a");
        }
    }
}
