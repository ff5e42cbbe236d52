package dev.meshclient.simulation;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** The wire of a simulation: waits as long as the peer's script says, on the caller's thread, until cancelled. */
final class ScriptedTransport implements Wire, CheckWire {
    private final VirtualTime time;
    private final String zone;
    private final Map<String, Peer> peers = new HashMap<>(); // looked up, never walked through
    long attempts;
    long crossings;
    long checks;

    /** @param zone where the caller is; empty: nowhere */
    ScriptedTransport(VirtualTime time, String zone, List<Peer> peers) {
        this.time = time;
        this.zone = zone;
        peers.forEach(p -> this.peers.put(p.name(), p));
    }

    @Override
    public Response send(Attempt attempt) throws IOException {
        Endpoint endpoint = attempt.endpoint();
        Peer peer = endpoint == null ? null : peers.get(endpoint.name());
        if (peer == null) {
            throw new AssertionError("no such peer: " + endpoint);
        }
        attempts++;
        crossings += zone.isEmpty() || zone.equals(peer.zone()) ? 0 : 1;
        Peer.Answer answer;
        try {
            answer = peer.arrive(attempt, time.now(), time.random());
            attempt.pause(answer.nanos());
        } catch (IOException cause) {
            peer.leave();
            throw failed(attempt, attempt.cancelledAs(), cause);
        }
        if (answer.status() > 0) {
            attempt.responded(answer.status());
            return response(attempt, peer, answer);
        }
        peer.leave();
        throw switch (answer.status()) {
            case 0 -> failed(attempt, Outcome.CONNECT_FAILURE, new ConnectException("refused by " + peer.name()));
            case -1 -> failed(attempt, Outcome.RESET, new SocketException("reset by " + peer.name()));
            default -> failed(attempt, Outcome.REFUSED_STREAM, new IOException("stream refused by " + peer.name()));
        };
    }

    @Override
    public CheckWire checks() {
        return this;
    }

    @Override
    public int check(Backend backend, Endpoint endpoint, Request request, long timeoutNanos) throws IOException {
        Peer peer = peers.get(endpoint.name());
        if (peer == null) {
            throw new AssertionError("no such peer: " + endpoint);
        }
        checks++;
        Peer.Answer answer = peer.check(time.now(), time.random());
        time.signal("check").await(time.now() + Math.min(answer.nanos(), timeoutNanos));
        if (answer.nanos() > timeoutNanos) {
            throw new IOException("timeout");
        }
        if (answer.status() <= 0) {
            throw new ConnectException("refused by " + peer.name());
        }
        return answer.status();
    }

    private static IOException failed(Attempt attempt, Outcome outcome, IOException e) {
        attempt.failed(outcome, e);
        attempt.over();
        return e;
    }

    private static Response response(Attempt attempt, Peer peer, Peer.Answer answer) {
        return new Response.Builder()
                .request(attempt.call().request())
                .protocol(Protocol.HTTP_1_1)
                .code(answer.status())
                .message("")
                .headers(answer.headers())
                .body(new Body(attempt, peer, answer.bodyNanos()))
                .build();
    }

    /** Empty, but its end takes its time; the attempt is over when it is closed. */
    private static final class Body extends ResponseBody {
        private final BufferedSource source;

        Body(Attempt attempt, Peer peer, long nanos) {
            this.source = Okio.buffer(new ForwardingSource(new Buffer()) {
                @Override
                public long read(Buffer sink, long byteCount) throws IOException {
                    attempt.pause(nanos);
                    return -1;
                }

                @Override
                public void close() {
                    peer.leave();
                    attempt.over();
                }
            });
        }

        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public long contentLength() {
            return -1;
        }

        @Override
        public BufferedSource source() {
            return source;
        }
    }
}
