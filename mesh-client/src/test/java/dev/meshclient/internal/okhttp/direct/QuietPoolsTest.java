package dev.meshclient.internal.okhttp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.concurrent.TaskQueue;
import okhttp3.internal.concurrent.TaskRunner;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuietPoolsTest {
    private static final long SECOND = 1_000_000_000;
    private static final int CALLS = 100;
    private static final Buffer BODY = new Buffer().write(new byte[1 << 20]); // more than OkHttp reads ahead

    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body(BODY).build();
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static OkHttpClient client(ConnectionPool pool) {
        return new OkHttpClient.Builder()
                .connectionPool(pool)
                .fastFallback(false)
                .build();
    }

    private Response get(ConnectionPool pool) throws IOException {
        return get(client(pool));
    }

    private Response get(OkHttpClient client) throws IOException {
        return client.newCall(new Request.Builder().url(server.url("/")).build())
                .execute();
    }

    /** OkHttp's threads and clock; records what its coordinator does. */
    private static final class RecordingBackend implements TaskRunner.Backend {
        private final TaskRunner.Backend okhttp = TaskRunner.INSTANCE.getBackend();
        final AtomicInteger notifications = new AtomicInteger();
        final List<Long> waits = new CopyOnWriteArrayList<>();

        @Override
        public long nanoTime() {
            return okhttp.nanoTime();
        }

        @Override
        public void coordinatorNotify(TaskRunner runner) {
            notifications.incrementAndGet();
            okhttp.coordinatorNotify(runner);
        }

        @Override
        public void coordinatorWait(TaskRunner runner, long nanos) {
            waits.add(nanos);
            okhttp.coordinatorWait(runner, nanos);
        }

        @Override
        public <T> BlockingQueue<T> decorate(BlockingQueue<T> queue) {
            return okhttp.decorate(queue);
        }

        @Override
        public void execute(TaskRunner runner, Runnable task) {
            okhttp.execute(runner, task);
        }
    }

    private RecordingBackend afterCalls(Function<TaskRunner.Backend, TaskRunner> of) throws IOException {
        RecordingBackend backend = new RecordingBackend();
        OkHttpClient client = client(QuietPools.pool(5, 3600 * SECOND, of.apply(backend)));
        get(client).body().bytes();
        await().until(() -> !backend.waits.isEmpty());
        for (int i = 0; i < CALLS; i++) {
            get(client).body().bytes();
        }
        client.connectionPool().evictAll();
        return backend;
    }

    @Test
    void calls_do_not_wake_a_thread() throws Exception {
        RecordingBackend ordinary =
                afterCalls(backend -> new TaskRunner(backend, TaskRunner.INSTANCE.getLogger$okhttp()));
        assertThat(ordinary.notifications).hasPositiveValue();
        assertThat(afterCalls(QuietPools::runner).notifications).hasValue(0);
    }

    /** An idle connection is closed by the first look after its time, so at most a second later. */
    @Test
    void it_looks_for_idle_connections_once_a_second() throws Exception {
        RecordingBackend ordinary =
                afterCalls(backend -> new TaskRunner(backend, TaskRunner.INSTANCE.getLogger$okhttp()));
        assertThat(ordinary.waits).anyMatch(nanos -> nanos > SECOND);
        assertThat(afterCalls(QuietPools::runner).waits).allMatch(nanos -> nanos <= SECOND);
    }

    @Test
    void the_pools_of_endpoints_are_such() throws Exception {
        Set<TaskQueue> earlier = Set.copyOf(QuietPools.RUNNER.activeQueues());
        ConnectionPool pool = QuietPools.pool(5, 3600 * SECOND);
        get(pool).body().bytes();
        assertThat(QuietPools.RUNNER.activeQueues()).anyMatch(queue -> !earlier.contains(queue));
        pool.evictAll();
    }

    /** Each time the pool is empty its tasks have ended, and the next connection must begin them again. */
    @Test
    void closes_idle_connections_each_time_anew() throws Exception {
        ConnectionPool pool = QuietPools.pool(5, SECOND);
        for (int i = 0; i < 2; i++) {
            get(pool).body().bytes();
            assertThat(pool.connectionCount()).isOne();
            await().untilAsserted(() -> assertThat(pool.connectionCount()).isZero());
        }
    }

    @Test
    void closes_more_idle_connections_than_it_may_keep() throws Exception {
        ConnectionPool pool = QuietPools.pool(2, 3600 * SECOND);
        List<Response> open = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            open.add(get(pool));
        }
        for (Response response : open) {
            response.body().bytes();
        }
        await().untilAsserted(() -> assertThat(pool.connectionCount()).isEqualTo(2));
        pool.evictAll();
        assertThat(pool.connectionCount()).isZero();
    }

    @Test
    void closes_a_connection_whose_body_was_forgotten() throws Exception {
        ConnectionPool pool = QuietPools.pool(5, SECOND);
        assertThat(get(pool).code()).isEqualTo(200);
        await().untilAsserted(() -> {
            System.gc();
            assertThat(pool.connectionCount()).isZero();
        });
    }

    /** A look once a second would come too late. */
    @Test
    void connections_that_are_kept_for_less_than_a_second_are_looked_after_by_OkHttp() throws Exception {
        ConnectionPool pool = QuietPools.pool(5, SECOND / 10);
        get(pool).body().bytes();
        await().untilAsserted(() -> assertThat(pool.connectionCount()).isZero());
    }
}
