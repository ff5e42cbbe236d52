package dev.meshclient.internal.okhttp.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The end of a call whose last attempt ends on another thread while the interceptors return, as in a duplex call. */
@DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
class OuterListenerTest {
    private final List<String> heard = new ArrayList<>();
    private final AtomicReference<@Nullable CallEvents> running = new AtomicReference<>();

    /** The connection of an attempt, known by identity only. */
    private static final class Held implements Connection {
        @Override
        public Route route() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable Handshake handshake() {
            return null;
        }

        @Override
        public Protocol protocol() {
            return Protocol.HTTP_2;
        }
    }

    /** The body of the last attempt ends at the moment that OkHttp reports the release, in the middle of the end. */
    private final class Recording extends EventListener {
        private final @Nullable IOException failure;

        Recording(@Nullable IOException failure) {
            this.failure = failure;
        }

        @Override
        public void connectionReleased(Call call, Connection connection) {
            heard.add("connectionReleased");
            Objects.requireNonNull(running.get()).attemptOver(failure);
        }

        @Override
        public void callEnd(Call call) {
            heard.add("callEnd");
        }

        @Override
        public void callFailed(Call call, IOException ioe) {
            heard.add("callFailed");
        }
    }

    private Response answer(Interceptor.Chain chain) {
        CallEvents events = new CallEvents(chain) {
            @Override
            protected long nanosLeft() {
                return 0;
            }
        };
        running.set(events);
        events.listen();
        events.attemptStarted();
        Connection held = new Held();
        events.released(held);
        return new Response.Builder()
                .request(chain.request())
                .protocol(Protocol.HTTP_2)
                .code(200)
                .message("")
                .build();
    }

    @Test
    void the_end_is_reported_once_when_the_last_attempt_ends_as_the_interceptors_return() throws Exception {
        OkHttpClient client = new OkHttpClient.Builder()
                .eventListener(new Recording(null))
                .addInterceptor(this::answer)
                .build();
        client.newCall(new Request.Builder().url("http://orders/").build())
                .execute()
                .close();
        assertThat(heard).containsExactly("connectionReleased", "callEnd");
    }

    @Test
    void a_failure_is_reported_once_when_the_last_attempt_ends_as_the_interceptors_fail() {
        OkHttpClient client = new OkHttpClient.Builder()
                .eventListener(new Recording(new IOException("of the body")))
                .addInterceptor(chain -> {
                    answer(chain).close();
                    throw new IOException("of an interceptor");
                })
                .build();
        Call call = client.newCall(new Request.Builder().url("http://orders/").build());
        assertThatThrownBy(call::execute).hasMessage("of an interceptor");
        assertThat(heard).containsExactly("connectionReleased", "callFailed");
    }
}
