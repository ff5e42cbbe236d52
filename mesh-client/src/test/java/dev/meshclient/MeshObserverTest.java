package dev.meshclient;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.EventListener;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The events and headers of observers, through OkHttp. */
class MeshObserverTest {
    private final MockWebServer orders = new MockWebServer();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<Thread> madeOn = new CopyOnWriteArrayList<>();

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
            public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                headers.set("traceparent", "span " + attempt.number());
            }
        };
        CallObserver.Factory counting = call -> new CallObserver() {
            @Override
            public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                headers.add("x-of", attempt.endpointName()).add("x-of", "two");
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
        madeOn.add(Thread.currentThread());
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
    void a_call_that_no_rule_matches_names_the_service_whose_rules_do_not() throws Exception {
        List<CallInfo> ended = new CopyOnWriteArrayList<>();
        CallObserver.Factory keeping = call -> new CallObserver() {
            @Override
            public void ended(CallInfo last) {
                ended.add(last);
            }
        };
        String rules =
                "'rules': [{'matches': [{'path': {'type': 'Exact', 'value': '/b'}}], 'backendRefs': [{'name': 'orders'}]}]";
        String document = Documents.mesh("t")
                .epoch("e")
                .version(1)
                .services(Documents.service("orders").endpoint(80).with(rules))
                .json();
        try (TestMesh mesh = TestMesh.of(document, builder -> builder.observer(keeping))) {
            Request request = new Request.Builder().url("http://orders/a").build();
            assertThatThrownBy(() -> mesh.client().newCall(request).execute())
                    .isInstanceOfSatisfying(
                            NoRoute.class,
                            e -> assertThat(ended).singleElement().satisfies(call -> {
                                assertThat(call.service()).isEqualTo("orders");
                                assertThat(call.policy()).isEqualTo("e/1");
                                assertThat(call.rule()).isEmpty();
                                assertThat(call.decision())
                                        .hasToString(e.decision().toString());
                            }));
        }
    }

    /** A limit of the caller says nothing of the endpoint; it is a limit nevertheless. */
    @Test
    void an_attempt_that_a_limit_of_the_caller_ended_has_one_word_for_observers_and_in_the_decision() throws Exception {
        String document = Documents.mesh("t")
                .services(Documents.service("orders").endpoint(80))
                .json();
        try (TestMesh mesh = TestMesh.of(document, builder -> builder.observer(this::recording))) {
            mesh.service("orders").answers(FakeAnswer.ok("late").after(Duration.ofSeconds(9)));
            Request request = new Request.Builder()
                    .url("http://orders/a")
                    .tag(MeshOptions.class, MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)))
                    .build();

            assertThatThrownBy(() -> mesh.client().newCall(request).execute())
                    .isInstanceOfSatisfying(
                            DeadlineExceeded.class, e -> assertThat(e.decision().attempts())
                                    .extracting(Decision.Attempt::outcome)
                                    .containsExactly("deadline"));
        }
        assertThat(seen).contains("attempt deadline 0");
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

    private void checkObservedHere(Mesh mesh, Call.Factory client) throws Exception {
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        CompletableFuture<String> body = new CompletableFuture<>();
        client.newCall(new Request.Builder().url("http://orders/a").build()).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                body.completeExceptionally(e);
            }

            @Override
            public void onResponse(Call call, Response response) throws IOException {
                try (response) {
                    body.complete(response.body().string());
                }
            }
        });
        assertThat(body.get(10, SECONDS)).isEqualTo("ok");
        mesh.close(); // waits for the end of the call
        assertThat(seen).containsExactly("observe /a", "attempt response 200", "ended orders orders 200");
        assertThat(madeOn).containsExactly(Thread.currentThread());
    }

    @Test
    void an_asynchronous_call_is_observed_on_the_thread_that_makes_it() throws Exception {
        try (Mesh mesh = mesh(this::recording)) {
            checkObservedHere(mesh, mesh.wrap(new OkHttpClient()));
        }
    }

    @Test
    void a_call_of_a_factory_and_a_listener_is_observed_on_the_thread_that_makes_it() throws Exception {
        OkHttpClient listening =
                new OkHttpClient.Builder().eventListener(new EventListener() {}).build();
        try (Mesh mesh = mesh(this::recording)) {
            checkObservedHere(mesh, mesh.callFactory(listening));
        }
    }

    @Test
    void an_observed_call_that_an_interceptor_answers_ends_without_an_attempt() throws Exception {
        OkHttpClient answering = new OkHttpClient.Builder()
                .addInterceptor(chain -> new Response.Builder()
                        .request(chain.request())
                        .protocol(Protocol.HTTP_1_1)
                        .code(200)
                        .message("of the interceptor")
                        .build())
                .build();
        OkHttpClient failing = new OkHttpClient.Builder()
                .addInterceptor(chain -> {
                    throw new IOException("of the interceptor");
                })
                .build();
        try (Mesh mesh = mesh(this::counting)) {
            Request request = new Request.Builder().url("http://orders/a").build();
            mesh.wrap(answering).newCall(request).execute().close();
            assertThatThrownBy(() -> mesh.wrap(failing).newCall(request).execute())
                    .hasMessage("of the interceptor");
        }
        assertThat(seen).containsExactly("0 attempts null", "0 attempts java.io.IOException: of the interceptor");
    }

    private CallObserver counting(CallInfo made) {
        return new CallObserver() {
            @Override
            public void ended(CallInfo call) {
                assertThat(call).isSameAs(made);
                seen.add(call.attempts() + " attempts " + call.failure());
            }
        };
    }

    @Test
    void a_call_to_a_host_outside_the_mesh_is_not_observed() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        try (Mesh mesh = mesh(this::counting)) {
            Request request = new Request.Builder().url(orders.url("/a")).build();
            mesh.wrap(new OkHttpClient()).newCall(request).execute().close();
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void a_request_that_an_interceptor_changes_is_the_request_of_the_observed_call() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        List<CallInfo> made = new ArrayList<>();
        OkHttpClient changing = new OkHttpClient.Builder()
                .addInterceptor(chain -> chain.proceed(
                        chain.request().newBuilder().url("http://orders/b").build()))
                .build();
        try (Mesh mesh = mesh(call -> {
            made.add(call);
            return counting(call);
        })) {
            Request request = new Request.Builder().url("http://orders/a").build();
            mesh.wrap(changing).newCall(request).execute().close();
        }
        assertThat(seen).containsExactly("1 attempts null");
        assertThat(made.get(0).request().url().encodedPath()).isEqualTo("/b");
    }

    @Test
    void a_client_of_two_meshes_is_observed_by_both_on_the_thread_that_makes_the_call() throws Exception {
        List<String> outer = new CopyOnWriteArrayList<>();
        try (Mesh mesh = mesh(this::recording);
                Mesh above = mesh(call -> {
                    outer.add("observe on " + Thread.currentThread().getName());
                    return null;
                })) {
            checkObservedHere(mesh, mesh.wrap(above.wrap(new OkHttpClient())));
        }
        assertThat(outer).containsExactly("observe on " + Thread.currentThread().getName());
    }

    @Test
    void the_observation_ends_although_a_listener_of_the_caller_throws() throws Exception {
        OkHttpClient throwing = new OkHttpClient.Builder()
                .eventListener(new EventListener() {
                    @Override
                    public void callFailed(Call call, IOException e) {
                        throw new IllegalStateException("of the listener");
                    }
                })
                .addInterceptor(chain -> {
                    throw new IOException("of the interceptor");
                })
                .build();
        try (Mesh mesh = mesh(this::counting)) {
            Request request = new Request.Builder().url("http://orders/a").build();
            assertThatThrownBy(() -> mesh.wrap(throwing).newCall(request).execute())
                    .hasMessage("of the listener");
        }
        assertThat(seen).containsExactly("0 attempts java.io.IOException: of the interceptor");
    }

    @Test
    void a_checked_exception_that_an_observer_throws_unseen_harms_no_call() throws Exception {
        orders.enqueue(new MockResponse.Builder().body("ok").build());
        try (Mesh mesh = mesh(call -> new CallObserver() {
                    @Override
                    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                        MeshObserverTest.<RuntimeException>throwUnseen(new IOException("of the observer"));
                    }

                    @Override
                    public void ended(CallInfo ended) {
                        MeshObserverTest.<RuntimeException>throwUnseen(new IOException("of the observer"));
                    }
                });
                Response response = get(mesh)) {
            assertThat(response.body().string()).isEqualTo("ok");
        }
    }

    /** As Kotlin may throw it. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwUnseen(Exception e) throws E {
        throw (E) e;
    }
}
