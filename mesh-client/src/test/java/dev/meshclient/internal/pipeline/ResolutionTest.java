package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Documents;
import dev.meshclient.MeshStatus;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services whose endpoints are names. */
class ResolutionTest {
    private static final long SECOND = 1_000_000_000;

    private final VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
    private final Map<String, List<String>> zone = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Set<String> failing = new HashSet<>();
    private final List<String> gone = new ArrayList<>();
    private final List<Attempt> open = new ArrayList<>();
    private long lookUpNanos;
    private final Resolver resolver = name -> {
        asked.add(name);
        time.signal("name server").await(time.now() + lookUpNanos);
        List<String> answer = zone.get(name);
        if (answer == null) {
            throw new UnknownHostException(name);
        }
        return answer;
    };
    private final Router router = router(resolver, Duration.ofHours(1));

    private Router router(Resolver names, Duration staleTtl) {
        LocalWorkload self = LocalWorkload.of(Workload.unknown(), time);
        Telemetry none = Telemetry.none(time);
        CurrentState current = new CurrentState(time, names, self, none);
        current.onUnreachable(endpoint -> gone.add(endpoint.name()));
        return new Router(time, new PolicyControl(current, time, staleTtl), self, none, EntrySettings.NONE);
    }

    private void run(VirtualTime.Root root) {
        time.run(() -> {
            root.run();
            router.close();
            time.join();
        });
    }

    private void apply(String services) throws IOException {
        router.control().apply(Documents.mesh("test").services(services).read());
    }

    private Call call(String url) throws IOException {
        Request request = new Request.Builder().url(url).build();
        Call call = Calls.call(time, request, attempt -> {
            open.add(attempt);
            boolean fails =
                    failing.contains(Objects.requireNonNull(attempt.endpoint()).name());
            return Calls.respondOpen(attempt, fails ? 500 : 200);
        });
        try (Response response = call.run(Objects.requireNonNull(
                Calls.layers(router.admit(request.url().host(), request.url().port()))))) {
            assertThat(response.code()).isIn(failing.isEmpty() ? Set.of(200) : Set.of(200, 500));
        }
        return call;
    }

