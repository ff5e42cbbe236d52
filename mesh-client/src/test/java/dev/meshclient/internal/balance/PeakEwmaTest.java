package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Result;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The estimated latency of endpoints, and the choice by it. */
class PeakEwmaTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1000 * MS;

    private final PeakEwma latencies = new PeakEwma();
    private final EndpointHealth endpoint = new EndpointHealth("a", 80);
    private long now = 1000 * SECOND;

    private static Endpoint endpoint(String name, int weight) {
        return Endpoints.of(name, new Locality("eu", "a", ""), "", Map.of(), 0, weight, Health.HEALTHY);
    }

    private void add(EndpointHealth to, Outcome outcome, int status, long millis) {
        latencies.add(to, new Result(outcome, status, null), millis * MS, now);
    }

    private void good(EndpointHealth to, long millis) {
        add(to, Outcome.RESPONSE, 200, millis);
    }

    private double millis(EndpointHealth of) {
        return latencies.nanos(of, now) / MS;
    }

    /** A service whose median is this latency. */
    private void usually(long millis) {
        EndpointHealth usual = new EndpointHealth("usual", 80);
        for (int i = 0; i < 400; i++) {
            now += 100 * MS;
            good(usual, millis);
        }
    }

    @Test
    void a_peak_counts_at_once_and_is_forgotten_in_ten_seconds() {
        usually(10);
        good(endpoint, 10);
        good(endpoint, 500);
        assertThat(millis(endpoint)).isCloseTo(500, within(0.1));
        now += 10 * SECOND;
        good(endpoint, 10);
        assertThat(millis(endpoint)).isCloseTo(10 + 490 / Math.E, within(0.5));
    }

    @Test
    void lower_samples_of_the_same_moment_change_nothing() {
        good(endpoint, 500);
        for (int i = 0; i < 1000; i++) {
            good(endpoint, 10);
        }
        assertThat(millis(endpoint)).isCloseTo(500, within(0.1));
    }

    @Test
    void many_samples_a_millisecond_decay_as_fast_as_few() {
        usually(10);
        good(endpoint, 500);
        for (int i = 0; i < 100_000; i++) {
            now += MS / 10;
            good(endpoint, 10);
        }
        assertThat(millis(endpoint)).isCloseTo(10 + 490 / Math.E, within(3.0));
    }

    @Test
    void an_endpoint_without_history_has_the_median_of_the_service() {
        assertThat(millis(endpoint)).isEqualTo(30);
        good(new EndpointHealth("first", 80), 200);
        assertThat(millis(endpoint)).isCloseTo(200, within(0.1));
        usually(10);
        add(new EndpointHealth("failing", 80), Outcome.RESPONSE, 503, 1);
        assertThat(millis(endpoint)).isCloseTo(10, within(1.1));
    }

    @Test
    void an_endpoint_without_calls_returns_to_the_median() {
        add(endpoint, Outcome.RESPONSE, 503, 1);
        usually(10);
        now += 60 * SECOND;
        assertThat(millis(endpoint)).isCloseTo(10, within(1.5));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503, 599})
    void a_failure_status_counts_as_five_seconds(int status) {
        add(endpoint, Outcome.RESPONSE, status, 2);
        assertThat(millis(endpoint)).isCloseTo(5000, within(1.0));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 301, 404, 428, 431, 499})
    void any_other_status_counts_as_its_time(int status) {
        add(endpoint, Outcome.RESPONSE, status, 2);
        assertThat(millis(endpoint)).isCloseTo(2, within(0.01));
    }

    @ParameterizedTest
    @EnumSource
    void an_outcome_counts_if_the_endpoint_is_its_cause(Outcome outcome) {
        add(endpoint, outcome, outcome == Outcome.RESPONSE ? 200 : 0, 7);
        switch (outcome) {
            case RESPONSE -> assertThat(millis(endpoint)).isCloseTo(7, within(0.01));
            case CACHED, STALE, RESET_BEFORE_REQUEST, LOCAL, REFUSED, CANCELLED, SUPERSEDED ->
                assertThat(PeakEwma.hasHistory(endpoint)).isFalse();
            default -> assertThat(millis(endpoint)).isCloseTo(5000, within(1.0));
        }
    }

    @Test
    void a_timeout_of_more_than_five_seconds_counts_as_its_time() {
        add(endpoint, Outcome.ATTEMPT_TIMEOUT, 0, 9000);
        assertThat(millis(endpoint)).isCloseTo(9000, within(1.0));
    }

    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "SUPERSEDED"})
    void a_cancelled_attempt_counts_only_if_it_took_longer_than_estimated(Outcome cancelled) {
        good(endpoint, 100);
        now += 10 * SECOND;
        add(endpoint, cancelled, 0, 5);
        assertThat(millis(endpoint)).isCloseTo(100, within(0.1));
        add(endpoint, cancelled, 0, 3000);
        assertThat(millis(endpoint)).isCloseTo(3000, within(0.5));
    }

    @Test
    void a_time_that_another_thread_took_earlier_is_no_decay() {
        good(endpoint, 500);
        now -= 3 * SECOND;
        good(endpoint, 10);
        assertThat(millis(endpoint)).isCloseTo(500, within(0.1));
    }

    private Map<String, Integer> picks(List<Endpoint> endpoints, int picks) {
        LevelSettings settings = new LevelSettings(
                false,
                new Locality("", "", ""),
                Map.of(),
                LoadBalancer.of(Simple.PEAK_EWMA),
                GroupLoads.UNUSED,
                latencies);
        Picker picker = Picker.of(settings, Plans.members(endpoints));
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Integer> taken = new HashMap<>();
        for (int i = 0; i < picks; i++) {
            Endpoint picked = picker.pick(random, now);
            picked.state().begin(); // and stays in flight
            taken.merge(picked.address(), 1, Integer::sum);
        }
        return taken;
    }

    @Test
    void attempts_in_flight_are_in_inverse_proportion_to_the_latency() {
        Endpoint fast = endpoint("fast", 1);
        Endpoint slow = endpoint("slow", 1);
        good(fast.state(), 10);
        good(slow.state(), 40);
        assertThat(picks(List.of(fast, slow), 1000).get("slow")).isBetween(195, 205);
    }

    @Test
    void attempts_in_flight_are_in_proportion_to_the_weight_if_the_latencies_are_equal() {
        Endpoint light = endpoint("light", 1);
        Endpoint heavy = endpoint("heavy", 4);
        good(light.state(), 10);
        good(heavy.state(), 10);
        assertThat(picks(List.of(light, heavy), 1000).get("light")).isBetween(190, 210);
    }

    @Test
    void an_endpoint_that_fails_fast_gets_few_calls() {
        Endpoint good = endpoint("good", 1);
        Endpoint bad = endpoint("bad", 1);
        good(good.state(), 50);
        add(bad.state(), Outcome.RESPONSE, 503, 1);
        assertThat(picks(List.of(good, bad), 99)).isEqualTo(Map.of("good", 99));
    }

    @Test
    void a_sample_allocates_nothing() {
        Result result = new Result(Outcome.RESPONSE, 200, null);
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < 100_000; i++) {
                latencies.add(endpoint, result, i, now);
            }
        });
        assertThat(bytes).isLessThan(100_000);
    }
}
