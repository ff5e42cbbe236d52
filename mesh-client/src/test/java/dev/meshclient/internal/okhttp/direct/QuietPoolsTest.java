package dev.meshclient.internal.okhttp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuietPoolsTest {
    private static final long SECOND = 1_000_000_000;

    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return new MockResponse.Builder().body("x".repeat(1 << 20)).build(); // more than OkHttp reads ahead
            }
        });
        server.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Response get(ConnectionPool pool) throws IOException {
        OkHttpClient client = new OkHttpClient.Builder()
                .connectionPool(pool)
                .fastFallback(false)
                .build();
        return client.newCall(new Request.Builder().url(server.url("/")).build())
                .execute();
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
