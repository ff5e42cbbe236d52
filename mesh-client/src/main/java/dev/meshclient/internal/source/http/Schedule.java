package dev.meshclient.internal.source.http;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Decider: the pause after an answer of the registry. A server that holds requests gets the next one at once; all others are
 * polled, and a failing server less often.
 */
final class Schedule {
    /** Whether the request asked the server to hold it until there is news (RFC 7240, {@code Prefer: wait}). */
    enum Hold {
        NOT_ASKED,
        IGNORED,
        APPLIED
    }

    private static final long SECOND = 1_000_000_000L;
    private static final long SHORTEST_BACK_OFF = SECOND / 2;
    private static final long LONGEST_BACK_OFF = 60 * SECOND;

    /** A longer time counts as a mistake: no policy should stay a day old because of a header. */
    private static final Duration LONGEST_STATED = Duration.ofHours(1);

    private final long intervalNanos;
    private int failures;

    Schedule(Duration pollInterval) {
        this.intervalNanos = pollInterval.toNanos();
    }

    /**
     * After a document, or the answer that there is no newer one.
     *
     * @param holdNext whether the next request can ask for a hold
     * @param tookNanos time from the request to its answer
     * @param maxAge how long the server's caches may keep the answer; zero = not stated
     */
    long afterAnswer(Hold hold, boolean holdNext, long tookNanos, Duration maxAge, RandomGenerator random) {
        failures = 0;
        if (!holdNext || hold == Hold.IGNORED) {
            return around(Math.max(intervalNanos, bounded(maxAge)), random);
        }
        boolean held = hold == Hold.APPLIED && tookNanos >= SECOND;
        return held ? 0 : atLeast(SECOND, random);
    }

    /**
     * After any other answer or failure.
     *
     * @param answered whether the server answered at all
     * @param retryAfter the pause that it asks for; zero = not stated
     */
    long afterFailure(boolean answered, Duration retryAfter, RandomGenerator random) {
        long floor = answered ? SECOND : SHORTEST_BACK_OFF;
        long ceiling = Math.min(LONGEST_BACK_OFF, SECOND << Math.min(failures, 6));
        failures++;
        long backOff = ceiling <= floor ? floor : random.nextLong(floor, ceiling);
        return retryAfter.isZero() ? backOff : Math.max(backOff, atLeast(bounded(retryAfter), random));
    }

    static long bounded(Duration stated) {
        return (stated.compareTo(LONGEST_STATED) > 0 ? LONGEST_STATED : stated).toNanos();
    }

    private static long around(long nanos, RandomGenerator random) {
        return random.nextLong(nanos / 5 * 4, nanos / 5 * 6 + 1);
    }

    /** Adds up to a fifth, so that many clients do not return together. */
    private static long atLeast(long nanos, RandomGenerator random) {
        return random.nextLong(nanos, nanos + nanos / 5 + 1);
    }
}
