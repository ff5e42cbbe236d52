package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.text.Percent;

/** Decider: the part of its share that an endpoint gets: less at first, and little after it answered 429. */
final class EndpointPart {
    /** Each answer of 429 counts for so long. Its Retry-After speaks for the service, so that it does not matter here. */
    private static final long OF_EACH_NANOS = 1_000_000_000L;

    /** However many they are. */
    private static final long AT_MOST_NANOS = 5_000_000_000L;

    private static final double BUSIEST = 0.1;

    private EndpointPart() {}

    /** Records an answer of 429. */
    static void answeredBusy(EndpointHealth endpoint, long now) {
        long left = Math.max(0, endpoint.busyUntil() - now);
        endpoint.busy(now + Math.min(left + OF_EACH_NANOS, AT_MOST_NANOS));
    }

    /** Whether its answers of 429 still count. */
    static boolean isBusy(EndpointHealth endpoint, long then) {
        long left = endpoint.busyUntil() - then;
        return left > 0 && left <= AT_MOST_NANOS; // not if it answered 429 later
    }

    /** From 0 to 1: all of it. */
    static double of(EndpointHealth endpoint, SlowStart slowStart, long now) {
        double part = slowStart.part(endpoint, now);
        return isBusy(endpoint, now) ? Math.min(part, ofBusy(endpoint, now)) : part;
    }

    private static double ofBusy(EndpointHealth endpoint, long now) {
        return 1 - (1 - BUSIEST) * (endpoint.busyUntil() - now) / AT_MOST_NANOS;
    }

    /** For people; empty: it had all of its share then. */
    static String inWords(EndpointHealth endpoint, SlowStart slowStart, long then) {
        double part = slowStart.part(endpoint, then);
        if (isBusy(endpoint, then) && part > ofBusy(endpoint, then)) {
            return "busy, it answered 429: " + Percent.of(ofBusy(endpoint, then)) + " of its share";
        }
        long since = then - slowStart.began(endpoint);
        return since >= 0 && !endpoint.isEjected() && part < 1
                ? "in slow start since " + since / 1_000_000_000 + " s: " + Percent.of(part) + " of its share"
                : "";
    }
}
