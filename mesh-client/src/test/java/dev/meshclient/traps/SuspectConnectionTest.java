package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Patience;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two slow requests over one HTTP/2 connection that is otherwise quiet; one of them misses a deadline. Later calls use another
 * connection, and the other request keeps its own.
 */
class SuspectConnectionTest {
    private volatile CompletableFuture<Boolean> answers = new CompletableFuture<>();
    private final AtomicReference<@Nullable Socket> socket = new AtomicReference<>();

    /** Its first connection answers the second request when it is told to, and the third never. */
    private RawServer slow() throws IOException {
        AtomicInteger number = new AtomicInteger();
        CompletableFuture<Boolean> told = answers;
        return RawServer.of(peer -> {
            if (number.incrementAndGet() > 1) {
                peer.write(Http2.ok(Http2.request(peer)));
                peer.drain();
                return;
            }
            peer.write(Http2.ok(Http2.request(peer)));
            int slow = Http2.next(peer);
            Http2.next(peer);
            told.join();
            peer.write(Http2.ok(slow));
            peer.drain();
        });
    }

    private static Request get(MeshOptions options) {
        return new Request.Builder()
                .url("http://orders/")
                .tag(MeshOptions.class, options)
                .build();
    }

    private static int status(OkHttpClient http, MeshOptions options) throws IOException {
        try (Response response = http.newCall(get(options)).execute()) {
            return response.code();
        }
    }

    private final class Sockets extends EventListener {
        @Override
        public void connectionAcquired(Call call, Connection connection) {
            socket.compareAndSet(null, connection.socket());
        }
    }

    private static CompletableFuture<Integer> enqueued(Call call) {
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
        return status;
    }

    /** The other slow request while its connection is retired. */
    private interface Rest {
        void go(Call slow, CompletableFuture<Integer> status) throws Exception;
    }

    private void afterAMissedDeadline(Duration timeout, Rest rest) throws Exception {
        answers = new CompletableFuture<>();
        socket.set(null);
        try (RawServer server = slow();
                Mesh mesh = Http2.mesh(server)) {
            OkHttpClient http = mesh.wrap(
                    new OkHttpClient.Builder().eventListener(new Sockets()).build());
            assertThat(status(http, MeshOptions.DEFAULT)).isEqualTo(200);
            Call slow = http.newCall(get(MeshOptions.DEFAULT));
            CompletableFuture<Integer> status = enqueued(slow);
            await().until(() -> server.requests() == 2);
            assertThatThrownBy(() -> status(http, MeshOptions.DEFAULT.withTimeout(timeout)))
                    .isInstanceOf(DeadlineExceeded.class);
            assertThat(server.requests()).isEqualTo(3);
            assertThat(status(http, MeshOptions.DEFAULT)).isEqualTo(200);
            assertThat(server.connections()).isEqualTo(2);
            rest.go(slow, status);
        }
    }

    @Test
    void a_missed_deadline_does_not_cut_another_request_on_its_connection() throws Exception {
        Patience.expires(timeout -> afterAMissedDeadline(timeout, (slow, status) -> {
            assertThat(status).isNotDone();
            answers.complete(true);
            assertThat(status.get(Patience.LONG.toMillis(), TimeUnit.MILLISECONDS))
                    .isEqualTo(200);
        }));
    }

    @Test
    void the_connection_is_closed_when_its_last_request_is_cancelled() throws Exception {
        Patience.expires(timeout -> afterAMissedDeadline(timeout, (slow, status) -> {
            slow.cancel();
            assertThatThrownBy(() -> status.get(Patience.LONG.toMillis(), TimeUnit.MILLISECONDS))
                    .hasCauseInstanceOf(IOException.class);
            assertThat(socket.get().isClosed()).isTrue();
        }));
    }
}
