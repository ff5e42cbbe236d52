package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.text.Percent;

/** Decider: the part of its share that an endpoint gets: less at first, and little after it answered 429. */
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

    /** From 0 to 1: all of it. */
    static double of(EndpointHealth endpoint, SlowStart slowStart, long now) {
        double part = slowStart.part(endpoint, now);
        return isBusy(endpoint, now) ? Math.min(part, OF_BUSY) : part;
    }

    /** For people; empty: it had all of its share then. */
    static String inWords(EndpointHealth endpoint, SlowStart slowStart, long then) {
        double part = slowStart.part(endpoint, then);
        if (isBusy(endpoint, then) && part > OF_BUSY) {
            return "busy, it answered 429: " + Percent.of(OF_BUSY) + " of its share";
        }
        long since = then - slowStart.began(endpoint);
        return since >= 0 && !endpoint.isEjected() && part < 1
                ? "in slow start since " + since / 1_000_000_000 + " s: " + Percent.of(part) + " of its share"
                : "";
    }
}
