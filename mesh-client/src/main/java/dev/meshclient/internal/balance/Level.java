package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.policy.ConsistentHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the endpoints of one priority in groups (its zones, or the localities that the policy names), each with a share and
 * an algorithm.
 */
final class Level {
    /** The chance that an endpoint is chosen whose ejection was aborted: that of an endpoint that has just returned. */
    static final double SELDOM = 0.1;

    static final int LOOKS = 4;

    private final Members[] usable; // by zone of the tier
    private final List<Group> groups;
    private final int size;
    private final int allUsable;
    private final double home;
    private final @Nullable AliasTable shares;

    /**
     * Endpoints among which only the algorithm decides: those of one zone, or of one locality that the policy names.
     *
     * @param usable the number of endpoints that may be called; this client calls the members
     */
    record Group(
            Tier.Zone zone,
            double share,
            int usable,
            Members members,
            Picker picker,
            @Nullable HashedMembers hashed) {
        boolean home() {
            return zone.home();
        }

        List<Endpoint> endpoints() {
            List<Endpoint> endpoints = new ArrayList<>(members.size());
            for (int i = 0; i < members.size(); i++) {
                endpoints.add(members.get(i));
            }
            return endpoints;
        }
    }

    private Level(Members[] usable, List<Group> groups) {
        this.usable = usable;
        this.groups = groups;
        double[] weights = new double[groups.size()];
        int members = 0;
        int all = 0;
        double stays = 0;
        for (int i = 0; i < weights.length; i++) {
            Group group = groups.get(i);
            weights[i] = group.share;
            members += group.members.size();
            all += group.usable;
            stays += group.home() ? group.share : 0;
        }
        this.size = members;
        this.allUsable = all;
        this.home = stays;
        this.shares = weights.length == 1 ? null : AliasTable.of(weights);
    }