    /** Where calls go; each has ended. */
    private List<String> reached(String url) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < 50; i++) {
            Call call = call(url);
            open.forEach(Attempt::over);
            names.add(call.decision().attempts().get(0).endpoint());
        }
        return List.copyOf(names);
    }

    private void pass(long nanos) throws IOException {
        time.signal("pass").await(time.now() + nanos);
    }

    private Map<String, EndpointHealth> states() {
        Map<String, EndpointHealth> states = new HashMap<>();
        router.control().current().forEachEndpoint(e -> states.put(e.name(), e));
        return states;
    }

    private static EndpointHealth state(Map<String, EndpointHealth> states, String name) {
        return Objects.requireNonNull(states.get(name));
    }

    private void answers(String name, String... addresses) {
        zone.put(name, Arrays.asList(addresses));
    }

    @Test
    void every_address_of_every_host_is_an_endpoint_at_the_port_of_its_host() {
        answers("orders", "10.0.0.2", "10.0.0.1");
        answers("orders.prod", "10.0.0.3", "10.0.0.1");
        run(() -> {
            apply("'orders': {'hosts': ['orders:8080', 'orders.prod:8080', '[::1]:9'], 'resolution': 'DNS'}");
            pass(SECOND);
            assertThat(reached("http://orders:8080/"))
                    .containsExactly("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080", "[::1]:9");
            assertThat(asked).containsExactlyInAnyOrder("orders", "orders.prod");
        });
    }

    @Test
    void a_host_without_a_port_has_that_of_what_its_endpoints_speak() {
        answers("a", "10.0.0.1");
        answers("b", "10.0.0.2");
        answers("c", "10.0.0.3");
        run(() -> {
            apply("'a': {'hosts': ['a'], 'resolution': 'DNS'},"
                    + "'b': {'hosts': ['b'], 'resolution': 'DNS', 'appProtocol': 'https'},"
                    + "'c': {'hosts': ['c'], 'resolution': 'DNS', 'tls': {'mode': 'SIMPLE'}}");
            assertThat(reached("http://a:7/")).containsExactly("10.0.0.1:80");
            assertThat(reached("http://b/")).containsExactly("10.0.0.2:443");
            assertThat(reached("http://c/")).containsExactly("10.0.0.3:443");
        });
    }

    @Test
    void what_is_said_of_a_listed_name_holds_for_each_of_its_addresses() {
        answers("old.orders", "10.0.0.1", "10.0.0.2");
        answers("new.orders", "10.0.0.3");
        answers("no.orders", "10.0.0.4");
        run(() -> {
            apply("'orders': {'hosts': ['orders', '*.orders.prod'], 'resolution': 'DNS', 'endpoints': ["
                    + "{'address': 'Old.Orders', 'port': 80, 'labels': {'version': 'v1'}},"
                    + "{'address': 'new.orders', 'port': 81, 'labels': {'version': 'v2'}},"
                    + "{'address': 'no.orders', 'port': 82, 'labels': {'version': 'v2'}, 'weight': 0}],"
                    + "'subsets': [{'name': 'v1', 'labels': {'version': 'v1'}}, {'name': 'v2', 'labels': {'version': 'v2'}}],"
                    + "'rules': [{'matches': [{'path': {'value': '/v1'}}], 'backendRefs': [{'name': 'orders', 'subset': 'v1'}]},"
                    + "{'backendRefs': [{'name': 'orders', 'subset': 'v2'}]}]}");
            assertThat(reached("http://orders/v1")).containsExactly("10.0.0.1:80", "10.0.0.2:80");
            assertThat(reached("http://x.orders.prod/v2")).containsExactly("10.0.0.3:81");
        });
    }

    @Test
    void an_address_that_a_name_gets_later_begins_and_the_first_answers_do_not() {
        answers("a.orders", "10.0.0.1");
        answers("b.orders", "10.0.0.2");
        run(() -> {
            apply("'orders': {'hosts': ['a.orders:80', 'b.orders:80'], 'resolution': 'DNS'}");
            pass(20 * SECOND);
            answers("b.orders", "10.0.0.2", "10.0.0.3");
            pass(60 * SECOND);
            assertThat(state(states(), "10.0.0.1:80").beganAt()).isZero();
            assertThat(state(states(), "10.0.0.2:80").beganAt()).isZero();
            assertThat(state(states(), "10.0.0.3:80").beganAt()).isBetween(25 * SECOND, 60 * SECOND);
        });
    }

    @Test
    void the_answers_of_names_that_follow_one_another_at_the_start_are_those_of_one_fleet() {
        answers("a.orders", "10.0.0.1");
        run(() -> {
            apply("'orders': {'hosts': ['a.orders:80', 'b.orders:80'], 'resolution': 'DNS'}");
            pass(SECOND / 2);
            answers("b.orders", "10.0.0.2");
            pass(20 * SECOND);
            assertThat(state(states(), "10.0.0.2:80").beganAt()).isZero();
        });
    }

    @Test
    void a_change_of_answers_keeps_the_state_of_addresses_that_stay_and_lets_removed_ones_finish() {
        answers("orders", "10.0.0.1", "10.0.0.2");
        run(() -> {
            apply("'orders': {'hosts': ['orders:80'], 'resolution': 'DNS', 'timeouts': {'request': '0s'}}");
            call("http://orders/");
            while (open.stream()
                            .map(a -> Objects.requireNonNull(a.endpoint()).name())
                            .distinct()
                            .count()
                    < 2) {
                call("http://orders/");
            }
            Map<String, EndpointHealth> before = states();
            int kept = state(before, "10.0.0.2:80").inFlight();
            answers("orders", "10.0.0.3", "10.0.0.2");
            pass(34 * SECOND);
            assertThat(states()).containsOnlyKeys("10.0.0.2:80", "10.0.0.3:80");
            assertThat(state(states(), "10.0.0.2:80")).isSameAs(state(before, "10.0.0.2:80"));
            assertThat(state(states(), "10.0.0.2:80").inFlight()).isPositive().isEqualTo(kept);
            assertThat(gone).containsExactly("10.0.0.1:80");
            assertThat(state(before, "10.0.0.1:80").inFlight()).isPositive();
            open.forEach(Attempt::over);
            assertThat(state(before, "10.0.0.1:80").inFlight()).isZero();
            assertThat(reached("http://orders/")).containsExactly("10.0.0.2:80", "10.0.0.3:80");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void more_addresses_permit_more_ejections_at_once(boolean shadow) {
        answers("orders", "10.0.0.1", "10.0.0.2");
        failing.addAll(List.of("10.0.0.1:80", "10.0.0.2:80"));
        run(() -> {
            apply("'orders': {'hosts': ['orders:80'], 'resolution': 'DNS', 'retry': {'attempts': 0}, 'loadBalancer':"
                    + " {'simple': 'ROUND_ROBIN'}, 'outlierDetection': {'baseEjectionTime': '300s', 'minHealthPercent': 0, 'shadow': "
                    + shadow + "}}");
            reached("http://orders/");
            assertThat(ejected(shadow)).as("one of two, at most 50 %").isEqualTo(1);
            answers("orders", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4");
            pass(34 * SECOND);
            reached("http://orders/");
            assertThat(ejected(shadow)).as("two of four").isEqualTo(2);
        });
    }

    private long ejected(boolean shadow) {
        return Objects.requireNonNull(router.control().status("test").service("orders")).endpoints().stream()
                .filter(e -> !(shadow ? e.wouldBeEjected() : e.ejected()).isEmpty())
                .count();
    }

    @Test
    void failures_and_empty_answers_leave_the_addresses_in_use_also_over_a_change_of_policy() {
        answers("orders", "10.0.0.1");
        run(() -> {
            String service = "'orders': {'hosts': ['orders:80'], 'resolution': 'DNS'%s}";
            apply(service.formatted(""));
            call("http://orders/");
            zone.remove("orders");
            pass(3600 * SECOND);
            answers("orders");
            pass(3600 * SECOND);
            EndpointHealth before = state(states(), "10.0.0.1:80");
            apply(service.formatted(", 'timeouts': {'request': '3s'}"));
            assertThat(state(states(), "10.0.0.1:80")).isSameAs(before);
            assertThat(reached("http://orders/")).containsExactly("10.0.0.1:80");
            assertThat(asked).hasSizeBetween(7200 / 33, 7200 / 27 + 1);
            assertThat(gone).isEmpty();
        });
    }

    @Test
    void the_status_of_a_name_that_never_resolved_has_its_failure_and_the_next_try() {
        lookUpNanos = SECOND;
        run(() -> {
            apply("'orders': {'hosts': ['orders:80'], 'resolution': 'DNS'}");
            assertThatThrownBy(() -> call("http://orders/"))
                    .isInstanceOf(NoHealthyEndpoint.class)
                    .hasMessageMatching(
                            "no address of 'orders' is known: 'orders' cannot be resolved:"
                                    + " java\\.net\\.UnknownHostException: orders \\(1 tries, next in [12] s\\); see whether .*");
            assertThat(time.now()).isEqualTo(SECOND); // it waits for the first answer, and no longer
            assertThatThrownBy(() -> call("http://orders/")).isInstanceOf(NoHealthyEndpoint.class);
            assertThat(time.now()).isEqualTo(SECOND);
            answers("orders", "10.0.0.1");
            pass(3 * SECOND);
            assertThat(reached("http://orders/")).containsExactly("10.0.0.1:80");
        });
    }

    @Test
    void tries_of_a_name_that_never_resolved_become_rarer() {
        run(() -> {
            apply("'orders': {'hosts': ['orders:80'], 'resolution': 'DNS'}");
            pass(33 * SECOND); // 1, 2, 4, 8, 16 s apart
            assertThat(asked).hasSizeBetween(5, 6);
            pass(3600 * SECOND);
            assertThat(asked.size()).isBetween(5 + 3600 / 33, 6 + 3600 / 27);
        });
    }

    @Test
    void a_name_server_that_is_silent_holds_a_call_five_seconds_or_until_its_deadline() {
        lookUpNanos = 60 * SECOND;
        run(() -> {
            apply("'orders': {'hosts': ['orders:80'], 'resolution': 'DNS'},"
                    + "'quick': {'hosts': ['quick:80'], 'resolution': 'DNS', 'timeouts': {'request': '2s'}}");
            assertThatThrownBy(() -> call("http://quick/")).isInstanceOf(DeadlineExceeded.class);
            assertThat(time.now()).isEqualTo(2 * SECOND);
            assertThatThrownBy(() -> call("http://orders/"))
                    .hasMessageContaining("'orders' is still being looked up; see");
            assertThat(time.now()).isEqualTo(7 * SECOND);
        });
    }

    @Test
    void a_call_does_not_wait_for_names_that_it_has_no_need_of() {
        answers("orders", "10.0.0.1");
        run(() -> {
            apply("'orders': {'hosts': ['orders'], 'resolution': 'DNS', 'endpoints': ["
                    + "{'address': 'orders', 'port': 80}, {'address': '10.0.0.9', 'port': 80}]}");
            lookUpNanos = 60 * SECOND;
            assertThat(call("http://orders/").decision().attempts().get(0).endpoint())
                    .isEqualTo("10.0.0.9:80");
            assertThat(time.now()).isZero();
            open.forEach(Attempt::over);
        });
    }

    @Test
    void a_call_that_waits_for_the_first_answer_gets_it_although_a_new_policy_comes() {
        answers("orders", "10.0.0.1");
        lookUpNanos = SECOND;
        run(() -> {
            String service = "'orders': {'hosts': ['orders'], 'resolution': 'DNS', 'timeouts': {'connect': '%ds'}}";
            apply(service.formatted(1));
            List<String> reached = new ArrayList<>();
            time.start("early", () -> {
                try {
                    reached.addAll(reached("http://orders/"));
                } catch (IOException e) {
                    reached.add(e.getMessage());
                }
            });
            pass(SECOND / 2);
            apply(service.formatted(2));
            pass(SECOND);
            assertThat(reached).containsExactly("10.0.0.1:80");
            assertThat(asked).hasSize(1);
        });
    }

    @Test
    void many_silent_names_hold_few_threads() {
        lookUpNanos = 10 * SECOND;
        run(() -> {
            StringBuilder services = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                services.append(i == 0 ? "" : ",")
                        .append("'s%d': {'hosts': ['s%d'], 'resolution': 'DNS'}".formatted(i, i));
            }
            apply(services.toString());
            pass(SECOND);
            assertThat(asked).hasSize(8);
            pass(10 * SECOND);
            assertThat(asked).hasSize(16);
        });
    }

    @Test
    void names_that_a_policy_leaves_out_are_not_looked_up_any_more_and_nothing_is_after_closing() {
        answers("a", "10.0.0.1");
        answers("b", "10.0.0.2");
        run(() -> {
            String b = "'b': {'hosts': ['b'], 'resolution': 'DNS'}";
            apply("'a': {'hosts': ['a'], 'resolution': 'DNS'}," + b);
            pass(SECOND);
            apply("'a': null," + b);
            asked.clear();
            pass(100 * SECOND);
            assertThat(asked).containsOnly("b").hasSizeBetween(3, 4);
            assertThat(gone).containsExactly("10.0.0.1:80");
            router.close();
            asked.clear();
            pass(100 * SECOND);
            assertThat(asked).isEmpty();
        });
    }

    @Test
    void services_that_are_kept_are_looked_up_as_before_and_shown_with_their_addresses() {
        answers("a", "10.0.0.1");
        answers("b", "10.0.0.2");
        answers("c", "10.0.0.3");
        run(() -> {
            apply("'refused': {'hosts': ['a'], 'resolution': 'DNS'}, 'absent': {'hosts': ['b'], 'resolution': 'DNS'},"
                    + "'renamed': {'hosts': ['c'], 'resolution': 'DNS'}");
            pass(SECOND);
            apply("'refused': {'hosts': ['a'], 'resolution': 'DMS'}, 'again': {'hosts': ['c'], 'resolution': 'DNS'}");
            asked.clear();
            answers("a", "10.0.0.4", "::1");
            answers("b", "10.0.0.5");
            answers("c", "10.0.0.6");
            pass(34 * SECOND);
            assertThat(asked).contains("a", "b", "c");
            assertThat(reached("http://a/")).containsExactly("10.0.0.4:80", "[::1]:80");
            assertThat(reached("http://b/")).containsExactly("10.0.0.5:80");
            assertThat(reached("http://c/")).containsExactly("10.0.0.6:80");
            assertThat(statusOf("refused")).containsExactly("KEPT", "10.0.0.4:80", "[::1]:80");
            assertThat(statusOf("absent")).containsExactly("ABSENT", "10.0.0.5:80");
            assertThat(statusOf("renamed")).containsExactly("ABSENT", "10.0.0.6:80");
            assertThat(statusOf("again")).containsExactly("IN_FORCE", "10.0.0.6:80");
            asked.clear();
            pass(3600 * SECOND);
            assertThat(statusOf("absent")).isEmpty();
            asked.clear();
            pass(100 * SECOND);
            assertThat(asked).contains("a", "c").doesNotContain("b");
        });
    }

    private List<String> statusOf(String service) {
        MeshStatus.Service status = router.control().status("test").services().get(service);
        return status == null
                ? List.of()
                : Stream.concat(
                                Stream.of(status.state().name()),
                                status.endpoints().stream()
                                        .map(MeshStatus.Endpoint::address)
                                        .sorted())
                        .toList();
    }

    @Test
    void a_resolver_that_breaks_is_asked_again() {
        boolean[] broken = {true};
        Router other = router(
                name -> {
                    if (broken[0]) {
                        throw new StackOverflowError("deep");
                    }
                    return List.of("10.0.0.1");
                },
                Duration.ZERO);
        time.run(() -> {
            other.control()
                    .apply(Documents.mesh("test")
                            .services(Documents.service("a").with("'resolution': 'DNS'"))
                            .read());
            Request get = new Request.Builder().url("http://a/").build();
            Throwable failure = catchThrowable(
                    () -> Calls.call(time, get).run(Objects.requireNonNull(Calls.layers(other.admit("a", 80)))));
            assertThat(failure).hasMessageContaining("StackOverflowError: deep");
            broken[0] = false;
            pass(2 * SECOND);
            assertThat(Calls.call(time, get)
                            .run(Objects.requireNonNull(Calls.layers(other.admit("a", 80))))
                            .code())
                    .isEqualTo(200);
            other.close();
            time.join();
        });
    }
}
