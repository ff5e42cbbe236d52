package dev.meshclient.internal.balance;

import dev.meshclient.Explanation.Locality.Kind;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.text.Percent;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Why a plan gives each priority and zone its share of the calls, in words: for the choice of an endpoint, and for all. */
final class PlanReasons {
    private static final int REGIONS_NAMED = 3;

    private final PlanSettings settings;
    private final PriorityCapacity capacity;
    private final List<Level> levels;
    private final int[] ranks;
    private final int[] loads;

    /**
     * @param levels the levels that get calls, in order
     * @param ranks the rank of each level
     * @param loads the share of each level; only their proportions count
     */
    PlanReasons(PlanSettings settings, PriorityCapacity capacity, List<Level> levels, int[] ranks, int[] loads) {
        this.settings = settings;
        this.capacity = capacity;
        this.levels = levels;
        this.ranks = ranks;
        this.loads = loads;
    }

    // ---- the choice of an endpoint

    /**
     * Why an endpoint is chosen.
     *
     * @param level the index of its level
     * @param picked the steps of the choice
     */
    String why(int level, Endpoint endpoint, Picked picked) {
        String priority = priority(level, picked);
        return (priority.isEmpty() ? "" : priority + ", ") + place(level, endpoint, picked);
    }

    /** Empty: the level is the first priority, which takes all calls. */
    private String priority(int level, Picked picked) {
        int rank = ranks[level];
        int priority = capacity.priority(rank);
        int of = capacity.ranks() / 2;
        boolean byKey = picked.has(Picked.Step.KEY); // then the first level takes all calls
        long percent = byKey ? 100 : Math.round(100 * share(level));
        String takes = picked.isByShare() ? (of == 1 ? "" : " takes ") + percent + " % of the calls" : "";
        String name = of == 1 ? takes : "priority " + (priority + 1) + " of " + of + takes;
        return switch (capacity.kind(rank)) {
            case CALLABLE -> (of == 1 ? "" : name + ", ") + panic(rank);
            case DEGRADED ->
                "degraded endpoints, as too few are healthy (" + capacity.usable(priority) + " of "
                        + capacity.listed(rank) + " healthy)";
            case HEALTHY ->
                priority == 0 && percent == 100 ? "" : name + (byKey || picked.isByShare() ? because(priority) : "");
        };
    }

    private double share(int level) {
        return (double) loads[level] / Arrays.stream(loads).sum();
    }

    /** The first priority gets less than all because of itself. */
    private String because(int priority) {
        return IntStream.range(0, Math.max(1, priority))
                .mapToObj(i -> "priority " + (i + 1) + " has " + usable(i))
                .collect(Collectors.joining(", ", ", because ", ""));
    }

    /** The algorithm and the share of the zone. All calls with a key go to one zone, unless the policy states the shares. */
    private String place(int index, Endpoint endpoint, Picked picked) {
        Level level = levels.get(index);
        Level.Group group = level.groups().stream()
                .filter(g -> g.zone().has(endpoint))
                .findFirst()
                .orElse(level.groups().get(0));
        int number = group.members().size();
        String place = group.zone().name();
        String by = picked.has(Picked.Step.KEY) || picked.has(Picked.Step.HASH_OF_KEY)
                ? BalanceExplanation.BY_KEY
                : picked.has(Picked.Step.AT_RANDOM)
                        ? "at random"
                        : picked.has(Picked.Step.HASH)
                                ? Picker.words(settings.zones().balancer())
                                : withoutKey();
        boolean hasShare = picked.isByShare() && (level.groups().size() > 1 || !place.isEmpty());
        boolean all = number == group.usable();
        return (number == 1 && all
                        ? "the only endpoint"
                        : by + " among " + number + (all ? "" : " of " + group.usable()) + " endpoints")
                + (place.isEmpty() ? "" : " of " + (group.zone().places() == null ? "zone " : "") + place)
                + (hasShare
                        ? " (" + Percent.of(group.share()) + " of " + calls(index) + ": " + zones(index) + ")"
                        : "");
    }

    /** How an endpoint begins. */
    SlowStart slowStart() {
        return settings.zones().slowStart();
    }

    /** The endpoints that this client calls; empty: all, and the policy states no size. */
    String subset() {
        int size = settings.zones().subset().size();
        int called = levels.stream().mapToInt(Level::size).sum();
        int usable = levels.stream().mapToInt(Level::usable).sum();
        return called == usable
                ? size == 0 || usable == 0
                        ? ""
                        : "loadBalancer.subsetSize " + size + " has no effect: this client calls all " + usable
                                + " usable endpoints"
                : "this client calls " + withCalls() + " of " + usable + " usable endpoints (loadBalancer.subsetSize "
                        + size
                        + "), and others in place of those that are ejected or fail their"
                        + " health checks";
    }

    /** The number of endpoints of the priorities and zones that get calls. */
    private int withCalls() {
        return IntStream.range(0, loads.length)
                .filter(level -> loads[level] > 0)
                .flatMap(level -> levels.get(level).groups().stream()
                        .filter(group -> group.share() > 0)
                        .mapToInt(group -> group.members().size()))
                .sum();
    }

