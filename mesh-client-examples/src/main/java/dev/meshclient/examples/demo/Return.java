package dev.meshclient.examples.demo;

import java.time.Duration;

/** What the library says of a zone that was left and is well again: its calls return to it over 30 s. */
final class Return {
    private static final double SECONDS = 30;

    private Return() {}

    /** Which share of its calls stays in the zone, so long after it came back. */
    static double share(Duration since) {
        return Math.max(0, Math.min(1, since.toMillis() / 1000.0 / SECONDS));
    }
}
