package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener that joins a running call hears the rest of it as it would without the mesh, the end last. */
@DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
class JoiningListenerTest {
    private enum Peer {
        SENDS_A_BODY,
        SENDS_NO_BODY,
        BREAKS_OFF
    }

    /** Writes down what it hears; at one event another one joins. */
    private static final class Recording extends EventListener {
        private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
        private final String joinAt;
        private final EventListener joins;

        Recording(String joinAt, EventListener joins) {
            this.joinAt = joinAt;
            this.joins = joins;
        }

        private void heard(Call call, String event) {
            heard.add(event);
            if (event.equals(joinAt)) {
                call.addEventListener(joins);
            }
        }

        @Override
        public void connectionAcquired(Call call, Connection connection) {
            heard(call, "connectionAcquired");
        }

        @Override
        public void connectionReleased(Call call, Connection connection) {
            heard(call, "connectionReleased");
        }

        @Override
        public void responseHeadersEnd(Call call, Response response) {
            heard(call, "responseHeadersEnd");
        }

        @Override
        public void responseBodyStart(Call call) {
            heard(call, "responseBodyStart");
        }

        @Override
        public void responseBodyEnd(Call call, long byteCount) {
            heard(call, "responseBodyEnd");
        }

        @Override
        public void callEnd(Call call) {
            heard(call, "callEnd");
        }

        @Override
        public void callFailed(Call call, IOException ioe) {
            heard(call, "callFailed");
        }
    }

    private static List<List<String>> heard(OkHttpClient client, Peer peer, boolean listens) throws IOException {
        Recording last = new Recording("", EventListener.NONE);
        Recording third = new Recording("connectionReleased", last);
        Recording second = new Recording("responseBodyStart", third);
        Recording first = new Recording("connectionAcquired", second);
        Recording ofInterceptor = new Recording("", EventListener.NONE);
        Interceptor joining = chain -> {
            chain.call().addEventListener(ofInterceptor);
            return chain.proceed(chain.request());
        };
        OkHttpClient listening = client.newBuilder()
                .eventListener(listens ? first : EventListener.NONE)
                .addNetworkInterceptor(joining)
                .retryOnConnectionFailure(false)
                .build();
        try (MockWebServer server = new MockWebServer()) {
            server.enqueue(response(peer));
            server.start();
            Request request = new Request.Builder().url(server.url("/")).build();
            try (Response response = listening.newCall(request).execute()) {
                assertThat(response.body().string()).hasSizeLessThan(6);
            } catch (IOException e) {
                assertThat(peer).isEqualTo(Peer.BREAKS_OFF);
            }
        }
        return List.of(first.heard, second.heard, third.heard, last.heard, ofInterceptor.heard);
    }

    private static MockResponse response(Peer peer) {
        MockResponse.Builder response = new MockResponse.Builder();
        return switch (peer) {
            case SENDS_A_BODY -> response.body("hello").build();
            case SENDS_NO_BODY -> response.build();
            case BREAKS_OFF ->
                response.onResponseStart(new SocketEffect.CloseSocket()).build();
        };
    }

    @ParameterizedTest
    @EnumSource(Peer.class)
    void hears_what_it_would_without_the_mesh(Peer peer) throws Exception {
        assertSame(peer, true);
    }

    @ParameterizedTest
    @EnumSource(Peer.class)
    void also_where_no_listener_was_there_when_the_call_began(Peer peer) throws Exception {
        assertSame(peer, false);
    }

    private static void assertSame(Peer peer, boolean listens) throws IOException {
        OkHttpClient plain = new OkHttpClient();
        try (Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("all", "*").with("'resolution': 'NONE'"))
                        .source())
                .build()) {
            assertThat(heard(mesh.wrap(plain), peer, listens)).isEqualTo(heard(plain, peer, listens));
        }
    }
}
