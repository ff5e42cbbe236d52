package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.FailoverMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decider: the usable endpoints of each priority, and the calls that each gets. Envoy's order: the healthy endpoints of all
 * priorities have the ranks 0 to n - 1, their degraded endpoints the ranks n to 2n - 1.
 */
final class PriorityCapacity {
    private final List<Tier> tiers;
    private final PlanSettings settings;
    private final int[] usable; // by rank: not ejected
    private final int[] ofKind; // by rank: ejected or not
    private final int[] health;
    private final boolean[] panics;

    private PriorityCapacity(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected) {
        this.tiers = tiers;
        this.settings = settings;
        this.usable = new int[ranks()];
        this.ofKind = new int[ranks()];
        this.health = new int[ranks()];
        for (int i = 0; i < ranks(); i++) {
            List<Endpoint> all = tier(i).endpoints(isDegraded(i) ? Tier.Kind.DEGRADED : Tier.Kind.HEALTHY);
            ofKind[i] = all.size();
            usable[i] = all.size() - ejected.positions(all).length;
            health[i] = PriorityLoad.health(capacity(i), listed(i));
        }
        this.panics = new boolean[tiers.size()];
        for (int i = 0; !coversAll() && i < panics.length; i++) {
            panics[i] = 100L * (usable[i] + usable[tiers.size() + i]) < (long) settings.minHealthPercent() * listed(i);
        }
    }

    /**
     * The priorities that get calls: those of clusters that drain only if no other endpoint is usable, and not in a panic that
     * their endpoints would avoid.
     */
    static PriorityCapacity of(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected) {
        List<Tier> first = new ArrayList<>();
        List<Tier> others = new ArrayList<>();
        for (Tier tier : tiers) {
            (tier.isLastResort() ? others : first).add(tier);
        }
        PriorityCapacity capacity = new PriorityCapacity(first, settings, ejected);
        if (others.isEmpty() || capacity.hasUsable()) {
            return capacity;
        }
        PriorityCapacity last = new PriorityCapacity(others, settings, ejected);
        return last.hasUsable() || !capacity.isAnyPanic() ? last : capacity;
    }

    private boolean hasUsable() {
        return Plan.sum(usable) > 0;
    }

    /** Whether no other cluster has a usable endpoint, so that clusters serve that drain. */
    boolean isLastResort() {
        return !tiers.isEmpty() && tiers.get(0).isLastResort();
    }

    int ranks() {
        return 2 * tiers.size();
    }

    /** The ranks that have endpoints which get calls. */
    int[] called() {
        int[] called = new int[ranks()];
        int count = 0;
        for (int rank = 0; rank < called.length; rank++) {
            if (callable(rank) > 0) {
                called[count++] = rank;
            }
        }
        return Arrays.copyOf(called, count);
    }

    /** The index of the priority. */
    int priority(int rank) {
        return rank % tiers.size();
    }

    /** Where the rank is among all; the same however many priorities there are. */
    long order(int rank) {
        return tier(rank).order() + (isDegraded(rank) ? 1L << 62 : 0);
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
        boolean any = false;
        for (boolean panic : panics) {
            any |= panic;
        }
        return any;
    }

    /** Whether all priorities together can take all calls. */
    boolean coversAll() {
        return PriorityLoad.available(health) == 100;
    }

    /** The endpoints that are not ejected. */
    int usable(int rank) {
        return usable[rank];
    }

    /** The endpoints that count as usable: if this client calls a subset, as large a part of all as of those that it called. */
    int capacity(int rank) {
        return settings.zones().subset().usable(ofKind[rank], usable[rank]);
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
        boolean strict = settings.failover() == FailoverMode.STRICT && hasUsable();
        return strict
                ? PriorityLoad.strict(usable)
                : total ? PriorityLoad.inTotalPanic(callable) : PriorityLoad.spill(health);
    }
}
