package dev.meshclient.internal.okhttp.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asynchronous calls that wait for OkHttp's dispatcher. */
class DispatcherLimitTest {
    private final MockWebServer server = new MockWebServer();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final OkHttpClient client = new OkHttpClient();
    private final DispatcherLimit limit = new DispatcherLimit();

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                answer.await();
                return new MockResponse.Builder().build();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        answer.countDown();
        ExecutorService threads = client.dispatcher().executorService();
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        server.close();
    }

    private void enqueue(Call.Factory calls, String url, int count) {
        for (int i = 0; i < count; i++) {
            calls.newCall(new Request.Builder().url(url).build()).enqueue(new Callback() {
                @Override
                public void onFailure(Call call, IOException e) {}

                @Override
                public void onResponse(Call call, Response response) {
                    response.close();
                }
            });
        }
    }

    private boolean isToldAt(int second) {
        return limit.look(client.dispatcher(), "orders", TimeUnit.SECONDS.toNanos(second));
    }

    @Test
    void is_logged_once_and_only_when_calls_wait_for_it() {
        String url = server.url("/").toString();
        enqueue(client, url, 5);
        assertThat(isToldAt(1)).isFalse();
        enqueue(client, url, 1);
        assertThat(isToldAt(2)).isTrue();
        assertThat(isToldAt(3)).isFalse();
    }

    @Test
    void is_looked_for_once_a_second_since_it_takes_the_lock_of_the_dispatcher() {
        String url = server.url("/").toString();
        enqueue(client, url, 5);
        assertThat(isToldAt(1)).isFalse();
        enqueue(client, url, 1);
        assertThat(isToldAt(1)).isFalse();
        assertThat(isToldAt(2)).isTrue();
    }

    @Test
    void the_limit_for_all_hosts_is_not_this_one() {
        client.dispatcher().setMaxRequests(2);
        enqueue(client, server.url("/").toString(), 3);
        assertThat(isToldAt(1)).isFalse();
    }

    @Test
    void an_unused_call_factory_leaves_no_dispatcher_behind() {
        try (Mesh mesh = mesh()) {
            WeakReference<Object> dispatcher =
                    new WeakReference<>(((OkHttpClient) mesh.callFactory(client)).dispatcher());
            await().until(() -> {
                System.gc();
                return dispatcher.get() == null;
            });
        }
    }

    @Test
    void a_call_factory_is_not_held_to_it() {
        try (Mesh mesh = mesh()) {
            OkHttpClient calls = (OkHttpClient) mesh.callFactory(client);
            enqueue(calls, "http://orders/", 6);
            assertThat(calls.dispatcher().queuedCallsCount()).isZero();
            answer.countDown();
        }
    }

    private Mesh mesh() {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders").endpoint(server.getPort()))
                        .source())
                .build();
    }
}
