package dev.meshclient.examples.demo;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls to service-a, one after the other.
 *
 * @param atMost so many, from each caller in turn
 * @param from the callers; null: one in each zone
 * @param pause after each
 * @param enough asked after each call, ends the load early
 */
record Load(int atMost, @Nullable List<Caller> from, Duration pause, BooleanSupplier enough) {
    private static final int PATIENCE = 3000;

    static Load of(int calls) {
        return new Load(calls, null, Duration.ZERO, () -> false);
    }

    /** As many as it takes, without haste. */
    static Load until(BooleanSupplier enough) {
        return new Load(PATIENCE, null, Duration.ofMillis(10), enough);
    }

    Load from(Caller caller) {
        return new Load(atMost, List.of(caller), pause, enough);
    }

    Load pausing(Duration pause) {
        return new Load(atMost, from, pause, enough);
    }

    boolean isOpen() {
        return atMost == PATIENCE;
    }
}
