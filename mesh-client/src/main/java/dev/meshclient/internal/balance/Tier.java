package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the endpoints of one priority, grouped by the health that the registry states, and by zone or by the localities that
 * the policy names. Ejections do not change it.
 */
final class Tier {
    private final Plan.Priority stated;
    private final List<Endpoint> known;
    private final List<Endpoint> draining;
    private final ByKind<List<Endpoint>> byKind;
    private final boolean lastResort;
    private final @Nullable ConsistentHash hash;
    private final List<Zone> zones;

    /** The health of an endpoint as the registry states it. */
    enum Kind {
        HEALTHY,
        DEGRADED,
        /** Endpoints that may be called when too few are healthy; never the registry's unhealthy and draining endpoints. */
        CALLABLE;

        boolean has(Endpoint endpoint) {
            return switch (endpoint.health()) {
                case HEALTHY, UNKNOWN -> this != DEGRADED;
                case DEGRADED -> this != HEALTHY;
                case UNHEALTHY, DRAINING -> false;
            };
        }
    }

    /** Something for each kind. */
    private record ByKind<T>(T healthy, T degraded, T callable) {
        T get(Kind kind) {
            return switch (kind) {
                case HEALTHY -> healthy;
                case DEGRADED -> degraded;
                case CALLABLE -> callable;
            };
        }
    }

    /**
     * @param places localities that the policy names; null: this is a zone
     * @param home whether the caller is in it; always true where zones are not preferred
     * @param weight the sum of the weights of all its endpoints
     */
    record Zone(String name, @Nullable Places places, boolean home, long weight, ByKind<Pool> pools) {
        boolean has(Endpoint endpoint) {
            return places == null ? name.equals(endpoint.locality().zone()) : places.has(endpoint.locality());
        }

        Pool pool(Kind kind) {
            return pools.get(kind);
        }
    }

    Tier(Plan.Priority stated, LevelSettings settings) {
        this.stated = stated;
        this.known = some(stated.endpoints(), e -> e.weight() > 0);
        this.draining = some(known, e -> e.health() == Health.DRAINING);
        this.byKind = byKind(known);
        this.lastResort = !some(known, Endpoint::isInDrainingCluster).isEmpty();
        this.hash = settings.balancer().consistentHash();
        this.zones = stated.shares().isEmpty() ? byZone(settings) : byPlaces(settings);
    }

