package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.internal.okhttp.events.RealCallAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Calls of a call factory are those of the client's dispatcher. */
class CallerDispatcherTest {
    private static final int MORE_THAN_FIVE = 8;
    private static final ThreadGroup CALLERS = new ThreadGroup("callers"); // OkHttp renames the threads

    private final MockWebServer server = new MockWebServer();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool(run -> new Thread(CALLERS, run));
    private final Dispatcher dispatcher = new Dispatcher(threads);
    private final AtomicInteger idle = new AtomicInteger();
    private final Queue<String> ends = new ConcurrentLinkedQueue<>();
    private Mesh mesh;
    private Call.Factory calls;

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new mockwebserver3.Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                answer.await();
                return new MockResponse.Builder().body("ok").build();
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
        dispatcher.setIdleCallback(idle::incrementAndGet);
        mesh = Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders").endpoint(server.getPort()))
                        .source())
                .drainTimeout(Duration.ZERO)
                .build();
        calls = mesh.callFactory(
                new OkHttpClient.Builder().dispatcher(dispatcher).build());
    }

    @AfterEach
    void stop() throws InterruptedException {
        answer.countDown();
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        mesh.close();
        server.close();
    }

    private static Request request(Object tag) {
        return new Request.Builder()
                .url("http://orders/")
                .tag(Object.class, tag)
                .build();
    }

    private Call enqueue(Object tag) {
        Call call = calls.newCall(request(tag));
        call.enqueue(new Callback() {
            @Override
            public void onFailure(Call same, IOException e) {
                ends.add(e.getClass().getSimpleName() + " " + e.getMessage());
            }

            @Override
            public void onResponse(Call same, Response response) throws IOException {
                try (response) {
                    boolean callers = Thread.currentThread().getThreadGroup() == CALLERS;
                    ends.add(callers ? response.body().string() : "on another thread");
                }
            }
        });
        return call;
    }

    private void enqueue(int count) {
        for (int i = 0; i < count; i++) {
            enqueue("tag");
        }
    }

    @Test
    void they_run_on_its_executor_and_its_idle_callback_follows_the_last() throws Exception {
        enqueue(MORE_THAN_FIVE);
        for (int i = 0; i < MORE_THAN_FIVE; i++) {
            server.takeRequest(); // all of one host at a time
        }
        assertThat(dispatcher.runningCallsCount()).isEqualTo(MORE_THAN_FIVE);
        assertThat(dispatcher.queuedCallsCount()).isZero();
        assertThat(idle).hasValue(0);
        answer.countDown();
        await().until(() -> idle.get() > 0);
        assertThat(ends).hasSize(MORE_THAN_FIVE).containsOnly("ok");
        assertThat(dispatcher.runningCallsCount()).isZero();
    }

    /** An agent may add a listener to all calls of a process, also to those by which these calls wait. */
    @Test
    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    void another_listener_where_they_wait_fails_them_and_throws_nothing_on_its_threads() throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        ThreadPoolExecutor joining = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>()) {
            @Override
            protected void beforeExecute(Thread thread, Runnable asynchronous) {
                Objects.requireNonNull(RealCallAccess.ofRunnable(asynchronous))
                        .addEventListener(new EventListener() {});
            }

            @Override
            protected void afterExecute(Runnable asynchronous, @Nullable Throwable e) {
                if (e != null) {
                    thrown.add(e);
                }
            }
        };
        calls = mesh.callFactory(
                new OkHttpClient.Builder().dispatcher(new Dispatcher(joining)).build());
        enqueue("tag");
        await().until(() -> ends.size() == 1);
        joining.shutdown();
        assertThat(joining.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(thrown).isEmpty();
        assertThat(ends.peek()).contains("IOException ");
    }

    @Test
    void they_wait_for_its_limit_of_all_requests_and_its_cancelAll_reaches_those_too() throws Exception {
        dispatcher.setMaxRequests(2);
        enqueue(5);
        assertThat(dispatcher.runningCallsCount()).isEqualTo(2);
        assertThat(dispatcher.queuedCallsCount()).isEqualTo(3);
        server.takeRequest();
        server.takeRequest();
        dispatcher.cancelAll();
        await().until(() -> ends.size() == 5);
        assertThat(ends).allMatch(end -> end.matches("SocketException Socket (is )?closed|IOException Canceled"));
        assertThat(server.getRequestCount()).isEqualTo(2);
        await().until(() -> dispatcher.runningCallsCount() == 0);
    }

    @Test
    @DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
    void each_can_be_found_by_its_tag_and_cancelled() throws Exception {
        Call call = enqueue("mine");
        server.takeRequest();
        for (Call running : dispatcher.runningCalls()) {
            if ("mine".equals(running.request().tag(Object.class))) {
                running.cancel();
            }
        }
        await().until(() -> ends.size() == 1);
        assertThat(call.isCanceled()).isTrue();
    }

    @Test
    void one_on_the_thread_of_its_caller_is_counted_and_cancelled_too() throws Exception {
        Call call = calls.newCall(request("tag"));
        threads.execute(() -> {
            try (Response response = call.execute()) {
                ends.add(response.body().string());
            } catch (IOException e) {
                ends.add(e.getClass().getSimpleName());
            }
        });
        server.takeRequest();
        assertThat(dispatcher.runningCallsCount()).isEqualTo(1);
        dispatcher.cancelAll();
        await().until(() -> ends.size() == 1);
        assertThat(call.isCanceled()).isTrue();
        assertThat(ends).doesNotContain("ok");
        await().until(() -> idle.get() == 1);
    }

    @Test
    void a_call_that_a_callback_makes_is_one_of_its_own() throws Exception {
        answer.countDown();
        Queue<Integer> running = new ConcurrentLinkedQueue<>();
        calls.newCall(request("tag")).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                ends.add(e.toString());
            }

            @Override
            public void onResponse(Call call, Response response) throws IOException {
                response.close();
                Call second = calls.newCall(
                        request("tag").newBuilder().url("http://orders/second").build());
                try (Response next = second.execute()) {
                    running.add(dispatcher.runningCallsCount());
                    ends.add(next.body().string());
                }
            }
        });
        await().until(() -> !ends.isEmpty());
        assertThat(ends).containsExactly("ok");
        assertThat(running).containsExactly(1);
        await().until(() -> dispatcher.runningCallsCount() == 0);
    }

    @Test
    void none_begins_when_its_executor_is_shut_down() {
        threads.shutdown();
        enqueue(1);
        assertThat(ends).containsExactly("InterruptedIOException executor rejected");
        assertThat(server.getRequestCount()).isZero();
    }
}
