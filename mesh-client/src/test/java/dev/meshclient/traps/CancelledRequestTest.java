package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Mesh;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/**
 * A call that is cancelled while its request is written, over HTTP/2, to a peer that answers before it has read the request.
 * OkHttp 5.5.1 itself never releases the connection of such a call: it logs a leaked body that no caller ever had.
 */
class CancelledRequestTest {
    /** More than the buffers of both sockets hold. */
    private static final int LARGE = 16 << 20;

    private static final class Cancelling extends EventListener {
        final AtomicBoolean released = new AtomicBoolean();

        @Override
        public void requestHeadersStart(Call call) {
            call.cancel();
        }

        @Override
        public void connectionReleased(Call call, Connection connection) {
            released.set(true);
        }
    }

    @Test
    void its_connection_is_released_although_the_response_has_arrived() throws Exception {
        Cancelling listener = new Cancelling();
        try (RawServer server = RawServer.of(peer -> {
                    peer.write(Http2.ok(Http2.begun(peer)));
                    Http2.writeIgnored(peer, LARGE);
                    peer.drain();
                });
                Mesh mesh = Http2.mesh(server)) {
            OkHttpClient http =
                    mesh.wrap(new OkHttpClient.Builder().eventListener(listener).build());
            Call call = http.newCall(new Request.Builder()
                    .url("http://orders/")
                    .header("x-large", "|".repeat(LARGE)) // HPACK makes it no shorter: its write blocks
                    .build());
            assertThatThrownBy(() -> call.execute().close())
                    .isInstanceOf(IOException.class)
                    .hasMessage("Canceled");
            await().untilTrue(listener.released);
        }
    }
}
