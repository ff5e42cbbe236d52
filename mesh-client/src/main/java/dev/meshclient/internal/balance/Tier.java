package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decider: one priority, sorted by what policy says: its endpoints by what the registry calls them, and by zone, or by the places
 * that policy names. It stays what it is whichever of them are ejected.
 */
final class Tier {
    private final Plan.Priority stated;
    private final List<Endpoint> known;
    private final Map<Kind, List<Endpoint>> byKind = new EnumMap<>(Kind.class);
    private final List<Zone> zones;

    /** What the registry calls an endpoint. */
    enum Kind {
        HEALTHY,
        DEGRADED,
        /** Those that may be called when too few are healthy. The registry's unhealthy and draining endpoints never are. */
        CALLABLE;

        boolean has(Endpoint endpoint) {
            return switch (endpoint.health()) {
                case HEALTHY, UNKNOWN -> this != DEGRADED;
                case DEGRADED -> this != HEALTHY;
                case UNHEALTHY, DRAINING -> false;
            };
        }
    }

    /**
     * @param places that policy names; null: it is a zone
     * @param home whether we are there; where zones do not count, we are
     * @param weight of all its endpoints
     */
    record Zone(String name, @Nullable Places places, boolean home, long weight, Map<Kind, Pool> pools) {
        boolean has(Endpoint endpoint) {
            return places == null ? name.equals(endpoint.locality().zone()) : places.has(endpoint.locality());
        }

        Pool pool(Kind kind) {
            return Objects.requireNonNull(pools.get(kind));
        }
    }

    Tier(Plan.Priority stated, LevelSettings settings) {
        this.stated = stated;
        this.known = some(stated.endpoints(), e -> e.weight() > 0);
        for (Kind kind : Kind.values()) {
            byKind.put(kind, some(known, kind::has));
        }
        this.zones = stated.shares().isEmpty() ? byZone(settings) : byPlaces(settings);
    }

    /** The same list, if it has no others. */
    private static List<Endpoint> some(List<Endpoint> endpoints, Predicate<Endpoint> which) {
        List<Endpoint> some = endpoints.stream().filter(which).toList();
        return some.size() == endpoints.size() ? endpoints : some;
    }

    /** Another region's zones are not ours, though they may be called the same. */
    private List<Zone> byZone(LevelSettings settings) {
        if (!settings.zoned() || !stated.ours()) {
            return List.of(zone("", null, stated.ours(), known));
        }
        String own = settings.own().zone();
        SortedMap<String, List<Endpoint>> members = new TreeMap<>();
        known.forEach(e -> members.computeIfAbsent(e.locality().zone(), z -> new ArrayList<>())
                .add(e));
        List<Zone> sorted = new ArrayList<>();
        members.forEach((name, endpoints) -> sorted.add(zone(
                name,
                null,
                own.isEmpty() || name.equals(own),
                endpoints.size() == known.size() ? known : List.copyOf(endpoints))));
        return List.copyOf(sorted);
    }

    private List<Zone> byPlaces(LevelSettings settings) {
        return stated.shares().keySet().stream()
                .map(p -> zone(p.toString(), p, p.has(settings.own()), some(known, e -> p.has(e.locality()))))
                .toList();
    }

    private Zone zone(String name, @Nullable Places places, boolean home, List<Endpoint> all) {
        Map<Kind, Pool> pools = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            List<Endpoint> some = all == known ? endpoints(kind) : some(all, kind::has);
            Pool healthy = pools.get(Kind.HEALTHY); // the same endpoints, as a rule
            pools.put(kind, healthy != null && healthy.endpoints() == some ? healthy : new Pool(some));
        }
        return new Zone(
                name, places, home, all.stream().mapToLong(Endpoint::weight).sum(), pools);
    }

    /** All with a weight. */
    List<Endpoint> known() {
        return known;
    }

    List<Endpoint> endpoints(Kind kind) {
        return Objects.requireNonNull(byKind.get(kind));
    }

    /** In the order of their names, or as policy names the places. */
    List<Zone> zones() {
        return zones;
    }

    /**
     * The share of each zone.
     *
     * @param members of each, that may be called
     */
    double[] shares(Members[] members, LevelSettings settings) {
        if (!stated.shares().isEmpty()) {
            return statedShares(members);
        }
        double[] shares = new double[members.length];
        if (!settings.zoned() || !stated.ours()) {
            shares[0] = 1;
            return shares;
        }
        SortedMap<String, ZoneShares.Capacity> capacities = new TreeMap<>();
        for (int i = 0; i < shares.length; i++) {
            capacities.put(
                    zones.get(i).name(), new ZoneShares.Capacity(zones.get(i).weight(), members[i].weight()));
        }
        Map<String, Double> byName = ZoneShares.of(capacities, settings.own().zone(), settings.callers());
        for (int i = 0; i < shares.length; i++) {
            shares[i] = byName.getOrDefault(zones.get(i).name(), 0.0);
        }
        return shares;
    }

    private double[] statedShares(Members[] members) {
        StatedShares.Part[] parts = new StatedShares.Part[members.length];
        for (int i = 0; i < parts.length; i++) {
            Zone zone = zones.get(i);
            int percent = Objects.requireNonNull(stated.shares().get(Objects.requireNonNull(zone.places())));
            parts[i] = new StatedShares.Part(percent, zone.weight(), members[i].weight());
        }
        return StatedShares.of(parts);
    }
}
