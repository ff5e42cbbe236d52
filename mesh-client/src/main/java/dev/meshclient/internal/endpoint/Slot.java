package dev.meshclient.internal.endpoint;

import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One kind of state that outlives policies, declared by the concept that it belongs to: {@code state.get(BUDGET)}.
 *
 * @param make the state of a service or backend that has none yet
 * @param busy whether it is kept although no policy needs it
 * @param dropped run when no policy needs it and it is not busy
 */
public record Slot<T>(Supplier<T> make, Predicate<T> busy, Consumer<T> dropped) {
    /** State that nothing keeps but policy. */
    public static <T> Slot<T> of(Supplier<T> make) {
        return new Slot<>(make, value -> false, value -> {});
    }

    /** The same, but kept while this is true. */
    public Slot<T> keptWhile(Predicate<T> isBusy) {
        return new Slot<>(make, isBusy, dropped);
    }

    /** The same, and this is run when no policy needs it any more. */
    public Slot<T> whenDropped(Consumer<T> run) {
        return new Slot<>(make, busy, run);
    }

    // Two slots are never the same one.

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
