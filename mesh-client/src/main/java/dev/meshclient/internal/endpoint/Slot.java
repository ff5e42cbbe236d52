package dev.meshclient.internal.endpoint;

import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One kind of state that outlives policies, declared by its concept: {@code state.get(BUDGET)}.
 *
 * @param make creates the state of a service or backend that has none yet
 * @param busy whether the state is kept although no policy needs it
 * @param dropped runs when no policy needs the state and it is not busy
 */
public record Slot<T>(Supplier<T> make, Predicate<T> busy, Consumer<T> dropped) {
    /** State that is dropped when no policy needs it. */
    public static <T> Slot<T> of(Supplier<T> make) {
        return new Slot<>(make, value -> false, value -> {});
    }

    /** The same slot, but the state is kept while the predicate is true. */
    public Slot<T> keptWhile(Predicate<T> isBusy) {
        return new Slot<>(make, isBusy, dropped);
    }

    /** The same slot; the consumer runs when no policy needs the state any more. */
    public Slot<T> whenDropped(Consumer<T> run) {
        return new Slot<>(make, busy, run);
    }

    // Identity, not equality: two slots are never the same.

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
