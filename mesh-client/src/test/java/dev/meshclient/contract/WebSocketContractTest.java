package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** WebSockets; they need the client itself. */
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = Edge.class,
        names = {"PLAIN", "STATIC", "NEUTRAL"})
class WebSocketContractTest extends OkHttpContract {
    private static final MockResponse ECHO = new MockResponse.Builder()
            .webSocketUpgrade(new WebSocketListener() {
                @Override
                public void onMessage(WebSocket webSocket, String text) {
                    webSocket.send("you said " + text);
                }

                @Override
                public void onClosing(WebSocket webSocket, int code, String reason) {
                    webSocket.close(code, reason);
                }
            })
            .build();

    /** What a client heard, as words. */
    private static final class Heard extends WebSocketListener {
        private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            String word = words.take();
            return word == null ? "nothing" : word;
        }

        @Override
        public void onOpen(WebSocket webSocket, Response response) {
            words.add("open " + response.code());
        }

        @Override
        public void onMessage(WebSocket webSocket, String text) {
            words.add(text);
        }

        @Override
        public void onClosed(WebSocket webSocket, int code, String reason) {
            words.add("closed " + code + " " + reason);
        }

        @Override
        public void onFailure(WebSocket webSocket, Throwable failure, Response response) {
            words.add("failed " + (response == null ? failure.getClass().getSimpleName() : response.code()));
        }
    }

    @Test
    void a_web_socket_talks_and_closes() throws Exception {
        orders.enqueue(ECHO);
        Heard heard = new Heard();
        WebSocket socket = wrapped(b -> {}).newWebSocket(get("/socket"), heard);
        assertThat(heard.next()).isEqualTo("open 101");
        socket.send("hello");
        assertThat(heard.next()).isEqualTo("you said hello");
        socket.close(1000, "bye");
        assertThat(heard.next()).isEqualTo("closed 1000 bye");
        assertThat(orders.takeRequest().getHeaders().get("Upgrade")).isEqualTo("websocket");
    }

    @Test
    void a_web_socket_over_TLS_speaks_HTTP_1_1() throws Exception {
        useHttps();
        orders.enqueue(ECHO);
        Heard heard = new Heard();
        WebSocket socket = wrapped(b -> {}).newWebSocket(get("/socket"), heard);
        assertThat(heard.next()).isEqualTo("open 101");
        socket.cancel();
        assertThat(heard.next()).startsWith("failed");
    }

    @Test
    void network_interceptors_do_not_see_web_sockets() throws Exception {
        orders.enqueue(ECHO);
        Heard heard = new Heard();
        OkHttpClient client = wrapped(b -> b.addNetworkInterceptor(chain -> {
            throw new AssertionError("a network interceptor ran");
        }));
        WebSocket socket = client.newWebSocket(get("/socket"), heard);
        assertThat(heard.next()).isEqualTo("open 101");
        socket.cancel();
    }

    @Test
    void an_upgrade_that_is_refused_shows_the_answer() throws Exception {
        orders.enqueue(answer(404).build());
        Heard heard = new Heard();
        wrapped(b -> {}).newWebSocket(get("/socket"), heard);
        assertThat(heard.next()).isEqualTo("failed 404");
    }
}
