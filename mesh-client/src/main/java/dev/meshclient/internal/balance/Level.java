package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decider: one priority; its zones, or the places that policy names, with their shares, and in each an algorithm. */
final class Level {
    /** How often one that would be out if there were room is called: as one that has just come back. */
    private static final double SELDOM = 0.1;

    private static final int LOOKS = 4;

    private final List<Group> groups;
    private final int size;
    private final @Nullable AliasTable shares;

    /** Endpoints that are equal but for the algorithm: of a zone or, if policy names places, of these. */
    private record Group(
            String name, @Nullable Places places, boolean home, double share, List<Endpoint> endpoints, Picker picker) {
        boolean has(Endpoint endpoint) {
            return places == null ? name.equals(zone(endpoint)) : places.has(endpoint.locality());
        }
    }

    private Level(List<Group> groups) {
        this.groups = groups;
        this.size = groups.stream().mapToInt(g -> g.endpoints.size()).sum();
        double[] weights = groups.stream().mapToDouble(Group::share).toArray();
        this.shares = groups.size() == 1 ? null : AliasTable.of(weights);
    }

    /**
     * @param known all endpoints of the priority
     * @param usable those that may be called, at least one
     * @param stated what the priority is: another region's zones are not ours, though they may be called the same
     */
    static Level of(List<Endpoint> known, List<Endpoint> usable, Plan.Priority stated, LevelSettings terms) {
        if (!stated.shares().isEmpty()) {
            return new Level(byPlaces(known, usable, stated.shares(), terms));
        }
        if (!terms.zoned() || !stated.ours()) {
            return new Level(
                    List.of(new Group("", null, stated.ours(), 1, usable, Picker.of(terms.algorithm(), usable))));
        }
        return new Level(byZones(known, usable, terms));
    }

    private static List<Group> byZones(List<Endpoint> known, List<Endpoint> usable, LevelSettings terms) {
        String own = terms.own().zone();
        SortedMap<String, Double> shares = ZoneShares.of(capacities(known, usable), own, terms.callers());
        List<Group> groups = new ArrayList<>();
        SortedMap<String, List<Endpoint>> byZone = new TreeMap<>();
        usable.forEach(
                e -> byZone.computeIfAbsent(zone(e), z -> new ArrayList<>()).add(e));
        byZone.forEach((zone, members) -> groups.add(new Group(
                zone,
                null,
                own.isEmpty() || zone.equals(own),
                shares.getOrDefault(zone, 0.0),
                members,
                Picker.of(terms.algorithm(), members))));
        return List.copyOf(groups);
    }

