package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.util.function.Predicate;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A caller's listener that throws breaks its own call and nothing else: no permit and no connection is lost. */
class ThrowingListenerTest {
    private final MockWebServer server = new MockWebServer();

    private enum Event {
        CONNECTION_ACQUIRED,
        CONNECTION_RELEASED,
        REQUEST_HEADERS_START,
        RESPONSE_HEADERS_END,
        RESPONSE_BODY_END,
        FOLLOW_UP_DECISION,
        CALL_END
    }

    private static final class Throwing extends EventListener {
        private final Predicate<Event> when;

        Throwing(Predicate<Event> when) {
            this.when = when;
        }

        private void at(Event event) {
            if (when.test(event)) {
                throw new IllegalStateException("broken listener at " + event);
            }
        }

        @Override
        public void connectionAcquired(Call call, Connection connection) {
            at(Event.CONNECTION_ACQUIRED);
        }

        @Override
        public void connectionReleased(Call call, Connection connection) {
            at(Event.CONNECTION_RELEASED);
        }

        @Override
        public void requestHeadersStart(Call call) {
            at(Event.REQUEST_HEADERS_START);
        }

        @Override
        public void responseHeadersEnd(Call call, Response response) {
            at(Event.RESPONSE_HEADERS_END);
        }

        @Override
        public void responseBodyEnd(Call call, long byteCount) {
            at(Event.RESPONSE_BODY_END);
        }

        @Override
        public void followUpDecision(Call call, Response networkResponse, Request nextRequest) {
            at(Event.FOLLOW_UP_DECISION);
        }

        @Override
        public void callEnd(Call call) {
            at(Event.CALL_END);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server.start();
        for (int i = 0; i < 4; i++) {
            server.enqueue(new MockResponse.Builder().body("hello").build());
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String get(OkHttpClient client) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }

    @ParameterizedTest
    @EnumSource(Event.class)
    void the_next_call_has_its_place(Event event) throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'limits': {'maxRequests': 1}, 'timeouts': {'request': '0s'}"))
                        .source())
                .build()) {
            OkHttpClient plain = new OkHttpClient();
            OkHttpClient throwing = mesh.wrap(plain.newBuilder()
                    .eventListener(new Throwing(event::equals))
                    .build());
            assertThatThrownBy(() -> get(throwing)).hasMessageContaining("broken listener at " + event);
            assertThat(get(mesh.wrap(plain))).isEqualTo("hello");
        }
    }
}
