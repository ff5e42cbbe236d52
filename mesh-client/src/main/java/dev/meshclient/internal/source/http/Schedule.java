package dev.meshclient.internal.source.http;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Decider: the pause after an answer of the registry. A server that holds requests gets the next one at once; all others are
 * polled, and a failing server less often. A server that does not say that it holds requests is judged by its answers: an
 * unchanged answer that came at once shows that it does not.
 */
final class Schedule {
    /** Whether the request asked the server to hold it until there is news (RFC 7240, {@code Prefer: wait}). */
    enum Hold {
        NOT_ASKED,
        /** It asked; the answer does not say whether the server complied. */
        UNSAID,
        APPLIED
    }

    private static final long SECOND = 1_000_000_000L;
    /** An unchanged answer takes as long from a slow server that holds nothing. */
    private static final long SLOW_ANSWER = 5 * SECOND;

    private static final long SHORTEST_BACK_OFF = SECOND / 2;
    private static final long LONGEST_BACK_OFF = 60 * SECOND;

    /** A longer time counts as a mistake: no policy should stay a day old because of a header. */
    private static final Duration LONGEST_STATED = Duration.ofHours(1);

    private final long intervalNanos;
    private final long unchangedHoldNanos;
    private int failures;
    private int newsAtOnce;

    /** @param longPoll how long requests ask the server to hold them; zero = they do not ask */
    Schedule(Duration pollInterval, Duration longPoll) {
        this.intervalNanos = pollInterval.toNanos();
        this.unchangedHoldNanos = Math.min(SLOW_ANSWER, longPoll.toSeconds() * SECOND);
    }

    /**
     * After a document, or the answer that there is no newer one.
     *
     * @param news whether the answer brought another document
     * @param holdNext whether the next request can ask for a hold
     * @param tookNanos time from the request to its answer
     * @param maxAge how long the server's caches may keep the answer; zero = not stated
     */
    long afterAnswer(
            Hold hold, boolean news, boolean holdNext, long tookNanos, Duration maxAge, RandomGenerator random) {
        failures = 0;
        boolean unsaid = hold == Hold.UNSAID;
        boolean held = hold != Hold.NOT_ASKED && tookNanos >= (unsaid && !news ? unchangedHoldNanos : SECOND);
        boolean polled = !holdNext || (unsaid && !news && !held);
        newsAtOnce = unsaid && news && !held ? newsAtOnce + 1 : 0;
        if (polled) {
            return around(Math.max(intervalNanos, bounded(maxAge)), random);
        }
        // A server that has another document for each request is polled in the end.
        long pause = Math.min(intervalNanos, SECOND << Math.min(16, Math.max(0, newsAtOnce - 1)));
        return held ? 0 : atLeast(pause, random);
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
