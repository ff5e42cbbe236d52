package dev.meshclient.internal.source.http;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Decider: how long to pause after an answer of the registry. A server that holds requests is asked again at once; all others
 * are polled, and a broken one is not hammered.
 */
final class Schedule {
    /** Whether the server was asked to hold the request until there is news (RFC 7240, {@code Prefer: wait}). */
    enum Hold {
        NOT_ASKED,
        IGNORED,
        APPLIED
    }

    private static final long SECOND = 1_000_000_000L;
    private static final long SHORTEST_BACK_OFF = SECOND / 2;
    private static final long LONGEST_BACK_OFF = 60 * SECOND;

    /** More is taken for a mistake: policy that stands still for a day because a header said so helps nobody. */
    private static final Duration LONGEST_STATED = Duration.ofHours(1);

    private final long intervalNanos;
    private int failures;

    Schedule(Duration pollInterval) {
        this.intervalNanos = pollInterval.toNanos();
    }

    /**
     * After a document, or the word that there is no newer one.
     *
     * @param holdNext whether the next request can ask for a hold
     * @param tookNanos from the request to its answer
     * @param maxAge how long the server's caches may keep the answer; zero = it did not say
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
     * After anything else.
     *
     * @param answered whether the server answered at all
     * @param retryAfter how long it wants to be left alone; zero = it did not say
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

    /** Up to a fifth more, so that many clients do not come back together. */
    private static long atLeast(long nanos, RandomGenerator random) {
        return random.nextLong(nanos, nanos + nanos / 5 + 1);
    }
}
