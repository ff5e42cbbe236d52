package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Result;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decider: repeats attempts that added no load, because the peer refused the stream or the connection, or had ended the pooled
 * one. They count neither as retries nor against the budget of retries; their own limits keep them few.
 */
final class UnprocessedRepeats {
    /** An endpoint that restarts listens again soon. */
    private static final int REFUSALS_BEYOND_ENDPOINTS = 4;

    /** Each new connection may have ended before a stream is opened on it, since other calls use it too. */
    private static final int MOST = 10;

    private UnprocessedRepeats() {}

    /**
     * Whether the attempt added no load. The first pooled connection that breaks had most likely ended while it was idle; the
     * second is rather the work of the request.
     */
    static boolean isUnprocessed(Attempt attempt) {
        Result result = attempt.result();
        return result != null
                && (result.isUnprocessed()
                        || (isStale(attempt) && count(attempt.previous(), UnprocessedRepeats::isStale) == 0));
    }

    private static boolean isStale(Attempt attempt) {
        return attempt.outcome() == Outcome.STALE;
    }

    private static boolean isRefused(Attempt attempt) {
        Result result = attempt.result();
        return result != null && result.isRefused();
    }

    /** How many earlier attempts of the call added no load. */
    static int before(Attempt attempt) {
        return count(attempt.previous(), UnprocessedRepeats::isUnprocessed);
    }

    /** A call has at most ten such repetitions; after refusals, one for each endpoint and four more. */
    static boolean allows(Attempt attempt) {
        return before(attempt) < MOST
                && count(attempt, UnprocessedRepeats::isRefused)
                        <= attempt.pick().usable() + REFUSALS_BEYOND_ENDPOINTS;
    }

    private static int count(@Nullable Attempt latest, Predicate<Attempt> which) {
        int count = 0;
        for (Attempt attempt = latest; attempt != null; attempt = attempt.previous()) {
            count += which.test(attempt) ? 1 : 0;
        }
        return count;
    }
}
