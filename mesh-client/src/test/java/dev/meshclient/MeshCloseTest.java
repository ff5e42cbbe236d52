package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.contract.Enqueued;
import dev.meshclient.telemetry.AccessLog;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a mesh: calls finish, then nothing of it is left. */
class MeshCloseTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/").build();
    /** A claimed host where no server answers; once closing has begun the mesh refuses it. */
    private static final Request NOWHERE =
            new Request.Builder().url("http://127.0.0.1:1/").build();

    private final MockWebServer server = new MockWebServer();
    private final Sockets sockets = new Sockets();
    private final OkHttpClient caller = new OkHttpClient();
    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    @BeforeEach
    void start() throws IOException {
        server.setServerSocketFactory(sockets);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Mesh.Builder mesh(String settings) {
        return Mesh.builder()
                .claim("127.0.0.1")
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with(settings))
                        .source());
    }

    private Mesh mesh() {
        return mesh("").build();
    }

    private void answers(String... headers) {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                MockResponse.Builder answer = new MockResponse.Builder().body("ok");
                for (String header : headers) {
                    answer.addHeader(header);
                }
                return answer.build();
            }
        });
    }

    private static String read(Call.Factory calls) throws IOException {
        try (Response response = calls.newCall(GET).execute()) {
            return response.body().string();
        }
    }

    private static CompletableFuture<String> enqueue(Call.Factory calls) {
        return Enqueued.body(calls.newCall(GET));
    }

    private List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("mesh") || name.startsWith("OkHttp http"))
                .toList();
    }

    private static long usedAfterGc() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void a_mesh_that_cannot_be_built_leaves_no_thread() {
        Mesh.Builder broken = Mesh.builder()
                .policy(Documents.mesh("test").source())
                .accessLog(AccessLog.json(AccessLog.logger()))
                .identity(sink -> {
                    throw new IllegalStateException("there is no agent");
                });

        assertThatThrownBy(broken::build).hasMessage("there is no agent");
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void a_thousand_meshes_leave_no_thread_no_socket_and_no_memory() throws Exception {
        answers();
        List<WeakReference<Mesh>> meshes = new ArrayList<>();
        cycles(100, meshes);
        long before = usedAfterGc();
        cycles(900, meshes);
        await().until(() -> sockets.open() == 0);
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
        await().until(() -> {
            System.gc();
            return meshes.stream().allMatch(m -> m.get() == null);
        });
        assertThat(sockets.accepted()).isEqualTo(1000);
        assertThat(usedAfterGc() - before).isLessThan(8L << 20);
    }

    private void cycles(int count, List<WeakReference<Mesh>> meshes) throws Exception {
        for (int i = 0; i < count; i++) {
            try (Mesh mesh = mesh()) {
                meshes.add(new WeakReference<>(mesh));
                if (i % 10 == 0) {
                    assertThat(enqueue(mesh.callFactory(caller)).get()).isEqualTo("ok");
                } else {
                    assertThat(read(mesh.wrap(caller))).isEqualTo("ok");
                }
            }
        }
    }

    @Test
    void a_connection_that_was_put_aside_is_closed_too() throws Exception {
        answers("Keep-Alive: timeout=5");
        Mesh mesh = mesh();
        OkHttpClient http = mesh.wrap(caller);
        read(http);
        read(http);
        read(http);
        mesh.close();
        await().until(() -> sockets.open() == 0);
        assertThat(sockets.accepted()).isLessThanOrEqualTo(2);
    }

    // ---- calls under way

    /** Answers when it is let. */
    private CountDownLatch answersLater() {
        CountDownLatch let = new CountDownLatch(1);
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                let.await();
                return new MockResponse.Builder().body("late").build();
            }
        });
        return let;
    }

    private void arrived() throws InterruptedException {
        server.takeRequest();
    }

    private static CompletableFuture<Void> closing(Mesh mesh) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    mesh.close();
                    closed.complete(null);
                },
                "closing");
        thread.setDaemon(true);
        thread.start();
        return closed;
    }

    @Test
    void a_call_under_way_finishes_and_closing_waits_for_it() throws Exception {
        CountDownLatch let = answersLater();
        Mesh mesh = mesh("").drainTimeout(Duration.ofMinutes(1)).build();
        OkHttpClient http = mesh.wrap(caller);
        CompletableFuture<String> body = enqueue(http);
        await().until(() -> sockets.accepted() == 1);
        CompletableFuture<Void> closed = closing(mesh);
        await().untilAsserted(() ->
                assertThatThrownBy(() -> http.newCall(NOWHERE).execute()).isInstanceOf(PolicyUnavailable.class));
        assertThat(closed).isNotDone();
        let.countDown();
        assertThat(body.get()).isEqualTo("late");
        closed.get();
        await().until(() -> sockets.open() == 0);
    }

    @Test
    void a_call_to_a_host_without_endpoints_finishes_too() throws Exception {
        CountDownLatch let = answersLater();
        Mesh mesh = Mesh.builder()
                .drainTimeout(Duration.ofMinutes(1))
                .policy(Documents.mesh("test")
                        .services(Documents.service("all", "*").with("'resolution': 'NONE'"))
                        .source())
                .build();
        OkHttpClient http = mesh.wrap(caller);
        CompletableFuture<String> body = new CompletableFuture<>();
        Call call = http.newCall(new Request.Builder().url(server.url("/")).build());
        Thread calling = new Thread(() -> {
            try (Response response = call.execute()) {
                body.complete(response.body().string());
            } catch (IOException e) {
                body.completeExceptionally(e);
            }
        });
        calling.start();
        await().until(() -> sockets.accepted() == 1);
        CompletableFuture<Void> closed = closing(mesh);
        await().untilAsserted(() ->
                assertThatThrownBy(() -> http.newCall(NOWHERE).execute()).isInstanceOf(PolicyUnavailable.class));
        assertThat(closed).isNotDone();
        let.countDown();
        assertThat(body.get()).isEqualTo("late");
        closed.get();
    }

    @Test
    void a_call_that_pauses_between_two_attempts_finishes_too() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .code(503)
                .addHeader("Retry-After", "1")
                .build());
        server.enqueue(new MockResponse.Builder().body("second").build());
        Mesh mesh = mesh("").drainTimeout(Duration.ofMinutes(1)).build();
        CompletableFuture<String> body = enqueue(mesh.wrap(caller));
        arrived();
        mesh.close();
        assertThat(server.getRequestCount()).isEqualTo(2);
        assertThat(body.get()).isEqualTo("second");
    }

    @Test
    void a_call_that_lasts_longer_than_the_drain_time_ends_by_itself_and_leaves_nothing() throws Exception {
        CountDownLatch let = answersLater();
        Mesh mesh = mesh("").drainTimeout(Duration.ofMillis(50)).build();
        CompletableFuture<String> body = enqueue(mesh.wrap(caller));
        await().until(() -> sockets.accepted() == 1);
        mesh.close();
        assertThat(body).isNotDone();
        let.countDown();
        assertThat(body.get()).isEqualTo("late");
        await().until(() -> sockets.open() == 0);
    }

    @Test
    void a_call_that_outlives_the_mesh_keeps_its_deadline() throws Exception {
        CountDownLatch never = answersLater();
        Mesh mesh = mesh("'timeouts': {'request': '1s'}")
                .drainTimeout(Duration.ofMillis(50))
                .build();
        CompletableFuture<String> body = enqueue(mesh.wrap(caller));
        await().until(() -> sockets.accepted() == 1 || body.isDone());
        mesh.close();
        assertThatThrownBy(body::get).hasRootCauseInstanceOf(DeadlineExceeded.class);
        never.countDown();
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void a_call_that_was_cancelled_above_the_mesh_is_not_waited_for() throws Exception {
        answers();
        Mesh mesh = mesh("").drainTimeout(Duration.ofMinutes(10)).build();
        OkHttpClient cancelling = caller.newBuilder()
                .addInterceptor(chain -> {
                    chain.call().cancel();
                    return chain.proceed(chain.request());
                })
                .build();
        assertThatThrownBy(() -> read(mesh.wrap(cancelling))).isInstanceOf(IOException.class);
        mesh.close(); // would take ten minutes
    }

    @Test
    void a_wait_for_a_policy_ends_when_the_mesh_closes() throws Exception {
        Mesh mesh = Mesh.builder().policy(sink -> () -> {}).build();
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread asking = new Thread(
                () -> {
                    try {
                        ready.complete(mesh.awaitReady(Duration.ofMinutes(10)));
                    } catch (IOException e) {
                        ready.completeExceptionally(e);
                    }
                },
                "asking");
        asking.setDaemon(true);
        asking.start();
        await().until(() -> asking.getState() == Thread.State.TIMED_WAITING);
        mesh.close();
        assertThat(ready.get()).isFalse();
    }

    @Test
    void a_closed_mesh_answers_at_once_that_it_has_no_policy() throws Exception {
        Mesh mesh = Mesh.builder().policy(sink -> () -> {}).build();
        mesh.close();
        assertThat(mesh.awaitReady(Duration.ofMinutes(10))).isFalse();
    }

    @Test
    void closing_twice_does_nothing_more() throws Exception {
        answers();
        Mesh mesh = mesh();
        read(mesh.wrap(caller));
        mesh.close();
        mesh.close();
        assertThatThrownBy(() -> read(mesh.wrap(caller))).isInstanceOf(PolicyUnavailable.class);
    }

    @Test
    void a_call_that_waits_for_the_first_policy_ends_with_the_mesh() throws Exception {
        Mesh mesh = Mesh.builder()
                .policy(sink -> () -> {})
                .claim("orders")
                .initialFetchTimeout(Duration.ofMinutes(10))
                .build();
        OkHttpClient http = mesh.wrap(caller);
        CompletableFuture<String> body = enqueue(http);
        await().until(() -> http.dispatcher().runningCallsCount() == 1);
        mesh.close();
        assertThatThrownBy(body::get).hasCauseInstanceOf(PolicyUnavailable.class);
    }
}
