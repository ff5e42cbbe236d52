package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Overloaded;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A policy comes while calls are under way. */
class PolicyChangeTest {
    private final StepTime time = new StepTime();
    private final Router router = Router.withoutNames(
            time,
            Workload.unknown(),
            Telemetry.none(time),
            new EntrySettings(List.of("orders"), false, Duration.ZERO),
            Duration.ofHours(1));
    private final List<Attempt> open = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();
    private final AtomicReference<Outcome> fails = new AtomicReference<>();
    private final Wire transport = attempt -> {
        Outcome outcome = fails.get();
        if (outcome != null) {
            throw Calls.fail(attempt, outcome);
        }
        open.add(attempt);
        return Calls.respondOpen(attempt, 200);
    };

    private static Documents orders(int version, String settings, String... addresses) {
        Documents.Service orders = Documents.service("orders").with(settings);
        for (String address : addresses) {
            orders.endpoint(address, 80);
        }
        return Documents.mesh("test").version(version).services(orders);
    }

    private Wire wire = transport;

    private void apply(Documents document) throws IOException {
        apply(document, transport);
    }

    private void apply(Documents document, Wire of) throws IOException {
        wire = of;
        router.control().current().onUnreachable(endpoint -> gone.add(endpoint.name()));
        router.control().apply(document.read());
    }

    private CallLayer layers() {
        return Objects.requireNonNull(Calls.layers(router.admit("orders", 80)));
    }

    private Call call() throws IOException {
        Call call = Calls.call(time, Calls.get(), wire);
        call.run(layers());
        return call;
    }

    private List<EndpointHealth> endpoints() {
        List<EndpointHealth> states = new ArrayList<>();
        router.control().current().forEachEndpoint(states::add);
        return states;
    }

    private int inFlight() {
        return endpoints().stream().mapToInt(EndpointHealth::inFlight).sum();
    }

    @Test
    void what_an_endpoint_has_in_flight_survives() throws Exception {
        apply(orders(1, "", "10.0.0.1"));
        call();
        EndpointHealth before = endpoints().get(0);
        apply(orders(2, "'timeouts': {'request': '3s'}", "10.0.0.1", "10.0.0.2"));
        assertThat(endpoints()).hasSize(2).contains(before);
        assertThat(before.inFlight()).isEqualTo(1);
        open.get(0).over();
        assertThat(inFlight()).isZero();
        assertThat(gone).isEmpty();
    }

    @Test
    void a_removed_endpoint_is_reported_once_and_finishes_what_it_has() throws Exception {
        apply(orders(1, "", "10.0.0.1"));
        Call call = call();
        EndpointHealth removed = endpoints().get(0);
        apply(orders(2, "", "10.0.0.2"));
        apply(orders(3, "", "10.0.0.2"));
        assertThat(gone).containsExactly("10.0.0.1:80");
        assertThat(call.isOver()).isFalse();
        open.get(0).over();
        assertThat(removed.inFlight()).isZero();
        assertThat(call.decision().policy()).isEqualTo("version 1");
    }

    @Test
    void a_call_under_way_keeps_the_policy_that_it_began_with() throws Exception {
        apply(orders(1, "'retry': {'attempts': 1}", "10.0.0.1"), attempt -> {
            if (attempt.number() == 1) {
                apply(orders(2, "'retry': {'attempts': 0}", "10.0.0.2"));
                throw Calls.fail(attempt, Outcome.CONNECT_FAILURE);
            }
            return Calls.respond(attempt, 200);
        });
        Call call = call();
        assertThat(call.decision().attempts())
                .extracting(a -> a.endpoint())
                .containsOnly("10.0.0.1:80")
                .hasSize(2);
        assertThat(router.control().revision()).isEqualTo("version 2");
    }

    @Test
    void the_limit_counts_calls_of_all_policies() throws Exception {
        apply(orders(1, "'limits': {'maxRequests': 2}", "10.0.0.1"));
        call();
        call();
        apply(orders(2, "'limits': {'maxRequests': 3}", "10.0.0.2"));
        call();
        assertThatThrownBy(this::call).isInstanceOf(Overloaded.class);
        apply(orders(3, "'limits': {'maxRequests': 1}", "10.0.0.2"));
        assertThatThrownBy(this::call).hasMessageContaining("3 calls in flight, of at most 1");
        open.forEach(Attempt::over);
        call();
    }

    @Test
    void a_backend_that_leaves_and_comes_back_still_counts_the_calls_under_way() throws Exception {
        Documents limited = orders(1, "'limits': {'maxRequests': 1}", "10.0.0.1");
        apply(limited);
        call();
        apply(Documents.mesh("test").services("'orders': null"));
        assertThat(gone).containsExactly("10.0.0.1:80");
        apply(limited);
        assertThatThrownBy(this::call).isInstanceOf(Overloaded.class);
        open.get(0).over();
        call();
        assertThat(inFlight()).isEqualTo(1);
        open.get(1).over();
        assertThat(inFlight()).isZero();
    }

