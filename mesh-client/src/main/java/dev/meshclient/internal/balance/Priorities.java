package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Failover;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decider: the order in which endpoints are preferred. Clusters that drain come last. The cluster's priority counts first; within it the caller's region, the
 * regions of {@code failover} and the rest, or the order of {@code failoverPriority}; what {@code distribute} states for the
 * caller's locality takes precedence over all of these.
 */
final class Priorities {
    private static final int NEVER = -1;

    private final Locality own;
    private final List<String> regions;
    private final Map<Places, Integer> shares;
    private final boolean onlyListed;
    private final SharedLabels labels;

    private Priorities(Balance.Origin origin, LocalityLbSetting setting) {
        this.own = origin.locality();
        this.regions = regions(setting.failover(), own.region());
        this.shares = shares(setting.distribute(), own);
        this.onlyListed = setting.failover().isEmpty();
        this.labels = new SharedLabels(setting.failoverPriority(), origin.labels(), own);
    }

    private static List<String> regions(List<Failover> failover, String from) {
        List<String> regions = new ArrayList<>();
        for (Failover one : failover) {
            if (one.from().equals(from) && !regions.contains(one.to())) {
                regions.add(one.to());
            }
        }
        return regions;
    }

    private static Map<Places, Integer> shares(List<Distribute> all, Locality from) {
        for (Distribute one : all) {
            if (one.from().has(from)) {
                return one.to();
            }
        }
        return Map.of();
    }

    /** Endpoints that never get calls are in no priority. */
    static List<Plan.Priority> of(List<Endpoint> endpoints, Balance.Origin origin, LocalityLbSetting setting) {
        return new Priorities(origin, setting).of(endpoints);
    }

    private List<Plan.Priority> of(List<Endpoint> endpoints) {
        SortedMap<Long, List<Endpoint>> byRank = new TreeMap<>();
        for (Endpoint endpoint : endpoints) {
            int rank = rank(endpoint);
            if (rank != NEVER) {
                long last = endpoint.isInDrainingCluster() ? 1L << 31 : 0;
                long both = ((last + endpoint.priority()) << 16) + rank;
                byRank.computeIfAbsent(both, r -> new ArrayList<>()).add(endpoint);
            }
        }
        List<Plan.Priority> priorities = new ArrayList<>();
        for (Map.Entry<Long, List<Endpoint>> one : byRank.entrySet()) {
            List<Endpoint> members = one.getValue();
            priorities.add(
                    priority(one.getKey(), members.size() == endpoints.size() ? endpoints : List.copyOf(members)));
        }
        return List.copyOf(priorities);
    }

    private Plan.Priority priority(long both, List<Endpoint> members) {
        if (labels.areStated()) {
            return new Plan.Priority(both, members, false, Map.of());
        }
        int rank = (int) (both & 0xFFFF);
        int ofOurRegion = shares.isEmpty() ? 0 : 1;
        return new Plan.Priority(both, members, rank == ofOurRegion, rank < ofOurRegion ? shares : Map.of());
    }

    /** The rank of the endpoint, from 0 to 999. */
    private int rank(Endpoint endpoint) {
        if (labels.areStated()) {
            return labels.rank(endpoint);
        }
        if (shares.isEmpty()) {
            return regionRank(endpoint.locality().region());
        }
        if (shares.keySet().stream().anyMatch(p -> p.has(endpoint.locality()))) {
            return 0;
        }
        return onlyListed ? NEVER : 1 + regionRank(endpoint.locality().region());
    }

    private int regionRank(String region) {
        if (own.region().isEmpty() || region.isEmpty() || region.equals(own.region())) {
            return 0;
        }
        int at = regions.indexOf(region);
        return 1 + (at < 0 ? regions.size() : at);
    }
}
