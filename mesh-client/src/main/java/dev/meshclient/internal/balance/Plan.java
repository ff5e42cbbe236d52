package dev.meshclient.internal.balance;

import dev.meshclient.Explanation;
import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decider: distributes the calls of a backend for one state of its ejections. Immutable. */
final class Plan {
    /** How long a due probe waits for a repeatable request before any request may probe. */
    private static final long CHOOSY_NANOS = 10_000_000_000L;

    private static final double SLOWEST = 0.1;
    private static final int REDRAWS = 4;
    private static final int REGIONS_NAMED = 3;

    private final List<Level> levels;
    private final PriorityReasons reasons;
    private final int[] shares; // of the calls for each level, not as percent
    private final @Nullable AliasTable loads;
    private final double preferred;
    private final double home;
    private final boolean panic;
    private final int usable;
    private final List<Endpoint> ejected;
    private final List<Endpoint> listed; // of the first priority, whatever their health
    private final long nextProbe;

    /**
     * The endpoints of one priority.
     *
     * @param ours whether it is the caller's own region: only there zones are preferred
     * @param shares percent by locality, in place of the zone rule; empty: not stated
     */
    record Priority(List<Endpoint> endpoints, boolean ours, Map<Places, Integer> shares) {}

    /**
     * @param tiers the priorities, in order
     * @param ejected the ejected endpoints of these priorities
     */
    static Plan of(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected) {
        return new Builder(tiers, settings, settings.ejects() ? ejected : ejected.none()).build();
    }

    private Plan(
            List<Level> levels,
            PriorityReasons reasons,
            boolean led,
            int[] loads,
            boolean panic,
            List<Endpoint> ejected,
            List<Endpoint> listed) {
        this.levels = levels;
        this.reasons = reasons;
        this.shares = loads;
        this.listed = listed;
        this.panic = panic;
        this.usable = levels.stream().mapToInt(Level::size).sum();
        this.ejected = ejected;
        this.nextProbe =
                ejected.stream().mapToLong(e -> e.state().ejectedUntil()).min().orElse(Long.MAX_VALUE);
        int all = Arrays.stream(loads).sum();
        boolean one = levels.isEmpty() || loads[0] == all;
        this.loads =
                one ? null : AliasTable.of(Arrays.stream(loads).asDoubleStream().toArray());
        this.preferred = led && all > 0 ? (double) loads[0] / all : 0;
        this.home = led ? levels.get(0).home() : 0;
    }

    /** Whether no endpoint admits calls. */
    boolean isEmpty() {
        return levels.isEmpty();
    }

    /** The share of the calls for the first of all priorities. */
    double preferred() {
        return preferred;
    }

    /** The share of the calls of the first priority that stays in the caller's zone. */
    double home() {
        return home;
    }

    /** The endpoints of the first priority that get calls. */
    List<Endpoint> atFirst() {
        return preferred == 0 ? List.of() : levels.get(0).endpoints(false);
    }

    /** The endpoints of the caller's zone that get calls. */
    List<Endpoint> atHome() {
        return home == 0 ? List.of() : levels.get(0).endpoints(true);
    }

    /** The endpoints of the first priority that finish their calls and end. */
    List<Endpoint> draining() {
        return listed.stream().filter(e -> e.health() == Health.DRAINING).toList();
    }

    /** Whether health is ignored in some priority because too few of its endpoints are healthy. */
    boolean isPanic() {
        return panic;
    }

    /** The number of endpoints that admit calls. */
    int usable() {
        return usable;
    }

    /** When the next ejected endpoint may be probed; {@link Long#MAX_VALUE}: no endpoint is ejected. */
    long nextProbe() {
        return nextProbe;
    }

    int ejected() {
        return ejected.size();
    }

    /** An ejected endpoint that is due for a probe and that this attempt may probe; null if there is none. */
    @Nullable
    Endpoint toProbe(Attempt attempt, long now) {
        if (now < nextProbe) {
            return null;
        }
        boolean harmless = Idempotence.isRepeatable(
                attempt.call().request(), attempt.call().options());
        Tried tried = new Tried(attempt);
        for (int i = 0; i < ejected.size(); i++) {
            Endpoint endpoint = ejected.get(i);
            EndpointHealth state = endpoint.state();
            long due = harmless ? now : now - CHOOSY_NANOS;
            if (state.ejectedUntil() <= due && !tried.has(endpoint) && state.takeProbe(now)) {
                return endpoint;
            }
        }
        return null;
    }

