package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the endpoint of a hash in a plan. Priorities and zones have their shares of the hashes, so that each hash stays where it
 * is while the plan stays the same; calls move one hash at a time when shares change or traffic returns. Immutable.
 */
final class HashedLevels {
    // purposes of numbers that depend on a hash
    private static final int PRIORITY = 2;
    private static final int RETURN = 3;

    private final Plan plan;
    private final List<Level> levels;
    private final int[] loads;
    private final int all;
    private final boolean home;

    /**
     * @param loads the share of each level; only their proportions count
     * @param home whether the caller's zone gets calls
     */
    HashedLevels(Plan plan, List<Level> levels, int[] loads, boolean home) {
        this.plan = plan;
        this.levels = levels;
        this.loads = loads;
        this.all = Plan.sum(loads);
        this.home = home;
    }

    /**
     * The endpoint of a hash.
     *
     * @param tried the endpoints of the earlier attempts; null: this is the first
     */
    Endpoint pick(long hash, @Nullable Tried tried, FailbackRamp ramp, long now, Steps steps) {
        int planned = level(hash);
        double drawn = HashTable.unit(hash, RETURN);
        int index = ramp.level(plan, planned, now, drawn);
        boolean away = false;
        if (index != planned) {
            steps.did(Picked.Step.NOT_RETURNED);
        } else if (index == 0) {
            away = home && !ramp.admitsToZone(now, drawn);
        }
        steps.level(index);
        Endpoint found = levels.get(index).pickByHash(hash, tried, away, now, steps);
        for (int i = 0; found == null && i < levels.size(); i++) {
            steps.level(i);
            steps.did(Picked.Step.ELSEWHERE);
            found = levels.get(i).pickByHash(hash, tried, away && i == 0, now, steps);
        }
        if (found != null) {
            if (tried != null) {
                steps.did(Picked.Step.UNTRIED);
            }
            return found;
        }
        steps.level(index);
        steps.drawn();
        if (tried != null) {
            steps.did(Picked.Step.ALL_TRIED);
        }
        return Objects.requireNonNull(levels.get(index).pickByHash(hash, null, false, now, steps));
    }

    private int level(long hash) {
        double at = HashTable.unit(hash, PRIORITY) * all;
        int index = 0;
        while (index < loads.length - 1 && at >= loads[index]) {
            at -= loads[index];
            index++;
        }
        return index;
    }

    /** The attempts in flight of the group that the endpoint was chosen from; null: its load is not bounded. */
    @Nullable
    AtomicInteger load(int level, Endpoint endpoint) {
        return levels.isEmpty() ? null : levels.get(level).load(endpoint);
    }
}
