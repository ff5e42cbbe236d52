package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer that grants a large HTTP/2 window and then reads nothing: a write blocks in the socket. */
class BlockedWriteTest {
    private static final byte[] LARGE = new byte[32_000_000];
    /** Longer than a write may be stuck while a cancelled call is still in it. */
    private static final Duration BUSY = Duration.ofMillis(2_500);

    private static int post(OkHttpClient http, byte[] body, Duration timeout) throws IOException {
        Request request = new Request.Builder()
                .url("http://orders/")
                .post(RequestBody.create(body))
                .tag(MeshOptions.class, MeshOptions.DEFAULT.withTimeout(timeout))
                .build();
        try (Response response = http.newCall(request).execute()) {
            return response.code();
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_deadline_ends_a_call_whose_write_is_blocked() throws Exception {
        AtomicInteger number = new AtomicInteger();
        try (RawServer server = RawServer.of(peer -> {
                    boolean stops = number.incrementAndGet() == 1;
                    peer.write(Http2.largeWindow());
                    peer.write(Http2.ok(Http2.request(peer)));
                    if (!stops) {
                        peer.write(Http2.ok(Http2.next(peer)));
                    }
                    peer.silence();
                });
                Mesh mesh = Http2.mesh(server)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(post(http, new byte[1], Duration.ofSeconds(30))).isEqualTo(200);
            assertThatThrownBy(() -> post(http, LARGE, Duration.ofSeconds(1))).isInstanceOf(DeadlineExceeded.class);
            assertThat(post(http, new byte[1], Duration.ofSeconds(30))).isEqualTo(200);
        }
    }

    @Test
    void a_peer_that_reads_slowly_loses_no_call_because_another_one_was_cancelled_before() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawServer server = RawServer.of(peer -> {
                    peer.write(Http2.largeWindow());
                    peer.write(Http2.ok(Http2.request(peer)));
                    Http2.next(peer);
                    asked.countDown();
                    await().pollDelay(BUSY).until(() -> true);
                    peer.write(Http2.ok(Http2.next(peer)));
                    peer.silence();
                });
                Mesh mesh = Http2.mesh(server)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            assertThat(post(http, new byte[1], Duration.ofSeconds(30))).isEqualTo(200);
            Call cancelled = http.newCall(
                    new Request.Builder().url("http://orders/cancelled").build());
            Thread canceller = new Thread(() -> {
                try {
                    asked.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                cancelled.cancel();
            });
            canceller.start();
            assertThatThrownBy(cancelled::execute).isInstanceOf(IOException.class);
            canceller.join();
            assertThat(post(http, LARGE, Duration.ofSeconds(60))).isEqualTo(200);
            assertThat(server.connections()).isOne();
        }
    }
}
