package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.MeshOptions;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.retry.Retry;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.retry.RetryPermits;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.RetryConstraint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The balance layer alone, between attempts and a transport that notes where they go. */
class BalanceTest {
    private static final Locality HOME = new Locality("eu", "a", "");

    private final StepTime time = new StepTime();
    private final RecentAttempts recent = new RecentAttempts(0);
    private final Map<String, Integer> taken = new TreeMap<>();
    private final List<Attempt> open = new ArrayList<>();
    private FailoverMode failover = FailoverMode.SPILL;
    private LocalityLbSetting localities = LocalityLbSetting.NONE;
    private boolean leaveOpen;

    private final AttemptLayer transport = attempt -> {
        taken.merge(
                attempt.call()
                        .decision()
                        .attempts()
                        .get(attempt.number() - 1)
                        .endpoint()
                        .replace(":80", ""),
                1,
                Integer::sum);
        if (leaveOpen) {
            open.add(attempt);
            attempt.responded(200);
            return new okhttp3.Response.Builder()
                    .request(attempt.call().request())
                    .protocol(okhttp3.Protocol.HTTP_1_1)
                    .code(200)
                    .message("")
                    .build();
        }
        return Calls.respond(attempt, 200);
    };

    private static Endpoint endpoint(String name, String zone, int weight, Health health) {
        return Endpoints.of(name, new Locality("eu", zone, ""), "", Map.of(), 0, weight, health);
    }

    private static Endpoint endpoint(String name, String zone) {
        return endpoint(name, zone, 1, Health.HEALTHY);
    }

    private AttemptLayer balance(Simple algorithm, Endpoint... endpoints) {
        ServiceState service = new ServiceState();
        EndpointSet set = EndpointSet.stated(service, EndpointList.of(List.of(endpoints)), Map.of());
        Planner planner = Planner.create(
                time,
                "orders",
                set,
                new BackendState(),
                new BalanceSettings(LoadBalancer.of(algorithm), true, localities, failover, 50, true),
                new Balance.Origin(HOME, Map.of(), Map.of()));
        planner.activate(time.now());
        return Balance.create(time, planner, recent, transport);
    }

