package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Repeat;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the pause before the next attempt. The response may ask for one; there is none where an untried endpoint is left after a refused
 * connection, or a connection had been idle; otherwise it is the back-off.
 */
record RetryPause(Backoff backoff) {
    private static final Repeat AFTER_IDLE = new Repeat(0, "the connection had been idle");
    private static final Repeat TO_ANOTHER = new Repeat(0, "another endpoint is left");

    /** Null: the peer asks for too long a pause. */
    @Nullable
    Repeat after(Attempt attempt, Outcome outcome, @Nullable Response response, Instant now, RandomGenerator random) {
        Duration stated = response == null ? null : RetryAfter.of(response, now);
        if (stated != null && !(isOfEndpointAlone(attempt) && hasAlternative(attempt))) {
            return RetryAfter.isUsable(stated)
                    ? new Repeat(
                            (long) (stated.toNanos() * (1 + random.nextDouble() / 2)), "the response asks for a pause")
                    : null;
        }
        if (outcome == Outcome.STALE && UnprocessedRepeats.before(attempt) == 0) {
            return AFTER_IDLE;
        }
        if (outcome == Outcome.CONNECT_FAILURE && hasAlternative(attempt)) {
            return TO_ANOTHER;
        }
        return new Repeat(backoff.before(attempt.number(), random), "back-off");
    }

    /** A server error shows the state of one endpoint; 429 and other client errors are the wish of the service. */
    private static boolean isOfEndpointAlone(Attempt attempt) {
        return attempt.status() >= 500;
    }

    /** Whether an endpoint is left that the call has not tried. */
    private static boolean hasAlternative(Attempt attempt) {
        return attempt.pick().usable() > attempt.call().attempts();
    }

    /** For people. */
    @Override
    public String toString() {
        return "back-off from " + backoff.baseNanos() / 1_000_000 + " ms";
    }
}
