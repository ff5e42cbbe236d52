package dev.meshclient.internal.limit;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Result;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import okhttp3.Response;

/**
 * Times each attempt to its response headers, for the adaptive limit. A server error or a failure is no latency of a server that
 * works: fast failures would lower the limit's measure of a server without load.
 */
final class AdaptiveSamples implements AttemptLayer {
    private static final int TOO_MANY_REQUESTS = 429;

    private final Time time;
    private final InFlight inFlight;
    private final AttemptLayer next;

    private AdaptiveSamples(Time time, InFlight inFlight, AttemptLayer next) {
        this.time = time;
        this.inFlight = inFlight;
        this.next = next;
    }

    /** Without an adaptive limit the layer is left out. */
    static AttemptLayer create(Time time, InFlight inFlight, LimitSettings settings, AttemptLayer next) {
        return settings.adaptive() ? new AdaptiveSamples(time, inFlight, next) : next;
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        long begunAt = time.now();
        long calls = inFlight.getAsLong();
        try {
            return next.call(attempt);
        } finally {
            Result result = attempt.result();
            if (result != null) {
                boolean good = result.outcome() == Outcome.RESPONSE
                        && result.status() < 500
                        && result.status() != TOO_MANY_REQUESTS;
                if (good || result.outcome() == Outcome.ATTEMPT_TIMEOUT || result.outcome() == Outcome.DEADLINE) {
                    inFlight.sample(attempt.decidedAt(), begunAt, calls, good, time.random());
                }
            }
        }
    }

    @Override
    public String toString() {
        return "adaptive samples";
    }
}
