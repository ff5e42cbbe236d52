package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.text.Percent;

/** Decider: the part of its share that an endpoint gets: less at first after its return, and little after it answered 429. */
final class EndpointPart {
    /** How long an answer of 429 counts. Its Retry-After speaks for the service, so that it does not matter here. */
    private static final long BUSY_NANOS = 5_000_000_000L;

    private static final double OF_BUSY = 0.1;

    private EndpointPart() {}

    /** Records an answer of 429. */
    static void answeredBusy(EndpointHealth endpoint, long now) {
        endpoint.busy(now + BUSY_NANOS);
    }

    /** Whether it answered 429 less than 5 s before. */
    static boolean isBusy(EndpointHealth endpoint, long then) {
        long left = endpoint.busyUntil() - then;
        return left > 0 && left <= BUSY_NANOS; // not if it answered 429 later
    }

    /** From 0.1 to 1: all of it. */
    static double of(EndpointHealth endpoint, long now) {
        double part = SlowStart.part(endpoint, now);
        return isBusy(endpoint, now) ? Math.min(part, OF_BUSY) : part;
    }

    /** For people; empty: it had all of its share then. */
    static String inWords(EndpointHealth endpoint, long then) {
        return isBusy(endpoint, then) && SlowStart.part(endpoint, then) > OF_BUSY
                ? "busy, it answered 429: " + Percent.of(OF_BUSY) + " of its share"
                : SlowStart.inWords(endpoint, then);
    }
}