    /** The ejected endpoint that a first attempt of this call would probe; null: none is due for it. */
    @Nullable
    Endpoint dueProbe(Call call, long now) {
        boolean harmless = Idempotence.isRepeatable(call.request(), call.options());
        return ejected.stream()
                .filter(e ->
                        e.state().mayBeProbed(now) && e.state().ejectedUntil() <= (harmless ? now : now - CHOOSY_NANOS))
                .findFirst()
                .orElse(null);
    }

    /** Whether an attempt after this one may probe an ejected endpoint. */
    boolean hasProbeAfter(Attempt attempt, long now) {
        boolean harmless = Idempotence.isRepeatable(
                attempt.call().request(), attempt.call().options());
        Tried earlier = new Tried(attempt);
        Endpoint last = attempt.endpoint();
        return ejected.stream()
                .filter(e -> e.state().mayBeProbed(harmless ? now : now - CHOOSY_NANOS))
                .anyMatch(e -> !earlier.has(e) && (last == null || last.state() != e.state()));
    }

    /** The endpoint of a first attempt. */
    Endpoint pick(RandomGenerator random, FailbackRamp ramp, long now, Picked picked) {
        int drawn = loads == null ? 0 : loads.draw(random);
        Level level = levels.get(drawn);
        picked.level(drawn);
        Endpoint endpoint = draw(level, random, now, picked);
        if (drawn != 0) {
            return endpoint;
        }
        if (levels.size() > 1 && preferred > 0 && !ramp.admitsToPriority(now, random)) {
            picked.did(Picked.Step.NOT_RETURNED);
            picked.level(1);
            return draw(levels.get(1), random, now, picked);
        }
        boolean stays = home == 0 || !level.isHome(endpoint) || ramp.admitsToZone(now, random);
        return stays ? endpoint : away(level, endpoint, random, picked);
    }

    /** An endpoint that has just returned gets fewer calls at first. */
    private static Endpoint draw(Level level, RandomGenerator random, long now, Picked picked) {
        Endpoint first = level.pick(random, picked);
        Endpoint endpoint = first;
        for (int i = 0; i < REDRAWS && isTooSoon(endpoint, random, now); i++) {
            endpoint = level.pick(random, picked);
        }
        if (endpoint != first) {
            picked.did(Picked.Step.OTHER_IN_SLOW_START);
        }
        return endpoint;
    }

    private static boolean isTooSoon(Endpoint endpoint, RandomGenerator random, long now) {
        double chance = slowStart(endpoint, now);
        return chance < 1 && random.nextDouble() >= chance;
    }

    /** The part of its share that the endpoint gets since it has returned; 1: all of it. */
    static double slowStart(Endpoint endpoint, long now) {
        double passed = endpoint.state().slowStart(now);
        return passed < 1 ? Math.max(SLOWEST, passed) : 1;
    }

    // ---- for explanations

    /** The chance of each endpoint to get a first attempt, for endpoints with equally many attempts in flight; 0 is left out. */
    Map<Endpoint, Double> chances(FailbackRamp ramp, long now) {
        Map<Endpoint, Double> chances = new HashMap<>();
        int all = Arrays.stream(shares).sum();
        for (int i = 0; i < shares.length; i++) {
            double share = (double) shares[i] / all;
            if (share > 0) {
                Map<Endpoint, Double> ofLevel = i == 0 ? ofFirst(ramp, now) : slowed(levels.get(i), now);
                Level.add(ofLevel, share, chances);
            }
        }
        return chances;
    }

    /** As {@link #pick} decides once it has drawn the first priority. */
    private Map<Endpoint, Double> ofFirst(FailbackRamp ramp, long now) {
        Level first = levels.get(0);
        Map<Endpoint, Double> chances = new HashMap<>();
        double stays = levels.size() > 1 && preferred > 0 ? ramp.priorityChance(now) : 1;
        if (stays < 1) {
            Level.add(slowed(levels.get(1), now), 1 - stays, chances);
        }
        double inZone = home == 0 ? 1 : ramp.zoneChance(now);
        double away = 0;
        for (Map.Entry<Endpoint, Double> drawn : slowed(first, now).entrySet()) {
            boolean returns = inZone < 1 && first.isHome(drawn.getKey());
            away += returns ? drawn.getValue() * (1 - inZone) : 0;
            chances.merge(drawn.getKey(), drawn.getValue() * stays * (returns ? inZone : 1), Double::sum);
        }
        if (away > 0) {
            Map<Endpoint, Double> others = first.chancesAway();
            others = others.isEmpty() && levels.size() > 1 ? levels.get(1).chances() : others;
            Level.add(others.isEmpty() ? slowed(first, now) : others, away * stays, chances);
        }
        return chances;
    }