    private void call(AttemptLayer layer, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Calls.call(time, Calls.get()).run(call -> layer.call(call.beginAttempt()));
        }
    }

    @ParameterizedTest
    @EnumSource(Simple.class)
    void an_idle_group_is_shared_by_weight(Simple algorithm) throws Exception {
        AttemptLayer layer = balance(
                algorithm,
                endpoint("x", "a", 1, Health.HEALTHY),
                endpoint("y", "a", 2, Health.HEALTHY),
                endpoint("z", "a", 5, Health.HEALTHY));
        call(layer, 16_000);
        assertThat(taken.get("x")).isCloseTo(2000, within(150));
        assertThat(taken.get("y")).isCloseTo(4000, within(200));
        assertThat(taken.get("z")).isCloseTo(10_000, within(300));
    }

    @Test
    void round_robin_of_equals_takes_each_in_turn() throws Exception {
        AttemptLayer layer = balance(Simple.ROUND_ROBIN, endpoint("x", "a"), endpoint("y", "a"), endpoint("z", "a"));
        call(layer, 9000);
        assertThat(taken).isEqualTo(Map.of("x", 3000, "y", 3000, "z", 3000));
    }

    @Test
    void least_request_picks_where_fewer_are_in_flight() throws Exception {
        AttemptLayer layer = balance(Simple.LEAST_REQUEST, endpoint("x", "a"), endpoint("y", "a"));
        leaveOpen = true;
        call(layer, 100);
        assertThat(taken.get("x")).isCloseTo(50, within(1));
    }

    @Test
    void least_request_has_attempts_in_flight_in_proportion_to_the_weights() throws Exception {
        AttemptLayer layer = balance(
                Simple.LEAST_REQUEST, endpoint("x", "a", 1, Health.HEALTHY), endpoint("y", "a", 4, Health.HEALTHY));
        leaveOpen = true;
        call(layer, 1000);
        assertThat(taken.get("x")).isCloseTo(200, within(10));
    }

    @Test
    void an_attempt_is_in_flight_until_its_end() throws Exception {
        Endpoint x = endpoint("x", "a");
        leaveOpen = true;
        call(balance(Simple.RANDOM, x), 3);
        assertThat(x.state().inFlight()).isEqualTo(3);
        open.forEach(Attempt::over);
        open.forEach(Attempt::over);
        assertThat(x.state().inFlight()).isZero();
    }

    @Test
    void calls_stay_in_their_zone() throws Exception {
        call(balance(Simple.RANDOM, endpoint("x", "a"), endpoint("y", "b"), endpoint("z", "c")), 1000);
        assertThat(taken).isEqualTo(Map.of("x", 1000));
    }

    @Test
    void another_region_is_used_only_when_ours_has_no_endpoint() throws Exception {
        Endpoint far = Endpoints.of("far", new Locality("us", "a", ""), "", Map.of(), 0, 1, Health.HEALTHY);
        call(balance(Simple.RANDOM, endpoint("near", "b"), far), 100);
        assertThat(taken).isEqualTo(Map.of("near", 100));
        call(balance(Simple.RANDOM, endpoint("near", "b", 1, Health.UNHEALTHY), far), 50);
        assertThat(taken).isEqualTo(Map.of("near", 100, "far", 50));
    }

    /** Zones of Azure are called 1, 2 and 3 in every region. */
    @Test
    void a_zone_of_another_region_is_not_ours_though_it_is_called_the_same() throws Exception {
        Endpoint same = Endpoints.of("s", new Locality("us", "a", ""), "", Map.of(), 0, 1, Health.HEALTHY);
        Endpoint other = Endpoints.of("o", new Locality("us", "b", ""), "", Map.of(), 0, 1, Health.HEALTHY);
        call(balance(Simple.RANDOM, same, other), 1000);
        assertThat(taken.get("s")).isCloseTo(500, within(100));
    }

    @Test
    void retries_that_leave_a_zone_spread_over_the_endpoints_of_all_others() throws Exception {
        AttemptLayer layer = balance(
                Simple.RANDOM,
                endpoint("home", "a"),
                endpoint("b1", "b"),
                endpoint("c1", "c"),
                endpoint("c2", "c"),
                endpoint("c3", "c"));
        for (int i = 0; i < 1000; i++) {
            Calls.call(time, Calls.get()).run(call -> {
                layer.call(call.beginAttempt()).close();
                return layer.call(call.beginAttempt());
            });
        }
        assertThat(taken.get("home")).isEqualTo(1000);
        for (String other : List.of("b1", "c1", "c2", "c3")) {
            assertThat(taken.get(other)).as(other).isCloseTo(250, within(75));
        }
    }

    @Test
    void one_endpoint_has_no_alternative_and_is_taken_again() throws Exception {
        AttemptLayer layer = balance(Simple.LEAST_REQUEST, endpoint("x", "a"), endpoint("y", "a", 1, Health.DRAINING));
        Calls.call(time, Calls.get()).run(call -> {
            for (int i = 0; i < 3; i++) {
                Attempt attempt = call.beginAttempt();
                layer.call(attempt).close();
                assertThat(attempt.pick().usable()).isLessThanOrEqualTo(attempt.number());
            }
            return layer.call(call.beginAttempt());
        });
        assertThat(taken).isEqualTo(Map.of("x", 4));
    }

    @Test
    void a_call_that_no_endpoint_can_take_is_not_tried_again() {
        CallLayer retry = Retry.create(
                time,
                null,
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                balance(Simple.RANDOM, endpoint("x", "a", 1, Health.UNHEALTHY)));
        Call call = Calls.call(time, Calls.get());
        assertThatThrownBy(() -> call.run(retry)).isInstanceOf(NoHealthyEndpoint.class);
        assertThat(call.attempts()).isEqualTo(1);
        assertThat(time.now()).isZero();
    }

    @Test
    void a_lower_cluster_priority_number_comes_first() throws Exception {
        Endpoint backup = Endpoints.of("backup", HOME, "", Map.of(), 1, 1, Health.HEALTHY);
        call(balance(Simple.RANDOM, endpoint("primary", "b"), backup), 100);
        assertThat(taken).isEqualTo(Map.of("primary", 100));
    }

    @Test
    void the_priority_of_the_cluster_counts_before_the_region() throws Exception {
        Locality us = new Locality("us", "a", "");
        Endpoint far = Endpoints.of("far", us, "", Map.of(), 0, 1, Health.HEALTHY);
        Endpoint near = Endpoints.of("near", HOME, "", Map.of(), 1, 1, Health.HEALTHY);
        call(balance(Simple.RANDOM, near, far), 100);
        assertThat(taken).isEqualTo(Map.of("far", 100));
    }

    @Test
    void unhealthy_draining_and_weightless_endpoints_get_nothing() throws Exception {
        Endpoint unhealthy = endpoint("unhealthy", "a", 1, Health.UNHEALTHY);
        Endpoint draining = endpoint("draining", "a", 1, Health.DRAINING);
        Endpoint none = endpoint("none", "a", 0, Health.HEALTHY);
        call(balance(Simple.RANDOM, unhealthy, draining, none, endpoint("x", "a")), 100);
        assertThat(taken).isEqualTo(Map.of("x", 100));
    }

    @Test
    void degraded_endpoints_get_only_what_the_healthy_cannot_bear() throws Exception {
        Endpoint degraded = endpoint("degraded", "a", 1, Health.DEGRADED);
        Endpoint[] enough = {degraded, endpoint("x", "a"), endpoint("y", "a"), endpoint("z", "a")};
        call(balance(Simple.RANDOM, enough), 300);
        assertThat(taken).doesNotContainKey("degraded");
        taken.clear();
        // One healthy of two can bear 70 of a hundred.
        call(balance(Simple.RANDOM, degraded, endpoint("x", "a")), 10_000);
        assertThat(taken.get("x")).isCloseTo(7000, within(200));
        taken.clear();
        call(balance(Simple.RANDOM, degraded, endpoint("down", "a", 1, Health.UNHEALTHY)), 100);
        assertThat(taken).isEqualTo(Map.of("degraded", 100));
    }

    @Test
    void without_a_usable_endpoint_the_call_is_refused_and_says_how_many_are_known() {
        AttemptLayer layer = balance(Simple.RANDOM, endpoint("x", "a", 1, Health.UNHEALTHY));
        assertThatThrownBy(() -> call(layer, 1))
                .isInstanceOf(NoHealthyEndpoint.class)
                .hasMessageContaining("'orders'")
                .hasMessageContaining("1 known");
    }

    @Test
    void a_retry_takes_an_endpoint_that_was_not_tried_even_in_another_zone_or_region() throws Exception {
        Endpoint far = Endpoints.of("far", new Locality("us", "a", ""), "", Map.of(), 0, 1, Health.HEALTHY);
        AttemptLayer layer = balance(Simple.RANDOM, endpoint("x", "a"), endpoint("y", "b"), far);
        for (int i = 0; i < 100; i++) {
            Set<String> tried = new HashSet<>();
            boolean[] alternative = new boolean[3];
            Calls.call(time, Calls.get()).run(call -> {
                for (int n = 0; n < 3; n++) {
                    Attempt attempt = call.beginAttempt();
                    layer.call(attempt).close();
                    tried.add(attempt.call()
                            .decision()
                            .attempts()
                            .get(n)
                            .endpoint()
                            .replace(":80", ""));
                    alternative[n] = attempt.pick().usable() > attempt.number();
                }
                return layer.call(call.beginAttempt());
            });
            assertThat(tried).containsExactlyInAnyOrder("x", "y", "far");
            assertThat(alternative).containsExactly(true, true, false);
        }
    }

    @Test
    void a_hash_key_keeps_its_endpoint_when_others_go() throws Exception {
        Endpoint[] five = new Endpoint[5];
        for (int i = 0; i < 5; i++) {
            five[i] = endpoint("e" + i, "a");
        }
        int moved = 0;
        for (int key = 0; key < 500; key++) {
            String before = byKey("key" + key, five);
            String after = byKey("key" + key, five[0], five[1], five[2], five[3]);
            moved += before.equals(after) ? 0 : 1;
            assertThat(before.equals(after) || before.equals("e4")).isTrue();
        }
        assertThat(moved).isBetween(60, 140);
    }

    private String byKey(String key, Endpoint... endpoints) throws IOException {
        Call call = Calls.call(time, Calls.get(), MeshOptions.DEFAULT.withHashKey(key));
        call.run(c -> balance(Simple.RANDOM, endpoints).call(c.beginAttempt()));
        return call.decision().attempts().get(0).endpoint().replace(":80", "");
    }
}
