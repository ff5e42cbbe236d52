package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.MeshStatus.CircuitBreaker.BreakerState;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A circuit breaker of the policy, through all layers. */
class MeshBreakerTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/").build();
    private static final String BREAKER =
            "'circuitBreaker': {'slidingWindowSize': 10, 'minimumNumberOfCalls': 4, 'waitDurationInOpenState': '20s',"
                    + " 'permittedNumberOfCallsInHalfOpenState': 2%s}";
    private static final String NO_RETRY = ", 'retry': {'attempts': 0}, 'outlierDetection': {'maxEjectionPercent': 0}";

    private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> events = new ArrayList<>();

    private static String document(String settings) {
        return document("orders", settings);
    }

    private static String document(String service, String settings) {
        return Documents.mesh("shop")
                .services(Documents.service(service).endpoint("10.0.0.1", 80).with(settings))
                .json();
    }

    private TestMesh mesh(String settings) {
        return mesh(settings, builder -> builder);
    }

    private TestMesh mesh(String settings, UnaryOperator<Mesh.Builder> more) {
        return TestMesh.of(
                document(settings),
                builder -> more.apply(builder.metrics(meters).listener(event -> {
                    if (event instanceof MeshEvent.CircuitBreakerChanged change) {
                        events.add(change.backend() + " " + change.state() + ": " + change.reason());
                    }
                })));
    }

    private static Decision call(TestMesh mesh) throws IOException {
        try (Response response = mesh.client().newCall(GET).execute()) {
            assertThat(response.body().string()).isNotNull();
            return Mesh.decision(response);
        }
    }

    private static BreakerOpen refused(TestMesh mesh) {
        return Objects.requireNonNull(catchThrowableOfType(BreakerOpen.class, () -> call(mesh)));
    }

    private static void fail(TestMesh mesh, int calls) throws IOException {
        mesh.service("orders").answers(FakeAnswer.status(500));
        for (int i = 0; i < calls; i++) {
            call(mesh);
        }
    }

    private static MeshStatus.CircuitBreaker status(TestMesh mesh) {
        return Objects.requireNonNull(mesh.mesh().status().service("orders"))
                .circuitBreakers()
                .get(0);
    }

    @Test
    void it_opens_refuses_probes_and_closes_and_says_so_everywhere() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY)) {
            fail(mesh, 4);
            assertThat(events).containsExactly("orders OPEN: 100 % of 4 attempts failed");
            int sent = mesh.service("orders").requests().size();

            mesh.advance(Duration.ofSeconds(8));
            BreakerOpen open = refused(mesh);
            assertThat(open)
                    .hasMessage("the circuit breaker of 'orders' is open for 12 s more (100 % of 4 attempts failed);"
                            + " find out why its attempts fail or are slow: it closes when its probes succeed");
            assertThat(open.reason()).isEqualTo("UO");
            assertThat(open.nextProbeIn()).isEqualTo(Duration.ofSeconds(12));
            assertThat(open.decision().attempts()).isEmpty();
            assertThat(open.decision().detail()).startsWith("circuitBreaker: open for 12 s more");
            assertThat(mesh.service("orders").requests()).hasSize(sent);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.OPEN);
            assertThat(mesh.mesh().status().toString())
                    .contains(
                            "circuit breaker of orders open for 12 s more (100 % of 4 attempts failed), 4 of 4 attempts"
                                    + " in its window failed");
            assertThat(mesh.mesh().explain(GET).toString()).contains("is open for 12 s more");

            mesh.advance(Duration.ofMillis(12_001));
            mesh.service("orders").answers(FakeAnswer.ok("7"));
            call(mesh);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.HALF_OPEN);
            call(mesh);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.CLOSED);
            assertThat(events)
                    .containsExactly(
                            "orders OPEN: 100 % of 4 attempts failed",
                            "orders HALF_OPEN: 100 % of 4 attempts failed", "orders CLOSED: its probes succeed");
            assertThat(mesh.mesh().explain(GET).toString())
                    .contains(
                            "circuitBreaker: opens at 50 % failures or 100 % slower than 1m in 10 attempts, of at least 4,"
                                    + " for 20s, then 2 probes (service)");
        }
    }

    @Test
    void failed_probes_open_it_again() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY)) {
            fail(mesh, 4);
            mesh.advance(Duration.ofMillis(20_001));
            fail(mesh, 2);
            assertThat(refused(mesh)).hasMessageContaining("open for 20 s more (100 % of 2 attempts failed)");
        }
    }

    @Test
    void it_opens_at_its_share_of_failures_and_not_below() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted(", 'failureRateThreshold': 50") + NO_RETRY)) {
            FakeAnswer ok = FakeAnswer.ok("7");
            FakeAnswer bad = FakeAnswer.status(500);
            mesh.service("orders").answers(ok, ok, ok, bad, bad, ok, ok, bad, bad, ok, bad);
            for (int i = 0; i < 10; i++) {
                call(mesh);
                assertThat(status(mesh).state()).as("4 of 10").isEqualTo(BreakerState.CLOSED);
            }
            call(mesh); // the window holds the last ten
            assertThat(refused(mesh)).hasMessageContaining("(50 % of 10 attempts failed)");
        }
    }

    @Test
    void slow_attempts_open_it() throws Exception {
        String slow = ", 'slowCallRateThreshold': 50, 'slowCallDurationThreshold': '2s'";
        try (TestMesh mesh = mesh(BREAKER.formatted(slow) + NO_RETRY)) {
            mesh.service("orders")
                    .answers(
                            FakeAnswer.ok("7"),
                            FakeAnswer.ok("7").after(Duration.ofSeconds(3)),
                            FakeAnswer.ok("7"),
                            FakeAnswer.ok("7").after(Duration.ofSeconds(3)));
            for (int i = 0; i < 4; i++) {
                call(mesh);
            }
            assertThat(refused(mesh)).hasMessageContaining("(50 % of 4 attempts took longer than 2s)");
        }
    }

    @Test
    void a_window_of_seconds_forgets_on_the_clock_of_the_mesh() throws Exception {
        String window = ", 'slidingWindowType': 'TIME_BASED'";
        try (TestMesh mesh = mesh(BREAKER.formatted(window) + NO_RETRY)) {
            fail(mesh, 3);
            mesh.advance(Duration.ofSeconds(11));
            fail(mesh, 3);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.CLOSED);
            fail(mesh, 1);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.OPEN);
        }
    }

    @Test
    void each_attempt_counts_and_a_retry_does_not_hide_the_response_that_opened_it() throws Exception {
        String settings = BREAKER.formatted("") + ", 'retry': {'attempts': 3, 'codes': [503]}";
        try (TestMesh mesh = TestMesh.of(
                Documents.mesh("shop")
                        .services(Documents.service("orders")
                                .endpoint("10.0.0.1", 80)
                                .endpoint("10.0.0.2", 80)
                                .with(settings)
                                .with("'outlierDetection': {'maxEjectionPercent': 0}"))
                        .json(),
                builder -> builder.metrics(meters))) {
            mesh.service("orders").answers(FakeAnswer.status(503));
            Decision first = call(mesh);
            assertThat(first.attempts()).hasSize(4);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.OPEN);

            mesh.advance(Duration.ofMillis(20_001));
            Decision probe = call(mesh); // 503 and 503: both probes
            assertThat(probe.attempts()).hasSize(2);
            assertThat(probe.attempts().get(1).status()).isEqualTo(503);
            assertThat(probe.detail()).isEqualTo("the circuit breaker is open");
            assertThat(meters.get("mesh.client.retries.refused")
                            .tag("why", "breaker")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void ignored_codes_and_those_below_500_do_not_open_it() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted(", 'ignoredStatusCodes': [501]") + NO_RETRY)) {
            for (int code : new int[] {501, 404}) {
                mesh.service("orders").answers(FakeAnswer.status(code));
                for (int i = 0; i < 20; i++) {
                    call(mesh);
                }
                assertThat(status(mesh).state()).isEqualTo(BreakerState.CLOSED);
                assertThat(status(mesh).failures()).isZero();
            }
        }
    }

    @Test
    void a_shadow_refuses_nothing_and_counts_what_it_would_refuse() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted(", 'shadow': true") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            assertThat(call(mesh).shadow())
                    .containsExactly(
                            "circuitBreaker would refuse the call: open for 20 s more (100 % of 4 attempts failed)");
            assertThat(events).isEmpty();
            assertThat(registry.getAllCircuitBreakers()).isEmpty();
            assertThat(status(mesh).isShadow()).isTrue();
            assertThat(meters.get("mesh.client.shadow")
                            .tag("policy", "circuitBreaker")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(mesh.mesh().explain(GET).toString())
                    .contains(
                            "circuitBreaker would refuse the call: open for 20 s more",
                            "circuitBreaker (shadow): opens at");

            mesh.update(document(BREAKER.formatted("") + NO_RETRY));
            assertThat(refused(mesh))
                    .as("enforced, it is as open as the shadow")
                    .hasMessageContaining("open for 20 s more");
        }
    }

    @Test
    void a_policy_that_states_the_same_breaker_keeps_its_window() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY)) {
            fail(mesh, 3);
            mesh.update(document(BREAKER.formatted("") + NO_RETRY + ", 'limits': {'maxRequests': 7}"));
            fail(mesh, 1);
            assertThat(status(mesh).state()).isEqualTo(BreakerState.OPEN);
        }
    }

    @Test
    void other_settings_keep_an_open_breaker_open_until_its_old_time() throws Exception {
        String other = BREAKER.formatted(", 'failureRateThreshold': 70").replace("'20s'", "'60s'") + NO_RETRY;
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            mesh.advance(Duration.ofSeconds(5));
            mesh.update(document(other));
            assertThat(refused(mesh)).hasMessageContaining("open for 15 s more (100 % of 4 attempts failed)");
            assertThat(events).as("nothing changed for listeners").hasSize(1);
            assertThat(registry.circuitBreaker("orders").getState()).isEqualTo(CircuitBreaker.State.OPEN);
            assertThat(registry.circuitBreaker("orders")
                            .getCircuitBreakerConfig()
                            .getFailureRateThreshold())
                    .isEqualTo(70);

            mesh.advance(Duration.ofMillis(15_001));
            fail(mesh, 1);
            mesh.update(document(other.replace("70", "80")));
            assertThat(status(mesh).state()).isEqualTo(BreakerState.HALF_OPEN);
            assertThat(events).hasSize(2);
        }
    }

    @Test
    void an_open_breaker_that_the_policy_removes_is_reported() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            mesh.update(document("'circuitBreaker': {'failureRateThreshold': 0}" + NO_RETRY));
            call(mesh);
            assertThat(events).last().isEqualTo("orders CLOSED: the policy in force has no circuit breaker for it");
            assertThat(registry.getAllCircuitBreakers()).isEmpty();
        }
    }

    @Test
    void an_open_breaker_outlives_the_absence_of_its_service() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry)
                .staleTtl(Duration.ZERO))) {
            fail(mesh, 4);
            mesh.update(document("carts", "'limits': {}"));
            mesh.advance(Duration.ofSeconds(5));
            mesh.update(document(BREAKER.formatted("") + NO_RETRY));
            assertThat(refused(mesh)).hasMessageContaining("open for 15 s more");

            mesh.update(document("carts", "'limits': {}"));
            mesh.advance(Duration.ofSeconds(16));
            mesh.update(document("carts", "'limits': {'maxRequests': 3}"));
            assertThat(registry.getAllCircuitBreakers()).as("its time is over").isEmpty();
        }
    }

    @Test
    void the_registry_of_the_application_shows_it_by_its_name_with_its_events() throws Exception {
        List<CircuitBreakerEvent.Type> seen = new ArrayList<>();
        registry.getEventPublisher()
                .onEntryAdded(added ->
                        added.getAddedEntry().getEventPublisher().onEvent(event -> seen.add(event.getEventType())));
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            refused(mesh);
            assertThat(seen)
                    .containsExactly(
                            CircuitBreakerEvent.Type.ERROR,
                            CircuitBreakerEvent.Type.ERROR,
                            CircuitBreakerEvent.Type.ERROR,
                            CircuitBreakerEvent.Type.ERROR,
                            CircuitBreakerEvent.Type.FAILURE_RATE_EXCEEDED,
                            CircuitBreakerEvent.Type.STATE_TRANSITION,
                            CircuitBreakerEvent.Type.NOT_PERMITTED);
            assertThat(registry.circuitBreaker("orders").getMetrics().getNumberOfNotPermittedCalls())
                    .isEqualTo(1);
        }
    }

    @Test
    void an_entry_of_the_application_stays_and_ours_is_named_apart() throws Exception {
        CircuitBreaker theirs = registry.circuitBreaker("orders");
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            assertThat(registry.find("orders")).contains(theirs);
            assertThat(theirs.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
            assertThat(registry.circuitBreaker("mesh:orders").getState()).isEqualTo(CircuitBreaker.State.OPEN);
            String document = document(BREAKER.formatted("") + NO_RETRY);
            try (TestMesh second = TestMesh.of(document, b -> b.circuitBreakers(registry))) {
                assertThat(registry.find("mesh:orders:2")).isPresent();
                second.update(document("'limits': {}"));
                assertThat(registry.getAllCircuitBreakers()).hasSize(2);
            }
        }
    }

    @Test
    void what_the_application_does_to_it_in_its_registry_is_in_force_and_outlives_a_change() throws Exception {
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            mesh.service("orders").answers(FakeAnswer.ok("7"));
            registry.circuitBreaker("orders").transitionToForcedOpenState();
            assertThat(refused(mesh)).hasMessageContaining("is FORCED_OPEN (set through resilience4j)");
            assertThat(refused(mesh).nextProbeIn()).isNull();
            mesh.update(document(BREAKER.formatted(", 'failureRateThreshold': 70") + NO_RETRY));
            refused(mesh);
            registry.circuitBreaker("orders").transitionToOpenStateFor(Duration.ofSeconds(3));
            assertThat(refused(mesh)).hasMessageContaining("is open (opened through resilience4j)");
            registry.circuitBreaker("orders").transitionToDisabledState();
            fail(mesh, 20);
            assertThat(events)
                    .containsExactly(
                            "orders OPEN: set through resilience4j", "orders CLOSED: set through resilience4j");
        }
    }

    @Test
    void a_registry_whose_listener_throws_does_not_stop_the_policy() throws Exception {
        registry.getEventPublisher().onEntryAdded(added -> {
            throw new IllegalStateException("a dashboard");
        });
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            refused(mesh);
        }
    }

    @Test
    void a_subset_has_its_own() throws Exception {
        String canary =
                "'subsets': [{'name': 'v1', 'labels': {'v': '1'}}], 'rules': [{'backendRefs': [{'name': 'orders',"
                        + " 'subset': 'v1'}]}], 'endpoints': [{'address': '10.0.0.1', 'port': 80, 'labels': {'v': '1'}}]";
        String document = Documents.mesh("shop")
                .services("'orders': {'hosts': ['orders'], " + canary + ", " + BREAKER.formatted("") + NO_RETRY + "}")
                .json();
        try (TestMesh mesh = TestMesh.of(document, b -> b.circuitBreakers(registry))) {
            fail(mesh, 4);
            assertThat(refused(mesh)).hasMessageContaining("of 'orders/v1'");
            assertThat(registry.find("orders/v1")).isPresent();
            assertThat(status(mesh).backend()).isEqualTo("orders/v1");
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_the_listeners_of_the_registry_throw_the_breaker_is_in_force(Thrown thrown) throws Exception {
        registry.getEventPublisher()
                .onEntryAdded(e -> {
                    throw thrown.now();
                })
                .onEntryRemoved(e -> {
                    throw thrown.now();
                });
        try (TestMesh mesh = mesh(BREAKER.formatted("") + NO_RETRY, builder -> builder.circuitBreakers(registry))) {
            fail(mesh, 4);
            refused(mesh);
            mesh.update(document(NO_RETRY.substring(2)));
            call(mesh);
            assertThat(mesh.mesh().status().lastProblem()).isNull();
        }
    }
}