    /** As {@link #draw} decides. */
    private static Map<Endpoint, Double> slowed(Level level, long now) {
        Map<Endpoint, Double> chances = level.chances();
        double taken = 0; // at the first draw
        for (Map.Entry<Endpoint, Double> drawn : chances.entrySet()) {
            taken += drawn.getValue() * slowStart(drawn.getKey(), now);
        }
        double last = Math.pow(1 - taken, REDRAWS);
        double checked = (1 - last) / taken; // draws whose endpoint may be too soon
        chances.replaceAll((endpoint, chance) -> chance * (slowStart(endpoint, now) * checked + last));
        return chances;
    }

    /** States the share of each priority and locality, as in a plan of these endpoints. */
    static void explain(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected, ExplanationSink to) {
        new Builder(tiers, settings, settings.ejects() ? ejected : ejected.none()).explain(to);
    }

    private Endpoint away(Level level, Endpoint home, RandomGenerator random, Picked picked) {
        Endpoint other = level.pickAway(random, picked);
        for (int i = 1; other == null && i < levels.size(); i++) {
            picked.level(i);
            other = levels.get(i).pick(random, picked);
        }
        if (other != null) {
            picked.did(Picked.Step.NOT_RETURNED);
        }
        return other == null ? home : other;
    }

    /** The endpoint for a key. */
    Endpoint pickByKey(String key) {
        return levels.get(0).pickByKey(key);
    }

    /**
     * An endpoint that the call has not tried, from the drawn priority first, then from the others in order; any if all have
     * been tried.
     */
    Endpoint pickUntried(RandomGenerator random, Tried tried, Picked picked) {
        int drawn = loads == null ? 0 : loads.draw(random);
        picked.level(drawn);
        Endpoint found = levels.get(drawn).pickUntried(random, tried, picked);
        for (int i = 0; found == null && i < levels.size(); i++) {
            picked.level(i);
            found = levels.get(i).pickUntried(random, tried, picked);
        }
        if (found == null) {
            picked.level(drawn);
        }
        picked.did(found == null ? Picked.Step.ALL_TRIED : Picked.Step.UNTRIED);
        return found == null ? levels.get(drawn).pick(random, picked) : found;
    }

    /**
     * Why an endpoint is chosen, for people.
     *
     * @param level the index of its level
     * @param picked the steps of the choice
     */
    String why(int level, Endpoint endpoint, Picked picked) {
        String priority = reasons.why(level, picked.has(Picked.Step.KEY));
        return (priority.isEmpty() ? "" : priority + ", ")
                + levels.get(level).why(endpoint, picked, reasons.calls(level));
    }

    @Override
    public String toString() {
        return levels + (panic ? ", panic" : "") + (ejected.isEmpty() ? "" : ", ejected: " + ejected);
    }

    /** Computes the load of each priority. */
    private static final class Builder {
        private final List<Tier> tiers;
        private final PlanSettings settings;
        private final EjectedPositions ejected;
        private final int[] able; // for each tier, the healthy and degraded endpoints that are not ejected
        private final int[] health;
        private final List<Integer> places = new ArrayList<>(); // of each level among the tiers, healthy and degraded
        private boolean panic;

        Builder(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected) {
            this.tiers = tiers;
            this.settings = settings;
            this.ejected = ejected;
            // Envoy's order: the healthy endpoints of all priorities, then the degraded ones.
            int n = tiers.size();
            this.able = new int[2 * n];
            this.health = new int[2 * n];
            for (int i = 0; i < 2 * n; i++) {
                Tier tier = tiers.get(i % n);
                List<Endpoint> all = tier.endpoints(kind(i));
                able[i] = all.size() - ejected.positions(all).length;
                health[i] = PriorityLoad.health(able[i], tier.known().size());
            }
        }

        private Tier.Kind kind(int i) {
            return i < tiers.size() ? Tier.Kind.HEALTHY : Tier.Kind.DEGRADED;
        }

