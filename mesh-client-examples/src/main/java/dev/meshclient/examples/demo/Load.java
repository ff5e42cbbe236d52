package dev.meshclient.examples.demo;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls to service-a, one after the other.
 *
 * @param atMost the greatest number of calls, from each caller in turn
 * @param from the callers; null: one in each zone
 * @param every the interval in which calls begin; a call that takes longer delays the next
 * @param enough evaluated after each call: true ends the load early
 */
record Load(int atMost, @Nullable List<Caller> from, Duration every, BooleanSupplier enough) {
    private static final int PATIENCE = 3000;

    static Load of(int calls) {
        return new Load(calls, null, Duration.ZERO, () -> false);
    }

    /** Calls until the condition holds, at most 100 a second. */
    static Load until(BooleanSupplier enough) {
        return new Load(PATIENCE, null, Duration.ofMillis(10), enough);
    }

    Load from(Caller caller) {
        return new Load(atMost, List.of(caller), every, enough);
    }

    /** Waits for the time of the next call. */
    Load each(Duration every) {
        return new Load(atMost, from, every, enough);
    }

    boolean isOpen() {
        return atMost == PATIENCE;
    }
}
