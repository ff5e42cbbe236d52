package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Decision;
import dev.meshclient.MeshOptions;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Repeat;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reason for the choice of an endpoint, in words. */
class PickedTest {
    private static final Locality HOME = new Locality("eu", "a", "");
    private static final long SECOND = 1_000_000_000L;

    private final StepTime time = new StepTime();
    private final ServiceState service = new ServiceState();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private Simple algorithm = Simple.LEAST_REQUEST;
    private boolean zoned = true;
    private Locality own = HOME;
    private LocalityLbSetting localities = LocalityLbSetting.NONE;
    private FailoverMode failover = FailoverMode.SPILL;
    private int minHealthPercent = 50;
    private Map<String, Long> callers = Map.of();
    private MeshOptions options = MeshOptions.DEFAULT;

    private Endpoint add(String name, String region, String zone, Health health) {
        Endpoint endpoint = Endpoints.of(name, new Locality(region, zone, ""), "", Map.of(), 0, 1, health);
        endpoints.add(endpoint);
        return endpoint;
    }

    private void add(int number, String zone, Health health) {
        for (int i = 0; i < number; i++) {
            add(zone + endpoints.size(), "eu", zone, health);
        }
    }

    private AttemptLayer layer() {
        EndpointSet set = EndpointSet.stated(service, EndpointList.of(endpoints), Map.of());
        Planner planner = Planner.create(
                time,
                "orders",
                set,
                new BackendState(),
                new BalanceSettings(LoadBalancer.of(algorithm), zoned, localities, failover, minHealthPercent, true),
                new Balance.Origin(own, Map.of(), callers));
        planner.activate(time.now());
        return Balance.create(time, planner, new RecentAttempts(0), attempt -> Calls.respond(attempt, 200));
    }

    /** The decision of a call with so many attempts. */
    private List<Decision.Attempt> attempts(int number) throws IOException {
        AttemptLayer layer = layer();
        Call call = Calls.call(time, Calls.get(), options);
        call.run(c -> {
            for (int i = 1; i < number; i++) {
                layer.call(c.beginAttempt()).close();
            }
            return layer.call(c.beginAttempt());
        });
        return call.decision().attempts();
    }

    private String pick() throws IOException {
        return attempts(1).get(0).pick();
    }