        Plan build() {
            int n = tiers.size();
            boolean[] panics = panics();
            int[] load = load(panics);
            boolean led = false;
            List<Level> levels = new ArrayList<>();
            List<Integer> loads = new ArrayList<>();
            List<PriorityReasons.Rank> ranks = new ArrayList<>();
            for (int i = 0; i < 2 * n; i++) {
                Tier tier = tiers.get(i % n);
                boolean inPanic = panics[i % n];
                panic |= inPanic;
                Tier.Kind kind = inPanic ? Tier.Kind.CALLABLE : kind(i);
                int callable = !inPanic ? able[i] : i < n ? tier.endpoints(kind).size() : 0;
                if (callable > 0) {
                    led |= i == 0;
                    levels.add(Level.of(tier, kind, inPanic ? ejected.none() : ejected, settings.zones()));
                    loads.add(load[i]);
                    ranks.add(new PriorityReasons.Rank(i % n, kind));
                    places.add(i);
                }
            }
            int[] shares = loads.stream().mapToInt(Integer::intValue).toArray();
            List<Endpoint> listed = n == 0 ? List.of() : tiers.get(0).known();
            int[] loaded = orEqual(shares);
            int[] known = tiers.stream().mapToInt(t -> t.known().size()).toArray();
            PriorityReasons reasons =
                    new PriorityReasons(settings, List.copyOf(ranks), loaded, Arrays.copyOf(able, n), known);
            return new Plan(List.copyOf(levels), reasons, led, loaded, panic, ejected(), listed);
        }

        void explain(ExplanationSink to) {
            Plan plan = build();
            boolean[] panics = panics();
            int all = Arrays.stream(plan.shares).sum();
            for (int i = 0; i < 2 * tiers.size(); i++) {
                int level = places.indexOf(i);
                Tier tier = tiers.get(i % tiers.size());
                if (level >= 0 || (i < tiers.size() && !tier.known().isEmpty())) {
                    double share = level < 0 ? 0 : (double) plan.shares[level] / all;
                    to.locality(Explanation.Locality.Kind.PRIORITY, name(i), share, why(i, panics[i % tiers.size()]));
                    if (level >= 0) {
                        plan.levels.get(level).explain(share, to);
                    }
                }
            }
        }

        private String name(int i) {
            Tier tier = tiers.get(i % tiers.size());
            String regions = tier.known().stream()
                    .map(e -> e.locality().region())
                    .filter(region -> !region.isEmpty())
                    .distinct()
                    .limit(REGIONS_NAMED)
                    .collect(Collectors.joining(", "));
            return "priority " + (i % tiers.size() + 1) + (regions.isEmpty() ? "" : " (" + regions + ")")
                    + (i < tiers.size() ? "" : ", degraded");
        }

        private String why(int i, boolean inPanic) {
            int known = tiers.get(i % tiers.size()).known().size();
            String usable = able[i] + " of " + known + (known == 1 ? " endpoint is " : " endpoints are ")
                    + (i < tiers.size() ? "usable" : "degraded");
            return inPanic
                    ? usable + ", fewer than " + settings.minHealthPercent() + " %: panic, health does not count"
                    : settings.failover() == FailoverMode.STRICT
                            ? usable + "; STRICT: the first priority with a usable endpoint gets all calls"
                            : usable + ": " + PriorityLoad.inWords(able[i], known)
                                    + (PriorityLoad.available(health) < 100 ? ", and no priority covers the rest" : "");
        }

        /** Where health is ignored. */
        private boolean[] panics() {
            boolean enough = PriorityLoad.available(health) == 100;
            boolean[] panics = new boolean[tiers.size()];
            for (int i = 0; !enough && i < panics.length; i++) {
                panics[i] = isPanic(i);
            }
            return panics;
        }

        /** The calls of each priority. If health is ignored in all of them it does not decide among them either (Envoy). */
        private int[] load(boolean[] panics) {
            int n = tiers.size();
            boolean total = true;
            int[] callable = new int[2 * n];
            for (int i = 0; i < n; i++) {
                total &= panics[i] || tiers.get(i).known().isEmpty();
                callable[i] = tiers.get(i).endpoints(Tier.Kind.CALLABLE).size();
            }
            boolean strict = settings.failover() == FailoverMode.STRICT
                    && Arrays.stream(able).sum() > 0;
            return strict
                    ? PriorityLoad.strict(health)
                    : total ? PriorityLoad.inTotalPanic(callable) : PriorityLoad.spill(health);
        }

        private List<Endpoint> ejected() {
            List<Endpoint> found = new ArrayList<>();
            for (Tier tier : tiers) {
                List<Endpoint> callable = tier.endpoints(Tier.Kind.CALLABLE);
                for (int position : ejected.positions(callable)) {
                    found.add(callable.get(position));
                }
            }
            return List.copyOf(found);
        }

        /**
         * Loads refer to priorities that have a level; if no priority with a load has one, the remaining priorities share
         * equally.
         */
        private static int[] orEqual(int[] loads) {
            if (Arrays.stream(loads).sum() == 0) {
                Arrays.fill(loads, 1);
            }
            return loads;
        }

        private boolean isPanic(int tier) {
            return 100L * (able[tier] + able[tiers.size() + tier])
                    < (long) settings.minHealthPercent()
                            * tiers.get(tier).known().size();
        }
    }
}
