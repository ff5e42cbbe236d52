package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.WeightedLoad;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadWeightsTest {
    private static final long SECOND = 1_000_000_000;

    private final SplittableRandom random = new SplittableRandom(1);

    private static LoadWeights weights(WeightedLoad stated) {
        return new LoadWeights(LoadBalancer.builder()
                .simple(Simple.WEIGHTED_LOAD)
                .weightedLoad(stated)
                .build());
    }

    private static final LoadWeights BUILT_IN = weights(WeightedLoad.NONE);
    private static final LoadWeights AT_ONCE =
            weights(WeightedLoad.builder().blackoutPeriod(Duration.ZERO).build());

    private static List<Endpoint> endpoints(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Endpoints.of("e" + i, Locality.NONE, "", Map.of(), 0, 1, Health.HEALTHY))
                .toList();
    }

    /** At half of the utilization. */
    private static void report(LoadWeights weights, Endpoint endpoint, double weight, long now) {
        try {
            weights.add(endpoint.state(), "TEXT cpu_utilization=0.5,rps_fractional=" + weight / 2, now);
        } catch (LoadReport.Malformed e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_time_of_more_than_a_hundred_years_is_one_of_a_hundred() {
        Duration longest = Duration.ofDays(110_000);
        LoadWeights weights = weights(WeightedLoad.builder()
                .blackoutPeriod(Duration.ZERO)
                .weightExpirationPeriod(longest)
                .weightUpdatePeriod(longest)
                .build());
        assertThat(weights.updateNanos()).isEqualTo(Duration.ofDays(36_500).toNanos());
    }

    @Test
    void reports_count_after_the_blackout_and_until_they_expire() {
        Endpoint endpoint = endpoints(1).get(0);
        EndpointHealth state = endpoint.state();
        assertThat(BUILT_IN.of(state, 0)).isZero();
        report(BUILT_IN, endpoint, 100, SECOND);
        assertThat(BUILT_IN.of(state, SECOND)).isZero();
        report(BUILT_IN, endpoint, 120, 5 * SECOND);
        assertThat(BUILT_IN.of(state, 11 * SECOND - 1)).isZero();
        assertThat(BUILT_IN.of(state, 11 * SECOND)).isEqualTo(120);
        assertThat(BUILT_IN.of(state, 185 * SECOND - 1)).isEqualTo(120);
        assertThat(BUILT_IN.of(state, 185 * SECOND)).as("3 min after the last").isZero();

        report(BUILT_IN, endpoint, 80, 200 * SECOND);
        assertThat(BUILT_IN.of(state, 209 * SECOND)).as("a new row of reports").isZero();
        assertThat(BUILT_IN.of(state, 210 * SECOND)).isEqualTo(80);
    }

    @Test
    void a_report_that_states_too_little_changes_nothing() throws Exception {
        Endpoint endpoint = endpoints(1).get(0);
        report(AT_ONCE, endpoint, 100, SECOND);
        AT_ONCE.add(endpoint.state(), "TEXT cpu_utilization=0.5,rps_fractional=0", 2 * SECOND);
        assertThat(AT_ONCE.of(endpoint.state(), 3 * SECOND)).isEqualTo(100);
        assertThat(AT_ONCE.of(endpoint.state(), 181 * SECOND))
                .as("3 min after the first")
                .isZero();
    }

    @Test
    void an_endpoint_that_returns_reports_anew() {
        Endpoint endpoint = endpoints(1).get(0);
        report(BUILT_IN, endpoint, 100, SECOND);
        endpoint.state().eject(20 * SECOND, 21 * SECOND, 1, "test");
        endpoint.state().readmit(30 * SECOND);
        assertThat(BUILT_IN.of(endpoint.state(), 31 * SECOND)).isZero();
        report(BUILT_IN, endpoint, 60, 32 * SECOND);
        assertThat(BUILT_IN.of(endpoint.state(), 41 * SECOND)).isZero();
        assertThat(BUILT_IN.of(endpoint.state(), 42 * SECOND)).isEqualTo(60);
    }

    @Test
    void other_settings_apply() {
        LoadWeights other = weights(WeightedLoad.builder()
                .blackoutPeriod(Duration.ofSeconds(2))
                .weightExpirationPeriod(Duration.ofSeconds(20))
                .build());
        Endpoint endpoint = endpoints(1).get(0);
        report(other, endpoint, 100, SECOND);
        assertThat(other.of(endpoint.state(), 3 * SECOND)).isEqualTo(100);
        assertThat(other.of(endpoint.state(), 21 * SECOND)).isZero();
    }

    @Test
    void an_endpoint_without_weight_has_the_mean_and_none_is_far_from_it() {
        List<Endpoint> all = endpoints(5);
        Members members = Plans.members(all);
        assertThat(AT_ONCE.of(members, SECOND)).isNull();
        report(AT_ONCE, all.get(0), 100, SECOND);
        assertThat(AT_ONCE.of(members, SECOND)).as("only one reports").isNull();
        report(AT_ONCE, all.get(1), 300, SECOND);
        assertThat(AT_ONCE.of(members, SECOND)).containsExactly(100, 300, 200, 200, 200);

        report(AT_ONCE, all.get(2), 1e9, SECOND);
        report(AT_ONCE, all.get(3), 1e9, SECOND);
        double mean = (100 + 300 + 2e9) / 4;
        assertThat(AT_ONCE.of(members, SECOND)).containsExactly(mean / 10, mean / 10, 1e9, 1e9, mean);
    }

    /** How many of 1000 calls the first of three gets. */
    private int first(Picker picker, List<Endpoint> all, long now) {
        int first = 0;
        for (int i = 0; i < 1000; i++) {
            first += picker.pick(random, now) == all.get(0) ? 1 : 0;
        }
        return first;
    }

    @Test
    void endpoints_are_called_in_turn_by_weights_that_are_computed_once_a_second() {
        List<Endpoint> all = endpoints(3);
        Picker picker = new WeightedByLoad(Plans.members(all), AT_ONCE);
        assertThat(first(picker, all, 0)).as("without reports in turn").isCloseTo(333, within(1));
        report(AT_ONCE, all.get(0), 100, SECOND / 2);
        report(AT_ONCE, all.get(1), 100, SECOND / 2);
        report(AT_ONCE, all.get(2), 200, SECOND / 2);
        assertThat(first(picker, all, SECOND - 1)).isCloseTo(333, within(1));
        assertThat(first(picker, all, SECOND)).isCloseTo(250, within(5));
        report(AT_ONCE, all.get(0), 300, SECOND + 1);
        assertThat(first(picker, all, 2 * SECOND - 1)).isCloseTo(250, within(5));
        assertThat(first(picker, all, 2 * SECOND)).isCloseTo(500, within(5));
        assertThat(first(picker, all, 200 * SECOND)).as("all have expired").isCloseTo(333, within(1));
    }

    @Test
    void weights_are_those_of_the_endpoints_and_not_of_one_plan() {
        List<Endpoint> all = endpoints(3);
        report(AT_ONCE, all.get(0), 100, 0);
        report(AT_ONCE, all.get(1), 100, 0);
        report(AT_ONCE, all.get(2), 200, 0);
        assertThat(first(new WeightedByLoad(Plans.members(all), AT_ONCE), all, SECOND))
                .isCloseTo(250, within(5));
    }

    @Test
    void the_weights_of_many_endpoints_are_computed_aside_and_once() {
        List<Endpoint> all = endpoints(2000);
        report(AT_ONCE, all.get(0), 1000, 0);
        all.subList(1, 2000).forEach(e -> report(AT_ONCE, e, 100, 0));
        List<Runnable> aside = new ArrayList<>();
        LoadWeights weights = new LoadWeights(
                LoadBalancer.builder()
                        .simple(Simple.WEIGHTED_LOAD)
                        .weightedLoad(WeightedLoad.builder()
                                .blackoutPeriod(Duration.ZERO)
                                .build())
                        .build(),
                aside::add);
        Picker picker = new WeightedByLoad(Plans.members(all), weights);
        assertThat(first(picker, all, SECOND) + first(picker, all, SECOND))
                .as("by stated weights meanwhile")
                .isEqualTo(1);
        assertThat(aside).hasSize(1);
        aside.remove(0).run();
        assertThat(first(picker, all, SECOND) + first(picker, all, SECOND)).isCloseTo(10, within(2));
        assertThat(aside).isEmpty();

        report(AT_ONCE, all.get(0), 100, SECOND);
        assertThat(first(picker, all, 2 * SECOND) + first(picker, all, 2 * SECOND))
                .as("by those before meanwhile")
                .isCloseTo(10, within(2));
        aside.remove(0).run();
        assertThat(first(picker, all, 2 * SECOND) + first(picker, all, 2 * SECOND))
                .isEqualTo(1);
    }

    @Test
    void backends_of_a_service_with_other_rules_have_weights_of_their_own() throws Exception {
        LoadWeights memory = weights(WeightedLoad.builder()
                .metricNamesForComputingUtilization(List.of("mem_utilization"))
                .build());
        EndpointHealth endpoint = endpoints(1).get(0).state();
        String header = "TEXT cpu_utilization=0.5,mem_utilization=0.25,rps_fractional=100";
        memory.add(endpoint, header, SECOND);
        BUILT_IN.add(endpoint, header, 11 * SECOND);
        assertThat(memory.of(endpoint, 11 * SECOND)).isEqualTo(400);
        assertThat(BUILT_IN.of(endpoint, 11 * SECOND))
                .as("the row began before")
                .isEqualTo(200);
        BUILT_IN.add(endpoint, header.replace("100", "50"), 12 * SECOND);
        assertThat(memory.of(endpoint, 12 * SECOND)).isEqualTo(400);
        assertThat(BUILT_IN.of(endpoint, 12 * SECOND)).isEqualTo(100);

        BUILT_IN.add(endpoint, header, 181 * SECOND);
        assertThat(memory.of(endpoint, 182 * SECOND)).as("3 min after its last").isZero();
        assertThat(Objects.requireNonNull(endpoint.reportedWeight()).others())
                .as("of an earlier policy")
                .isNull();
    }

    @Test
    void an_explanation_states_the_shares_by_the_reports() {
        List<Endpoint> all = endpoints(3);
        report(AT_ONCE, all.get(0), 100, 0);
        report(AT_ONCE, all.get(1), 100, 0);
        report(AT_ONCE, all.get(2), 200, 0);
        LoadBalancer balancer = LoadBalancer.builder()
                .simple(Simple.WEIGHTED_LOAD)
                .weightedLoad(
                        WeightedLoad.builder().blackoutPeriod(Duration.ZERO).build())
                .build();
        LevelSettings settings =
                new LevelSettings(true, Locality.NONE, Map.of(), balancer, new GroupLoads(), new PeakEwma());
        Plan plan = Plans.of(
                List.of(new Plan.Priority(0, all, true, Map.of())),
                new PlanSettings(settings, FailoverMode.SPILL, 50, true));
        Map<Endpoint, Double> shares = EndpointShares.of(plan, new FailbackRamp(), SECOND);
        assertThat(shares.get(all.get(0))).isCloseTo(0.25, within(1e-9));
        assertThat(shares.get(all.get(2))).isCloseTo(0.5, within(1e-9));
        assertThat(plan.reasons().estimate(all.get(2).state(), SECOND)).isEqualTo("weight 200 by its load reports");
        assertThat(BUILT_IN.inWords(all.get(2).state(), 3 * SECOND))
                .isEqualTo("the mean weight: it reports its load only since 3 s");
        assertThat(BUILT_IN.inWords(all.get(2).state(), 190 * SECOND))
                .isEqualTo("the mean weight: its last load report has expired");
        assertThat(BUILT_IN.inWords(endpoints(1).get(0).state(), SECOND))
                .isEqualTo("the mean weight: it reports no load");
    }

    @Test
    void a_pick_allocates_nothing() {
        List<Endpoint> all = endpoints(100);
        all.forEach(e -> report(AT_ONCE, e, 100 + e.name().hashCode() % 50, 0));
        Picker picker = new WeightedByLoad(Plans.members(all), AT_ONCE);
        picker.pick(random, SECOND);
        int picks = 100_000;
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < picks; i++) {
                picker.pick(random, SECOND + 1);
            }
        });
        assertThat(bytes).as("bytes of %d picks", picks).isLessThan(picks);
    }
}
