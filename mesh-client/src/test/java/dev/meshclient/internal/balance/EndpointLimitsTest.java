package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Overloaded;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.deadline.Deadline;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of endpoints, between attempts and a peer whose bodies stay open. */
class EndpointLimitsTest {
    private static final long MS = 1_000_000;

    private final ServiceState service = new ServiceState();
    private final BackendState backend = new BackendState();
    private final List<Attempt> open = new ArrayList<>();
    private Simple algorithm = Simple.LEAST_REQUEST;
    private Limits.Builder limits = Limits.builder().maxRequestsPerEndpoint(2L);
    private AttemptLayer peer = attempt -> {
        open.add(attempt);
        return Calls.respondOpen(attempt, 200);
    };

    private static Endpoint endpoint(String name, String zone) {
        return Endpoints.of(name, new Locality("eu", zone, ""), "", Map.of(), 0, 1, Health.HEALTHY);
    }

    private static List<Endpoint> endpoints(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> endpoint("10.0.0." + i, "a"))
                .toList();
    }

    private AttemptLayer balance(Time time, List<Endpoint> endpoints) {
        return balance(time, backend, endpoints);
    }

    private AttemptLayer balance(Time time, BackendState of, List<Endpoint> endpoints) {
        Planner planner = Planner.create(
                time,
                "orders",
                EndpointSet.stated(service, EndpointList.of(endpoints), Map.of()),
                of,
                new BalanceSettings(
                        LoadBalancer.of(algorithm),
                        true,
                        LocalityLbSetting.NONE,
                        FailoverMode.SPILL,
                        50,
                        true,
                        limits.build()),
                new Balance.Origin(new Locality("eu", "a", ""), Map.of(), Map.of()));
        planner.activate(time.now());
        return Balance.create(time, planner, new RecentAttempts(0), peer);
    }

    private static Call call(Time time, AttemptLayer layer) throws IOException {
        Call call = Calls.call(time, Calls.get());
        call.run(c -> layer.call(c.beginAttempt()));
        return call;
    }

    @ParameterizedTest
    @EnumSource(Simple.class)
    void no_endpoint_gets_more_than_its_limit_while_another_one_is_free(Simple any) throws Exception {
        algorithm = any;
        StepTime time = new StepTime();
        List<Endpoint> ten = endpoints(10);
        AttemptLayer layer = balance(time, ten);
        for (int i = 0; i < 20; i++) {
            call(time, layer);
        }
        assertThat(ten).allSatisfy(e -> assertThat(e.state().inFlight()).isEqualTo(2));
        assertThatThrownBy(() -> call(time, layer)).isInstanceOfSatisfying(Overloaded.class, e -> {
            assertThat(e)
                    .hasMessageStartingWith(
                            "all endpoints of 'orders' have reached" + " limits.maxRequestsPerEndpoint 2");
            assertThat(e.reason()).isEqualTo("UO");
            assertThat(e.decision().attempts()).hasSize(1);
        });
        assertThat(ten).allSatisfy(e -> assertThat(e.state().inFlight()).isEqualTo(2));
        Attempt ended = open.get(7);
        ended.over();
        assertThat(Objects.requireNonNull(call(time, layer).latest()).endpoint())
                .isEqualTo(ended.endpoint());
        open.forEach(Attempt::over);
        assertThat(ten).allSatisfy(e -> assertThat(e.state().inFlight()).isZero());
    }

    @Test
    void a_zone_whose_endpoints_are_at_their_limits_spills_and_the_decision_states_it() throws Exception {
        StepTime time = new StepTime();
        Endpoint away = endpoint("10.0.1.1", "b");
        AttemptLayer layer = balance(time, List.of(endpoint("10.0.0.1", "a"), endpoint("10.0.0.2", "a"), away));
        for (int i = 0; i < 4; i++) {
            call(time, layer);
        }
        assertThat(away.state().inFlight()).isZero();
        Call spilled = call(time, layer);
        assertThat(away.state().inFlight()).isEqualTo(1);
        assertThat(spilled.decision().attempts().get(0).pick())
                .isEqualTo("the only endpoint of zone b, instead of an endpoint at its limit (limits)");
        open.get(0).over();
        call(time, layer);
        assertThat(away.state().inFlight()).as("the zone has room again").isEqualTo(1);
    }

    @Test
    void connections_are_counted_until_the_endpoint_speaks_http_2() throws Exception {
        StepTime time = new StepTime();
        limits = Limits.builder().maxConnectionsPerEndpoint(1L);
        List<Endpoint> one = endpoints(1);
        AttemptLayer layer = balance(time, one);
        call(time, layer);
        assertThatThrownBy(() -> call(time, layer))
                .isInstanceOf(Overloaded.class)
                .hasMessageContaining("limits.maxConnectionsPerEndpoint 1");
        one.get(0).state().multiplexed(true);
        call(time, layer);
        call(time, layer);
        one.get(0).state().multiplexed(false);
        assertThatThrownBy(() -> call(time, layer)).isInstanceOf(Overloaded.class);
    }

    @Test
    void a_retry_prefers_a_free_endpoint_that_the_call_has_not_tried() throws Exception {
        StepTime time = new StepTime();
        limits = Limits.builder().maxRequestsPerEndpoint(1L);
        List<Endpoint> three = endpoints(3);
        AttemptLayer layer = balance(time, three);
        for (int i = 0; i < 20; i++) {
            Call call = Calls.call(time, Calls.get());
            call.run(c -> {
                Attempt first = c.beginAttempt();
                layer.call(first);
                first.over();
                Endpoint tried = Objects.requireNonNull(first.endpoint());
                Endpoint full = three.get((three.indexOf(tried) + 1) % 3);
                full.state().begin();
                Attempt second = c.beginAttempt();
                Response response = layer.call(second);
                assertThat(second.endpoint()).isNotIn(tried, full);
                full.state().end();
                return response;
            });
            open.forEach(Attempt::over);
        }
    }

    @Test
    void a_shadow_lets_every_attempt_pass_and_records_those_that_no_endpoint_would_admit() throws Exception {
        StepTime time = new StepTime();
        limits = limits.shadow(true);
        AttemptLayer layer = balance(time, endpoints(2));
        List<List<String>> recorded = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            recorded.add(call(time, layer).shadow());
        }
        assertThat(recorded.subList(0, 4)).containsOnly(List.of());
        assertThat(recorded.get(4))
                .containsExactly("limits would refuse the call: all endpoints of 'orders' have reached"
                        + " limits.maxRequestsPerEndpoint 2");
    }

    private Attempt first(StepTime time, AttemptLayer layer) throws IOException {
        return Objects.requireNonNull(call(time, layer).latest());
    }

    private static EndpointsLeft left(Attempt after) {
        return Objects.requireNonNull(after.pick()).left();
    }

    /** It looks at a few endpoints for each attempt, so it knows after as many attempts as it takes to look at all. */
    @Test
    void a_shadow_of_many_endpoints_records_when_all_are_at_their_limits() throws Exception {
        StepTime time = new StepTime();
        limits = limits.shadow(true);
        List<Endpoint> many = endpoints(250);
        AttemptLayer layer = balance(time, many);
        many.subList(0, 249).forEach(e -> begin(e, 2));
        for (int i = 0; i < 100; i++) {
            assertThat(call(time, layer).shadow()).isEmpty();
        }
        begin(many.get(249), 2);
        for (int i = 0; i < 8; i++) {
            call(time, layer);
        }
        assertThat(call(time, layer).shadow()).hasSize(1);
        free(many.get(100));
        for (int i = 0; i < 8; i++) {
            call(time, layer);
        }
        assertThat(call(time, layer).shadow()).isEmpty();
        begin(many.get(100), 2);
        free(many.get(99));
        for (int i = 0; i < 10; i++) {
            assertThat(call(time, layer).shadow()).isEmpty();
        }
    }

    private static void free(Endpoint endpoint) {
        while (endpoint.state().inFlight() > 1) {
            endpoint.state().end();
        }
    }

    private static void begin(Endpoint endpoint, int attempts) {
        for (int i = 0; i < attempts; i++) {
            endpoint.state().begin();
        }
    }

    @Test
    void no_endpoint_is_left_for_a_retry_while_all_are_at_their_limits_but_for_its_own_response() throws Exception {
        StepTime time = new StepTime();
        limits = Limits.builder().maxRequestsPerEndpoint(1L);
        List<Endpoint> one = endpoints(1);
        Attempt failed = first(time, balance(time, one));
        assertThat(left(failed)).as("its response is still open").isEqualTo(EndpointsLeft.SOME);
        failed.over();
        assertThat(left(failed)).as("and closed").isEqualTo(EndpointsLeft.SOME);
        one.get(0).state().begin();
        assertThat(left(failed)).as("and another attempt is there").isEqualTo(EndpointsLeft.NONE);
        one.get(0).state().begin();
        assertThat(left(failed)).isEqualTo(EndpointsLeft.NONE);
    }

    @Test
    void an_endpoint_is_left_for_a_retry_if_the_queue_has_room_or_the_limits_are_a_shadow() throws Exception {
        StepTime time = new StepTime();
        List<Endpoint> one = endpoints(1);
        limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(1L);
        Attempt failed = first(time, balance(time, one));
        one.get(0).state().begin();
        assertThat(left(failed)).isEqualTo(EndpointsLeft.SOME);
        limits = Limits.builder().maxRequestsPerEndpoint(1L).shadow(true);
        balance(time, one);
        assertThat(left(failed)).isNotEqualTo(EndpointsLeft.NONE);
    }

    // ---- the queue

    private final List<String> done = new ArrayList<>(); // one task runs at a time
    private int most;

    private void answers(List<Endpoint> endpoints, long nanos) {
        peer = attempt -> {
            most = Math.max(
                    most,
                    endpoints.stream().mapToInt(e -> e.state().inFlight()).max().orElse(0));
            attempt.pause(nanos);
            return Calls.respond(attempt, 200);
        };
    }

    private Call start(Time time, String name, AttemptLayer layer) {
        Call call = Calls.call(time, Calls.get());
        time.start(name, () -> {
            String end;
            try {
                call.run(c -> layer.call(c.beginAttempt()));
                end = "";
            } catch (Overloaded e) {
                end = " refused";
            } catch (IOException e) {
                end = " " + e.getClass().getSimpleName();
            }
            done.add(name + end + " at " + time.now() / MS);
        });
        return call;
    }

    private static void sleep(Time time, long millis) throws IOException {
        time.signal("pause").await(time.now() + millis * MS);
    }

    @Test
    void an_attempt_waits_for_an_endpoint_in_order_of_arrival() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(2L);
            List<Endpoint> two = endpoints(2);
            answers(two, 10 * MS);
            AttemptLayer layer = balance(time, two);
            List<Call> calls = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                calls.add(start(time, "call " + i, layer));
                sleep(time, 1);
            }
            assertThat(Balance.pending(backend)).isEqualTo(2);
            time.join();
            assertThat(done)
                    .containsExactly(
                            "call 5 refused at 4", "call 1 at 10", "call 2 at 11", "call 3 at 20", "call 4 at 21");
            assertThat(calls.get(3).decision().detail())
                    .isEqualTo("waited 8 ms for an endpoint below limits.maxRequestsPerEndpoint 1,"
                            + " behind 1 in the queue");
            assertThat(Objects.requireNonNull(calls.get(3).latest()).startedAt() / MS)
                    .as("its time at the endpoint alone")
                    .isEqualTo(11);
            assertThat(Balance.pending(backend)).isZero();
        });
    }

    /** The end of one leaves its place to the other, whose time is over too. */
    @Test
    void no_attempt_is_sent_or_counted_after_the_deadline() {
        for (int seed = 1; seed <= 20; seed++) {
            new EndpointLimitsTest().endTogether(VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed));
        }
    }

    private void endTogether(VirtualTime time) {
        limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(9L);
        List<Endpoint> one = endpoints(1);
        int[] sent = {0};
        peer = attempt -> {
            sent[0]++;
            attempt.pause(10_000 * MS);
            return Calls.respond(attempt, 200);
        };
        time.run(() -> {
            AttemptLayer layer = balance(time, one);
            CallLayer layers =
                    Deadline.create(time, Duration.ofMillis(100), true, call -> layer.call(call.beginAttempt()));
            for (String name : List.of("a", "b")) {
                time.start(name, () -> assertThatThrownBy(
                                () -> Calls.call(time, Calls.get()).run(layers))
                        .isInstanceOf(DeadlineExceeded.class));
            }
            time.join();
        });
        assertThat(sent[0]).isEqualTo(1);
        assertThat(one.get(0).state().inFlight()).isZero();
    }

    @Test
    void the_end_of_an_attempt_of_another_subset_serves_a_waiting_one() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(2L);
            List<Endpoint> one = endpoints(1);
            answers(one, 10 * MS);
            AttemptLayer first = balance(time, one);
            AttemptLayer second = balance(time, new BackendState(), one);
            start(time, "first", first);
            sleep(time, 1);
            start(time, "second", second);
            time.join();
            assertThat(done).containsExactly("first at 10", "second at 20");
        });
    }

    /** Each thread of the busy subset begins its next attempt as soon as one has ended, before any other thread runs. */
    @ParameterizedTest
    @ValueSource(longs = {0, 9})
    void a_waiting_subset_is_served_before_attempts_of_a_busy_one_that_arrive_later(long pendingOfBusy) {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            List<Endpoint> one = endpoints(1);
            answers(one, 10 * MS);
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(2L);
            AttemptLayer waits = balance(time, new BackendState(), one);
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(pendingOfBusy);
            AttemptLayer busy = balance(time, one);
            time.start("busy", () -> assertThatCode(() -> {
                        for (int i = 0; i < 20; i++) {
                            try {
                                call(time, busy);
                                done.add("busy");
                            } catch (Overloaded e) {
                                done.add("refused");
                                sleep(time, 1);
                            }
                        }
                    })
                    .doesNotThrowAnyException());
            sleep(time, 1);
            start(time, "first", waits);
            sleep(time, 1);
            start(time, "second", waits);
            time.join();
            assertThat(done.get(0)).isEqualTo("busy");
            assertThat(done.indexOf("first at 20")).as(done.toString()).isPositive();
            assertThat(done.indexOf("second at 30")).as(done.toString()).isPositive();
        });
    }

    /** It has an endpoint that the waiting subset may not use, or a higher limit: nothing waits for it. */
    @Test
    void a_waiting_subset_holds_up_no_endpoint_that_it_cannot_use() throws Exception {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            List<Endpoint> two = endpoints(2);
            answers(two, 10 * MS);
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(2L);
            AttemptLayer waits = balance(time, new BackendState(), two.subList(0, 1));
            start(time, "a", waits);
            sleep(time, 1);
            start(time, "b", waits);
            sleep(time, 1);
            limits = Limits.builder().maxRequestsPerEndpoint(2L);
            AttemptLayer whole = balance(time, two);
            for (int i = 0; i < 3; i++) {
                start(time, "whole " + i, whole);
            }
            sleep(time, 5);
            assertThat(two.get(0).state().inFlight()).isEqualTo(2);
            assertThat(two.get(1).state().inFlight()).isEqualTo(2);
            time.join();
            assertThat(done)
                    .containsExactlyInAnyOrder("a at 10", "whole 0 at 12", "whole 1 at 12", "whole 2 at 12", "b at 22");
        });
    }

    @Test
    void an_attempt_that_waits_holds_up_no_endpoint_of_a_later_policy() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            List<Endpoint> three = endpoints(3);
            answers(three, 10 * MS);
            BackendState subset = new BackendState();
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(9L);
            AttemptLayer before = balance(time, subset, three.subList(0, 1));
            start(time, "before 1", before);
            sleep(time, 1);
            start(time, "before 2", before);
            sleep(time, 1);
            AttemptLayer after = balance(time, subset, three.subList(1, 3));
            limits = Limits.builder().maxRequestsPerEndpoint(1L);
            AttemptLayer whole = balance(time, three.subList(1, 3));
            start(time, "whole", whole);
            sleep(time, 1);
            start(time, "after", after);
            time.join();
            assertThat(done).containsExactly("before 1 at 10", "whole at 12", "after at 13", "before 2 at 20");
        });
    }

    @Test
    void an_attempt_of_a_later_policy_does_not_overtake_one_that_waits_for_the_same_endpoint() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            List<Endpoint> one = endpoints(1);
            answers(one, 10 * MS);
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(9L);
            AttemptLayer before = balance(time, one);
            AttemptLayer after = balance(time, one);
            time.start("after", () -> assertThatCode(() -> {
                        for (int i = 1; i <= 3; i++) { // each begins as soon as the one before has ended
                            call(time, after);
                            done.add("after " + i);
                        }
                    })
                    .doesNotThrowAnyException());
            sleep(time, 1);
            start(time, "before 1", before);
            sleep(time, 1);
            start(time, "before 2", before);
            time.join();
            assertThat(done).containsExactly("after 1", "before 1 at 20", "before 2 at 30", "after 2", "after 3");
        });
    }

    /** It cannot wait, and one more place is left to the attempt that waits. */
    @Test
    void an_attempt_without_a_queue_is_not_refused_below_its_limit_as_another_subset_waits() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            List<Endpoint> one = endpoints(1);
            answers(one, 10 * MS);
            limits = Limits.builder().maxRequestsPerEndpoint(2L).maxPendingRequests(9L);
            AttemptLayer waits = balance(time, new BackendState(), one);
            limits = Limits.builder();
            AttemptLayer without = balance(time, one);
            time.start("without", () -> assertThatCode(() -> {
                        Attempt ended =
                                Objects.requireNonNull(call(time, without).latest());
                        assertThat(one.get(0).state().inFlight()).isEqualTo(1);
                        assertThat(Balance.pending(backend)).isZero();
                        assertThat(left(ended)).isNotEqualTo(EndpointsLeft.NONE);
                        call(time, without); // before the thread of the attempt that waits runs
                        done.add("without at " + time.now() / MS);
                    })
                    .doesNotThrowAnyException());
            sleep(time, 1);
            start(time, "first", waits);
            sleep(time, 1);
            start(time, "second", waits);
            time.join();
            assertThat(done).containsExactly("first at 11", "without at 20", "second at 21");
        });
    }

    @Test
    void a_policy_with_higher_limits_and_a_closed_mesh_end_waits() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(9L);
            List<Endpoint> one = endpoints(1);
            answers(one, 10 * MS);
            AttemptLayer layer = balance(time, one);
            List<Call> calls = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                calls.add(start(time, "call " + i, layer));
                sleep(time, 1);
            }
            limits = limits.maxRequestsPerEndpoint(2L);
            balance(time, one);
            sleep(time, 1);
            assertThat(one.get(0).state().inFlight()).isEqualTo(2);
            calls.get(2).cancel(new IOException("Canceled"));
            Balance.close(backend);
            time.join();
            assertThat(done)
                    .hasSize(4)
                    .contains(
                            "call 1 at 10", "call 2 at 14", "call 3 IOException at 5", "call 4 PolicyUnavailable at 5");
            assertThat(calls.get(3).failure()).isInstanceOf(PolicyUnavailable.class);
            assertThat(one.get(0).state().inFlight()).isZero();
        });
    }

    @Test
    void after_the_end_of_the_mesh_no_attempt_waits_and_its_failure_states_why() throws Exception {
        StepTime time = new StepTime();
        limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(9L);
        AttemptLayer layer = balance(time, endpoints(1));
        call(time, layer);
        Balance.close(backend);
        assertThatThrownBy(() -> call(time, layer))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("the mesh was closed");
    }

    @Test
    void no_attempt_is_lost_and_no_limit_exceeded_when_events_meet() {
        for (int seed = 1; seed <= 15; seed++) {
            new EndpointLimitsTest().race(seed);
        }
    }

    private void race(int seed) {
        VirtualTime time = VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed);
        time.run(() -> {
            SplittableRandom random = new SplittableRandom(seed);
            limits = Limits.builder().maxRequestsPerEndpoint(1L).maxPendingRequests(4L);
            List<Endpoint> three = endpoints(3);
            answers(three, 3 * MS);
            AttemptLayer layer = balance(time, three);
            for (int i = 0; i < 150; i++) {
                Call call = start(time, "call " + i, layer);
                if (random.nextInt(4) == 0) {
                    time.at(time.now() + random.nextInt(6) * MS, "cancel", () -> call.cancel(new IOException("x")));
                }
                if (random.nextInt(2) == 0) {
                    sleep(time, random.nextInt(3));
                }
            }
            sleep(time, 1000);
            time.join();
            assertThat(done).as("seed " + seed).hasSize(150).anyMatch(end -> end.contains("refused"));
            assertThat(most).as("seed " + seed).isEqualTo(1);
            assertThat(three).allSatisfy(e -> assertThat(e.state().inFlight()).isZero());
            assertThat(Balance.pending(backend)).isZero();
        });
    }
}
