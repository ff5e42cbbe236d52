package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Response headers must come within the limit: cancels the attempt, not the call. */
public final class AttemptTimer implements Layer {
    private final Time time;
    private final long limitNanos;
    private final Layer next;

    private AttemptTimer(Time time, long limitNanos, Layer next) {
        this.time = time;
        this.limitNanos = limitNanos;
        this.next = next;
    }

    /** @param limit zero or null = none: the layer is left out */
    public static Layer create(Time time, @Nullable Duration limit, Layer next) {
        return limit == null || limit.isZero() ? next : new AttemptTimer(time, limit.toNanos(), next);
    }

    @Override
    public Response call(CallContext attempt) throws IOException {
        Verdict verdict = new Verdict(attempt, limitNanos);
        Time.Timer timer = time.at(attempt.startedAt() + limitNanos, "attempt", verdict);
        try {
            Response response = next.call(attempt);
            IOException late = verdict.inTime() ? attempt.cancelCause() : verdict.expired();
            if (late == null) {
                return response;
            }
            response.close();
            throw late;
        } catch (IOException e) {
            if (e == verdict.expired()) {
                attempt.failed(Outcome.ATTEMPT_TIMEOUT, e);
            }
            throw e;
        } finally {
            timer.cancel();
        }
    }

    /** In time or expired: the first word counts, so that a timer that fires late never breaks a response that was returned. */
    private static final class Verdict extends AtomicReference<Object> implements Runnable {
        private static final long serialVersionUID = 1;
        private static final Object IN_TIME = "in time";

        private final transient CallContext attempt;
        private final long limitNanos;

        Verdict(CallContext attempt, long limitNanos) {
            this.attempt = attempt;
            this.limitNanos = limitNanos;
        }

        @Override
        public void run() {
            SocketTimeoutException e = timedOut();
            if (compareAndSet(null, e)) {
                attempt.cancel(e);
            }
        }

        boolean inTime() {
            return compareAndSet(null, IN_TIME);
        }

        @Nullable
        IOException expired() {
            return get() instanceof IOException e ? e : null;
        }

        private SocketTimeoutException timedOut() {
            Endpoint endpoint = attempt.endpoint();
            return new SocketTimeoutException("no response headers from "
                    + (endpoint == null ? attempt.request().url().host() : endpoint.name()) + " within "
                    + limitNanos / 1_000_000 + " ms (timeouts.backendRequest)");
        }
    }

    @Override
    public String toString() {
        return "attempt timer(" + limitNanos / 1_000_000 + " ms)";
    }
}
