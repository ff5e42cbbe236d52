package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Mesh;
import dev.meshclient.contract.FullBacklog;
import dev.meshclient.contract.RefusingPort;
import dev.meshclient.internal.time.Patience;
import java.io.IOException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Was it processed? What breaks before it is sent is sent elsewhere; what may have been processed only if that does no harm. */
class ProcessedTrapsTest {
    private static final String SHORT_CONNECT = "\"timeouts\": {\"connect\": \"300ms\"}";

    /** An endpoint that answers the first request of a connection and then does as the script says. */
    private static RawServer afterOne(RawServer.Script then) throws IOException {
        return RawServer.of(peer -> {
            peer.request();
            peer.ok();
            then.serve(peer);
        });
    }

    /** An endpoint that reads a request and does not answer. */
    private static RawServer silent() throws IOException {
        return RawServer.of(peer -> {
            peer.request();
            peer.silence();
        });
    }

    // ---- connecting: nothing was sent

    @Test
    void a_refused_connection_is_retried_for_every_method() throws Exception {
        try (RefusingPort dead = RefusingPort.open();
                Situation situation = Situation.at(dead.port())) {
            situation.check("ConnectException", "connect-failure", 0, true, true);
        }
    }

    @Test
    void a_connect_timeout_is_retried_for_every_method() throws Exception {
        try (FullBacklog blackHole = FullBacklog.open();
                Situation situation = Situation.at(blackHole.port()).with(SHORT_CONNECT)) {
            situation.check("SocketTimeoutException", "connect-failure", 0, true, true);
        }
    }

    @Test
    void an_unknown_name_is_retried_for_every_method() throws Exception {
        try (Situation situation = new Situation("nobody.invalid", 80)) {
            situation.check("UnknownHostException", "connect-failure", 0, true, true);
        }
    }

    // ---- HTTP/1.1: the exchange broke

    @Test
    void an_end_before_the_answer_on_a_fresh_connection_may_have_been_processed() throws Exception {
        try (RawServer bad = RawServer.of(RawServer.Peer::request);
                Situation situation = Situation.at(bad)) {
            situation.check("IOException", "reset", 1, true, false);
        }
    }

    @Test
    void an_end_before_the_answer_on_a_used_connection_may_have_been_processed() throws Exception {
        try (RawServer bad = afterOne(RawServer.Peer::request);
                Situation situation = Situation.at(bad).pooled()) {
            situation.check("IOException", "reset-of-reused", 1, true, false);
        }
    }