    /**
     * @param priority the index of the tier
     * @param tier has at least one endpoint of this kind that is not ejected
     * @param ejected empty if health is ignored
     * @param part of all calls
     */
    static Level of(
            int priority, Tier tier, Tier.Kind kind, EjectedPositions ejected, double part, LevelSettings settings) {
        List<Tier.Zone> zones = tier.zones();
        Members[] usable = new Members[zones.size()];
        for (int i = 0; i < usable.length; i++) {
            Pool pool = zones.get(i).pool(kind);
            usable[i] = new Members(pool, ejected.positions(pool.endpoints()));
        }
        double[] shares = tier.shares(usable, settings);
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < usable.length; i++) {
            if (usable[i].size() > 0) {
                Tier.Zone zone = zones.get(i);
                Members members = settings.subset().of(usable[i], part * shares[i]);
                groups.add(new Group(
                        zone,
                        shares[i],
                        usable[i].size(),
                        members,
                        Picker.of(settings, members),
                        hashed(priority, zone, kind, members, settings)));
            }
        }
        return new Level(usable, List.copyOf(groups));
    }

    /** Null: the policy states no hash. */
    private static @Nullable HashedMembers hashed(
            int priority, Tier.Zone zone, Tier.Kind kind, Members members, LevelSettings settings) {
        HashTable table = zone.pool(kind).hashes();
        ConsistentHash hash = settings.balancer().consistentHash();
        return table == null || hash == null
                ? null
                : new HashedMembers(
                        members, table, hash, settings.loads().of(priority, kind, zone.name()), settings.slowStart());
    }

    Endpoint pick(RandomGenerator random, long now, Picked picked) {
        return draw(group(random), random, now, picked);
    }

    private Endpoint draw(Group group, RandomGenerator random, long now, Picked picked) {
        Endpoint drawn = group.picker.pick(random, now);
        picked.drawn();
        if (!isEjectionAborted(drawn) || random.nextDouble() < SELDOM) {
            return drawn;
        }
        return instead(drawn, group, random, picked);
    }

    static boolean isEjectionAborted(Endpoint endpoint) {
        return endpoint.state().isEjectionAborted();
    }

    /**
     * Draws a few endpoints, in the zone and then in the others, and returns the first whose ejection was not aborted; the
     * given endpoint if it finds none.
     */
    private Endpoint instead(Endpoint ejectionAborted, Group group, RandomGenerator random, Picked picked) {
        int looks = groups.size() == 1 ? LOOKS : 2 * LOOKS;
        for (int i = 0; i < looks; i++) {
            Group where = i < LOOKS ? group : groups.get(another(group, random));
            Endpoint other = where.members.get(random.nextInt(where.members.size()));
            if (!isEjectionAborted(other)) {
                picked.did(Picked.Step.OTHER_EJECTION_ABORTED);
                picked.did(Picked.Step.AT_RANDOM);
                if (where != group) {
                    picked.did(Picked.Step.ELSEWHERE);
                }
                return other;
            }
        }
        return ejectionAborted;
    }

    /** An endpoint that the call has not tried, from the chosen zone if possible; null if all have been tried. */
    @Nullable
    Endpoint pickUntried(RandomGenerator random, long now, Tried tried, Picked picked) {
        Group chosen = group(random);
        Endpoint drawn = draw(chosen, random, now, picked);
        if (!tried.has(drawn)) {
            return drawn;
        }
        picked.did(Picked.Step.AT_RANDOM);
        Endpoint found = tried.untriedOf(chosen.members, random);
        if (found != null) {
            return found;
        }
        picked.did(Picked.Step.ELSEWHERE);
        int start = groups.size() > 1 ? another(chosen, random) : 0;
        for (int i = 0; found == null && i < groups.size(); i++) {
            found = tried.untriedOf(groups.get((start + i) % groups.size()).members, random);
        }
        return found;
    }

    /** A call that leaves its zone is sent to one of the other zones, in proportion to the number of their endpoints. */
    private int another(Group left, RandomGenerator random) {
        int at = random.nextInt(usable() - left.usable);
        int group = 0;
        while (groups.get(group) == left || at >= groups.get(group).usable) {
            at -= groups.get(group) == left ? 0 : groups.get(group).usable;
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

    /**
     * The endpoint of a hash; null if the call has tried all, or if there is none outside the caller's zone.
     *
     * @param tried the endpoints of the earlier attempts; null: this is the first, or all have been tried
     * @param away whether a call for the caller's zone leaves it
     */
    @Nullable
    Endpoint pickByHash(long hash, @Nullable Tried tried, boolean away, long now, Steps steps) {
        Group owner = owner(hash, false);
        if (away && owner != null && owner.home()) {
            owner = owner(hash, true);
            if (owner != null) {
                steps.did(Picked.Step.NOT_RETURNED);
            }
        }
        Endpoint found = owner == null ? null : hashed(owner).pick(hash, tried, now, steps);
        for (int i = 0; tried != null && found == null && i < groups.size(); i++) {
            steps.did(Picked.Step.ELSEWHERE);
            found = hashed(groups.get(i)).pick(hash, tried, now, steps);
        }
        return found;
    }

    private static HashedMembers hashed(Group group) {
        return Objects.requireNonNull(group.hashed);
    }

    /** The group of a hash, by the shares; or, of those outside the caller's zone, by the number of endpoints, and null if there is none. */
    private @Nullable Group owner(long hash, boolean away) {
        Group best = null;
        double bestScore = -1;
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            double weight = away ? group.usable : group.share;
            double score = groups.size() == 1 ? 0 : Rendezvous.score(hash, group.zone.name(), weight);
            if (score > bestScore && !(away && group.home())) {
                best = group;
                bestScore = score;
            }
        }
        return best;
    }

    /** The attempts in flight of the endpoint's group; null: its load is not bounded. */
    @Nullable
    AtomicInteger load(Endpoint endpoint) {
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (group.hashed == null) {
                return null;
            }
            if (groups.size() == 1 || group.zone.has(endpoint)) {
                return group.hashed.load();
            }
        }
        return null;
    }

    /** The share of the calls that stays in the caller's zone; 1 where zones are not preferred. */
    double home() {
        return home;
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
    Endpoint pickAway(RandomGenerator random, long now, Picked picked) {
        int away = 0;
        for (int i = 0; i < groups.size(); i++) {
            away += groups.get(i).home() ? 0 : groups.get(i).usable;
        }
        int at = away == 0 ? 0 : random.nextInt(away);
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (!group.home() && at < group.usable) {
                picked.drawn();
                return group.picker.pick(random, now);
            }
            at -= group.home() ? 0 : group.usable;
        }
        return null;
    }

    /** All endpoints, or those in the caller's zone. */
    List<Endpoint> endpoints(boolean atHome) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Group group : groups) {
            if (group.home() || !atHome) {
                endpoints.addAll(group.endpoints());
            }
        }
        return endpoints;
    }

    /** The number of endpoints that this client calls. */
    int size() {
        return size;
    }

    /** The endpoint with this number, from 0 on. */
    Endpoint endpoint(int number) {
        int left = number;
        int group = 0;
        while (left >= groups.get(group).members.size()) {
            left -= groups.get(group).members.size();
            group++;
        }
        return groups.get(group).members.get(left);
    }

    /** Whether the endpoint, of this list, gets calls. */
    boolean has(EndpointHealth endpoint, EndpointList list) {
        return groups.stream().anyMatch(group -> group.members.has(endpoint, list));
    }

    /** The number of endpoints that may be called. */
    int usable() {
        return allUsable;
    }

    List<Group> groups() {
        return groups;
    }

    /** The endpoints that may be called, whether or not this client calls them, by zone of the tier. */
    Members[] usableByZone() {
        return usable;
    }

    private Group group(RandomGenerator random) {
        return groups.get(shares == null ? 0 : shares.draw(random));
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
                    .append(group.members.size())
                    .append(group.members.size() == group.usable ? "" : " (chosen from " + group.usable + ")");
        }
        return text.toString();
    }
}