    /** The latency that an endpoint is estimated to have, or the weight by its load; empty: the algorithm needs neither. */
    String estimate(EndpointHealth endpoint, long now) {
        if (settings.zones().balancer().simple() == LoadBalancer.Simple.WEIGHTED_LOAD) {
            return settings.zones().loadWeights().inWords(endpoint, now);
        }
        if (settings.zones().balancer().simple() != LoadBalancer.Simple.PEAK_EWMA) {
            return "";
        }
        double millis = settings.zones().latencies().nanos(endpoint, now) / 1e6;
        return String.format(
                Locale.ROOT,
                "latency estimate %.1f ms%s",
                millis,
                PeakEwma.hasHistory(endpoint) ? "" : " (the median: it has no history)");
    }

    private String withoutKey() {
        ConsistentHash hash = settings.zones().balancer().consistentHash();
        return hash == null ? Picker.words(settings.zones().balancer()) : "at random without " + new HashInput(hash);
    }

    /** The calls of a level, of which its zones have shares. */
    private String calls(int level) {
        int priority = capacity.priority(ranks[level]);
        boolean alone = Arrays.stream(ranks)
                        .filter(r -> capacity.priority(r) == priority)
                        .count()
                == 1;
        return share(level) == 1
                ? "the calls"
                : alone
                        ? "the calls of this priority"
                        : "the calls of " + (capacity.isDegraded(ranks[level]) ? "degraded" : "healthy") + " endpoints";
    }

    private String zones(int level) {
        return capacity.tier(ranks[level]).inWords(levels.get(level).usableByZone(), settings.zones());
    }

    // ---- what both state

    private String panic(int rank) {
        return "panic: too few endpoints are usable, health does not count (" + capacity.usable(rank) + " of "
                + capacity.listed(rank) + " usable, outlierDetection.minHealthPercent " + settings.minHealthPercent()
                + ")";
    }

    private String usable(int rank) {
        int usable = capacity.capacity(rank);
        int listed = capacity.listed(rank);
        return usable + " of " + listed + (capacity.isDegraded(rank) ? " degraded" : " usable")
                + (usable == capacity.usable(rank) ? "" : ", judged by those that this client called")
                + (settings.failover() == FailoverMode.STRICT || usable == 0
                        ? ""
                        : " (" + PriorityLoad.inWords(usable, listed) + ")");
    }

    /** The priorities up to a level, for people. */
    String upTo(int level) {
        int priority = capacity.priority(ranks[level]) + 1;
        return (capacity.isDegraded(ranks[level]) ? "the degraded endpoints of " : "")
                + (priority == 1 ? "the first priority" : "the first " + priority + " priorities");
    }

    // ---- all priorities and zones

    /** States the share of each priority and locality. */
    void explain(ExplanationSink to) {
        for (int rank = 0; rank < capacity.ranks(); rank++) {
            int level = Arrays.binarySearch(ranks, rank);
            if (level >= 0) {
                to.locality(Kind.PRIORITY, name(rank), share(level), why(rank));
                explainZones(level, to);
            } else if (!capacity.isDegraded(rank) && capacity.listed(rank) > 0) {
                to.locality(Kind.PRIORITY, name(rank), 0, why(rank));
            }
        }
    }

    private String name(int rank) {
        String regions = capacity.tier(rank).known().stream()
                .map(e -> e.locality().region())
                .filter(region -> !region.isEmpty())
                .distinct()
                .limit(REGIONS_NAMED)
                .collect(Collectors.joining(", "));
        return "priority " + (capacity.priority(rank) + 1) + (regions.isEmpty() ? "" : " (" + regions + ")")
                + (capacity.isDegraded(rank) ? ", degraded" : "");
    }

    private String why(int rank) {
        return capacity.isPanic(rank)
                ? panic(rank)
                : usable(rank)
                        + (settings.failover() == FailoverMode.STRICT
                                ? "; STRICT: the first priority with a usable endpoint gets all calls"
                                : capacity.coversAll() ? "" : ", and no priority covers the rest");
    }

    private void explainZones(int index, ExplanationSink to) {
        Members[] members = levels.get(index).usableByZone();
        Tier tier = capacity.tier(ranks[index]);
        List<Tier.Zone> zones = tier.zones();
        double[] shares = tier.shares(members, settings.zones());
        if (zones.size() > 1 || !zones.get(0).home()) {
            to.locality(Kind.DISTRIBUTION, "", share(index), zones(index));
        }
        for (int i = 0; zones.size() > 1 && i < shares.length; i++) {
            Tier.Zone zone = zones.get(i);
            to.locality(
                    zone.places() == null ? Kind.ZONE : Kind.LOCALITY,
                    zone.name().isEmpty() ? "no zone" : zone.name(),
                    share(index) * shares[i],
                    "usable weight " + members[i].weight() + " of " + zone.weight());
        }
    }
}
