package dev.meshclient.internal.balance;

import dev.meshclient.internal.text.Percent;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Decider: the share of the calls that each zone gets from callers in this zone. */
final class ZoneShares {
    /**
     * Envoy's factor: a zone keeps all its calls while this factor times its usable capacity covers its configured capacity.
     */
    private static final double OVERPROVISIONING = 1.4;

    private ZoneShares() {}

    /** The capacity of a zone. */
    record Capacity(long configured, long usable) {}

    /**
     * Shares by zone; they add up to 1, and zones without a share are left out.
     *
     * @param zones the capacity of each zone; at least one has usable capacity
     * @param own the caller's zone; empty if it is not known
     * @param callers number of instances of the calling service by zone; empty if the policy does not list them
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
        double given = total(shares);
        if (given < 1) {
            shares.put(own, 1 - given);
        }
        return shares;
    }

    /** The arithmetic of {@link #of}, for people. */
    static String inWords(Map<String, Capacity> zones, String own, Map<String, Long> callers) {
        if (zones.size() == 1 && zones.containsKey("")) {
            return "no endpoint states a zone: zones do not matter";
        }
        if (own.isEmpty()) {
            return "the caller's zone is not known: the zones share the calls by usable capacity";
        }
        Capacity local = zones.get(own);
        long here = callers.getOrDefault(own, 0L);
        String spill = " to the other zones by " + (here > 0 ? "spare" : "usable") + " capacity";
        if (local == null || local.usable == 0) {
            return own + ", the caller's zone, has no " + (local == null ? "" : "usable ") + "endpoint: all calls spill"
                    + spill;
        }
        double stay = here > 0 ? residualStay(zones, own, callers) : localStay(local);
        String why = here > 0
                ? own + ", the caller's zone, has " + Percent.of(share(here, sum(callers))) + " of the callers and "
                        + Percent.of(upstream(zones, own)) + " of the usable capacity"
                : own + ", the caller's zone: 1.4 x " + local.usable + " usable / " + local.configured + " listed";
        return why
                + (stay >= 1
                        ? ": all calls stay"
                        : ": " + Percent.of(stay) + " of the calls stay, " + Percent.of(1 - stay) + " spill" + spill);
    }

    private static double localStay(Capacity local) {
        return OVERPROVISIONING * local.usable / local.configured;
    }

    /** Envoy's zone-aware routing: the caller's zone takes the share that corresponds to its share of the callers. */
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
        if (left.isEmpty()) { // only the remainder of rounding
            return spread(zones, own, rest);
        }
        double all = total(left);
        left.replaceAll((zone, spare) -> spare / all * rest);
        return left;
    }

    /** Distributes the rest over all zones but one, by usable capacity. */
    private static SortedMap<String, Double> spread(Map<String, Capacity> zones, String but, double rest) {
        SortedMap<String, Double> shares = new TreeMap<>();
        long all = 0;
        for (Map.Entry<String, Capacity> zone : zones.entrySet()) {
            all += but.isEmpty() || !zone.getKey().equals(but) ? zone.getValue().usable : 0;
        }
        for (Map.Entry<String, Capacity> zone : zones.entrySet()) {
            long usable = zone.getValue().usable;
            if ((but.isEmpty() || !zone.getKey().equals(but)) && usable > 0) {
                shares.put(zone.getKey(), rest * usable / all);
            }
        }
        return shares;
    }

    private static double upstream(Map<String, Capacity> zones, String zone) {
        long all = 0;
        for (Capacity capacity : zones.values()) {
            all += capacity.usable;
        }
        Capacity asked = zones.get(zone);
        return asked == null ? 0 : share(asked.usable, all);
    }

    private static double share(long part, long all) {
        return all == 0 ? 0 : (double) part / all;
    }

    private static double total(Map<String, Double> shares) {
        double total = 0;
        for (double share : shares.values()) {
            total += share;
        }
        return total;
    }

    private static long sum(Map<String, Long> callers) {
        long sum = 0;
        for (long ofZone : callers.values()) {
            sum += ofZone;
        }
        return sum;
    }
}
