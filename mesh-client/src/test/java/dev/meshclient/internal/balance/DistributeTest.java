package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Percentages that policy states, as calls are given out. */
class DistributeTest {
    private static final long LATER = 1_000_000_000_000L;
    private static final int PICKS = 20_000;

    private final SplittableRandom random = new SplittableRandom(8);
    private final FailbackRamp ramp = new FailbackRamp();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private Locality own = new Locality("eu", "a", "");

    private void add(int count, String region, String zone, Health health) {
        for (int i = 0; i < count; i++) {
            String name = zone + endpoints.size();
            endpoints.add(Endpoints.of(name, new Locality(region, zone, ""), "", Map.of(), 0, 1, health));
        }
    }

    private Plan plan(Simple algorithm, Map<String, Integer> to) {
        Map<Places, Integer> shares = new LinkedHashMap<>();
        to.forEach((place, percent) -> shares.put(Places.of(place), percent));
        LocalityLbSetting setting =
                new LocalityLbSetting(List.of(new Distribute(Places.of("*"), shares)), List.of(), List.of());
        Balance.Origin origin = new Balance.Origin(own, Map.of(), Map.of());
        return Plans.of(
                Priorities.of(endpoints, origin, setting),
                new PlanSettings(
                        new LevelSettings(
                                true, own, Map.of(), LoadBalancer.of(algorithm), new GroupLoads(), new PeakEwma()),
                        FailoverMode.SPILL,
                        50,
                        true));
    }

    private Map<String, Integer> taken(Plan plan) {
        Map<String, Integer> taken = new TreeMap<>();
        Picked picked = Plans.picked(plan);
        for (int i = 0; i < PICKS; i++) {
            taken.merge(plan.pick(random, ramp, LATER, picked).locality().zone(), 1, Integer::sum);
        }
        return taken;
    }

    @ParameterizedTest
    @EnumSource(Simple.class)
    void any_percentages_hold_whatever_the_numbers_of_endpoints(Simple algorithm) {
        for (int run = 0; run < 50; run++) {
            endpoints.clear();
            Map<String, Integer> to = new LinkedHashMap<>();
            int left = 100;
            for (int zone = 0; left > 0; zone++) {
                int percent = zone == 4 ? left : 1 + random.nextInt(left);
                left -= percent;
                add(1 + random.nextInt(20), zone % 2 == 0 ? "eu" : "us", "z" + zone, Health.HEALTHY);
                to.put((zone % 2 == 0 ? "eu" : "us") + "/z" + zone, percent);
            }
            Map<String, Integer> taken = taken(plan(algorithm, to));
            to.forEach((place, percent) -> {
                double expected = PICKS * percent / 100.0;
                assertThat((double) taken.getOrDefault(place.substring(3), 0))
                        .as("%s of %s", place, to)
                        .isCloseTo(expected, within(5 * Math.sqrt(expected) + 1));
            });
        }
    }

    @Test
    void what_a_locality_cannot_bear_is_spread_over_the_others_by_their_shares() {
        add(2, "eu", "a", Health.HEALTHY);
        add(2, "eu", "a", Health.UNHEALTHY);
        add(4, "eu", "b", Health.HEALTHY);
        add(4, "us", "c", Health.HEALTHY);
        Map<String, Integer> taken = taken(plan(Simple.RANDOM, Map.of("eu/a", 50, "eu/b", 30, "us/*", 20)));
        // 50 · 70, 30 · 100 and 20 · 100 of 8500
        assertThat(taken.get("a")).isCloseTo(PICKS * 35 / 85, within(400));
        assertThat(taken.get("b")).isCloseTo(PICKS * 30 / 85, within(400));
        assertThat(taken.get("c")).isCloseTo(PICKS * 20 / 85, within(400));
    }

    @Test
    void the_share_of_a_dead_locality_moves_to_the_rest_and_comes_back_by_and_by() {
        add(4, "eu", "a", Health.UNHEALTHY);
        add(4, "eu", "b", Health.HEALTHY);
        add(4, "eu", "c", Health.HEALTHY);
        add(1, "eu", "d", Health.HEALTHY);
        Map<String, Integer> to = Map.of("eu/a", 60, "eu/b", 30, "eu/c", 10);
        Plan dead = plan(Simple.RANDOM, to);
        Map<String, Integer> taken = taken(dead);
        assertThat(taken).containsOnlyKeys("b", "c");
        assertThat(taken.get("b")).isCloseTo(PICKS * 3 / 4, within(400));
        ramp.follow(this);
        ramp.plan(this, dead, LATER - 100_000_000_000L);
        endpoints.clear();
        add(4, "eu", "a", Health.HEALTHY);
        add(4, "eu", "b", Health.HEALTHY);
        add(4, "eu", "c", Health.HEALTHY);
        Plan back = plan(Simple.RANDOM, to);
        ramp.plan(this, back, LATER - 15_000_000_000L);
        assertThat(taken(back).get("a")).as("half of 60 % after half of 30 s").isCloseTo(PICKS * 3 / 10, within(400));
    }

    @Test
    void keys_are_shared_by_the_percentages_and_stay_where_they_are() {
        add(3, "eu", "a", Health.HEALTHY);
        add(7, "eu", "b", Health.HEALTHY);
        Plan plan = plan(Simple.RANDOM, Map.of("eu/a", 80, "eu/b", 20));
        int a = 0;
        for (int i = 0; i < 10_000; i++) {
            Endpoint first = plan.pickByKey("user-" + i);
            assertThat(plan.pickByKey("user-" + i)).isSameAs(first);
            a += first.locality().zone().equals("a") ? 1 : 0;
        }
        assertThat(a).isCloseTo(8000, within(250));
    }

    @Test
    void a_pick_allocates_nothing() {
        add(500, "eu", "a", Health.HEALTHY);
        add(500, "us", "b", Health.HEALTHY);
        add(500, "ap", "c", Health.HEALTHY);
        Plan plan = plan(Simple.LEAST_REQUEST, Map.of("eu/*", 50, "us", 30, "ap/c", 20));
        Picked picked = Plans.picked(plan);
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < PICKS; i++) {
                plan.pick(random, ramp, LATER, picked);
            }
        });
        assertThat(bytes).as("bytes of %d picks", PICKS).isLessThan(PICKS);
    }
}
