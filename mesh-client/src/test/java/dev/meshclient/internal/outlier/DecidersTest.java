package dev.meshclient.internal.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DecidersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EjectionSettings BUILT_IN =
            new EjectionSettings(5, 0, 5, 10 * SECOND, 30 * SECOND, 300 * SECOND, 50);

    private final EndpointHealth record = new EndpointHealth("10.0.0.1", 80);

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
        EjectionSettings one = new EjectionSettings(1, 0, 1, 10 * SECOND, 30 * SECOND, 300 * SECOND, 50);
        assertThat(after(one, AttemptHealth.SERVER_ERROR)).isEqualTo("1 server error");
        assertThat(after(one, AttemptHealth.LOCAL_FAILURE)).isEqualTo("1 failure without a response");
        EjectionSettings gateway = new EjectionSettings(0, 1, 0, 10 * SECOND, 30 * SECOND, 300 * SECOND, 50);
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
        EjectionSettings three = new EjectionSettings(5, 3, 5, 10 * SECOND, 30 * SECOND, 300 * SECOND, 50);
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

    @Test
    void what_says_nothing_about_the_endpoint_changes_nothing() {
        AttemptHealth e = AttemptHealth.SERVER_ERROR;
        assertThat(after(BUILT_IN, e, e, e, e, AttemptHealth.NOTHING, AttemptHealth.NOTHING))
                .isNull();
        assertThat(after(BUILT_IN, e)).isNotNull();
    }

    /** One GOAWAY with 40 streams is no five failures in a row; a peer that refuses all of them is. */
    @Test
    void refusals_within_a_tenth_of_a_second_are_one() {
        long tenth = SECOND / 10;
        assertThat(record.refused(0, tenth)).isTrue();
        assertThat(record.refused(0, tenth)).isFalse();
        assertThat(record.refused(tenth * 99 / 100, tenth)).isFalse();
        assertThat(record.refused(tenth * 101 / 100, tenth)).isTrue();
        assertThat(record.refused(tenth * 101 / 100 - 5_000, tenth))
                .as("of a thread that is a little late")
                .isFalse();
        assertThat(record.refused(tenth * 2, tenth)).isFalse();
        assertThat(record.refused(10_000 * SECOND, tenth))
                .isTrue(); // two hours later: more microseconds than an int counts
    }

    @Test
    void a_threshold_of_zero_is_off() {
        EjectionSettings off = new EjectionSettings(0, 0, 0, 10 * SECOND, 30 * SECOND, 300 * SECOND, 50);
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
                    r.serverError();
                }
            }
            endpoints.add(endpoint);
        }
        return endpoints;
    }

    /** The places of those to eject. */
    private static List<Integer> outliers(List<Endpoint> endpoints) {
        return SuccessRates.BUILT_IN.outliers(endpoints, endpoint -> endpoint).stream()
                .map(health -> endpoints.stream().map(Endpoint::state).toList().indexOf(health))
                .toList();
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

    @Test
    void too_few_hosts_or_requests_say_nothing() {
        assertThat(outliers(endpoints(0, 100, 100, 100))).isEmpty();
        List<Endpoint> five = endpoints(0, 100, 100, 100, 100);
        five.get(0).state().startInterval();
        for (int i = 0; i < 99; i++) {
            five.get(0).state().serverError();
        }
        assertThat(outliers(five)).isEmpty();
    }

    @Test
    void an_ejected_endpoint_is_not_judged() {
        List<Endpoint> six = endpoints(0, 50, 100, 100, 100, 100);
        six.get(0).state().eject(0, 1, 1, "before");
        assertThat(outliers(six)).containsExactly(1);
    }
}
