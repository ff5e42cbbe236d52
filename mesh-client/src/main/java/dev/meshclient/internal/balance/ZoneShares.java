package dev.meshclient.internal.balance;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Decider: which share of the calls goes to which zone, from ours. */
final class ZoneShares {
    /** A zone keeps all its calls while this times what is usable covers what is configured. Envoy's factor. */
    private static final double OVERPROVISIONING = 1.4;

    private ZoneShares() {}

    /** How much a zone has. */
    record Capacity(long configured, long usable) {}

    /**
     * Shares by zone; they add up to 1, and zones without a share are left out.
     *
     * @param zones what each zone has; at least one of them something usable
     * @param own our zone; empty if it is not known
     * @param callers instances of our own service by zone; empty if the policy does not list them
     */
    static SortedMap<String, Double> of(Map<String, Capacity> zones, String own, Map<String, Long> callers) {
        Capacity local = zones.get(own);
        boolean population = !own.isEmpty() && callers.getOrDefault(own, 0L) > 0;
        if (own.isEmpty() || local == null || local.usable == 0) {
            return population ? residual(zones, own, callers, 1) : spread(zones, "", 1);
        }
        double stay = population ? residualStay(zones, own, callers) : localStay(local);
        SortedMap<String, Double> shares = stay >= 1
                ? new TreeMap<>()
                : population ? residual(zones, own, callers, 1 - stay) : spread(zones, own, 1 - stay);
        double given = shares.values().stream().mapToDouble(Double::doubleValue).sum();
        if (given < 1) {
            shares.put(own, 1 - given);
        }
        return shares;
    }

    private static double localStay(Capacity local) {
        return OVERPROVISIONING * local.usable / local.configured;
    }

    /** Envoy's zone-aware routing: our zone takes what is its due by the number of callers in it. */
    private static double residualStay(Map<String, Capacity> zones, String own, Map<String, Long> callers) {
        double here = share(callers.getOrDefault(own, 0L), sum(callers));
        double there = upstream(zones, own);
        return there >= here ? 1 : there / here;
    }

    private static SortedMap<String, Double> residual(
            Map<String, Capacity> zones, String own, Map<String, Long> callers, double rest) {
        SortedMap<String, Double> left = new TreeMap<>();
        for (String zone : zones.keySet()) {
            double spare = upstream(zones, zone) - share(callers.getOrDefault(zone, 0L), sum(callers));
            if (!zone.equals(own) && spare > 1e-9) {
                left.put(zone, spare);
            }
        }
        if (left.isEmpty()) { // nothing but rounding
            return spread(zones, own, rest);
        }
        double all = left.values().stream().mapToDouble(Double::doubleValue).sum();
        left.replaceAll((zone, spare) -> spare / all * rest);
        return left;
    }

    /** By usable capacity, to all zones but one. */
    private static SortedMap<String, Double> spread(Map<String, Capacity> zones, String but, double rest) {
        SortedMap<String, Double> shares = new TreeMap<>();
        long all = zones.entrySet().stream()
                .filter(z -> but.isEmpty() || !z.getKey().equals(but))
                .mapToLong(z -> z.getValue().usable)
                .sum();
        zones.forEach((zone, capacity) -> {
            if ((but.isEmpty() || !zone.equals(but)) && capacity.usable > 0) {
                shares.put(zone, rest * capacity.usable / all);
            }
        });
        return shares;
    }

    private static double upstream(Map<String, Capacity> zones, String zone) {
        long all = zones.values().stream().mapToLong(Capacity::usable).sum();
        Capacity capacity = zones.get(zone);
        return capacity == null ? 0 : share(capacity.usable, all);
    }

    private static double share(long part, long all) {
        return all == 0 ? 0 : (double) part / all;
    }

    private static long sum(Map<String, Long> callers) {
        return callers.values().stream().mapToLong(Long::longValue).sum();
    }
}