    private static List<Group> byPlaces(
            List<Endpoint> known, List<Endpoint> usable, Map<Places, Integer> stated, LevelSettings terms) {
        List<Places> places = List.copyOf(stated.keySet());
        List<List<Endpoint>> members =
                places.stream().map(p -> within(p, usable)).toList();
        StatedShares.Part[] parts = new StatedShares.Part[places.size()];
        for (int i = 0; i < parts.length; i++) {
            long listed = weight(within(places.get(i), known));
            parts[i] = new StatedShares.Part(
                    Objects.requireNonNull(stated.get(places.get(i))), listed, weight(members.get(i)));
        }
        double[] shares = StatedShares.of(parts);
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            Places here = places.get(i);
            List<Endpoint> list = members.get(i);
            if (!list.isEmpty()) {
                groups.add(new Group(
                        here.toString(),
                        here,
                        here.has(terms.own()),
                        shares[i],
                        list,
                        Picker.of(terms.algorithm(), list)));
            }
        }
        return List.copyOf(groups);
    }

    private static List<Endpoint> within(Places places, List<Endpoint> endpoints) {
        return endpoints.stream().filter(e -> places.has(e.locality())).toList();
    }

    private static long weight(List<Endpoint> endpoints) {
        return endpoints.stream().mapToLong(Endpoint::weight).sum();
    }

    private static SortedMap<String, ZoneShares.Capacity> capacities(List<Endpoint> all, List<Endpoint> usable) {
        SortedMap<String, ZoneShares.Capacity> zones = new TreeMap<>();
        all.forEach(e -> zones.merge(zone(e), new ZoneShares.Capacity(e.weight(), 0), Level::plus));
        usable.forEach(e -> zones.merge(zone(e), new ZoneShares.Capacity(0, e.weight()), Level::plus));
        return zones;
    }

    private static ZoneShares.Capacity plus(ZoneShares.Capacity a, ZoneShares.Capacity b) {
        return new ZoneShares.Capacity(a.configured() + b.configured(), a.usable() + b.usable());
    }

    private static String zone(Endpoint endpoint) {
        return endpoint.locality().zone();
    }

    Endpoint pick(RandomGenerator random) {
        return draw(group(random), random);
    }

    private Endpoint draw(Group group, RandomGenerator random) {
        Endpoint drawn = group.picker.pick(random);
        return isSpared(drawn) && random.nextDouble() >= SELDOM ? instead(drawn, group, random) : drawn;
    }

    private static boolean isSpared(Endpoint endpoint) {
        return endpoint.state().record().isSpared();
    }

    /** Of a few at random, in the zone and then in the others, the first that is not spared; if they all are, this one. */
    private Endpoint instead(Endpoint spared, Group group, RandomGenerator random) {
        int looks = groups.size() == 1 ? LOOKS : 2 * LOOKS;
        for (int i = 0; i < looks; i++) {
            Group where = i < LOOKS ? group : groups.get(another(group, random));
            Endpoint other = where.endpoints.get(random.nextInt(where.endpoints.size()));
            if (!isSpared(other)) {
                return other;
            }
        }
        return spared;
    }

    /** One that was not tried, the chosen zone first; null if all were. */
    @Nullable
    Endpoint pickUntried(RandomGenerator random, Tried tried) {
        Group chosen = group(random);
        Endpoint drawn = draw(chosen, random);
        if (!tried.has(drawn)) {
            return drawn;
        }
        Endpoint found = tried.untriedOf(chosen.endpoints, random);
        int start = found == null && groups.size() > 1 ? another(chosen, random) : 0;
        for (int i = 0; found == null && i < groups.size(); i++) {
            found = tried.untriedOf(groups.get((start + i) % groups.size()).endpoints, random);
        }
        return found;
    }

    /** Who leaves a zone goes to any of the others, to each as often as it has endpoints. */
    private int another(Group left, RandomGenerator random) {
        int at = random.nextInt(size - left.endpoints.size());
        int group = 0;
        while (groups.get(group) == left || at >= groups.get(group).endpoints.size()) {
            at -= groups.get(group) == left ? 0 : groups.get(group).endpoints.size();
            group++;
        }
        return group;
    }

    /** The same endpoint for the same key, as long as the group stays what it is. */
    Endpoint pickByKey(String key) {
        Group best = groups.get(0);
        double bestScore = Double.NEGATIVE_INFINITY;
        for (Group group : groups) {
            // Where policy states percentages they hold for keys, too.
            double score = group.places == null ? group.share : Rendezvous.score(key, group.name, group.share);
            if (score > bestScore) {
                best = group;
                bestScore = score;
            }
        }
        return Rendezvous.pick(best.endpoints, key);
    }

    /** Which share of its calls stays in our zone; where zones do not count, all of them. */
    double home() {
        return groups.stream().filter(Group::home).mapToDouble(Group::share).sum();
    }

    /** Whether it is in our zone; where zones do not count, they all are. */
    boolean isHome(Endpoint endpoint) {
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (group.home && (groups.size() == 1 || group.has(endpoint))) {
                return true;
            }
        }
        return false;
    }

    /** One that is not in our zone; null if there is none. */
    @Nullable
    Endpoint pickAway(RandomGenerator random) {
        int away = 0;
        for (int i = 0; i < groups.size(); i++) {
            away += groups.get(i).home ? 0 : groups.get(i).endpoints.size();
        }
        int at = away == 0 ? 0 : random.nextInt(away);
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (!group.home && at < group.endpoints.size()) {
                return group.picker.pick(random);
            }
            at -= group.home ? 0 : group.endpoints.size();
        }
        return null;
    }

    int size() {
        return size;
    }

    private Group group(RandomGenerator random) {
        return groups.get(shares == null ? 0 : shares.draw(random));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Group group : groups) {
            text.append(text.length() == 0 ? "" : ", ")
                    .append(group.name.isEmpty() ? "*" : group.name)
                    .append(' ')
                    .append(Math.round(group.share * 100))
                    .append(" % of ")
                    .append(group.endpoints.size());
        }
        return text.toString();
    }
}
