package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Alarm;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Limits the time until the response headers: cancels the attempt, not the call. */
public final class AttemptTimer implements AttemptLayer {
    private final Time time;
    private final long limitNanos;
    private final AttemptLayer next;

    private AttemptTimer(Time time, long limitNanos, AttemptLayer next) {
        this.time = time;
        this.limitNanos = limitNanos;
        this.next = next;
    }

    /** @param limit zero or null = none: the layer is left out */
    public static AttemptLayer create(Time time, @Nullable Duration limit, AttemptLayer next) {
        return limit == null || limit.isZero() ? next : new AttemptTimer(time, limit.toNanos(), next);
    }

    /** A limit that is recorded where it would end an attempt, and ends none; null = not stated: the layer is left out. */
    public static AttemptLayer shadow(Time time, @Nullable Duration stated, AttemptLayer next) {
        return ShadowAttemptTimer.create(time, stated, next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        Expiry expiry = new Expiry(attempt);
        time.arm(expiry, attempt.startedAt() + limitNanos, "attempt");
        try {
            Response response = next.call(attempt);
            IOException late = isExpired(attempt) ? attempt.failure() : attempt.cancelCause();
            if (late == null) {
                return response;
            }
            response.close();
            throw late;
        } catch (IOException e) {
            IOException late = isExpired(attempt) ? attempt.failure() : null;
            throw late == null ? e : late;
        } finally {
            expiry.cancel();
        }
    }

    private final class Expiry extends Alarm {
        private final Attempt attempt;

        Expiry(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        protected void ring(long due) {
            expired(attempt);
        }
    }

    /** Fails the attempt if it has no result yet: a timer that fires late never breaks a returned response. */
    private void expired(Attempt attempt) {
        Endpoint endpoint = attempt.endpoint();
        SocketTimeoutException e = new SocketTimeoutException("no response headers from "
                + (endpoint == null ? attempt.call().request().url().host() : endpoint.name()) + " within "
                + limitNanos / 1_000_000 + " ms (timeouts.backendRequest)");
        if (attempt.cancelCause() == null && attempt.failed(Outcome.ATTEMPT_TIMEOUT, e)) {
            attempt.cancel(e, Outcome.ATTEMPT_TIMEOUT);
        }
    }

    private static boolean isExpired(Attempt attempt) {
        return attempt.outcome() == Outcome.ATTEMPT_TIMEOUT;
    }

    @Override
    public void explain(ExplanationSink to) {
        to.setting("timeouts.backendRequest", Duration.ofNanos(limitNanos));
    }

    @Override
    public String toString() {
        return "attempt timer(" + limitNanos / 1_000_000 + " ms)";
    }
}
