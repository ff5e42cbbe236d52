package dev.meshclient.internal.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.OutlierDetection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecidersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EjectionSettings BUILT_IN = EjectionSettings.of(OutlierDetection.NONE);

    private final EndpointHealth record = new EndpointHealth("10.0.0.1", 80);
    private final EndpointHealth other = new EndpointHealth("10.0.0.2", 80);

    private static EjectionSettings settings(long serverErrors, long gatewayErrors, long localFailures) {
        return EjectionSettings.of(OutlierDetection.builder()
                .consecutive5xxErrors(serverErrors)
                .consecutiveGatewayErrors(gatewayErrors)
                .consecutiveLocalOriginFailures(localFailures)
                .build());
    }

    private @Nullable String after(EjectionSettings terms, AttemptHealth... effects) {
        EjectionCause cause = null;
        for (AttemptHealth effect : effects) {
            cause = new ConsecutiveFailures(terms).after(record, effect);
        }
        return cause == null ? null : cause.text();
    }

    // ---- consecutive failures

    @Test
    void five_server_errors_in_a_row_are_enough() {
        AttemptHealth e = AttemptHealth.SERVER_ERROR;
        assertThat(after(BUILT_IN, e, e, e, e)).isNull();
        assertThat(after(BUILT_IN, e)).isEqualTo("5 server errors in a row");
    }

    @Test
    void one_failure_is_no_row() {
        EjectionSettings one = settings(1, 0, 1);
        assertThat(after(one, AttemptHealth.SERVER_ERROR)).isEqualTo("1 server error");
        assertThat(after(one, AttemptHealth.LOCAL_FAILURE)).isEqualTo("1 failure without a response");
        EjectionSettings gateway = settings(0, 1, 0);
        record.good();
        assertThat(after(gateway, AttemptHealth.GATEWAY_ERROR)).isEqualTo("1 gateway error");
    }

    @Test
    void a_good_response_between_them_starts_the_row_anew() {
        AttemptHealth e = AttemptHealth.SERVER_ERROR;
        assertThat(after(BUILT_IN, e, e, e, e, AttemptHealth.GOOD, e, e, e, e)).isNull();
        assertThat(after(BUILT_IN, e)).isNotNull();
    }

    @Test
    void gateway_errors_are_server_errors_too_and_count_alone_only_if_asked() {
        AttemptHealth e = AttemptHealth.GATEWAY_ERROR;
        assertThat(after(BUILT_IN, e, e, e, e)).isNull();
        assertThat(after(BUILT_IN, e)).isEqualTo("5 server errors in a row");
        EjectionSettings three = settings(5, 3, 5);
        record.good();
        assertThat(after(three, e, e, AttemptHealth.SERVER_ERROR, e, e)).isEqualTo("5 server errors in a row");
        record.good();
        assertThat(after(three, e, e, e)).isEqualTo("3 gateway errors in a row");
    }

    @Test
    void failures_without_a_response_have_a_row_of_their_own_that_any_response_ends() {
        AttemptHealth local = AttemptHealth.LOCAL_FAILURE;
        assertThat(after(BUILT_IN, local, local, local, local, AttemptHealth.SERVER_ERROR, local, local, local, local))
                .isNull();
        assertThat(after(BUILT_IN, local)).isEqualTo("5 failures without a response in a row");
    }

    /** The rest of the call's time went to a queue, or to earlier attempts. */
    @ParameterizedTest
    @CsvSource({"0, LOCAL_FAILURE", "500, LOCAL_FAILURE", "501, NOTHING", "990, NOTHING"})
    void a_deadline_counts_if_the_attempt_had_half_of_the_time(long millisBefore, AttemptHealth health)
            throws IOException {
        StepTime time = new StepTime();
        Call call = Calls.call(time, Calls.get());
        call.deadline(call.startedAt() + 1_000_000_000);
        call.pause(millisBefore * 1_000_000);
        Attempt attempt = call.beginAttempt();
        time.step((1000 - millisBefore) * 1_000_000);
        attempt.failed(Outcome.DEADLINE, new IOException("too late"));
        assertThat(AttemptHealth.of(attempt, record, time.now())).isEqualTo(health);
    }

    @Test
    void what_says_nothing_about_the_endpoint_changes_nothing() {
        AttemptHealth e = AttemptHealth.SERVER_ERROR;
        assertThat(after(BUILT_IN, e, e, e, e, AttemptHealth.NOTHING, AttemptHealth.NOTHING))
                .isNull();
        assertThat(after(BUILT_IN, e)).isNotNull();
    }

    /** One GOAWAY with 40 streams is no five failures in a row; a peer that refuses all of them is. */
    @Test
    void refusals_within_a_tenth_of_a_second_are_one() throws IOException {
        long tenth = SECOND / 10;
        assertThat(record.results().refused(0, tenth)).isTrue();
        assertThat(record.results().refused(0, tenth)).isFalse();
        assertThat(record.results().refused(tenth * 99 / 100, tenth)).isFalse();
        assertThat(record.results().refused(tenth * 101 / 100, tenth)).isTrue();
        assertThat(record.results().refused(tenth * 101 / 100 - 5_000, tenth))
                .as("of a thread that is a little late")
                .isFalse();
        assertThat(record.results().refused(tenth * 2, tenth)).isFalse();
        StepTime time = new StepTime();
        assertThat(refusal(time)).isEqualTo(AttemptHealth.LOCAL_FAILURE);
        time.step(tenth * 99 / 100);
        assertThat(refusal(time)).isEqualTo(AttemptHealth.NOTHING);
        time.step(tenth * 2 / 100);
        assertThat(refusal(time)).isEqualTo(AttemptHealth.LOCAL_FAILURE);
        assertThat(record.results().refused(10_000 * SECOND, tenth))
                .isTrue(); // two hours later: more microseconds than an int counts
    }

    private AttemptHealth refusal(StepTime time) throws IOException {
        Attempt attempt = Calls.call(time, Calls.get()).beginAttempt();
        attempt.failed(Outcome.REFUSED_STREAM, new IOException("refused"));
        return AttemptHealth.of(attempt, other, time.now());
    }

    @Test
    void a_threshold_of_zero_is_off() {
        EjectionSettings off = settings(0, 0, 0);
        for (AttemptHealth effect : AttemptHealth.values()) {
            for (int i = 0; i < 100; i++) {
                assertThat(after(off, effect)).isNull();
            }
        }
    }

    @Test
    void what_the_caller_ended_and_a_stale_connection_say_nothing() {
        for (Outcome outcome : Outcome.values()) {
            boolean silent = Set.of(
                            Outcome.CACHED,
                            Outcome.CANCELLED,
                            Outcome.LOCAL,
                            Outcome.STALE,
                            Outcome.SUPERSEDED,
                            Outcome.REFUSED,
                            Outcome.TLS_REFUSED)
                    .contains(outcome);
            assertThat(AttemptHealth.of(outcome, 200) == AttemptHealth.NOTHING)
                    .as("%s", outcome)
                    .isEqualTo(silent);
        }
        assertThat(AttemptHealth.of(Outcome.RESPONSE, 499)).isEqualTo(AttemptHealth.GOOD);
        assertThat(AttemptHealth.of(Outcome.RESPONSE, 501)).isEqualTo(AttemptHealth.SERVER_ERROR);
        assertThat(AttemptHealth.of(Outcome.RESPONSE, 503)).isEqualTo(AttemptHealth.GATEWAY_ERROR);
    }

    // ---- how long

    @Test
    void the_time_out_grows_with_each_ejection_and_ends_at_its_maximum() {
        EjectionTime time = new EjectionTime(BUILT_IN);
        SplittableRandom random = new SplittableRandom(1);
        for (int times : new int[] {1, 2, 10, 11, 1000}) {
            long out = time.until(times, 7, random) - 7;
            long nominal = Math.min(300, 30L * times) * SECOND;
            assertThat(out).isBetween(nominal, nominal + nominal / 10);
        }
    }

    /** Envoy's rule: the maximum that is not stated is the base if that is longer. */
    @Test
    void a_stated_base_above_the_built_in_maximum_is_the_maximum() {
        OutlierDetection.Builder stated = OutlierDetection.builder()
                .baseEjectionTime(Duration.ofSeconds(400))
                .maxEjectionTimeJitter(Duration.ZERO);
        for (int times : new int[] {1, 2}) {
            assertThat(new EjectionTime(EjectionSettings.of(stated.build())).until(times, 0, new SplittableRandom(1)))
                    .isEqualTo(400 * SECOND);
        }
        stated.maxEjectionTime(Duration.ofMinutes(5));
        assertThat(new EjectionTime(EjectionSettings.of(stated.build())).until(1, 0, new SplittableRandom(1)))
                .isEqualTo(300 * SECOND);
    }

    @Test
    void each_healthy_interval_takes_one_ejection_off() {
        EjectionTime time = new EjectionTime(BUILT_IN);
        assertThat(time.times(record, 0)).isEqualTo(1);
        record.eject(0, 30 * SECOND, 3, "test");
        assertThat(time.times(record, 100 * SECOND)).as("out is not healthy").isEqualTo(4);
        record.readmit(100 * SECOND);
        assertThat(time.times(record, 105 * SECOND)).isEqualTo(4);
        assertThat(time.times(record, 120 * SECOND)).isEqualTo(2);
        assertThat(time.times(record, 1000 * SECOND)).isEqualTo(1);
    }

    // ---- out and back

    @Test
    void one_request_probes_and_none_before_the_time() {
        assertThat(record.eject(0, 30, 1, "why")).isTrue();
        assertThat(record.eject(0, 40, 1, "again")).isFalse();
        assertThat(record.takeProbe(29)).isFalse();
        assertThat(record.takeProbe(30)).isTrue();
        assertThat(record.takeProbe(31)).isFalse();
        record.endProbe();
        assertThat(record.takeProbe(31)).isTrue();
        record.extendEjection(32, 90, 2, "probe failed");
        assertThat(record.takeProbe(89)).isFalse();
        assertThat(record.takeProbe(90)).isTrue();
        assertThat(record.readmit(91)).isTrue();
        assertThat(record.isEjected()).isFalse();
        assertThat(record.readmit(92)).isFalse();
        assertThat(record.takeProbe(100)).isFalse();
    }

    // ---- success rates

    private static List<Endpoint> endpoints(int... percent) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int p : percent) {
            Endpoint endpoint =
                    Endpoints.of("10.0.0." + endpoints.size(), Locality.NONE, "", Map.of(), 0, 1, Health.UNKNOWN);
            EndpointHealth r = endpoint.state();
            for (int i = 0; i < 100; i++) {
                if (i < p) {
                    r.good();
                } else {
                    r.results().serverError();
                }
            }
            endpoints.add(endpoint);
        }
        return endpoints;
    }

    private static Intervals begunBeforeAttempts(List<Endpoint> endpoints) {
        Intervals intervals = new Intervals();
        intervals.begin(endpoints, endpoint -> null);
        return intervals;
    }

    /** The places of those to eject, with the detector and the reason. */
    private static Map<Integer, EjectionCause> found(EjectionSettings settings, List<Endpoint> endpoints) {
        Map<Integer, EjectionCause> found = new TreeMap<>();
        settings.comparison()
                .compare(
                        begunBeforeAttempts(endpoints).next(endpoints, endpoint -> endpoint, false),
                        (endpoint, cause) -> found.put(
                                endpoints.stream().map(Endpoint::state).toList().indexOf(endpoint), cause));
        return found;
    }

    private static Set<Integer> outliers(List<Endpoint> endpoints) {
        return found(BUILT_IN, endpoints).keySet();
    }

    private static EjectionSettings percentages(int threshold) {
        return EjectionSettings.of(OutlierDetection.builder()
                .successRateStdevFactor(0L)
                .failurePercentageThreshold(threshold)
                .build());
    }

    /** Envoy's example: 50, 100, 100, 100, 100 have the mean 90 and the deviation 20: below 52 is ejected. */
    @Test
    void an_endpoint_far_below_the_others_is_ejected() {
        assertThat(outliers(endpoints(50, 100, 100, 100, 100))).containsExactly(0);
        assertThat(outliers(endpoints(90, 80, 85, 95, 100))).isEmpty();
    }

    @Test
    void an_endpoint_that_never_succeeds_is_ejected_although_several_of_them_widen_the_deviation() {
        assertThat(outliers(endpoints(0, 0, 100, 100, 100))).containsExactly(0, 1);
        assertThat(outliers(endpoints(0, 0, 0, 0, 0))).isEmpty();
    }

    /** Envoy ejects for it: of five, the only one with a failure is two deviations below the mean, however good it is. */
    @Test
    void a_few_failures_among_perfect_endpoints_are_not_enough() {
        assertThat(outliers(endpoints(99, 100, 100, 100, 100))).isEmpty();
        assertThat(outliers(endpoints(96, 100, 100, 100, 100))).isEmpty();
        assertThat(outliers(endpoints(95, 100, 100, 100, 100))).containsExactly(0);
    }

    @Test
    void too_few_hosts_or_requests_say_nothing() {
        assertThat(outliers(endpoints(0, 100, 100, 100))).isEmpty();
        List<Endpoint> five = endpoints(0, 100, 100, 100, 100);
        five.get(0).state().results().startInterval();
        for (int i = 0; i < 99; i++) {
            five.get(0).state().results().serverError();
        }
        assertThat(outliers(five)).isEmpty();
    }

    @Test
    void an_ejected_endpoint_is_not_judged() {
        List<Endpoint> six = endpoints(0, 50, 100, 100, 100, 100);
        six.get(0).state().eject(0, 1, 1, "before");
        assertThat(outliers(six)).containsExactly(1);
    }

    @Test
    void the_reason_has_the_figures() {
        assertThat(found(BUILT_IN, endpoints(50, 100, 100, 100, 100)))
                .containsExactly(Map.entry(
                        0,
                        new EjectionCause(
                                EjectionDetector.SUCCESS_RATE,
                                "success rate of 50 % of 100 responses, far below the others (mean 90 %, less 1.9 standard"
                                        + " deviations 52 %)")));
        assertThat(found(percentages(85), endpoints(10, 100, 100, 100, 100)))
                .containsExactly(Map.entry(
                        0,
                        new EjectionCause(
                                EjectionDetector.FAILURE_PERCENTAGE,
                                "90 % of 100 responses failed, the threshold is 85 %")));
    }

    @Test
    void success_rates_are_compared_as_the_policy_says() {
        OutlierDetection.Builder stated = OutlierDetection.builder();
        List<Endpoint> three = endpoints(50, 100, 100);
        assertThat(found(EjectionSettings.of(stated.build()), three)).isEmpty();
        assertThat(found(
                        EjectionSettings.of(stated.successRateMinimumHosts(3L)
                                .successRateStdevFactor(1000L)
                                .build()),
                        three))
                .containsOnlyKeys(0);
        assertThat(found(
                        EjectionSettings.of(
                                stated.successRateRequestVolume(101L).build()),
                        three))
                .isEmpty();
        assertThat(found(
                        EjectionSettings.of(stated.successRateRequestVolume(100L)
                                .successRateStdevFactor(0L)
                                .build()),
                        endpoints(0, 0, 100, 100, 100)))
                .isEmpty();
    }

    // ---- intervals

    private static List<String> next(Intervals intervals, List<Endpoint> endpoints) {
        return intervals.next(endpoints, endpoint -> endpoint, false).stream()
                .map(c -> c.succeeded() + " + " + c.failed() + " + " + c.unanswered())
                .toList();
    }

    @Test
    void each_backend_has_intervals_of_its_own_and_a_return_begins_them_anew() {
        List<Endpoint> one = endpoints(60);
        Intervals first = begunBeforeAttempts(one);
        Intervals second = begunBeforeAttempts(one);
        EndpointHealth health = one.get(0).state();
        assertThat(next(first, one)).containsExactly("60 + 40 + 0");
        health.good();
        health.results().localFailure();
        assertThat(next(second, one)).containsExactly("61 + 40 + 1");
        health.results().serverError();
        assertThat(next(first, one)).containsExactly("1 + 1 + 1");
        assertThat(next(second, one)).containsExactly("0 + 1 + 0");

        health.eject(1, 2, 1, "for a test");
        health.results().serverError();
        assertThat(next(first, one)).isEmpty();
        health.readmit(3);
        for (int i = 0; i < 70; i++) {
            health.good();
        }
        assertThat(next(first, one)).containsExactly("70 + 0 + 0");
        assertThat(next(second, one)).containsExactly("70 + 0 + 0");
    }

    @Test
    void a_backend_alone_sets_the_counters_to_0() {
        List<Endpoint> one = endpoints(60);
        Intervals shared = begunBeforeAttempts(one);
        assertThat(next(shared, one)).hasSize(1);
        one.get(0).state().good();
        assertThat(shared.next(one, endpoint -> endpoint, true))
                .containsExactly(new IntervalCounts(one.get(0).state(), 1, 0, 0));
        one.get(0).state().results().serverError();
        assertThat(shared.next(one, endpoint -> endpoint, true))
                .containsExactly(new IntervalCounts(one.get(0).state(), 0, 1, 0));
    }

    @Test
    void the_first_interval_has_nothing_that_was_counted_before() {
        List<Endpoint> two = endpoints(60, 70);
        Intervals intervals = new Intervals();
        intervals.begin(two, endpoint -> endpoint);
        two.get(0).state().good();
        assertThat(next(intervals, two)).containsExactly("1 + 0 + 0", "0 + 0 + 0");
    }

    @Test
    void an_added_endpoint_counts_from_the_next_interval_unless_no_other_backend_calls_it() {
        List<Endpoint> two = endpoints(60, 70);
        List<Endpoint> first = List.of(two.get(0));
        Intervals intervals = begunBeforeAttempts(first);
        assertThat(next(intervals, first)).containsExactly("60 + 40 + 0");
        assertThat(next(intervals, two)).containsExactly("0 + 0 + 0");
        two.get(1).state().good();
        assertThat(next(intervals, two)).containsExactly("0 + 0 + 0", "1 + 0 + 0");
        assertThat(begunBeforeAttempts(first).next(two, endpoint -> endpoint, true))
                .hasSize(2);
    }

    @Test
    void counters_that_another_backend_has_set_to_0_begin_the_interval_anew() {
        List<Endpoint> one = endpoints(60);
        Intervals intervals = new Intervals();
        intervals.begin(one, endpoint -> endpoint);
        one.get(0).state().results().startInterval();
        one.get(0).state().good();
        assertThat(next(intervals, one)).containsExactly("1 + 0 + 0");
    }

    // ---- failures in percent

    @Test
    void failures_in_percent_count_only_if_asked_and_from_the_threshold_on() {
        List<Endpoint> five = endpoints(15, 16, 100, 100, 100);
        assertThat(found(percentages(0), five)).isEmpty();
        assertThat(found(percentages(85), five)).containsOnlyKeys(0);
        assertThat(found(percentages(85), endpoints(0, 0, 0, 0, 0)))
                .as("whatever the others do")
                .containsOnlyKeys(0, 1, 2, 3, 4);
        assertThat(found(percentages(85), endpoints(0, 100, 100, 100)))
                .as("too few hosts")
                .isEmpty();
    }

    @Test
    void an_endpoint_needs_fifty_results_for_its_percentage() {
        List<Endpoint> five = endpoints(100, 100, 100, 100, 100);
        five.get(0).state().results().startInterval();
        for (int i = 0; i < 49; i++) {
            five.get(0).state().results().serverError();
        }
        assertThat(found(percentages(85), five)).isEmpty();
        five.get(0).state().results().serverError();
        assertThat(found(percentages(85), five)).containsOnlyKeys(0);
    }

    // ---- what comes from the endpoint, and what does not

    @Test
    void responses_and_failures_without_one_are_counted_apart() {
        List<Endpoint> six = endpoints(100, 100, 100, 100, 100, 40);
        for (int i = 0; i < 60; i++) {
            six.get(0).state().results().localFailure();
        }
        assertThat(found(BUILT_IN, six))
                .hasEntrySatisfying(
                        0, cause -> assertThat(cause.detector()).isEqualTo(EjectionDetector.LOCAL_ORIGIN_SUCCESS_RATE))
                .hasEntrySatisfying(5, cause -> assertThat(cause.detector()).isEqualTo(EjectionDetector.SUCCESS_RATE))
                .hasSize(2);
        for (int i = 0; i < 1000; i++) {
            six.get(0).state().results().localFailure();
        }
        assertThat(found(percentages(85), six))
                .containsExactly(Map.entry(
                        0,
                        new EjectionCause(
                                EjectionDetector.LOCAL_ORIGIN_FAILURE_PERCENTAGE,
                                "91 % of 1160 attempts failed, the threshold is 85 %")));
    }

    @Test
    void a_429_is_neither_a_success_nor_a_failure_and_ends_a_row() {
        assertThat(AttemptHealth.of(Outcome.RESPONSE, 429)).isEqualTo(AttemptHealth.BUSY);
        AttemptHealth e = AttemptHealth.SERVER_ERROR;
        assertThat(after(BUILT_IN, e, e, e, e, AttemptHealth.BUSY, e)).isNull();
        assertThat(record.results().succeeded()).isZero();
        assertThat(record.results().failed()).isEqualTo(5);
        assertThat(record.results().unanswered()).isZero();
    }

    // ---- the length of an ejection

    @Test
    void passed_health_checks_do_not_lengthen_the_next_ejection() {
        EjectionTime length = new EjectionTime(BUILT_IN);
        record.claimChecks(this);
        record.eject(10 * SECOND, 100 * SECOND, 3, "for a test");
        record.readmit(100 * SECOND);
        record.failChecks("for a test");
        record.passChecks(130 * SECOND);
        assertThat(SlowStart.BUILT_IN.part(record, 133 * SECOND)).isEqualTo(0.1);
        assertThat(length.times(record, 133 * SECOND)).isEqualTo(1);
    }

    // ---- jitter

    @Test
    void the_jitter_is_a_tenth_or_what_the_policy_says() {
        SplittableRandom random = new SplittableRandom(1);
        OutlierDetection.Builder stated = OutlierDetection.builder();
        for (int i = 0; i < 100; i++) {
            assertThat(new EjectionTime(BUILT_IN).until(1, 0, random)).isBetween(30 * SECOND, 33 * SECOND);
            assertThat(new EjectionTime(EjectionSettings.of(
                                    stated.maxEjectionTimeJitter(Duration.ZERO).build()))
                            .until(1, 0, random))
                    .isEqualTo(30 * SECOND);
        }
        EjectionTime wide = new EjectionTime(EjectionSettings.of(
                stated.maxEjectionTimeJitter(Duration.ofMinutes(10)).build()));
        assertThat(IntStream.range(0, 100)
                        .mapToLong(i -> wide.until(1, 0, random))
                        .max()
                        .orElseThrow())
                .isBetween(500 * SECOND, 630 * SECOND);
    }
}
