package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.FailoverMode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decider: the usable endpoints of each priority, and the calls that each gets. Envoy's order: the healthy endpoints of all
 * priorities have the ranks 0 to n - 1, their degraded endpoints the ranks n to 2n - 1.
 */
final class PriorityCapacity {
    private final List<Tier> tiers;
    private final PlanSettings settings;
    private final int[] usable; // by rank: not ejected
    private final int[] health;
    private final boolean[] panics;

    PriorityCapacity(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected) {
        this.tiers = tiers;
        this.settings = settings;
        this.usable = new int[ranks()];
        this.health = new int[ranks()];
        for (int i = 0; i < ranks(); i++) {
            List<Endpoint> all = tier(i).endpoints(isDegraded(i) ? Tier.Kind.DEGRADED : Tier.Kind.HEALTHY);
            usable[i] = all.size() - ejected.positions(all).length;
            health[i] = PriorityLoad.health(usable[i], listed(i));
        }
        this.panics = new boolean[tiers.size()];
        for (int i = 0; !coversAll() && i < panics.length; i++) {
            panics[i] = 100L * (usable[i] + usable[tiers.size() + i]) < (long) settings.minHealthPercent() * listed(i);
        }
    }

    int ranks() {
        return 2 * tiers.size();
    }

    /** The index of the priority. */
    int priority(int rank) {
        return rank % tiers.size();
    }

    Tier tier(int rank) {
        return tiers.get(priority(rank));
    }

    boolean isDegraded(int rank) {
        return rank >= tiers.size();
    }

    /** Whether health is ignored in this priority. */
    boolean isPanic(int rank) {
        return panics[priority(rank)];
    }

    boolean isAnyPanic() {
        return IntStream.range(0, panics.length).anyMatch(i -> panics[i]);
    }

    /** Whether all priorities together can take all calls. */
    boolean coversAll() {
        return PriorityLoad.available(health) == 100;
    }

    /** The endpoints that are not ejected. */
    int usable(int rank) {
        return usable[rank];
    }

    /** The endpoints of the priority that the policy lists. */
    int listed(int rank) {
        return tier(rank).known().size();
    }

    /** The endpoints that may be called; in a panic they all have the rank of the healthy ones. */
    Tier.Kind kind(int rank) {
        return isPanic(rank) ? Tier.Kind.CALLABLE : isDegraded(rank) ? Tier.Kind.DEGRADED : Tier.Kind.HEALTHY;
    }

    /** The number of endpoints that get calls. */
    int callable(int rank) {
        return !isPanic(rank)
                ? usable[rank]
                : isDegraded(rank)
                        ? 0
                        : tier(rank).endpoints(Tier.Kind.CALLABLE).size();
    }

    /** The calls of each rank. If health is ignored in all priorities it does not decide among them either (Envoy). */
    int[] load() {
        boolean total = true;
        int[] callable = new int[ranks()];
        for (int i = 0; i < tiers.size(); i++) {
            total &= panics[i] || listed(i) == 0;
            callable[i] = tier(i).endpoints(Tier.Kind.CALLABLE).size();
        }
        boolean strict = settings.failover() == FailoverMode.STRICT
                && Arrays.stream(usable).sum() > 0;
        return strict
                ? PriorityLoad.strict(health)
                : total ? PriorityLoad.inTotalPanic(callable) : PriorityLoad.spill(health);
    }
}
