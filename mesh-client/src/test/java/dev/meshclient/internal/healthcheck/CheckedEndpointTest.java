package dev.meshclient.internal.healthcheck;

import static dev.meshclient.internal.endpoint.CheckResult.FAILED;
import static dev.meshclient.internal.endpoint.CheckResult.NOT_SENT;
import static dev.meshclient.internal.endpoint.CheckResult.PASSED;
import static dev.meshclient.internal.healthcheck.CheckedEndpoint.Verdict.HEALTHY;
import static dev.meshclient.internal.healthcheck.CheckedEndpoint.Verdict.NONE;
import static dev.meshclient.internal.healthcheck.CheckedEndpoint.Verdict.RETURN;
import static dev.meshclient.internal.healthcheck.CheckedEndpoint.Verdict.UNHEALTHY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.HealthCheck;
import dev.meshclient.policy.Locality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CheckedEndpointTest {
    private static final long SECOND = 1_000_000_000L;
    private static final HealthCheck STATED = HealthCheck.builder("/healthz").build();
    private static final CheckSettings BUILT_IN = CheckSettings.of(STATED);

    private final Endpoint endpoint = Endpoints.of("10.0.0.1", Locality.NONE, "", Map.of(), 0, 1, Health.HEALTHY);
    private final EndpointHealth health = endpoint.state();
    private final CheckedEndpoint checked = new CheckedEndpoint(endpoint, 0);

    CheckedEndpointTest() {
        assertThat(health.claimChecks(this)).isTrue();
    }

    /** Checks that begin at this time, and change nothing of the endpoint. */
    private List<CheckedEndpoint.Verdict> after(long startedAt, CheckResult... results) {
        List<CheckedEndpoint.Verdict> verdicts = new ArrayList<>();
        for (CheckResult result : results) {
            verdicts.add(checked.after(result, BUILT_IN, startedAt));
        }
        return verdicts;
    }

    private void eject(long now) {
        assertThat(health.eject(now, now + 30 * SECOND, 1, "5 server errors in a row"))
                .isTrue();
    }

    @Test
    void only_failed_checks_in_a_row_make_it_unhealthy() {
        assertThat(after(1, FAILED, FAILED, PASSED, FAILED, FAILED)).containsOnly(NONE);
        assertThat(after(1, FAILED)).containsExactly(UNHEALTHY);
        assertThat(checked.failures()).isEqualTo(3);

        health.failChecks("3 health checks failed in a row");
        assertThat(after(1, FAILED, FAILED, FAILED)).containsOnly(NONE);
    }

    @Test
    void only_passed_checks_in_a_row_make_it_healthy_again() {
        health.failChecks("3 health checks failed in a row");
        assertThat(after(1, PASSED, FAILED, PASSED)).containsOnly(NONE);
        assertThat(after(1, PASSED)).containsExactly(HEALTHY);
        assertThat(checked.passes()).isEqualTo(2);

        health.passChecks(1);
        assertThat(after(1, PASSED, PASSED)).containsOnly(NONE);
    }

    @Test
    void a_check_that_was_not_sent_says_nothing() {
        assertThat(after(1, FAILED, FAILED, NOT_SENT, NOT_SENT)).containsOnly(NONE);
        assertThat(after(1, FAILED)).containsExactly(UNHEALTHY);
    }

    @Test
    void an_ejected_endpoint_returns_after_checks_that_began_after_its_ejection() {
        assertThat(after(1, PASSED, PASSED, PASSED)).containsOnly(NONE);
        eject(5);
        assertThat(after(5, PASSED, PASSED)).containsOnly(NONE);
        assertThat(after(6, PASSED, FAILED, PASSED)).containsOnly(NONE);
        assertThat(after(6, PASSED, PASSED, PASSED)).containsExactly(RETURN, NONE, NONE);

        health.readmit(7);
        eject(8);
        assertThat(after(9, PASSED, PASSED)).containsExactly(NONE, RETURN);
    }

    /** {@link CheckedEndpoint.Verdict#RETURN} also means that it passes its checks again. */
    @Test
    void the_same_checks_return_an_ejected_endpoint_that_failed_its_checks() {
        eject(5);
        assertThat(after(6, FAILED, FAILED, FAILED)).containsExactly(NONE, NONE, UNHEALTHY);
        health.failChecks("3 health checks failed in a row");
        assertThat(after(7, PASSED, PASSED)).containsExactly(NONE, RETURN);
    }

    private static List<Long> many(LongSupplier times) {
        return LongStream.generate(times).limit(2000).boxed().toList();
    }

    @Test
    void the_first_check_is_at_any_time_within_the_interval() {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> times = many(() -> BUILT_IN.firstAt(SECOND, random));
        assertThat(times).allSatisfy(at -> assertThat(at).isBetween(SECOND, 11 * SECOND - 1));
        assertThat(times).anySatisfy(at -> assertThat(at).isLessThan(SECOND + SECOND / 10));
        assertThat(times).anySatisfy(at -> assertThat(at).isGreaterThan(11 * SECOND - SECOND / 10));
    }

    @Test
    void the_next_check_is_up_to_a_tenth_earlier_or_later_and_rarer_without_calls() {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> busy = many(() -> BUILT_IN.nextAt(SECOND, false, random));
        assertThat(busy).allSatisfy(at -> assertThat(at).isBetween(10 * SECOND, 12 * SECOND));
        assertThat(busy).anySatisfy(at -> assertThat(at).isLessThan(10 * SECOND + SECOND / 10));
        assertThat(busy).anySatisfy(at -> assertThat(at).isGreaterThan(12 * SECOND - SECOND / 10));
        List<Long> idle = many(() -> BUILT_IN.nextAt(SECOND, true, random));
        assertThat(idle).allSatisfy(at -> assertThat(at).isBetween(55 * SECOND, 67 * SECOND));
    }

    @Test
    void without_calls_checks_are_never_more_frequent() {
        CheckSettings rare = CheckSettings.of(
                STATED.toBuilder().interval(Duration.ofMinutes(5)).build());
        assertThat(rare.noTrafficNanos()).isEqualTo(300 * SECOND);
    }

    @Test
    void both_ends_of_a_range_of_statuses_pass() {
        CheckSettings stated = CheckSettings.of(
                STATED.toBuilder().expectedStatuses(List.of("204", "300-399")).build());
        assertThat(List.of(204, 300, 399)).allMatch(stated::passes);
        assertThat(List.of(200, 203, 205, 299, 400)).noneMatch(stated::passes);
        assertThat(BUILT_IN.passes(299)).isTrue();
        assertThat(BUILT_IN.passes(302)).isFalse();
    }
}
