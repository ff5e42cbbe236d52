package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Decider: calls return by degrees from the priorities that served them. For each priority there is a ramp of the calls to it and
 * to all that are preferred to it: if several priorities return, none of them takes the calls that are not admitted to another.
 */
final class PriorityRamps {
    private static final Ramps NONE = new Ramps(List.of(), List.of());

    private @Nullable Plan last;
    private volatile Ramps ramps = NONE;

    /** The ramps by {@link Plan#order}. */
    private record Ramps(List<Long> orders, List<ShareRamp> ramps) {
        static Ramps of(SortedMap<Long, ShareRamp> ramps) {
            return new Ramps(List.copyOf(ramps.keySet()), List.copyOf(ramps.values()));
        }

        SortedMap<Long, ShareRamp> byOrder() {
            SortedMap<Long, ShareRamp> map = new TreeMap<>();
            for (int i = 0; i < orders.size(); i++) {
                map.put(orders.get(i), ramps.get(i));
            }
            return map;
        }

        @Nullable
        ShareRamp of(long order) {
            for (int i = 0; i < orders.size(); i++) {
                if (orders.get(i) == order) {
                    return ramps.get(i);
                }
            }
            return null;
        }
    }

    /** Moves the ramps to a new plan. */
    synchronized void plan(Plan plan, long now) {
        Plan before = last;
        last = plan;
        SortedMap<Long, ShareRamp> byOrder = ramps.byOrder();
        for (int i = 0; i < plan.levels().size(); i++) {
            long order = plan.order(i);
            if (!byOrder.containsKey(order)) {
                byOrder.put(order, begin(order, before == null ? plan : before, byOrder, now));
            }
        }
        if (before != null) {
            move(before, plan, byOrder, now);
            byOrder.entrySet()
                    .removeIf(e -> !plan.has(e.getKey()) && e.getValue().isAtRest(now));
        }
        ramps = Ramps.of(byOrder);
    }

    /** A priority without a ramp had no calls: those preferred to it had as many as they and it. */
    private static ShareRamp begin(long order, Plan before, SortedMap<Long, ShareRamp> byOrder, long now) {
        ShareRamp preferred = null;
        for (Map.Entry<Long, ShareRamp> one : byOrder.entrySet()) {
            preferred = one.getKey() < order ? one.getValue() : preferred;
        }
        ToDoubleFunction<Plan> share = plan -> plan.shareUpTo(order);
        Function<Plan, List<Endpoint>> endpoints = plan -> plan.calledUpTo(order);
        return preferred == null ? ShareRamp.at(before, now, share, endpoints) : preferred.copy(share, endpoints);
    }

    /** Priorities keep the calls that they have and may keep; the calls of priorities that are away follow the plan at once. */
    private static void move(Plan before, Plan plan, SortedMap<Long, ShareRamp> byOrder, long now) {
        double had = 0;
        double gone = 0;
        Map<Long, Double> kept = new TreeMap<>();
        for (Map.Entry<Long, ShareRamp> one : byOrder.entrySet()) {
            double upTo = Math.max(had, one.getValue().current(now));
            gone += plan.has(one.getKey()) ? 0 : upTo - had;
            kept.put(one.getKey(), upTo - gone);
            had = upTo;
        }
        double moved = gone + Math.max(0, 1 - had);
        byOrder.forEach((order, ramp) -> {
            double current = kept.getOrDefault(order, 0.0) + moved * plan.shareUpTo(order);
            ramp.plan(before, plan, Math.min(current, plan.shareUpTo(order)), now);
        });
    }

    boolean isReturning(long now) {
        List<ShareRamp> all = ramps.ramps;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).isReturning(now)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the calls to this priority and those preferred to it are fewer than planned. */
    boolean isReturning(long order, long now) {
        ShareRamp ramp = ramps.of(order);
        return ramp != null && ramp.isReturning(now);
    }

    /** The current share of the levels up to this one, as a part of the planned share. */
    private double chance(Plan plan, int level, long now) {
        ShareRamp ramp = ramps.of(plan.order(level));
        return ramp == null ? 1 : ramp.chance(now);
    }

    /**
     * The level for a call that the plan sends to a level.
     *
     * @param drawn from 0 (inclusive) to 1 (exclusive)
     */
    int level(Plan plan, int planned, long now, double drawn) {
        double below = planned == 0 ? 0 : plan.upTo(planned - 1);
        double at = below + drawn * (plan.upTo(planned) - below);
        int level = planned;
        while (level < plan.levels().size() - 1 && at >= plan.upTo(level) * chance(plan, level, now)) {
            level++;
        }
        return level;
    }

    /** The share of each level at this time. */
    double[] shares(Plan plan, long now) {
        double[] shares = new double[plan.levels().size()];
        double before = 0;
        for (int i = 0; i < shares.length; i++) {
            double upTo = i == shares.length - 1 ? 1 : plan.upTo(i) * chance(plan, i, now);
            shares[i] = Math.max(0, upTo - before);
            before = Math.max(before, upTo);
        }
        return shares;
    }

    /** The progress of the returns, for people. */
    synchronized List<String> progress(long now) {
        List<String> progress = new ArrayList<>();
        Plan plan = last;
        double before = -1;
        for (int i = 0; plan != null && i < plan.levels().size() - 1; i++) {
            ShareRamp ramp = ramps.of(plan.order(i));
            if (ramp != null && ramp.isReturning(now) && ramp.current(now) > before) {
                progress.add(
                        i == 0 && plan.preferred() > 0
                                ? FailbackRamp.inWords("the first priority returns", "its", ramp, now)
                                : FailbackRamp.inWords(plan.reasons().upTo(i) + " return", "their", ramp, now));
                before = ramp.current(now);
            }
        }
        return progress;
    }
}
