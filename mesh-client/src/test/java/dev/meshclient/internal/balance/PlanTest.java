package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlanTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LATER = 1000 * SECOND;

    private final SplittableRandom random = new SplittableRandom(3);
    private final FailbackRamp ramp = new FailbackRamp();

    private static Endpoint endpoint(String name, String zone, Health health) {
        return Endpoints.of(name, new Locality("eu", zone, ""), "", Map.of(), 0, 1, health);
    }

    /** {@code n} endpoints, the first {@code up} of them healthy. */
    private static List<Endpoint> members(String name, int up, int n) {
        List<Endpoint> list = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            list.add(endpoint(name + i, "a", i < up ? Health.HEALTHY : Health.UNHEALTHY));
        }
        return list;
    }

    private static PlanSettings settings(FailoverMode failover, int minHealthPercent) {
        LevelSettings zones = new LevelSettings(
                true,
                new Locality("eu", "a", ""),
                Map.of(),
                LoadBalancer.of(Simple.RANDOM),
                new GroupLoads(),
                new PeakEwma());
        return new PlanSettings(zones, failover, minHealthPercent, true);
    }

    private static Plan plan(FailoverMode failover, int minHealthPercent, List<List<Endpoint>> priorities) {
        return Plans.of(
                IntStream.range(0, priorities.size())
                        .mapToObj(i -> new Plan.Priority(i, priorities.get(i), true, Map.of()))
                        .filter(p -> !p.endpoints().isEmpty())
                        .toList(),
                settings(failover, minHealthPercent));
    }

    /** Counts how often its endpoints are looked at. */
    private static final class CountedList extends AbstractList<Endpoint> {
        private final List<Endpoint> endpoints;
        private int looks;

        CountedList(List<Endpoint> endpoints) {
            this.endpoints = endpoints;
        }

        @Override
        public Endpoint get(int index) {
            looks++;
            return endpoints.get(index);
        }

        @Override
        public int size() {
            return endpoints.size();
        }
    }

    @Test
    void a_new_plan_of_the_same_endpoints_looks_at_few_of_them() {
        CountedList all = new CountedList(members("a", 1000, 1000));
        PlanSettings settings = settings(FailoverMode.SPILL, 50);
        List<Tier> tiers = List.of(new Tier(new Plan.Priority(0, all, true, Map.of()), settings.zones()));
        all.looks = 0;
        Plan plan = Plan.of(tiers, settings, new EjectedPositions(EndpointList.of(all.endpoints), List.of()));
        assertThat(plan.usable()).isEqualTo(1000);
        assertThat(all.looks).isLessThan(10);
    }

    /** How many of 10,000 calls go to endpoints whose name begins so. */
    private Map<String, Integer> taken(Plan plan, long now) {
        Map<String, Integer> taken = new TreeMap<>();
        Picked picked = Plans.picked(plan);
        for (int i = 0; i < 10_000; i++) {
            taken.merge(plan.pick(random, ramp, now, picked).address().substring(0, 1), 1, Integer::sum);
        }
        Map<String, Double> expected = new TreeMap<>();
        EndpointShares.of(plan, ramp, now)
                .forEach((e, chance) -> expected.merge(e.address().substring(0, 1), chance, Double::sum));
        expected.forEach((name, chance) -> assertThat((double) taken.getOrDefault(name, 0))
                .as("explained chance of %s", name)
                .isCloseTo(10_000 * chance, within(300.0)));
        return taken;
    }

    @Test
    void a_priority_that_cannot_bear_its_calls_spills_what_is_missing() {
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members("p", 5, 10), members("q", 4, 4)));
        assertThat(taken(plan, LATER).get("p")).isCloseTo(7000, within(200));
        assertThat(plan.isPanic()).isFalse();
        Plan enough = plan(FailoverMode.SPILL, 50, List.of(members("p", 8, 10), members("q", 4, 4)));
        assertThat(taken(enough, LATER)).isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void the_healthy_of_all_priorities_come_before_the_degraded_of_the_first() {
        Endpoint degraded = endpoint("p", "a", Health.DEGRADED);
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(List.of(degraded), members("q", 4, 4)));
        assertThat(taken(plan, LATER)).isEqualTo(Map.of("q", 10_000));
    }

    @Test
    void a_strict_priority_keeps_its_calls_until_no_endpoint_is_left() {
        Plan one = plan(FailoverMode.STRICT, 50, List.of(members("p", 1, 10), members("q", 4, 4)));
        assertThat(taken(one, LATER)).isEqualTo(Map.of("p", 10_000));
        Plan nobody = plan(FailoverMode.STRICT, 50, List.of(members("p", 0, 10), members("q", 4, 4)));
        assertThat(taken(nobody, LATER)).isEqualTo(Map.of("q", 10_000));
    }

    @Test
    void in_panic_the_ejected_are_called_too_but_never_those_that_the_registry_calls_unhealthy() {
        List<Endpoint> members = members("p", 3, 4);
        members.get(0).state().eject(1, LATER, 1, "test");
        members.get(1).state().eject(1, LATER, 1, "test");
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members));
        assertThat(plan.isPanic()).isTrue();
        assertThat(plan.usable()).isEqualTo(3);
        Plan off = plan(FailoverMode.SPILL, 0, List.of(members));
        assertThat(off.isPanic()).isFalse();
        assertThat(off.usable()).isEqualTo(1);
        // Others can bear the calls: no reason for panic.
        Plan others = plan(FailoverMode.SPILL, 50, List.of(members, members("q", 4, 4)));
        assertThat(others.isPanic()).isFalse();
    }

    /** Endpoints of one priority in three states; the names begin with h, d and u. */
    private static List<Endpoint> mixed(String prefix, int healthy, int degraded, Health others, int number) {
        List<Endpoint> list = new ArrayList<>();
        for (int i = 0; i < healthy + degraded + number; i++) {
            Health health = i < healthy ? Health.HEALTHY : i < healthy + degraded ? Health.DEGRADED : others;
            list.add(endpoint(prefix.charAt(i < healthy ? 0 : i < healthy + degraded ? 1 : 2) + "" + i, "a", health));
        }
        return list;
    }

    /** Envoy's table on degraded endpoints, and rows with two priorities by its arithmetic. */
    @ParameterizedTest
    @CsvSource({"100, 0, 0, 100, 0", "71, 0, 29, 100, 0", "71, 29, 0, 99, 1", "25, 65, 10, 35, 65", "5, 0, 95, 100, 0"})
    void degraded_endpoints_serve_what_the_healthy_cannot(
            int healthy, int degraded, int unhealthy, int ofHealthy, int ofDegraded) {
        for (Health other : List.of(Health.UNHEALTHY, Health.DRAINING)) {
            Plan plan = plan(FailoverMode.SPILL, 0, List.of(mixed("hdu", healthy, degraded, other, unhealthy)));
            Map<String, Integer> taken = taken(plan, LATER);
            assertThat(taken.getOrDefault("h", 0)).isCloseTo(100 * ofHealthy, within(200));
            assertThat(taken.getOrDefault("d", 0)).isCloseTo(100 * ofDegraded, within(200));
            assertThat(taken).doesNotContainKey("u");
        }
    }

    /** The second pass begins at the first priority, with what the healthy endpoints of all priorities leave. */
    @Test
    void the_degraded_of_the_first_priority_take_what_the_healthy_of_all_leave() {
        Plan plan = plan(
                FailoverMode.SPILL,
                0,
                List.of(mixed("hdu", 20, 60, Health.UNHEALTHY, 20), mixed("gcu", 30, 70, Health.UNHEALTHY, 0)));
        Map<String, Integer> taken = taken(plan, LATER); // healthy 28 and 42; degraded 84 and 98 of the other 30
        assertThat(taken.get("h")).isCloseTo(2800, within(200));
        assertThat(taken.get("g")).isCloseTo(4200, within(200));
        assertThat(taken.get("d")).isCloseTo(3000, within(200));
        assertThat(taken).containsOnlyKeys("h", "g", "d");
    }

    /** Its health, in whole per cent, is 0: that is not Consul's criterion. */
    @Test
    void a_strict_priority_keeps_its_calls_though_one_of_two_hundred_is_left() {
        Plan plan = plan(FailoverMode.STRICT, 0, List.of(members("p", 1, 200), members("q", 4, 4)));
        assertThat(taken(plan, LATER)).isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void in_panic_a_draining_endpoint_is_not_called_and_a_degraded_one_is() {
        Endpoint out = endpoint("out", "a", Health.HEALTHY);
        out.state().eject(1, LATER, 1, "test");
        Endpoint draining = endpoint("draining", "a", Health.DRAINING);
        Endpoint degraded = endpoint("xdegraded", "a", Health.DEGRADED);
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(List.of(out, draining, degraded)));
        assertThat(plan.isPanic()).isTrue();
        assertThat(taken(plan, 100 * LATER)).containsOnlyKeys("o", "x");
    }

    @Test
    void no_endpoint_is_left_where_panic_is_off() {
        List<Endpoint> members = members("p", 2, 2);
        members.forEach(e -> e.state().eject(1, LATER, 1, "test"));
        Plan plan = plan(FailoverMode.SPILL, 0, List.of(members));
        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.probes().count()).isEqualTo(2);
        assertThat(plan.nextProbe()).isEqualTo(LATER);
    }

    /** Envoy: if all priorities are in panic the number of their hosts decides, not that of the healthy ones. */
    @Test
    void in_total_panic_all_priorities_are_called_by_their_size() {
        List<Endpoint> p = members("p", 5, 5);
        List<Endpoint> q = members("q", 5, 5);
        List<Endpoint> r = members("r", 5, 5);
        Stream.of(p, q, r.subList(0, 3)).flatMap(List::stream).forEach(e -> e.state()
                .eject(0, 60 * SECOND, 1, "test"));
        Plan total = plan(FailoverMode.SPILL, 50, List.of(p, q, r));
        assertThat(total.isPanic()).isTrue();
        assertThat(total.preferred()).isEqualTo(0.34);
        Map<String, Integer> taken = taken(total, SECOND);
        assertThat(taken.get("q")).isCloseTo(3300, within(200));
        assertThat(taken.get("r")).isCloseTo(3300, within(200));

        Plan strict = plan(FailoverMode.STRICT, 50, List.of(p, q, r));
        assertThat(taken(strict, SECOND)).isEqualTo(Map.of("r", 10_000));
        r.get(0).state().readmit(SECOND);
        Plan some = plan(FailoverMode.SPILL, 50, List.of(p, q, r)); // 3 of 5: 84 %, so not all are in panic
        assertThat(taken(some, 100 * SECOND)).isEqualTo(Map.of("r", 10_000));
    }

    @Test
    void calls_that_left_the_zone_come_back_over_half_a_minute() {
        Endpoint home = endpoint("home", "a", Health.HEALTHY);
        Endpoint away = endpoint("xaway", "b", Health.HEALTHY);
        ramp.follow(this);
        Plan before = plan(FailoverMode.SPILL, 0, List.of(List.of(home, away)));
        ramp.plan(this, before, 0);
        assertThat(taken(before, 0)).isEqualTo(Map.of("h", 10_000));
        home.state().eject(0, 10 * SECOND, 1, "test");
        Plan without = plan(FailoverMode.SPILL, 0, List.of(List.of(home, away)));
        ramp.plan(this, without, 0);
        assertThat(taken(without, SECOND)).isEqualTo(Map.of("x", 10_000));
        home.state().readmit(20 * SECOND);
        Plan again = plan(FailoverMode.SPILL, 0, List.of(List.of(home, away)));
        ramp.plan(this, again, 20 * SECOND);
        assertThat(taken(again, 20 * SECOND)).isEqualTo(Map.of("x", 10_000));
        assertThat(taken(again, 35 * SECOND).get("h")).isCloseTo(5000, within(200));
        assertThat(taken(again, 50 * SECOND)).isEqualTo(Map.of("h", 10_000));
    }

    @Test
    void a_priority_that_was_left_is_returned_to_over_half_a_minute() {
        ramp.follow(this);
        long now = 0;
        for (int up : new int[] {4, 0, 4}) {
            Plan plan = plan(FailoverMode.SPILL, 50, List.of(members("p", up, 4), members("q", 4, 4)));
            ramp.plan(this, plan, now);
            assertThat(taken(plan, now)).isEqualTo(Map.of(now == 0 ? "p" : "q", 10_000));
            now += 40 * SECOND;
        }
        Plan back = plan(FailoverMode.SPILL, 50, List.of(members("p", 4, 4), members("q", 4, 4)));
        assertThat(taken(back, 95 * SECOND).get("p")).isCloseTo(5000, within(200));
        assertThat(ramp.progress(95 * SECOND)).isEqualTo("the first priority returns: 50 % of its calls, all in 15 s");
        String remark = ramp.remark(95 * SECOND);
        assertThat(remark).isEqualTo(ramp.progress(95 * SECOND));
        assertThat(ramp.remark(95 * SECOND + 99_000_000))
                .as("not built for each call")
                .isSameAs(remark);
        assertThat(ramp.remark(96 * SECOND)).isEqualTo("the first priority returns: 53 % of its calls, all in 14 s");
        assertThat(taken(back, 110 * SECOND)).isEqualTo(Map.of("p", 10_000));
        assertThat(ramp.progress(110 * SECOND)).isEmpty();
    }

    /** The plan of three priorities: p, q and r; each has four endpoints, so many of them healthy; -1: none is listed. */
    private Plan priorities(long now, int p, int q, int r) {
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(listed("p", p), listed("q", q), listed("r", r)));
        ramp.follow(this);
        ramp.plan(this, plan, now);
        return plan;
    }

    private static List<Endpoint> listed(String name, int up) {
        return up < 0 ? List.of() : members(name, up, 4);
    }

    @Test
    void priorities_that_return_together_leave_the_calls_to_the_priority_that_served_them() {
        priorities(0, 4, 4, 4);
        assertThat(taken(priorities(40 * SECOND, 0, 0, 4), 41 * SECOND)).isEqualTo(Map.of("r", 10_000));
        Plan back = priorities(80 * SECOND, 4, 4, 4);
        assertThat(taken(back, 80 * SECOND)).isEqualTo(Map.of("r", 10_000));
        Map<String, Integer> half = taken(back, 95 * SECOND);
        assertThat(half).containsOnlyKeys("p", "r");
        assertThat(half.get("p")).isCloseTo(5000, within(200));
        assertThat(ramp.progress(95 * SECOND)).isEqualTo("the first priority returns: 50 % of its calls, all in 15 s");
        assertThat(taken(back, 110 * SECOND)).isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void a_priority_that_returns_while_the_first_is_away_is_returned_to_over_half_a_minute() {
        priorities(0, 4, 4, 4);
        priorities(40 * SECOND, 0, 0, 4);
        Plan back = priorities(80 * SECOND, 0, 4, 4);
        Map<String, Integer> half = taken(back, 95 * SECOND);
        assertThat(half.get("q")).isCloseTo(5000, within(200));
        assertThat(half.get("r")).isCloseTo(5000, within(200));
        assertThat(ramp.progress(95 * SECOND))
                .isEqualTo("the first 2 priorities return: 50 % of their calls, all in 15 s");
        Plan both = priorities(95 * SECOND, 4, 4, 4);
        Map<String, Integer> three = taken(both, 95 * SECOND + 1);
        assertThat(three.get("q")).as("keeps what it has").isCloseTo(5000, within(200));
        assertThat(three).doesNotContainKey("p");
        assertThat(taken(both, 110 * SECOND).get("p")).isCloseTo(5000, within(200));
        assertThat(ramp.progress(100 * SECOND)).contains("the first priority returns: 17 %", "the first 2 priorities");
        assertThat(taken(both, 125 * SECOND)).isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void a_priority_that_is_not_listed_for_a_while_is_returned_to_by_degrees() {
        priorities(0, 4, -1, 4);
        assertThat(taken(priorities(40 * SECOND, -1, -1, 4), 41 * SECOND)).isEqualTo(Map.of("r", 10_000));
        Plan back = priorities(80 * SECOND, 4, 4, 4);
        assertThat(taken(back, 80 * SECOND)).isEqualTo(Map.of("r", 10_000));
        assertThat(taken(back, 95 * SECOND)).containsOnlyKeys("p", "r");
        assertThat(taken(back, 110 * SECOND)).isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void calls_do_not_wait_in_a_priority_that_did_not_serve_them() {
        priorities(0, 4, 4, 4);
        priorities(40 * SECOND, 0, 4, 4);
        Plan other = priorities(80 * SECOND, 4, 0, 4);
        assertThat(taken(other, 80 * SECOND)).as("q served, and is away").isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void the_priority_that_served_leaves_during_a_return() {
        priorities(0, 4, 4, 4);
        priorities(40 * SECOND, 0, 4, 4);
        priorities(80 * SECOND, 4, 4, 4);
        Plan gone = priorities(95 * SECOND, 4, 0, 4);
        assertThat(taken(gone, 95 * SECOND)).isEqualTo(Map.of("p", 10_000));
    }

    @Test
    void endpoints_that_are_healthy_again_and_were_called_while_degraded_are_not_cold() {
        Endpoint last = endpoint("x", "a", Health.DEGRADED);
        ramp.follow(this);
        ramp.plan(this, plan(FailoverMode.SPILL, 0, List.of(List.of(endpoint("p", "a", Health.DEGRADED), last))), 0);
        Plan healthy = plan(FailoverMode.SPILL, 0, List.of(List.of(endpoint("p", "a", Health.HEALTHY), last)));
        ramp.plan(this, healthy, SECOND);
        assertThat(taken(healthy, SECOND).get("p")).isCloseTo(7000, within(200));
    }

    private static Endpoint west(Cluster.State state, String address, Health health) {
        return Endpoints.in(Cluster.builder().name("west").state(state).build(), address, health);
    }

    private static Endpoint east(String address, Health health) {
        return Endpoints.in(Cluster.builder().name("east").priority(1).build(), address, health);
    }

    private static Plan ordered(FailoverMode failover, Endpoint... endpoints) {
        Balance.Origin origin = new Balance.Origin(Locality.NONE, Map.of(), Map.of());
        List<Plan.Priority> priorities = Priorities.of(List.of(endpoints), origin, LocalityLbSetting.NONE);
        return Plans.of(
                priorities,
                new PlanSettings(
                        new LevelSettings(
                                false,
                                Locality.NONE,
                                Map.of(),
                                LoadBalancer.of(Simple.RANDOM),
                                new GroupLoads(),
                                new PeakEwma()),
                        failover,
                        50,
                        true));
    }

    @ParameterizedTest
    @EnumSource
    void a_cluster_that_drains_gets_no_calls_as_long_as_another_has_a_usable_endpoint(FailoverMode failover) {
        Endpoint draining = west(Cluster.State.DRAINING, "w", Health.HEALTHY);
        Endpoint usable = east("e", Health.DEGRADED);
        Endpoint ejected = east("x", Health.HEALTHY);
        Endpoint away = east("y", Health.UNHEALTHY);
        ejected.state().eject(0, LATER, 1, "test");
        Plan plan = ordered(failover, draining, usable, ejected, away);
        assertThat(taken(plan, 2 * LATER)).as("no spill").doesNotContainKey("w");
        usable.state().eject(0, LATER, 1, "test");
        Plan last = ordered(failover, draining, usable, ejected, away);
        assertThat(taken(last, 2 * LATER)).as("no panic").isEqualTo(Map.of("w", 10_000));
        assertThat(last.probes().count()).as("to probe").isEqualTo(2);
        draining.state().eject(0, LATER, 1, "test");
        Plan panic = ordered(failover, draining, usable, ejected, away);
        assertThat(panic.isPanic()).isTrue();
        assertThat(taken(panic, 2 * LATER)).containsOnlyKeys("e", "x");
        assertThat(panic.probes().count())
                .as("draining endpoints are not probed")
                .isEqualTo(2);
        Plan alone = ordered(failover, west(Cluster.State.DRAINING, "w", Health.HEALTHY), draining);
        assertThat(taken(alone, 2 * LATER)).containsKey("w");
    }

    @Test
    void a_cluster_that_is_down_gets_no_calls_whatever_its_endpoints_say_and_in_a_panic_neither() {
        Endpoint down = west(Cluster.State.DOWN, "w", Health.HEALTHY);
        Endpoint ejected = east("e", Health.HEALTHY);
        ejected.state().eject(0, LATER, 1, "test");
        Plan plan = ordered(FailoverMode.SPILL, down, ejected);
        assertThat(plan.isPanic()).isTrue();
        assertThat(taken(plan, 2 * LATER)).isEqualTo(Map.of("e", 10_000));
        assertThat(ordered(FailoverMode.STRICT, down).isEmpty()).isTrue();
    }

    @Test
    void a_cluster_that_drained_is_returned_to_by_degrees() {
        ramp.follow(this);
        Endpoint other = east("e", Health.HEALTHY);
        long now = 0;
        for (Cluster.State state : List.of(Cluster.State.UP, Cluster.State.DRAINING, Cluster.State.DOWN)) {
            Plan plan = ordered(FailoverMode.SPILL, west(state, "w", Health.HEALTHY), other);
            ramp.plan(this, plan, now);
            assertThat(taken(plan, now)).isEqualTo(Map.of(state == Cluster.State.UP ? "w" : "e", 10_000));
            now += 40 * SECOND;
        }
        Plan back = ordered(FailoverMode.SPILL, west(Cluster.State.UP, "w", Health.HEALTHY), other);
        ramp.plan(this, back, 200 * SECOND);
        assertThat(taken(back, 200 * SECOND)).isEqualTo(Map.of("e", 10_000));
        assertThat(taken(back, 215 * SECOND).get("w")).isCloseTo(5000, within(200));
        assertThat(taken(back, 230 * SECOND)).isEqualTo(Map.of("w", 10_000));
    }

    /** The plan for the caller's zone with these endpoints, and one endpoint elsewhere. */
    private static Plan home(Endpoint... endpoints) {
        List<Endpoint> all = new ArrayList<>(List.of(endpoints));
        all.add(endpoint("xaway", "b", Health.HEALTHY));
        return plan(FailoverMode.SPILL, 0, List.of(all));
    }

    private static Endpoint home(String name, Health health) {
        return endpoint(name, "a", health);
    }

    private static Endpoint home(String name) {
        return home(name, Health.HEALTHY);
    }

    private boolean isHome(long now) {
        return ramp.admitsToZone(now, () -> -1L); // draws the greatest number below 1
    }

    private void assertBackAt(long end) {
        assertThat(isHome(end - 1)).as("before").isFalse();
        assertThat(isHome(end)).as("at the end").isTrue();
    }

    @Test
    void a_zone_that_was_away_for_a_moment_is_back_in_a_moment() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        for (long at = 60 * SECOND; at < 120 * SECOND; at += 2 * SECOND) {
            ramp.plan(this, home(home("h", Health.UNHEALTHY)), at);
            ramp.plan(this, home(home("h")), at + SECOND / 5);
            assertBackAt(at + SECOND * 2 / 5);
        }
    }

    @Test
    void an_endpoint_that_is_listed_again_is_the_same() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        ramp.plan(this, home(), 10 * SECOND);
        ramp.plan(this, home(home("h")), 12 * SECOND);
        assertBackAt(14 * SECOND);
    }

    @Test
    void a_new_endpoint_takes_half_a_minute_however_short_the_absence() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        ramp.plan(this, home(), 10 * SECOND);
        ramp.plan(this, home(home("i")), 10 * SECOND + SECOND / 5);
        assertBackAt(40 * SECOND + SECOND / 5);
    }

    @Test
    void another_port_of_the_same_address_is_another_endpoint() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        ramp.plan(this, home(), 10 * SECOND);
        Endpoint moved = new Endpoint(
                new dev.meshclient.policy.Endpoint(
                        "h", 81, new Locality("eu", "a", ""), "", 1, Health.HEALTHY, Map.of(), null, null),
                Cluster.NONE,
                new EndpointHealth("h", 81));
        ramp.plan(this, home(moved), 12 * SECOND);
        assertBackAt(42 * SECOND);
    }

    @Test
    void an_endpoint_that_was_ejected_takes_half_a_minute() {
        Endpoint ejected = home("h");
        ramp.follow(this);
        ramp.plan(this, home(ejected), 0);
        ejected.state().eject(10 * SECOND, 11 * SECOND, 1, "test");
        ramp.plan(this, home(ejected), 10 * SECOND);
        ejected.state().readmit(11 * SECOND);
        ramp.plan(this, home(ejected), 11 * SECOND);
        assertBackAt(41 * SECOND);
    }

    @Test
    void an_endpoint_that_drained_is_another_process_when_it_returns() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        ramp.plan(this, home(home("h", Health.DRAINING)), 10 * SECOND);
        ramp.plan(this, home(home("h", Health.UNHEALTHY)), 11 * SECOND);
        ramp.plan(this, home(home("h")), 12 * SECOND);
        assertBackAt(42 * SECOND);
    }

    @Test
    void an_endpoint_that_drained_while_it_was_away_is_another_process_too() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        ramp.plan(this, home(home("h", Health.UNHEALTHY)), 10 * SECOND);
        ramp.plan(this, home(home("h", Health.DRAINING)), 11 * SECOND);
        ramp.plan(this, home(home("h")), 12 * SECOND);
        assertBackAt(42 * SECOND);
    }

    @Test
    void the_return_takes_the_mean_of_what_its_endpoints_take() {
        ramp.follow(this);
        ramp.plan(this, home(home("h"), home("i"), home("j")), 0);
        ramp.plan(this, home(), 10 * SECOND);
        ramp.plan(this, home(home("h"), home("i"), home("k")), 13 * SECOND);
        assertBackAt(25 * SECOND); // 3, 3 and 30 s
    }

    @Test
    void an_endpoint_of_greater_weight_counts_more_for_the_return() {
        Endpoint heavy = Endpoints.of("h", new Locality("eu", "a", ""), "", Map.of(), 0, 3, Health.HEALTHY);
        ramp.follow(this);
        ramp.plan(this, home(heavy), 0);
        ramp.plan(this, home(), 10 * SECOND);
        ramp.plan(this, home(heavy, home("i")), 12 * SECOND);
        assertBackAt(21 * SECOND); // three times 2 s, and 30 s
    }

    @Test
    void a_moment_within_a_return_does_not_move_its_end() {
        ramp.follow(this);
        ramp.plan(this, home(home("h")), 0);
        ramp.plan(this, home(), 10 * SECOND);
        ramp.plan(this, home(home("h")), 110 * SECOND);
        ramp.plan(this, home(), 120 * SECOND);
        ramp.plan(this, home(home("h")), 121 * SECOND);
        assertBackAt(140 * SECOND);
        ramp.plan(this, home(), 141 * SECOND);
        ramp.plan(this, home(home("h")), 142 * SECOND);
        assertBackAt(143 * SECOND);
    }

    @Test
    void endpoints_that_leave_one_by_one_count_each_with_its_own_absence() {
        ramp.follow(this);
        ramp.plan(this, home(home("h"), home("i")), 0);
        ramp.plan(this, home(home("h", Health.UNHEALTHY), home("i")), 10 * SECOND);
        ramp.plan(this, home(home("h", Health.UNHEALTHY), home("i", Health.UNHEALTHY)), 18 * SECOND);
        ramp.plan(this, home(home("h"), home("i")), 20 * SECOND);
        assertBackAt(26 * SECOND); // 10 and 2 s
    }

    @Test
    void the_same_plan_again_does_not_begin_the_return_anew() {
        ramp.follow(this);
        ramp.plan(this, home(), 0);
        for (long now = SECOND; now < 31 * SECOND; now += SECOND) {
            ramp.plan(this, home(home("h")), now);
        }
        assertBackAt(31 * SECOND);
    }

    @Test
    void what_calls_of_an_earlier_policy_plan_does_not_end_the_return() {
        ramp.follow("first");
        ramp.plan("first", home(home("h")), 0);
        ramp.plan("first", home(), 0);
        ramp.follow("second");
        ramp.plan("second", home(home("i")), SECOND);
        ramp.plan("first", home(), SECOND);
        assertThat(isHome(SECOND)).as("at once").isFalse();
        assertThat(isHome(31 * SECOND)).isTrue();
    }

    @Test
    void a_pick_allocates_nothing_while_no_endpoint_is_ejected() {
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members("p", 50, 100), members("q", 100, 100)));
        int picks = 100_000;
        Picked picked = Plans.picked(plan);
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < picks; i++) {
                plan.pick(random, ramp, LATER, picked);
            }
        });
        assertThat(plan.nextProbe()).isEqualTo(Long.MAX_VALUE);
        assertThat(bytes).as("bytes of %d picks", picks).isLessThan(picks);
    }

    @Test
    void a_returned_endpoint_gets_less_at_first() {
        List<Endpoint> members = members("p", 2, 2);
        Endpoint back = endpoint("back", "a", Health.HEALTHY);
        members.add(back);
        back.state().eject(1, 2, 1, "test");
        back.state().readmit(100 * SECOND);
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members));
        int atFirst = taken(plan, 100 * SECOND).getOrDefault("b", 0);
        int midway = taken(plan, 115 * SECOND).getOrDefault("b", 0);
        int late = taken(plan, 131 * SECOND).getOrDefault("b", 0);
        assertThat(atFirst).isBetween(200, 900);
        assertThat(midway).isBetween(1500, 2700);
        assertThat(late).isCloseTo(3333, within(250));
    }

    @Test
    void an_endpoint_that_stays_only_because_too_many_are_ejected_is_called_seldom() {
        List<Endpoint> members = members("p", 2, 2);
        Endpoint bad = endpoint("bad", "a", Health.HEALTHY);
        members.add(bad);
        bad.state().abortEjection();
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members));
        assertThat(taken(plan, LATER).getOrDefault("b", 0)).isBetween(200, 500);
        bad.state().good();
        assertThat(taken(plan, LATER).getOrDefault("b", 0)).isCloseTo(3333, within(250));
        members.forEach(e -> e.state().abortEjection());
        assertThat(taken(plan, LATER).getOrDefault("b", 0))
                .as("no endpoint gets more")
                .isCloseTo(3333, within(250));
    }

    @Test
    void calls_leave_a_zone_where_all_are_in_only_because_too_many_are_out() {
        Endpoint bad = endpoint("bad", "a", Health.HEALTHY);
        bad.state().abortEjection();
        Endpoint other = endpoint("other", "b", Health.HEALTHY);
        Endpoint third = endpoint("third", "c", Health.HEALTHY);
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(List.of(bad, other, third)));
        assertThat(taken(plan, LATER).get("b")).isBetween(800, 1200);
        assertThat(taken(plan, LATER).get("o")).isBetween(4000, 5000);
    }

    @Test
    void a_pick_draws_a_few_times_and_allocates_nothing_where_all_are_spared() {
        List<Endpoint> members = members("p", 1000, 1000);
        members.add(endpoint("q", "b", Health.HEALTHY));
        members.forEach(e -> e.state().abortEjection());
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members));
        int[] draws = new int[1];
        RandomGenerator counting = () -> {
            draws[0]++;
            return random.nextLong();
        };
        int picks = 100_000;
        Picked picked = Plans.picked(plan);
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < picks; i++) {
                plan.pick(counting, ramp, LATER, picked);
            }
        });
        assertThat(bytes).as("bytes of %d picks", picks).isLessThan(picks);
        assertThat(draws[0]).isLessThan(5 * 20 * picks); // it is run five times
    }

    @Test
    void a_probe_is_a_request_that_may_be_repeated_and_any_other_only_when_none_comes() throws IOException {
        List<Endpoint> members = members("p", 2, 2);
        members.get(0).state().eject(0, 30 * SECOND, 1, "test");
        Plan plan = plan(FailoverMode.SPILL, 50, List.of(members));
        StepTime time = new StepTime();
        Attempt get = attempt(time, Calls.get());
        Attempt post = attempt(time, Calls.post());
        assertThat(plan.probes().take(get, 29 * SECOND)).isNull();
        assertThat(plan.probes().take(post, 39 * SECOND)).isNull();
        assertThat(plan.probes().take(post, 40 * SECOND)).isSameAs(members.get(0));
        assertThat(plan.probes().take(get, 40 * SECOND)).as("one at a time").isNull();
        members.get(0).state().endProbe();
        assertThat(plan.probes().take(get, 40 * SECOND)).isSameAs(members.get(0));
    }

    private static Attempt attempt(StepTime time, Request request) throws IOException {
        return Calls.call(time, request).beginAttempt();
    }
}
