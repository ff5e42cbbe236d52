package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cost of picks, and how even they are. */
class PickerTest {
    private static final int MANY = 100_000;

    /** Counts what is drawn: a pick that walked the endpoints by chance would show here. */
    private static final class Counting implements RandomGenerator {
        private final SplittableRandom random = new SplittableRandom(5);
        private long draws;

        @Override
        public long nextLong() {
            draws++;
            return random.nextLong();
        }

        @Override
        public int nextInt(int bound) {
            draws++;
            return random.nextInt(bound);
        }

        @Override
        public double nextDouble() {
            draws++;
            return random.nextDouble();
        }
    }

    private static List<Endpoint> endpoints(int count, IntUnaryOperator weight) {
        List<Endpoint> endpoints = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            endpoints.add(Endpoints.of(
                    "e" + i, new Locality("eu", "a", ""), "", Map.of(), 0, weight.applyAsInt(i), Health.HEALTHY));
        }
        return endpoints;
    }

    private static LevelSettings settings(Simple algorithm) {
        return new LevelSettings(
                true,
                new Locality("eu", "a", ""),
                Map.of(),
                LoadBalancer.of(algorithm),
                new GroupLoads(),
                new PeakEwma());
    }

    /** One heavy among 99,999 light ones is where a walk by rounds would take 90,000 steps a pick. */
    private static int skewed(int i) {
        return i == 0 ? 1_000_000 : 1;
    }

    @ParameterizedTest
    @EnumSource(Simple.class)
    void a_pick_draws_as_often_for_100000_endpoints_as_for_ten(Simple algorithm) {
        for (IntUnaryOperator weight : List.<IntUnaryOperator>of(i -> 1, i -> 1 + i % 7, PickerTest::skewed)) {
            Counting few = new Counting();
            Counting many = new Counting();
            Picker ofFew = Picker.of(settings(algorithm), Plans.members(endpoints(10, weight)));
            Picker ofMany = Picker.of(settings(algorithm), Plans.members(endpoints(MANY, weight)));
            for (int i = 0; i < 10_000; i++) {
                ofFew.pick(few, 0);
                ofMany.pick(many, 0);
            }
            assertThat(many.draws).isLessThanOrEqualTo(40_001);
            assertThat((double) many.draws).isLessThanOrEqualTo(few.draws * 1.5 + 1);
        }
    }

    /** A million picks in a minute, where a walk over the endpoints would take 10^11 steps. */
    @ParameterizedTest
    @EnumSource(Simple.class)
    void a_pick_does_not_walk_the_endpoints(Simple algorithm) {
        Picker picker = Picker.of(settings(algorithm), Plans.members(endpoints(MANY, PickerTest::skewed)));
        SplittableRandom random = new SplittableRandom(1);
        int heavy = 0;
        for (int i = 0; i < 1_000_000; i++) {
            heavy += picker.pick(random, 0).weight() == 1 ? 0 : 1;
        }
        assertThat(heavy).isBetween(900_000, 920_000); // 10 of 11
    }

    @ParameterizedTest
    @EnumSource(Simple.class)
    void a_pick_allocates_nothing(Simple algorithm) {
        List<Endpoint> endpoints = endpoints(1000, i -> 1 + i % 3);
        LevelSettings settings = settings(algorithm);
        Level level = Level.of(
                0,
                new Tier(new Plan.Priority(0, endpoints, true, Map.of()), settings),
                Tier.Kind.HEALTHY,
                new EjectedPositions(EndpointList.of(endpoints), List.of()),
                1,
                settings);
        SplittableRandom random = new SplittableRandom(1);
        Picked picked = Plans.picked(Plans.of(
                List.of(new Plan.Priority(0, endpoints, true, Map.of())),
                new PlanSettings(settings, FailoverMode.SPILL, 50, true)));
        int picks = 100_000;
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < picks; i++) {
                level.pick(random, 0, picked);
            }
        });
        assertThat(bytes).as("bytes of %d picks", picks).isLessThan(picks);
    }

    @Test
    void round_robin_by_weight_is_never_far_from_each_ones_due() {
        SplittableRandom random = new SplittableRandom(9);
        for (int round = 0; round < 30; round++) {
            int n = random.nextInt(2, 30);
            List<Endpoint> endpoints = endpoints(n, i -> random.nextInt(1, 100));
            long sum = endpoints.stream().mapToLong(Endpoint::weight).sum();
            Picker picker = Picker.of(settings(Simple.ROUND_ROBIN), Plans.members(endpoints));
            Map<Endpoint, Integer> taken = new HashMap<>();
            for (int i = 1; i <= 20_000; i++) {
                taken.merge(picker.pick(random, 0), 1, Integer::sum);
                if (i % 500 == 0) {
                    int turns = i;
                    // Each owns at most a few pieces of the interval, and no piece is ever off by more than a few.
                    endpoints.forEach(e -> assertThat((double) taken.getOrDefault(e, 0))
                            .isBetween(
                                    (double) turns * e.weight() / sum - 4 * n,
                                    (double) turns * e.weight() / sum + 4 * n));
                }
            }
            for (Endpoint e : endpoints) {
                double due = 20_000.0 * e.weight() / sum;
                assertThat((double) taken.getOrDefault(e, 0)).isBetween(due - 30, due + 30);
            }
        }
    }

    @Test
    void round_robin_starts_at_random_so_that_clients_do_not_start_together() {
        List<Endpoint> endpoints = endpoints(10, i -> 1);
        SplittableRandom random = new SplittableRandom(3);
        long first = java.util.stream.IntStream.range(0, 200)
                .mapToObj(i -> Picker.of(settings(Simple.ROUND_ROBIN), Plans.members(endpoints))
                        .pick(random, 0))
                .distinct()
                .count();
        assertThat(first).isEqualTo(10);
    }

    @Test
    void the_same_key_spreads_over_endpoints_by_weight() {
        List<Endpoint> endpoints = endpoints(4, i -> 1 + i);
        Map<Endpoint, Integer> taken = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            taken.merge(Rendezvous.pick(Plans.members(endpoints), "key-" + i), 1, Integer::sum);
        }
        for (Endpoint endpoint : endpoints) {
            assertThat(taken.getOrDefault(endpoint, 0))
                    .isBetween(2000 * endpoint.weight() - 250, 2000 * endpoint.weight() + 250);
        }
    }
}
