package dev.meshclient.internal.balance;

import dev.meshclient.Explanation;
import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the endpoints of one priority in groups (its zones, or the localities that the policy names), each with a share and
 * an algorithm.
 */
final class Level {
    /** The chance that an endpoint is chosen whose ejection was aborted: that of an endpoint that has just returned. */
    private static final double SELDOM = 0.1;

    private static final int LOOKS = 4;

    private final Tier tier;
    private final LevelSettings settings;
    private final Members[] members; // by zone of the tier
    private final List<Group> groups;
    private final int size;
    private final @Nullable AliasTable shares;

    /** Endpoints among which only the algorithm decides: those of one zone, or of one locality that the policy names. */
    private record Group(Tier.Zone zone, double share, Members members, Picker picker) {
        boolean home() {
            return zone.home();
        }
    }

    private Level(Tier tier, LevelSettings settings, Members[] members, List<Group> groups) {
        this.tier = tier;
        this.settings = settings;
        this.members = members;
        this.groups = groups;
        this.size = groups.stream().mapToInt(g -> g.members.size()).sum();
        double[] weights = groups.stream().mapToDouble(Group::share).toArray();
        this.shares = groups.size() == 1 ? null : AliasTable.of(weights);
    }

    /**
     * @param tier has at least one endpoint of this kind that is not ejected
     * @param ejected empty if ejected endpoints are called all the same
     */
    static Level of(Tier tier, Tier.Kind kind, EjectedPositions ejected, LevelSettings settings) {
        List<Tier.Zone> zones = tier.zones();
        Members[] members = new Members[zones.size()];
        for (int i = 0; i < members.length; i++) {
            Pool pool = zones.get(i).pool(kind);
            members[i] = new Members(pool, ejected.positions(pool.endpoints()));
        }
        double[] shares = tier.shares(members, settings);
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < members.length; i++) {
            if (members[i].size() > 0) {
                groups.add(new Group(zones.get(i), shares[i], members[i], Picker.of(settings.algorithm(), members[i])));
            }
        }
        return new Level(tier, settings, members, List.copyOf(groups));
    }

    Endpoint pick(RandomGenerator random, Picked picked) {
        return draw(group(random), random, picked);
    }

    private Endpoint draw(Group group, RandomGenerator random, Picked picked) {
        Endpoint drawn = group.picker.pick(random);
        picked.undid(Picked.Step.AT_RANDOM);
        if (!isEjectionAborted(drawn) || random.nextDouble() < SELDOM) {
            return drawn;
        }
        Endpoint other = instead(drawn, group, random);
        if (other != drawn) {
            picked.did(Picked.Step.OTHER_EJECTION_ABORTED);
            picked.did(Picked.Step.AT_RANDOM);
        }
        return other;
    }

    private static boolean isEjectionAborted(Endpoint endpoint) {
        return endpoint.state().isEjectionAborted();
    }

    /**
     * Draws a few endpoints, in the zone and then in the others, and returns the first whose ejection was not aborted; the
     * given endpoint if it finds none.
     */
    private Endpoint instead(Endpoint ejectionAborted, Group group, RandomGenerator random) {
        int looks = groups.size() == 1 ? LOOKS : 2 * LOOKS;
        for (int i = 0; i < looks; i++) {
            Group where = i < LOOKS ? group : groups.get(another(group, random));
            Endpoint other = where.members.get(random.nextInt(where.members.size()));
            if (!isEjectionAborted(other)) {
                return other;
            }
        }
        return ejectionAborted;
    }

    /** An endpoint that the call has not tried, from the chosen zone if possible; null if all have been tried. */
    @Nullable
    Endpoint pickUntried(RandomGenerator random, Tried tried, Picked picked) {
        Group chosen = group(random);
        Endpoint drawn = draw(chosen, random, picked);
        if (!tried.has(drawn)) {
            return drawn;
        }
        picked.did(Picked.Step.AT_RANDOM);
        Endpoint found = tried.untriedOf(chosen.members, random);
        int start = found == null && groups.size() > 1 ? another(chosen, random) : 0;
        for (int i = 0; found == null && i < groups.size(); i++) {
            found = tried.untriedOf(groups.get((start + i) % groups.size()).members, random);
        }
        return found;
    }

    /** A call that leaves its zone is sent to one of the other zones, in proportion to the number of their endpoints. */
    private int another(Group left, RandomGenerator random) {
        int at = random.nextInt(size - left.members.size());
        int group = 0;
        while (groups.get(group) == left || at >= groups.get(group).members.size()) {
            at -= groups.get(group) == left ? 0 : groups.get(group).members.size();
            group++;
        }
        return group;
    }

    /** The endpoint for a key; the same endpoint as long as the group does not change. */
    Endpoint pickByKey(String key) {
        Group best = groups.get(0);
        double bestScore = Double.NEGATIVE_INFINITY;
        for (Group group : groups) {
            // Percentages that the policy states apply to keys as well.
            double score =
                    group.zone.places() == null ? group.share : Rendezvous.score(key, group.zone.name(), group.share);
            if (score > bestScore) {
                best = group;
                bestScore = score;
            }
        }
        return Rendezvous.pick(best.members, key);
    }

    /** The share of the calls that stays in the caller's zone; 1 where zones are not preferred. */
    double home() {
        return groups.stream().filter(Group::home).mapToDouble(Group::share).sum();
    }

    /** Whether the endpoint is in the caller's zone; always true where zones are not preferred. */
    boolean isHome(Endpoint endpoint) {
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (group.home() && (groups.size() == 1 || group.zone.has(endpoint))) {
                return true;
            }
        }
        return false;
    }

    /** An endpoint outside the caller's zone; null if there is none. */
    @Nullable
    Endpoint pickAway(RandomGenerator random, Picked picked) {
        int away = 0;
        for (int i = 0; i < groups.size(); i++) {
            away += groups.get(i).home() ? 0 : groups.get(i).members.size();
        }
        int at = away == 0 ? 0 : random.nextInt(away);
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (!group.home() && at < group.members.size()) {
                picked.undid(Picked.Step.AT_RANDOM);
                return group.picker.pick(random);
            }
            at -= group.home() ? 0 : group.members.size();
        }
        return null;
    }

    /** All endpoints, or those in the caller's zone. */
    List<Endpoint> endpoints(boolean atHome) {
        return groups.stream()
                .filter(g -> g.home() || !atHome)
                .flatMap(g -> IntStream.range(0, g.members.size()).mapToObj(g.members::get))
                .toList();
    }

    int size() {
        return size;
    }

    // ---- for explanations

    static void add(Map<Endpoint, Double> chances, double share, Map<Endpoint, Double> to) {
        chances.forEach((endpoint, chance) -> to.merge(endpoint, chance * share, Double::sum));
    }

    /** The chance of each endpoint to be picked, if all have equally many attempts in flight. */
    Map<Endpoint, Double> chances() {
        Map<Endpoint, Double> chances = new HashMap<>();
        groups.forEach(group -> add(ofGroup(group), group.share, chances));
        return chances;
    }

    /** As {@link #pickAway} decides; empty if there is no endpoint. */
    Map<Endpoint, Double> chancesAway() {
        Map<Endpoint, Double> chances = new HashMap<>();
        List<Group> others = groups.stream().filter(g -> !g.home()).toList();
        int away = others.stream().mapToInt(g -> g.members.size()).sum();
        others.forEach(g -> add(byWeight(g), (double) g.members.size() / away, chances));
        return chances;
    }

    private static Map<Endpoint, Double> byWeight(Group group) {
        Map<Endpoint, Double> chances = new HashMap<>();
        double all = group.members.weight();
        all(group).forEach(e -> chances.put(e, e.weight() / all));
        return chances;
    }

    private static Stream<Endpoint> all(Group group) {
        return IntStream.range(0, group.members.size()).mapToObj(group.members::get);
    }

    /** As {@link #draw} decides. */
    private Map<Endpoint, Double> ofGroup(Group group) {
        Map<Endpoint, Double> chances = byWeight(group);
        double moved = 0;
        for (Map.Entry<Endpoint, Double> drawn : chances.entrySet()) {
            if (isEjectionAborted(drawn.getKey())) {
                moved += drawn.getValue() * (1 - SELDOM);
            }
        }
        if (moved > 0) {
            Map<Endpoint, Double> drawn = Map.copyOf(chances);
            double left = moveTo(List.of(group), moved, chances);
            left = moveTo(groups.stream().filter(g -> g != group).toList(), left, chances);
            double stays = (left - moved) / moved * (1 - SELDOM); // in place of another endpoint
            drawn.forEach((e, chance) -> chances.merge(e, isEjectionAborted(e) ? chance * stays : 0, Double::sum));
        }
        return chances;
    }

    /** Adds the chances of endpoints that are looked for among these. @return what is left if they are not found */
    private static double moveTo(List<Group> where, double moved, Map<Endpoint, Double> chances) {
        List<Endpoint> fit = where.stream()
                .flatMap(Level::all)
                .filter(e -> !isEjectionAborted(e))
                .toList();
        int all = where.stream().mapToInt(g -> g.members.size()).sum();
        double left = fit.isEmpty() ? moved : moved * Math.pow(1 - (double) fit.size() / all, LOOKS);
        fit.forEach(e -> chances.merge(e, (moved - left) / fit.size(), Double::sum));
        return left;
    }

    /** @param share of the calls for this level */
    void explain(double share, ExplanationSink to) {
        List<Tier.Zone> zones = tier.zones();
        double[] shares = tier.shares(members, settings);
        if (zones.size() > 1 || !zones.get(0).home()) {
            to.locality(Explanation.Locality.Kind.DISTRIBUTION, "", share, tier.inWords(members, settings));
        }
        for (int i = 0; zones.size() > 1 && i < shares.length; i++) {
            to.locality(
                    zones.get(i).places() == null ? Explanation.Locality.Kind.ZONE : Explanation.Locality.Kind.LOCALITY,
                    zones.get(i).name().isEmpty() ? "no zone" : zones.get(i).name(),
                    share * shares[i],
                    "usable weight " + members[i].weight() + " of "
                            + zones.get(i).weight());
        }
    }

    private Group group(RandomGenerator random) {
        return groups.get(shares == null ? 0 : shares.draw(random));
    }

    /**
     * Why an endpoint of this level is chosen: the algorithm and the share of its zone.
     *
     * @param picked the steps of the choice
     * @param calls those of this level, of which the zone has a share; all calls with a key go to one zone, unless the policy
     *     states the shares
     */
    String why(Endpoint endpoint, Picked picked, String calls) {
        boolean byKey = picked.has(Picked.Step.KEY);
        Group group =
                groups.stream().filter(g -> g.zone.has(endpoint)).findFirst().orElse(groups.get(0));
        int number = group.members.size();
        String place = group.zone.name();
        String by = byKey
                ? "the key of MeshOptions.withHashKey"
                : picked.has(Picked.Step.AT_RANDOM) ? "at random" : Picker.words(settings.algorithm());
        return (number == 1 ? "the only endpoint" : by + " among " + number + " endpoints")
                + (place.isEmpty() ? "" : " of " + (group.zone.places() == null ? "zone " : "") + place)
                + (byKey || (groups.size() == 1 && place.isEmpty())
                        ? ""
                        : " (" + Math.round(group.share * 100) + " % of " + calls + ": "
                                + tier.inWords(members, settings) + ")");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Group group : groups) {
            text.append(text.length() == 0 ? "" : ", ")
                    .append(group.zone.name().isEmpty() ? "*" : group.zone.name())
                    .append(' ')
                    .append(Math.round(group.share * 100))
                    .append(" % of ")
                    .append(group.members.size());
        }
        return text.toString();
    }
}
