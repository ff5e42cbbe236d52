package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: in turn, by weight, from a random start. Equals are walked through by a shared counter. With weights the counter
 * steps through the unit interval by the golden ratio, whose steps fill every part of it as evenly as can be, and each
 * endpoint owns as much of it as it weighs: the turns of an earliest-deadline-first heap to within a few, without the heap.
 */
final class RoundRobin implements Picker {
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L; // of 2^64

    private final List<Endpoint> endpoints;
    private final @Nullable AliasTable weights;
    private final AtomicLong sequence = new AtomicLong(-1);

    /** @param weights null: all weigh the same */
    RoundRobin(List<Endpoint> endpoints, @Nullable AliasTable weights) {
        this.endpoints = endpoints;
        this.weights = weights;
    }

    @Override
    public Endpoint pick(RandomGenerator random) {
        if (sequence.get() < 0) {
            sequence.compareAndSet(-1, random.nextInt(1 << 20));
        }
        long turn = sequence.getAndIncrement();
        if (weights == null) {
            return endpoints.get((int) (turn % endpoints.size()));
        }
        return endpoints.get(weights.at(((turn * GOLDEN_RATIO) >>> 11) * 0x1.0p-53));
    }
}
