package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.SocketTimeoutException;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call without a deadline, or one that outlives it: ends when none of it was read for the idle timeout, because
 * the peer is silent or the caller has forgotten it. Otherwise a forgotten body would occupy its slot in the limits for ever.
 */
final class IdleBody {
    private final Attempt attempt;
    private final Time time;
    private final long idleNanos;
    private volatile long movedAt;
    private volatile Time.@Nullable Timer timer;

    /** The body, watched until the attempt ends. */
    static ResponseBody watched(ResponseBody body, Attempt attempt, Time time, long idleNanos) {
        IdleBody watched = new IdleBody(attempt, time, idleNanos);
        watched.arm(watched.movedAt + idleNanos);
        attempt.onEnd(watched::disarm);
        return ResponseBody.create(
                Okio.buffer(watched.new Watched(body.source())), body.contentType(), body.contentLength());
    }

    private IdleBody(Attempt attempt, Time time, long idleNanos) {
        this.attempt = attempt;
        this.time = time;
        this.idleNanos = idleNanos;
        this.movedAt = time.now();
    }

    private final class Watched extends ForwardingSource {
        Watched(BufferedSource body) {
            super(body);
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            try {
                long read = super.read(sink, byteCount);
                movedAt = time.now();
                return read;
            } catch (IOException e) {
                IOException cause = attempt.cancelCause();
                throw cause instanceof SocketTimeoutException ? cause : e;
            }
        }
    }

    private void arm(long at) {
        timer = time.at(at, "idle", this::look);
        if (attempt.isOver()) {
            disarm();
        }
    }

    private void disarm() {
        Time.Timer armed = timer;
        if (armed != null) {
            armed.cancel();
        }
    }

    private void look() {
        long until = movedAt + idleNanos;
        if (time.now() < until) {
            arm(until);
        } else {
            attempt.cancel(new SocketTimeoutException("nothing of the response of '"
                    + attempt.call().request().url().host() + "' was read for " + idleNanos / 1_000_000
                    + " ms (timeouts.idle)"));
        }
    }
}
