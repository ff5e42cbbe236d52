package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decider: distributes the calls of a backend for one state of its ejections. Immutable. */
final class Plan {
    private final List<Level> levels;
    private final PlanReasons reasons;
    private final SlowStart slowStart;
    private final HashedLevels hashed;
    private final int[] loads;
    private final long[] orders; // of the levels
    private final double[] upTo; // the share of each level and those before it
    private final @Nullable AliasTable drawn; // the index of a level
    private final double preferred;
    private final double home;
    private final boolean panic;
    private final int usable;
    private final Probes probes;
    private final List<Endpoint> draining;

    /**
     * The endpoints of one priority.
     *
     * @param order where it is among the priorities; lower is preferred; stays the same from plan to plan, and is below 2^62
     * @param ours whether it is the caller's own region: only there zones are preferred
     * @param shares percent by locality, in place of the zone rule; empty: not stated
     */
    record Priority(long order, List<Endpoint> endpoints, boolean ours, Map<Places, Integer> shares) {}

    /**
     * @param tiers the priorities, in order
     * @param ejected the endpoints of these priorities that are ejected or fail their health checks
     */
    static Plan of(List<Tier> tiers, PlanSettings settings, EjectedPositions ejected) {
        EjectedPositions counted = settings.ejects() ? ejected : ejected.failingChecks();
        PriorityCapacity capacity = PriorityCapacity.of(tiers, settings, counted);
        int[] ranks = capacity.called();
        int[] loads = loads(ranks, capacity.load());
        double all = sum(loads);
        long[] orders = new long[ranks.length];
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < ranks.length; i++) {
            int rank = ranks[i];
            orders[i] = capacity.order(rank);
            levels.add(Level.of(
                    capacity.priority(rank),
                    capacity.tier(rank),
                    capacity.kind(rank),
                    capacity.isPanic(rank) ? counted.none() : counted,
                    loads[i] / all,
                    settings.zones()));
        }
        PlanReasons reasons = new PlanReasons(settings, capacity, levels, ranks, loads);
        boolean led = ranks.length > 0 && ranks[0] == 0 && !capacity.isLastResort();
        List<Endpoint> draining = new ArrayList<>();
        List<Tier> probed = new ArrayList<>();
        for (Tier tier : tiers) {
            draining.addAll(tier.draining());
            if (capacity.isLastResort() || !tier.isLastResort()) {
                probed.add(tier);
            }
        }
        return new Plan(
                List.copyOf(levels),
                reasons,
                led,
                loads,
                orders,
                capacity.isAnyPanic(),
                Probes.of(probed, counted),
                List.copyOf(draining));
    }

    /** The loads of these ranks; if none of them has a load, they share equally. */
    private static int[] loads(int[] ranks, int[] load) {
        int[] loads = new int[ranks.length];
        for (int i = 0; i < ranks.length; i++) {
            loads[i] = load[ranks[i]];
        }
        if (sum(loads) == 0) {
            Arrays.fill(loads, 1);
        }
        return loads;
    }

    static int sum(int[] values) {
        int sum = 0;
        for (int value : values) {
            sum += value;
        }
        return sum;
    }

    private Plan(
            List<Level> levels,
            PlanReasons reasons,
            boolean led,
            int[] loads,
            long[] orders,
            boolean panic,
            Probes probes,
            List<Endpoint> draining) {
        this.levels = levels;
        this.reasons = reasons;
        this.slowStart = reasons.slowStart();
        this.loads = loads;
        this.orders = orders;
        this.upTo = new double[loads.length];
        this.draining = draining;
        this.panic = panic;
        this.probes = probes;
        int all = sum(loads);
        int callable = 0;
        for (int i = 0, sum = 0; i < loads.length; i++) {
            sum += loads[i];
            upTo[i] = (double) sum / all;
            callable += levels.get(i).size();
        }
        this.usable = callable;
        boolean one = levels.isEmpty() || loads[0] == all;
        this.drawn =
                one ? null : AliasTable.of(Arrays.stream(loads).asDoubleStream().toArray());
        this.preferred = led && all > 0 ? (double) loads[0] / all : 0;
        this.home = led ? levels.get(0).home() : 0;
        this.hashed = new HashedLevels(this, levels, loads, home > 0);
    }

    /** The priorities that get calls, in order. */
    List<Level> levels() {
        return levels;
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

    /** Where a level is among all priorities; the same in each plan. Degraded endpoints come after all healthy ones. */
    long order(int level) {
        return orders[level];
    }

    /** Whether endpoints of this order get calls, or would if another priority had fewer. */
    boolean has(long order) {
        return Arrays.binarySearch(orders, order) >= 0;
    }

    /** The share of the calls of a level and those before it. */
    double upTo(int level) {
        return upTo[level];
    }

    /** The share of the calls of all levels up to this order. */
    double shareUpTo(long order) {
        int level = levelUpTo(order);
        return level < 0 ? 0 : upTo[level];
    }

    /** The endpoints that get calls, of all levels up to this order. */
    List<Endpoint> calledUpTo(long order) {
        return called(levelUpTo(order));
    }

    /** The last level up to this order; -1: none. */
    private int levelUpTo(long order) {
        int at = Arrays.binarySearch(orders, order);
        return at >= 0 ? at : -at - 2;
    }

    /** The endpoints that get calls. */
    List<Endpoint> called() {
        return called(loads.length - 1);
    }

    private List<Endpoint> called(int last) {
        List<Endpoint> called = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            if (loads[i] > 0) {
                called.addAll(levels.get(i).endpoints(false));
            }
        }
        return called;
    }

    /** The endpoints of the caller's zone that get calls. */
    List<Endpoint> atHome() {
        return home == 0 ? List.of() : levels.get(0).endpoints(true);
    }

    /** The endpoints that finish their calls and end. */
    List<Endpoint> draining() {
        return draining;
    }

    /** Whether health is ignored in some priority because too few of its endpoints are healthy. */
    boolean isPanic() {
        return panic;
    }

    /** The endpoints that this client calls now, and those that are ejected or fail their health checks. */
    List<Endpoint> chosen() {
        Set<Endpoint> chosen = new LinkedHashSet<>(probes.ejected()); // in a panic they are called
        for (int i = 0; i < levels.size(); i++) {
            for (Level.Group group : levels.get(i).groups()) {
                if (loads[i] * group.share() > 0) {
                    chosen.addAll(group.endpoints());
                }
            }
        }
        return List.copyOf(chosen);
    }

    /** Whether this client leaves out endpoints that it may call. */
    boolean isSubset() {
        return levels.stream().anyMatch(level -> level.size() < level.usable());
    }

    /** The endpoints that this client calls, or would if their priority or zone had calls; null: all that it may call. */
    @Nullable
    List<Endpoint> kept() {
        return isSubset()
                ? levels.stream()
                        .flatMap(level -> level.endpoints(false).stream())
                        .toList()
                : null;
    }

    /** The number of endpoints that admit calls of this client. */
    int usable() {
        return usable;
    }

    /** When the next ejected endpoint may be probed; {@link Long#MAX_VALUE}: no endpoint is ejected. */
    long nextProbe() {
        return probes.next();
    }

    /** The endpoints that are ejected or fail their health checks. */
    Probes probes() {
        return probes;
    }

    /** Whether every endpoint that admits calls is full. */
    boolean isFull(Predicate<EndpointHealth> full) {
        for (int i = 0; i < usable; i++) {
            if (!full.test(endpoint(i).state())) {
                return false;
            }
        }
        return true;
    }

    /** The endpoint that admits calls with this number, from 0 on. */
    Endpoint endpoint(int number) {
        int left = number;
        for (Level level : levels) {
            if (left < level.size()) {
                return level.endpoint(left);
            }
            left -= level.size();
        }
        throw new IndexOutOfBoundsException(number);
    }

    /** The endpoint of a first attempt. */
    Endpoint pick(RandomGenerator random, FailbackRamp ramp, long now, Picked picked) {
        int planned = drawn == null ? 0 : drawn.draw(random);
        Level level = levels.get(planned);
        picked.level(planned);
        Endpoint endpoint = draw(level, random, now, picked);
        int index = ramp.level(this, planned, now, random);
        if (index != planned) {
            picked.did(Picked.Step.NOT_RETURNED);
            picked.level(index);
            return draw(levels.get(index), random, now, picked);
        }
        if (index != 0) {
            return endpoint;
        }
        boolean stays = home == 0 || !level.isHome(endpoint) || ramp.admitsToZone(now, random);
        return stays ? endpoint : away(level, endpoint, random, now, picked);
    }

    /** An endpoint that has just begun, or is busy, gets fewer calls. */
    private Endpoint draw(Level level, RandomGenerator random, long now, Picked picked) {
        Endpoint first = level.pick(random, now, picked);
        Endpoint endpoint = first;
        for (int i = 0; i < slowStart.redraws() && isTooSoon(endpoint, random, now); i++) {
            endpoint = level.pick(random, now, picked);
        }
        if (endpoint != first) {
            picked.did(
                    EndpointPart.isBusy(first.state(), now) ? Picked.Step.OTHER_BUSY : Picked.Step.OTHER_IN_SLOW_START);
        }
        return endpoint;
    }

    private boolean isTooSoon(Endpoint endpoint, RandomGenerator random, long now) {
        double chance = EndpointPart.of(endpoint.state(), slowStart, now);
        return chance < 1 && random.nextDouble() >= chance;
    }

    private Endpoint away(Level level, Endpoint home, RandomGenerator random, long now, Picked picked) {
        Endpoint other = level.pickAway(random, now, picked);
        for (int i = 1; other == null && i < levels.size(); i++) {
            picked.level(i);
            other = levels.get(i).pick(random, now, picked);
        }
        if (other != null) {
            picked.did(Picked.Step.NOT_RETURNED);
        }
        return other == null ? home : other;
    }

    /** Chooses by hashes, if the policy states so. */
    HashedLevels hashed() {
        return hashed;
    }

    /** The endpoint for a key. */
    Endpoint pickByKey(String key) {
        return levels.get(0).pickByKey(key);
    }

    /**
     * An endpoint that the call has not tried, from the drawn priority first, then from the others in order; any if all have
     * been tried.
     */
    Endpoint pickUntried(RandomGenerator random, long now, Tried tried, Picked picked) {
        int index = drawn == null ? 0 : drawn.draw(random);
        picked.level(index);
        Endpoint found = levels.get(index).pickUntried(random, now, tried, picked);
        for (int i = 0; found == null && i < levels.size(); i++) {
            picked.level(i);
            found = levels.get(i).pickUntried(random, now, tried, picked);
            picked.did(Picked.Step.ELSEWHERE);
        }
        if (found == null) {
            picked.level(index);
        }
        picked.did(found == null ? Picked.Step.ALL_TRIED : Picked.Step.UNTRIED);
        return found == null ? levels.get(index).pick(random, now, picked) : found;
    }

    /** How an endpoint begins. */
    SlowStart slowStart() {
        return slowStart;
    }

    /** Why it distributes the calls as it does. */
    PlanReasons reasons() {
        return reasons;
    }

    @Override
    public String toString() {
        return levels + (panic ? ", panic" : "") + probes;
    }
}
