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
 * @param every so long one begins, or later if the one before it takes longer
 * @param enough asked after each call, ends the load early
 */
record Load(int atMost, @Nullable List<Caller> from, Duration every, BooleanSupplier enough) {
    private static final int PATIENCE = 3000;

    static Load of(int calls) {
        return new Load(calls, null, Duration.ZERO, () -> false);
    }

    /** As many as it takes, up to 100 a second. */
    static Load until(BooleanSupplier enough) {
        return new Load(PATIENCE, null, Duration.ofMillis(10), enough);
    }

    Load from(Caller caller) {
        return new Load(atMost, List.of(caller), every, enough);
    }

    /** Paces them. */
    Load each(Duration every) {
        return new Load(atMost, from, every, enough);
    }

    boolean isOpen() {
        return atMost == PATIENCE;
    }
}