    /** The endpoints that match; the same list if all do. */
    private static List<Endpoint> some(List<Endpoint> endpoints, Predicate<Endpoint> which) {
        List<Endpoint> some = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            if (which.test(endpoint)) {
                some.add(endpoint);
            }
        }
        return some.size() == endpoints.size() ? endpoints : List.copyOf(some);
    }

    private static ByKind<List<Endpoint>> byKind(List<Endpoint> all) {
        return new ByKind<>(some(all, Kind.HEALTHY), some(all, Kind.DEGRADED), some(all, Kind.CALLABLE));
    }

    private static List<Endpoint> some(List<Endpoint> endpoints, Kind kind) {
        return some(endpoints, kind::has);
    }

    /** A zone of another region is not the caller's zone even if it has the same name. */
    private List<Zone> byZone(LevelSettings settings) {
        if (!settings.zoned() || !stated.ours()) {
            return List.of(zone("", null, stated.ours(), known));
        }
        String own = settings.own().zone();
        SortedMap<String, List<Endpoint>> members = new TreeMap<>();
        for (Endpoint endpoint : known) {
            members.computeIfAbsent(endpoint.locality().zone(), z -> new ArrayList<>())
                    .add(endpoint);
        }
        List<Zone> sorted = new ArrayList<>();
        for (Map.Entry<String, List<Endpoint>> zone : members.entrySet()) {
            String name = zone.getKey();
            List<Endpoint> endpoints = zone.getValue().size() == known.size() ? known : List.copyOf(zone.getValue());
            sorted.add(zone(name, null, own.isEmpty() || name.equals(own), endpoints));
        }
        return List.copyOf(sorted);
    }

    private List<Zone> byPlaces(LevelSettings settings) {
        return stated.shares().keySet().stream()
                .map(p -> zone(p.toString(), p, p.has(settings.own()), some(known, e -> p.has(e.locality()))))
                .toList();
    }

    private Zone zone(String name, @Nullable Places places, boolean home, List<Endpoint> all) {
        ByKind<List<Endpoint>> some = all == known ? byKind : byKind(all);
        Pool healthy = pool(some.healthy);
        ByKind<Pool> pools = new ByKind<>(
                healthy,
                pool(some.degraded),
                some.callable == some.healthy ? healthy : pool(some.callable)); // usually the same endpoints
        long weight = 0;
        for (Endpoint endpoint : all) {
            weight += endpoint.weight();
        }
        return new Zone(name, places, home, weight, pools);
    }

    private Pool pool(List<Endpoint> endpoints) {
        return endpoints.isEmpty() ? Pool.NONE : new Pool(endpoints, hash);
    }

    /** All endpoints with a weight above 0. */
    List<Endpoint> known() {
        return known;
    }

    /** Those that finish their calls and end. */
    List<Endpoint> draining() {
        return draining;
    }

    /** Whether it gets calls only if no endpoint of another cluster is usable. */
    boolean isLastResort() {
        return lastResort;
    }

    /** Where the priority is among all; the same in each plan. */
    long order() {
        return stated.order();
    }

    List<Endpoint> endpoints(Kind kind) {
        return byKind.get(kind);
    }

    /** The zones by name, or the localities in the order of the policy. */
    List<Zone> zones() {
        return zones;
    }

    /**
     * The share of each zone.
     *
     * @param members of each zone, those that may be called, whether or not this client calls them
     */
    double[] shares(Members[] members, LevelSettings settings) {
        if (!stated.shares().isEmpty()) {
            return statedShares(members, settings);
        }
        double[] shares = new double[members.length];
        if (!settings.zoned() || !stated.ours()) {
            shares[0] = 1;
            return shares;
        }
        Map<String, Double> byName =
                ZoneShares.of(capacities(members, settings), settings.own().zone(), settings.callers());
        for (int i = 0; i < shares.length; i++) {
            shares[i] = byName.getOrDefault(zones.get(i).name(), 0.0);
        }
        return shares;
    }

    private SortedMap<String, ZoneShares.Capacity> capacities(Members[] members, LevelSettings settings) {
        SortedMap<String, ZoneShares.Capacity> capacities = new TreeMap<>();
        for (int i = 0; i < members.length; i++) {
            capacities.put(
                    zones.get(i).name(),
                    new ZoneShares.Capacity(
                            zones.get(i).weight(), settings.subset().usableWeight(members[i])));
        }
        return capacities;
    }

    /** The arithmetic of {@link #shares}, for people. */
    String inWords(Members[] members, LevelSettings settings) {
        return !stated.shares().isEmpty()
                ? "localityLbSetting.distribute states the shares; a locality keeps its share while 1.4 times its usable"
                        + " weight covers its listed weight"
                : !settings.zoned()
                        ? "zones are not preferred (trafficDistribution Any)"
                        : !stated.ours()
                                ? "zones are not preferred outside the caller's region"
                                : ZoneShares.inWords(
                                        capacities(members, settings),
                                        settings.own().zone(),
                                        settings.callers());
    }

    private double[] statedShares(Members[] members, LevelSettings settings) {
        StatedShares.Part[] parts = new StatedShares.Part[members.length];
        for (int i = 0; i < parts.length; i++) {
            Zone zone = zones.get(i);
            int percent = Objects.requireNonNull(stated.shares().get(Objects.requireNonNull(zone.places())));
            parts[i] = new StatedShares.Part(
                    percent, zone.weight(), settings.subset().usableWeight(members[i]));
        }
        return StatedShares.of(parts);
    }
}
