package dev.meshclient.internal.deadline;

import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
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
        SocketTimeoutException[] expired = new SocketTimeoutException[1];
        Time.Timer timer = time.at(attempt.startedAt() + limitNanos, "attempt", () -> {
            expired[0] = timedOut(attempt);
            attempt.cancel(expired[0]);
        });
        try {
            Response response = next.call(attempt);
            timer.cancel();
            IOException cause = attempt.cancelCause();
            if (cause == null) {
                return response;
            }
            response.close();
            throw cause;
        } catch (IOException e) {
            timer.cancel();
            if (e == attempt.cancelCause() && e == expired[0]) {
                attempt.failed(Outcome.ATTEMPT_TIMEOUT, e);
            }
            throw e;
        }
    }

    private SocketTimeoutException timedOut(CallContext attempt) {
        Endpoint endpoint = attempt.endpoint();
        return new SocketTimeoutException("no response headers from "
                + (endpoint == null ? attempt.request().url().host() : endpoint.name()) + " within "
                + limitNanos / 1_000_000 + " ms (timeouts.backendRequest)");
    }

    @Override
    public String toString() {
        return "attempt timer(" + limitNanos / 1_000_000 + " ms)";
    }
}
