package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.connection.RealConnection;
import org.junit.jupiter.api.Test;

/**
 * OkHttp takes a call whose response was forgotten from its connection before it closes that. A call that begins in between must not
 * read what is left of the response: as its status line, or worse, as its response.
 */
class ForgottenConnectionTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer";

    private final List<Connection> used = new CopyOnWriteArrayList<>();

    private static Response execute(OkHttpClient http) throws IOException {
        return http.newCall(new Request.Builder().url("http://orders/").build()).execute();
    }

    private static String get(OkHttpClient http) throws IOException {
        return execute(http).body().string();
    }

    @Test
    void no_other_call_gets_what_is_left_of_it() throws Exception {
        try (RawServer server = RawServer.of(peer -> {
                    while (true) {
                        peer.request();
                        peer.write(ANSWER); // at once: OkHttp reads the body with the head
                    }
                });
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("test")
                                .services(Documents.service("orders")
                                        .endpoint("127.0.0.1", server.port())
                                        .with("'retry': {'attempts': 0}"))
                                .source())
                        .build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient.Builder()
                    .eventListener(new EventListener() {
                        @Override
                        public void connectionAcquired(Call call, Connection connection) {
                            used.add(connection);
                        }
                    })
                    .build());
            assertThat(execute(http).code()).isEqualTo(200);
            Connection its = used.get(0);
            takeCallsFrom(its);
            assertThat(get(http)).isEqualTo("answer");
            assertThat(used.get(used.size() - 1)).isNotEqualTo(its);
            assertThat(get(http)).isEqualTo("answer");
            assertThat(used.get(used.size() - 1)).as("kept").isEqualTo(used.get(used.size() - 2));
        }
    }

    /** As OkHttp does when it finds that nothing refers to the call any more. */
    private static void takeCallsFrom(Connection shown) throws ReflectiveOperationException {
        Method connection = shown.getClass().getDeclaredMethod("connection");
        connection.setAccessible(true);
        ((RealConnection) connection.invoke(shown)).getCalls().clear();
    }
}
