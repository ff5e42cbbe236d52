package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: round robin by the weights that follow from the load that endpoints report; by their stated weights as long as fewer than two
 * report. Once in each update period one call computes the weights of all members; the others use those before. The weights of many members
 * are computed on another thread: until then calls follow those before, or the stated ones.
 */
final class WeightedByLoad implements Picker {
    /** Up to this size a call computes the weights, in less than 50 µs. */
    private static final int FEW = 1024;

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
            known = renew(known, random, now);
        }
        AliasTable table = known == null ? null : known.table;
        return table == null
                ? stated.pick(random, now)
                : members.get(table.at(RoundRobin.evenly(sequence.getAndIncrement())));
    }

    private @Nullable Shares renew(@Nullable Shares known, RandomGenerator random, long now) {
        if (!computing.compareAndSet(false, true)) {
            return known;
        }
        if (known == null) {
            sequence.set(random.nextInt(1 << 20)); // clients differ
        }
        if (members.size() <= FEW) {
            compute(now);
            return shares;
        }
        try {
            weights.aside(() -> compute(now));
        } catch (RuntimeException | Error e) {
            computing.set(false); // the next call tries again
            throw e;
        }
        return known;
    }

    private void compute(long now) {
        try {
            double[] all = weights.of(members, now);
            shares = new Shares(all == null ? null : AliasTable.of(all), now);
        } finally {
            computing.set(false);
        }
    }

    @Override
    public double @Nullable [] weights(long now) {
        return weights.of(members, now);
    }
}
