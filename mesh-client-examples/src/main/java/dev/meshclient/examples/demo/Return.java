package dev.meshclient.examples.demo;

import java.time.Duration;

/** The ramp of the library for a zone that has recovered: its calls return to it over 30 s. */
final class Return {
    private static final double SECONDS = 30;

    private Return() {}

    /** The share of its calls that stay in the zone at this time after its return. */
    static double share(Duration since) {
        return Math.max(0, Math.min(1, since.toMillis() / 1000.0 / SECONDS));
    }
}
