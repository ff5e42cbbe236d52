package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: round robin by the weights that follow from the load that endpoints report; by their stated weights as long as fewer than two
 * report. Once in each update period one call computes the weights of all members; the others use those before.
 */
final class WeightedByLoad implements Picker {
    private final Members members;
    private final LoadWeights weights;
    private final RoundRobin stated;
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicBoolean computing = new AtomicBoolean();
    private volatile @Nullable Shares shares;

    /** @param table the shares of the members; null: the stated weights apply */
    private record Shares(@Nullable AliasTable table, long at) {}

    WeightedByLoad(Members members, LoadWeights weights) {
        this.members = members;
        this.weights = weights;
        this.stated = new RoundRobin(members);
    }

    @Override
    public Endpoint pick(RandomGenerator random, long now) {
        Shares known = shares;
        if (known == null || now - known.at >= weights.updateNanos()) {
            known = compute(known, random, now);
        }
        AliasTable table = known == null ? null : known.table;
        return table == null
                ? stated.pick(random, now)
                : members.get(table.at(RoundRobin.evenly(sequence.getAndIncrement())));
    }

    private @Nullable Shares compute(@Nullable Shares known, RandomGenerator random, long now) {
        if (!computing.compareAndSet(false, true)) {
            return known;
        }
        try {
            double[] all = weights.of(members, now);
            if (known == null) {
                sequence.set(random.nextInt(1 << 20)); // clients differ
            }
            Shares fresh = new Shares(all == null ? null : AliasTable.of(all), now);
            shares = fresh;
            return fresh;
        } finally {
            computing.set(false);
        }
    }

    @Override
    public double @Nullable [] weights(long now) {
        return weights.of(members, now);
    }
}