    @Test
    void the_retry_budget_survives() throws Exception {
        String once = "'retryConstraint': {'minRetryRate': {'count': 1, 'interval': '10s'},"
                + " 'budget': {'percent': 0}}, 'retry': {'attempts': 1}";
        apply(orders(1, once, "10.0.0.1"));
        fails.set(Outcome.CONNECT_FAILURE);
        assertThat(attemptsOfAFailure()).isEqualTo(2);
        apply(orders(
                2, once + ", 'limits': {'maxRequests': 9}", "10.0.0.1")); // another backend, not only another version
        assertThat(attemptsOfAFailure()).isEqualTo(1);
    }

    private int attemptsOfAFailure() {
        Call call = Calls.call(time, Calls.get(), wire);
        assertThatThrownBy(() -> call.run(layers())).hasMessage("connect-failure");
        return call.attempts();
    }

    @Test
    void a_subset_with_a_budget_of_its_own_does_not_use_its_services() throws Exception {
        String subsets = """
                "retry": {"attempts": 1},
                "retryConstraint": {"minRetryRate": {"count": 1, "interval": "10s"}, "budget": {"percent": 0}},
                "subsets": [{"name": "v1", "labels": {}},
                  {"name": "v2", "labels": {}, "retryConstraint": {"minRetryRate": {"count": 1}}}],
                "rules": [{"matches": [{"path": {"value": "/v2"}}], "backendRefs": [{"name": "orders", "subset": "v2"}]},
                  {"backendRefs": [{"name": "orders", "subset": "v1"}]}]
                """;
        apply(orders(1, subsets, "10.0.0.1"));
        fails.set(Outcome.CONNECT_FAILURE);
        assertThat(attemptsOfAFailure()).isEqualTo(2);
        assertThat(attemptsOfAFailure()).isEqualTo(1);
        Call v2 = Calls.call(
                time, Calls.get().newBuilder().url("http://orders/v2").build(), wire);
        assertThatThrownBy(() -> v2.run(layers())).hasMessage("connect-failure");
        assertThat(v2.attempts()).isEqualTo(2);
    }

    @Test
    void what_a_service_says_about_connecting_holds_for_the_calls_of_its_rules() throws Exception {
        String rule = """
                "timeouts": {"connect": "300ms", "idle": "0s"}, "rules": [{"timeouts": {"request": "2s"},
                  "backendRefs": [{"name": "orders"}]}]
                """;
        List<Long> seen = new ArrayList<>();
        apply(orders(1, rule, "10.0.0.1"), attempt -> {
            seen.add(Objects.requireNonNull(attempt.call().target()).backend().connectNanos());
            seen.add(Objects.requireNonNull(attempt.call().target()).backend().idleNanos());
            return Calls.respond(attempt, 200);
        });
        call();
        assertThat(seen).containsExactly(300_000_000L, 0L);
    }

    @Test
    void under_load_nothing_leaks_and_no_call_is_refused() throws Exception {
        String[][] addresses = {{"10.0.0.1", "10.0.0.2"}, {"10.0.0.2", "10.0.0.3"}, {"10.0.0.3"}};
        router.control().apply(orders(1, "", addresses[0]).read());
        AtomicInteger answered = new AtomicInteger();
        int callers = 3;
        int calls = 4_000;
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(callers);
        try (RealTime real = RealTime.create("test")) {
            for (int i = 0; i < callers; i++) {
                real.start("caller", () -> {
                    try {
                        for (int n = 0; n < calls; n++) {
                            Calls.call(real, Calls.get()).run(layers()).close();
                            answered.incrementAndGet();
                        }
                    } catch (IOException | RuntimeException | Error e) {
                        failure.set(e);
                    } finally {
                        done.countDown();
                    }
                });
            }
            for (int i = 0; done.getCount() > 0 || i < addresses.length; i++) {
                router.control()
                        .apply(orders(i + 2, "", addresses[i % addresses.length])
                                .read());
            }
            done.await();
        }
        assertThat(failure.get()).isNull();
        assertThat(answered).hasValue(callers * calls);
        assertThat(inFlight()).isZero();
    }

    /** Between two states a host is the plain client's or the service's, never refused: it was never listed and is not gone. */
    @Test
    void a_host_that_is_being_listed_for_the_first_time_is_not_refused() throws Exception {
        int rounds = 500;
        List<Documents> documents = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            documents.add(Documents.mesh("test")
                    .version(i + 1)
                    .services(Documents.service("orders", "h" + i).endpoint("10.0.0.1", 80)));
        }
        apply(documents.get(0));
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (RealTime real = RealTime.create("test")) {
            real.start("asker", () -> {
                for (int i = 1; i < rounds; i = asked.incrementAndGet() + 1) {
                    CallLayer layers = null;
                    while (layers == null) {
                        layers = Calls.layers(router.admit("h" + i, 80));
                    }
                    refused.addAndGet(layers.toString().startsWith("route(orders)") ? 0 : 1);
                }
                done.countDown();
            });
            for (int i = 1; i < rounds; i++) {
                apply(documents.get(i));
                while (asked.get() < i) {
                    Thread.onSpinWait();
                }
            }
            done.await();
        }
        assertThat(refused).hasValue(0);
    }
}
