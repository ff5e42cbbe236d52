package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.text.Percent;

/** Decider: an endpoint that has just returned gets fewer calls at first. */
final class SlowStart {
    private static final double LEAST = 0.1;

    private SlowStart() {}

    /** The part of its share that the endpoint gets; 1: all of it. */
    static double part(EndpointHealth endpoint, long now) {
        double passed = endpoint.slowStart(now);
        return passed < 1 ? Math.max(LEAST, passed) : 1;
    }

    /** For people; empty: it was not in slow start then. */
    static String inWords(EndpointHealth endpoint, long then) {
        long since = then - endpoint.slowSince();
        double part = part(endpoint, then);
        return since >= 0 && !endpoint.isEjected() && part < 1
                ? "in slow start since " + since / 1_000_000_000 + " s: " + Percent.of(part) + " of its share"
                : "";
    }
}
