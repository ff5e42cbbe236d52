package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.policy.ConsistentHash;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the endpoint of a hash within a group. The table holds the whole pool, so an ejection moves the keys of the ejected
 * endpoint only. If the owner of a hash cannot be called, a fixed sequence of the hash names the next candidates: all keys of one
 * endpoint do not move to the same other one.
 */
final class HashedMembers {
    static final int LOOKS = 64;
    private static final int ADMISSION = 1;

    private final Members members;
    private final HashTable table;
    private final double factor; // of the mean; 0: no limit
    private final AtomicInteger inFlight;
    private final double weight;
    private final SlowStart slowStart;

    /**
     * @param table the owners of the hashes among all endpoints of the pool
     * @param inFlight the attempts in flight of the group
     */
    HashedMembers(
            Members members, HashTable table, ConsistentHash stated, AtomicInteger inFlight, SlowStart slowStart) {
        this.slowStart = slowStart;
        this.members = members;
        this.table = table;
        Integer percent = stated.hashBalanceFactor();
        this.factor = percent == null ? 0 : percent / 100.0;
        this.inFlight = inFlight;
        this.weight = members.weight();
    }

    /** The attempts in flight of the group; null: the load is not bounded. */
    @Nullable
    AtomicInteger load() {
        return factor == 0 ? null : inFlight;
    }

    /** The endpoint that owns a hash; null: it is ejected. */
    @Nullable
    Endpoint owner(long hash) {
        return members.atPosition(table.owner(hash));
    }

    /**
     * The endpoint of a hash; null if the call has tried all of them.
     *
     * @param tried the endpoints of the earlier attempts; null: this is the first, or all have been tried
     */
    @Nullable
    Endpoint pick(long hash, @Nullable Tried tried, long now, Steps steps) {
        return members.size() == 1 ? scan(hash, tried) : look(hash, tried, now, steps);
    }

    private @Nullable Endpoint look(long hash, @Nullable Tried tried, long now, Steps steps) {
        long total = inFlight.get();
        boolean summed = false;
        long at = hash;
        for (int i = 0; i < LOOKS; i++) {
            Endpoint owner = owner(at);
            if (owner != null && (tried == null || !tried.has(owner))) {
                if (!admits(owner, hash, now)) {
                    steps.did(
                            EndpointPart.isBusy(owner.state(), now)
                                    ? Picked.Step.OTHER_BUSY
                                    : Picked.Step.OTHER_IN_SLOW_START);
                } else {
                    if (!summed && !hasRoom(owner, total)) {
                        total = Math.max(total, sum());
                        summed = true;
                    }
                    if (hasRoom(owner, total)) {
                        return owner;
                    }
                    steps.did(Picked.Step.OTHER_OVERLOADED);
                }
            }
            at = HashTable.next(at);
        }
        return scan(hash, tried);
    }

    /** Whether the part of its share that the endpoint gets includes this hash. */
    private boolean admits(Endpoint endpoint, long hash, long now) {
        double part = EndpointPart.of(endpoint.state(), slowStart, now)
                * (Level.isEjectionAborted(endpoint) ? Level.SELDOM : 1);
        return part >= 1 || HashTable.unit(hash ^ HashTable.mix(endpoint.name().hashCode()), ADMISSION) < part;
    }

    /**
     * Whether the endpoint stays within its part of the load with one more attempt (Mirrokni et al., Consistent Hashing with
     * Bounded Loads). Some endpoint always does; simultaneous choices may exceed it by as many attempts.
     *
     * @param total the attempts in flight of the group
     */
    private boolean hasRoom(Endpoint endpoint, long total) {
        if (factor == 0) {
            return true;
        }
        double mean = (total + 1.0) * endpoint.weightOfState() / weight;
        return endpoint.state().inFlight() < Math.ceil(mean * factor - 1e-9);
    }

    /** Attempts of other backends at the members count too: an endpoint has one number in flight for all. */
    private long sum() {
        long sum = 0;
        for (int i = 0; i < members.size(); i++) {
            sum += members.get(i).state().inFlight();
        }
        return sum;
    }

    /** All members in order, from one that depends on the hash. If none has room, the one with the least load. */
    private @Nullable Endpoint scan(long hash, @Nullable Tried tried) {
        Endpoint least = null;
        int size = members.size();
        long total = factor == 0 ? 0 : sum();
        int start = (int) Long.remainderUnsigned(hash, size);
        for (int i = 0; i < size; i++) {
            Endpoint member = members.get((start + i) % size);
            if (tried != null && tried.has(member)) {
                continue;
            }
            if (hasRoom(member, total)) {
                return member;
            }
            least = least == null || load(member) < load(least) ? member : least;
        }
        return least;
    }

    private static double load(Endpoint endpoint) {
        return (double) endpoint.state().inFlight() / endpoint.weightOfState();
    }
}