    @Test
    void a_reset_on_a_fresh_connection_may_have_been_processed() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    peer.request();
                    peer.reset();
                });
                Situation situation = Situation.at(bad)) {
            situation.check("SocketException", "reset", 1, true, false);
        }
    }

    @Test
    void a_reset_on_a_used_connection_may_have_been_processed() throws Exception {
        try (RawServer bad = afterOne(peer -> {
                    peer.request();
                    peer.reset();
                });
                Situation situation = Situation.at(bad).pooled()) {
            situation.check("SocketException", "reset-of-reused", 1, true, false);
        }
    }

    @Test
    void a_peer_that_closes_while_we_send_may_have_processed_it() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    peer.head();
                    peer.reset();
                });
                Situation situation = Situation.at(bad).bodySize(32 << 20)) {
            situation.check("SocketException", "reset", 1, true, false);
        }
    }

    @Test
    void a_read_timeout_before_headers_may_have_been_processed() throws Exception {
        Patience.expires(timeout -> {
            try (RawServer bad = silent();
                    Situation situation = Situation.at(bad).client(b -> b.readTimeout(timeout))) {
                situation.check("SocketTimeoutException", "attempt-timeout", 1, true, false);
            }
        });
    }

    @Test
    void an_attempt_that_policy_ends_may_have_been_processed() throws Exception {
        Patience.expires(timeout -> {
            String limit = "'timeouts': {'backendRequest': '%dms'}".formatted(timeout.toMillis());
            try (RawServer bad = silent();
                    Situation situation = Situation.at(bad).with(limit)) {
                situation.check("SocketTimeoutException", "attempt-timeout", 1, true, false);
            }
        });
    }

    @Test
    void a_write_timeout_may_have_been_processed() throws Exception {
        Patience.expires(timeout -> {
            try (RawServer bad = RawServer.of(peer -> {
                        peer.head();
                        peer.silence();
                    });
                    Situation situation = Situation.at(bad).bodySize(32 << 20).client(b -> b.writeTimeout(timeout))) {
                situation.check("SocketTimeoutException", "attempt-timeout", 1, false, false);
            }
        });
    }

    @Test
    void a_call_timeout_ends_the_call_and_nothing_is_retried() throws Exception {
        Patience.expires(timeout -> {
            try (RawServer bad = silent();
                    Situation situation = Situation.at(bad).client(b -> b.callTimeout(timeout))) {
                situation.check("InterruptedIOException", "cancelled", 1, false, false);
            }
        });
    }

    @Test
    void what_is_not_HTTP_is_not_retried() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    peer.request();
                    peer.write("SMTP ready\r\n\r\n");
                });
                Situation situation = Situation.at(bad)) {
            situation.check("ProtocolException", "protocol-error", 1, false, false);
        }
    }

    // ---- HTTP/2

    private static RawServer resets(int code) throws IOException {
        return RawServer.of(peer -> {
            peer.write(Http2.reset(Http2.request(peer), code));
            peer.silence();
        });
    }

    @Test
    void a_refused_stream_was_not_looked_at() throws Exception {
        try (RawServer bad = resets(Http2.REFUSED_STREAM);
                Situation situation = Situation.at(bad).http2()) {
            situation.check("StreamResetException", "refused-stream", 1, true, true);
        }
    }

    @Test
    void a_stream_above_a_goaway_was_not_looked_at() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    Http2.request(peer);
                    peer.write(Http2.goAway(0));
                    peer.silence();
                });
                Situation situation = Situation.at(bad).http2()) {
            situation.check("StreamResetException", "refused-stream", 1, true, true);
        }
    }

    @Test
    void a_stream_that_the_peer_cancels_may_have_been_processed() throws Exception {
        for (int code : new int[] {Http2.CANCEL, Http2.INTERNAL_ERROR, Http2.ENHANCE_YOUR_CALM}) {
            try (RawServer bad = resets(code);
                    Situation situation = Situation.at(bad).http2()) {
                situation.check("StreamResetException", "reset", 1, true, false);
            }
        }
    }

    /** Answers the first request of a connection, and resets the stream of each other. */
    private static RawServer resetsAfterOne(int code) throws IOException {
        return RawServer.of(peer -> {
            peer.write(Http2.ok(Http2.request(peer)));
            while (true) {
                peer.write(Http2.reset(Http2.next(peer), code));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {Http2.INTERNAL_ERROR, Http2.ENHANCE_YOUR_CALM})
    void a_stream_that_the_peer_resets_on_a_used_connection_shows_no_stale_connection(int code) throws Exception {
        try (RawServer bad = resetsAfterOne(code);
                Mesh mesh = Http2.mesh(bad)) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            Request request = new Request.Builder().url("http://orders/").build();
            http.newCall(request).execute().close();
            Throwable reset = catchThrowable(() -> http.newCall(request).execute());
            assertThat(Mesh.decision(reset).attempts())
                    .singleElement()
                    .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo("reset"));
        }
    }

    @Test
    void a_connection_that_is_lost_under_a_stream_may_have_processed_it() throws Exception {
        try (RawServer bad = RawServer.of(peer -> {
                    Http2.request(peer);
                    peer.finish();
                });
                Situation situation = Situation.at(bad).http2()) {
            situation.check("", "reset", 1, true, false);
        }
    }
}