    /** The reasons of many first attempts. */
    private Set<String> picks() throws IOException {
        Set<String> picks = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            picks.add(pick());
        }
        return picks;
    }

    @Test
    void one_endpoint_needs_no_algorithm() throws Exception {
        zoned = false;
        add(1, "a", Health.HEALTHY);
        assertThat(pick()).isEqualTo("the only endpoint");
    }

    @ParameterizedTest
    @CsvSource({"LEAST_REQUEST, least request", "PEAK_EWMA, peak ewma", "ROUND_ROBIN, round robin", "RANDOM, random"})
    void without_zones_the_algorithm_decides(Simple which, String words) throws Exception {
        zoned = false;
        algorithm = which;
        add(3, "a", Health.HEALTHY);
        assertThat(pick()).isEqualTo(words + " among 3 endpoints");
    }

    @Test
    void the_zone_of_the_caller_keeps_its_calls() throws Exception {
        add(3, "a", Health.HEALTHY);
        add(3, "b", Health.HEALTHY);
        assertThat(pick())
                .isEqualTo("least request among 3 endpoints of zone a (100 % of the calls: a, the caller's zone:"
                        + " 1.4 x 3 usable / 3 listed: all calls stay)");
    }

    @Test
    void a_zone_that_spills_states_the_arithmetic() throws Exception {
        add(1, "a", Health.HEALTHY);
        add(1, "a", Health.UNHEALTHY);
        add(2, "b", Health.HEALTHY);
        assertThat(pick())
                .contains(" of the calls: a, the caller's zone: 1.4 x 1 usable / 2 listed: 70 % of the calls stay, 30 %"
                        + " spill to the other zones by usable capacity)");
    }

    @Test
    void a_zone_without_endpoints_sends_its_calls_away() throws Exception {
        add(1, "a", Health.UNHEALTHY);
        add(2, "b", Health.HEALTHY);
        assertThat(pick())
                .isEqualTo("least request among 2 endpoints of zone b (100 % of the calls: a, the caller's zone, has no"
                        + " usable endpoint: all calls spill to the other zones by usable capacity)");
    }

    @Test
    void the_callers_of_each_zone_decide_if_they_are_known() throws Exception {
        callers = Map.of("a", 40L, "b", 40L, "c", 20L);
        add(25, "a", Health.HEALTHY);
        add(50, "b", Health.HEALTHY);
        add(25, "c", Health.HEALTHY);
        assertThat(pick())
                .contains(
                        "a, the caller's zone, has 40 % of the callers and 25 % of the usable capacity: 62.5 % of the calls"
                                + " stay, 37.5 % spill to the other zones by spare capacity");
    }

    @Test
    void a_caller_without_a_zone_prefers_none() throws Exception {
        own = new Locality("", "", "");
        add(1, "a", Health.HEALTHY);
        assertThat(pick()).contains("the caller's zone is not known: the zones share the calls by usable capacity");
    }

    @Test
    void stated_shares_are_named() throws Exception {
        localities = new LocalityLbSetting(
                List.of(new Distribute(Places.of("eu/*"), Map.of(Places.of("eu/b"), 100))), List.of(), List.of());
        add(1, "b", Health.HEALTHY);
        assertThat(pick())
                .isEqualTo(
                        "the only endpoint of eu/b/* (100 % of the calls: localityLbSetting.distribute states the"
                                + " shares; a locality keeps its share while 1.4 times its usable weight covers its listed weight)");
    }

    @Test
    void another_region_states_what_the_first_lacks() throws Exception {
        add(2, "a", Health.UNHEALTHY);
        add("far", "us", "x", Health.HEALTHY);
        assertThat(pick())
                .isEqualTo("priority 2 of 2 takes 100 % of the calls, because priority 1 has 0 of 2 usable,"
                        + " the only endpoint");
    }

    @Test
    void a_priority_that_spills_states_the_arithmetic() throws Exception {
        add(1, "a", Health.HEALTHY);
        add(1, "a", Health.UNHEALTHY);
        add("far", "us", "x", Health.HEALTHY);
        assertThat(pick())
                .contains(
                        "% of the calls, because priority 1 has 1 of 2 usable (1.4 x 1 / 2 covers 70 % of its calls)");
        failover = FailoverMode.STRICT;
        assertThat(pick()).doesNotContain("priority");
    }

    @Test
    void the_share_of_a_zone_is_one_of_the_calls_of_its_priority() throws Exception {
        add(2, "a", Health.HEALTHY);
        add(2, "b", Health.UNHEALTHY);
        add("far", "us", "x", Health.HEALTHY);
        assertThat(picks())
                .filteredOn(pick -> pick.contains("zone a"))
                .isNotEmpty()
                .allMatch(pick -> pick.startsWith("priority 1 of 2 takes 70 % of the calls, because ")
                        && pick.contains(" of zone a (100 % of the calls of this priority: "));
    }

    @Test
    void the_share_of_a_zone_names_the_endpoints_if_degraded_endpoints_share_its_priority() throws Exception {
        add(1, "a", Health.HEALTHY);
        add(1, "b", Health.DEGRADED);
        add(1, "b", Health.UNHEALTHY);
        assertThat(picks())
                .hasSize(2)
                .anyMatch(
                        pick -> pick.contains("the only endpoint of zone a (100 % of the calls of healthy endpoints: "))
                .anyMatch(pick ->
                        pick.contains("the only endpoint of zone b (100 % of the calls of degraded endpoints: "));
    }

    @Test
    void degraded_endpoints_are_named() throws Exception {
        add(2, "a", Health.UNHEALTHY);
        add(1, "a", Health.DEGRADED);
        minHealthPercent = 0;
        assertThat(pick()).startsWith("degraded endpoints, as too few are healthy (0 of 3 healthy), the only endpoint");
    }

    @Test
    void panic_states_its_figures() throws Exception {
        zoned = false;
        add(4, "a", Health.HEALTHY);
        endpoints.subList(0, 3).forEach(e -> eject(e, 30 * SECOND));
        assertThat(pick())
                .isEqualTo("panic: too few endpoints are usable, health does not count (1 of 4 usable,"
                        + " outlierDetection.minHealthPercent 50), least request among 4 endpoints");
    }

    private void eject(Endpoint endpoint, long until) {
        endpoint.state().eject(time.now(), until, 1, "5 server errors in a row");
        service.changed(endpoint.state());
    }

    @Test
    void a_probe_states_why_its_endpoint_was_ejected() throws Exception {
        add(3, "a", Health.HEALTHY);
        eject(endpoints.get(0), 1);
        time.step(2);
        assertThat(pick()).isEqualTo("probe of an ejected endpoint (5 server errors in a row)");
    }

    @Test
    void a_hedge_goes_to_another_endpoint_and_probes_none() throws Exception {
        zoned = false;
        for (int i = 0; i < 100; i++) {
            endpoints.clear();
            add(3, "a", Health.HEALTHY);
            eject(endpoints.get(0), time.now() + 10 * SECOND);
            AttemptLayer layer = layer();
            Call call = Calls.call(time, Calls.get());
            call.run(c -> {
                layer.call(c.beginAttempt()).close();
                time.step(20 * SECOND); // now a probe is due
                layer.call(c.beginHedge(new Repeat(2, "hedge.delay", true))).close();
                Attempt third = c.beginHedge(new Repeat(2, "hedge.delay", true));
                assertThatThrownBy(() -> layer.call(third)).isInstanceOf(NoHealthyEndpoint.class);
                return Calls.response(c.request(), 200);
            });
            assertThat(call.decision().attempts().subList(0, 2))
                    .extracting(Decision.Attempt::endpoint)
                    .containsExactlyInAnyOrder("a1:80", "a2:80");
        }
    }

    @Test
    void a_returned_endpoint_is_in_slow_start() throws Exception {
        zoned = false;
        add(1, "a", Health.HEALTHY);
        eject(endpoints.get(0), 1);
        time.step(SECOND);
        endpoints.get(0).state().readmit(time.now());
        service.changed(endpoints.get(0).state());
        time.step(12 * SECOND);
        assertThat(pick()).isEqualTo("the only endpoint, in slow start since 12 s: 40 % of its share");
    }

    @Test
    void an_endpoint_that_answers_429_gets_less_the_more_often_for_a_second_each() throws Exception {
        zoned = false;
        add(2, "a", Health.HEALTHY);
        time.step(SECOND);
        busy(1);
        assertThat(picks()).contains("least request among 2 endpoints, busy, it answered 429: 82 % of its share");
        time.step(SECOND / 2);
        assertThat(picks()).contains("least request among 2 endpoints, busy, it answered 429: 91 % of its share");
        time.step(SECOND / 2);
        assertThat(picks()).containsOnly("least request among 2 endpoints");

        busy(100); // 5 s at most
        assertThat(picks())
                .contains(
                        "least request among 2 endpoints",
                        "least request among 2 endpoints, instead of an endpoint that answered 429",
                        "least request among 2 endpoints, busy, it answered 429: 10 % of its share");
        time.step(5 * SECOND - 1_000);
        assertThat(picks()).hasSize(2);
        time.step(1_000);
        assertThat(picks()).containsOnly("least request among 2 endpoints");
    }

    private void busy(int times) {
        for (int i = 0; i < times; i++) {
            EndpointPart.answeredBusy(endpoints.get(0).state(), time.now());
        }
    }

    @Test
    void a_key_is_named_by_its_source_and_not_by_its_value() throws Exception {
        options = MeshOptions.DEFAULT.withHashKey("jane");
        zoned = false;
        add(3, "a", Health.HEALTHY);
        assertThat(pick()).isEqualTo("the key of MeshOptions.withHashKey among 3 endpoints");
    }

    /** All calls with a key use the first priority, and there the zone with the greatest share. */
    @Test
    void a_key_has_no_share() throws Exception {
        options = MeshOptions.DEFAULT.withHashKey("jane");
        add(3, "a", Health.HEALTHY);
        add(3, "b", Health.UNHEALTHY);
        add("far", "us", "x", Health.HEALTHY);
        assertThat(pick()).isEqualTo("the key of MeshOptions.withHashKey among 3 endpoints of zone a");
        endpoints.clear();
        add(1, "a", Health.UNHEALTHY);
        add("far", "us", "x", Health.HEALTHY);
        add("far2", "us", "x", Health.HEALTHY);
        assertThat(pick())
                .isEqualTo("priority 2 of 2, because priority 1 has 0 of 1 usable,"
                        + " the key of MeshOptions.withHashKey among 2 endpoints");
    }

    @Test
    void an_endpoint_in_place_of_one_that_fails_is_chosen_at_random() throws Exception {
        zoned = false;
        add(3, "a", Health.HEALTHY);
        endpoints.get(0).state().abortEjection();
        assertThat(picks())
                .contains(
                        "least request among 3 endpoints",
                        "at random among 3 endpoints, instead of an endpoint that fails, but is not ejected because too"
                                + " many are")
                .noneMatch(pick -> pick.startsWith("least request") && pick.contains("instead of"));
    }

    @Test
    void a_further_attempt_names_the_endpoints_that_it_avoids() throws Exception {
        zoned = false;
        add("x", "eu", "a", Health.HEALTHY);
        add("y", "eu", "a", Health.HEALTHY).state().begin(); // least request draws x, at the second attempt too
        List<Decision.Attempt> three = attempts(3);
        String first = three.get(0).endpoint();
        String second = three.get(1).endpoint();
        assertThat(second).isNotEqualTo(first);
        assertThat(three.get(1).pick())
                .isEqualTo("not tried before, unlike " + first + ", at random among 2 endpoints");
        assertThat(three.get(2).pick())
                .isEqualTo("tried again, as every endpoint was: " + first + ", " + second
                        + ", least request among 2 endpoints");
    }

    @Test
    void a_further_attempt_in_another_zone_or_priority_has_no_share() throws Exception {
        add(1, "a", Health.HEALTHY);
        add(1, "b", Health.HEALTHY);
        add("far", "us", "x", Health.HEALTHY);
        List<Decision.Attempt> three = attempts(3);
        String first = three.get(0).endpoint();
        assertThat(three.get(1).pick())
                .isEqualTo("not tried before, unlike " + first + ", the only endpoint of zone b");
        assertThat(three.get(2).pick())
                .isEqualTo("not tried before, unlike " + first + ", "
                        + three.get(1).endpoint() + ", priority 2 of 2, the only endpoint");
    }

    @Test
    void an_endpoint_of_another_zone_in_place_of_one_that_fails_has_no_share() throws Exception {
        add(1, "a", Health.HEALTHY);
        add(1, "b", Health.HEALTHY);
        endpoints.get(0).state().abortEjection();
        assertThat(picks())
                .contains(
                        "the only endpoint of zone b, instead of an endpoint that fails, but is not ejected because too"
                                + " many are");
    }
}
