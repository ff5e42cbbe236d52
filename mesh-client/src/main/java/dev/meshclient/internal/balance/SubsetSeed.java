package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The seed of the subset of a service's endpoints in a process without an instance: drawn once. */
final class SubsetSeed {
    static final Slot<SubsetSeed> SLOT = Slot.of(SubsetSeed::new);

    private @Nullable Long drawn;

    synchronized long get(RandomGenerator random) {
        Long known = drawn;
        if (known == null) {
            known = random.nextLong();
            drawn = known;
        }
        return known;
    }
}
