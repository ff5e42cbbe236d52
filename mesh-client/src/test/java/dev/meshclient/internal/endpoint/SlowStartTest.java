package dev.meshclient.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Endpoint.TlsMode;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Warmup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowStartTest {
    private static final long SECOND = 1_000_000_000;

    private final ServiceState service = new ServiceState();

    private static Endpoint endpoint(String address, int weight, Health health) {
        return Endpoints.of(address, Locality.NONE, "", Map.of(), 0, weight, health);
    }

    private static Endpoint healthy(String address) {
        return endpoint(address, 1, Health.HEALTHY);
    }

    /** The same endpoint as another policy states it. */
    private static Endpoint again(Endpoint endpoint, int weight, Health health) {
        dev.meshclient.policy.Endpoint stated = new dev.meshclient.policy.Endpoint(
                endpoint.address(), 80, Locality.NONE, null, weight, health, Map.of(), null, null);
        return new Endpoint(stated, Cluster.NONE, endpoint.state());
    }

    private void list(long at, Endpoint... endpoints) {
        service.endpoints(EndpointList.of(List.of(endpoints)), at, gone -> {});
    }

    @Test
    void a_duration_of_more_than_a_hundred_years_is_one_of_a_hundred() {
        assertThat(SlowStart.of(Warmup.builder(Duration.ofDays(110_000)).build())
                        .nanos())
                .isEqualTo(Duration.ofDays(36_500).toNanos());
    }

    @ParameterizedTest
    @CsvSource({
        // percent, aggression, seconds of 60, part
        "10, 1, 0, 0.1",
        "10, 1, 6, 0.1",
        "10, 1, 7.5, 0.125",
        "10, 1, 30, 0.5",
        "10, 1, 59.4, 0.99",
        "10, 1, 60, 1",
        "10, 2, 0, 0.1",
        "10, 2, 15, 0.5",
        "10, 2, 30, 0.70710678",
        "10, 0.5, 30, 0.25",
        "0, 1, 0, 0",
        "0, 1, 3, 0.05",
        "100, 1, 0, 1",
    })
    void the_part_of_its_share_follows_the_rule_of_envoy(int percent, double aggression, double seconds, double part) {
        SlowStart slowStart = SlowStart.of(Warmup.builder(Duration.ofSeconds(60))
                .minimumPercent(percent)
                .aggression(aggression)
                .build());
        Endpoint fresh = healthy("b");
        list(SECOND, healthy("a"));
        list(5 * SECOND, service.endpoints().endpoints().get(0), fresh);

        assertThat(slowStart.part(fresh.state(), 5 * SECOND + (long) (seconds * SECOND)))
                .isCloseTo(part, within(1e-8));
    }

    @Test
    void without_a_warm_up_only_endpoints_that_return_start_slowly() {
        Endpoint fresh = healthy("b");
        list(SECOND, healthy("a"));
        list(5 * SECOND, service.endpoints().endpoints().get(0), fresh);
        assertThat(SlowStart.BUILT_IN.part(fresh.state(), 5 * SECOND)).isEqualTo(1);

        fresh.state().eject(6 * SECOND, 7 * SECOND, 1, "test");
        fresh.state().readmit(8 * SECOND);
        assertThat(SlowStart.BUILT_IN.part(fresh.state(), 8 * SECOND)).isEqualTo(0.1);
        assertThat(SlowStart.BUILT_IN.part(fresh.state(), 23 * SECOND)).isEqualTo(0.5);
        assertThat(SlowStart.BUILT_IN.part(fresh.state(), 38 * SECOND)).isEqualTo(1);
    }

    @Test
    void the_later_of_beginning_and_return_counts() {
        SlowStart slowStart =
                SlowStart.of(Warmup.builder(Duration.ofSeconds(20)).build());
        Endpoint a = healthy("a");
        Endpoint b = healthy("b");
        list(SECOND, a);
        list(10 * SECOND, a, b);
        assertThat(slowStart.part(b.state(), 20 * SECOND)).isEqualTo(0.5);
        b.state().eject(20 * SECOND, 21 * SECOND, 1, "test");
        b.state().readmit(25 * SECOND);
        assertThat(slowStart.part(b.state(), 27 * SECOND)).isEqualTo(0.1);
        assertThat(slowStart.part(b.state(), 35 * SECOND)).isEqualTo(0.5);
        list(40 * SECOND, a, again(b, 0, Health.HEALTHY));
        list(50 * SECOND, a, again(b, 1, Health.HEALTHY));
        assertThat(slowStart.part(b.state(), 51 * SECOND)).isEqualTo(0.1);
    }

    @Test
    void the_first_endpoints_and_a_wholly_replaced_fleet_begin_with_nothing_to_be_colder_than() {
        Endpoint a = healthy("a");
        Endpoint b = healthy("b");
        list(SECOND, a);
        list(2 * SECOND, b);
        list(3 * SECOND);
        list(4 * SECOND, healthy("c"));
        assertThat(a.state().beganAt()).isZero();
        assertThat(b.state().beganAt()).isZero();
        assertThat(service.endpoints().endpoints().get(0).state().beganAt()).isZero();
    }

    @Test
    void endpoints_that_got_no_calls_make_no_other_one_cold() {
        Endpoint down = endpoint("a", 1, Health.UNHEALTHY);
        Endpoint unused = endpoint("b", 0, Health.HEALTHY);
        Endpoint first = healthy("c");
        list(SECOND, down, unused);
        list(2 * SECOND, down, unused, first);
        assertThat(first.state().beganAt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"UNHEALTHY, HEALTHY", "DRAINING, UNKNOWN", "UNHEALTHY, DEGRADED"})
    void an_endpoint_begins_again_when_the_registry_says_that_it_is_healthy(Health before, Health after) {
        Endpoint warm = healthy("a");
        Endpoint back = endpoint("b", 1, before);
        list(SECOND, warm, back);
        assertThat(back.state().beganAt()).isZero();
        list(9 * SECOND, warm, again(back, 1, after));
        assertThat(back.state().beganAt()).isEqualTo(9 * SECOND);
        list(10 * SECOND, warm, again(back, 1, Health.HEALTHY));
        assertThat(back.state().beganAt()).as("other words for the same").isEqualTo(9 * SECOND);
        assertThat(warm.state().beganAt()).isZero();
    }

    @Test
    void what_the_registry_says_of_one_endpoint_behind_a_gateway_does_not_slow_the_others() {
        Gateway gateway = new Gateway("gw", 80, "{service}", List.of(), false, 2, false);
        Cluster far = Cluster.builder().name("far").build();
        EndpointList first = behind(gateway, far, Health.UNHEALTHY);
        service.endpoints(first, SECOND, gone -> {});
        service.endpoints(behind(gateway, far, Health.HEALTHY), 2 * SECOND, gone -> {});
        assertThat(service.endpoints().endpoints()).allMatch(e -> e.state().beganAt() == 0);
        assertThat(service.endpoints().endpoints().get(1).state())
                .isSameAs(first.endpoints().get(1).state());
    }

    private EndpointList behind(Gateway gateway, Cluster cluster, Health second) {
        EndpointList.Next next = service.endpoints().next();
        next.add(
                new dev.meshclient.policy.Endpoint(
                        "10.0.0.1", 80, Locality.NONE, null, 1, Health.HEALTHY, Map.of(), null, null),
                "10.0.0.1",
                Cluster.NONE);
        for (String address : List.of("10.1.0.1", "10.1.0.2")) {
            Health health = address.endsWith("2") ? second : Health.HEALTHY;
            next.add(
                    new dev.meshclient.policy.Endpoint(
                            address, 80, Locality.NONE, "far", 1, health, Map.of(), null, TlsMode.MESH),
                    cluster,
                    gateway);
        }
        return next.build();
    }

    @Test
    void an_ejected_endpoint_begins_when_it_returns() {
        Endpoint warm = healthy("a");
        Endpoint out = healthy("b");
        list(SECOND, warm, out);
        out.state().eject(2 * SECOND, 30 * SECOND, 1, "test");
        list(3 * SECOND, warm, again(out, 1, Health.UNHEALTHY));
        list(4 * SECOND, warm, again(out, 1, Health.HEALTHY));
        assertThat(out.state().beganAt()).isZero();
        assertThat(out.state().isEjected()).isTrue();
    }
}
