package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A rate limit of the policy, through all layers. */
class MeshRateLimitTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/").build();

    private final RateLimiterRegistry registry = RateLimiterRegistry.ofDefaults();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private static String document(String settings) {
        return Documents.mesh("shop")
                .services(Documents.service("orders").endpoint("10.0.0.1", 80).with(settings))
                .json();
    }

    private static String limit(int calls, String period, String more) {
        return "'rateLimit': {'limitForPeriod': " + calls + ", 'limitRefreshPeriod': '" + period + "'" + more + "}";
    }

    private TestMesh mesh(String settings) {
        TestMesh mesh = TestMesh.of(
                document(settings), builder -> builder.metrics(meters).rateLimiters(registry));
        mesh.service("orders").answers(FakeAnswer.ok("7"));
        return mesh;
    }

    private static Decision call(TestMesh mesh) throws IOException {
        try (Response response = mesh.client().newCall(GET).execute()) {
            assertThat(response.body().string()).isEqualTo("7");
            return Mesh.decision(response);
        }
    }

    private static Overloaded refused(TestMesh mesh) {
        return Objects.requireNonNull(catchThrowableOfType(Overloaded.class, () -> call(mesh)));
    }

    @Test
    void a_call_above_the_limit_is_refused_until_the_next_period() throws Exception {
        try (TestMesh mesh = mesh(limit(3, "1s", ""))) {
            for (int period = 0; period < 3; period++) {
                for (int i = 0; i < 3; i++) {
                    call(mesh);
                }
                mesh.advance(Duration.ofMillis(400));
                Overloaded e = refused(mesh);
                assertThat(e)
                        .hasMessage("'orders' has had its 3 calls in 1s, the next one may pass in 600 ms; raise"
                                + " rateLimit.limitForPeriod if it can serve more, or call it less");
                assertThat(e.reason()).isEqualTo("RL");
                assertThat(e.decision().attempts()).isEmpty();
                mesh.advance(Duration.ofMillis(600));
            }
            assertThat(mesh.service("orders").requests()).hasSize(9);
            assertThat(meters.get("mesh.client.requests")
                            .tag("reason", "RL")
                            .timer()
                            .count())
                    .isEqualTo(3);
        }
    }

    @Test
    void a_call_that_may_wait_waits_on_the_clock_of_the_mesh() throws Exception {
        try (TestMesh mesh = mesh(limit(1, "1s", ", 'timeoutDuration': '2500ms'"))) {
            Instant began = mesh.now();
            call(mesh);
            assertThat(call(mesh).detail()).isEqualTo("rateLimit: waited 1000 ms");
            call(mesh);
            assertThat(Duration.between(began, mesh.now())).isEqualTo(Duration.ofSeconds(2));
            assertThat(mesh.mesh().explain(GET).toString()).contains("the call would wait 1000 ms for the rate limit");
        }
    }

    @Test
    void a_call_that_would_wait_beyond_its_deadline_is_refused_at_once_and_takes_no_part() throws Exception {
        try (TestMesh mesh =
                mesh(limit(1, "1s", ", 'timeoutDuration': '10s'") + ", 'timeouts': {'request': '900ms'}")) {
            Instant began = mesh.now();
            call(mesh);
            refused(mesh);
            refused(mesh);
            assertThat(mesh.now()).isEqualTo(began);
            mesh.advance(Duration.ofSeconds(1));
            call(mesh);
        }
    }

    @Test
    void a_shadow_delays_and_refuses_nothing_and_counts_it() throws Exception {
        try (TestMesh mesh = mesh(limit(1, "1s", ", 'timeoutDuration': '1s', 'shadow': true"))) {
            assertThat(call(mesh).shadow()).isEmpty();
            assertThat(call(mesh).shadow())
                    .singleElement()
                    .asString()
                    .startsWith("rateLimit would delay the call: 1 calls in 1s");
            assertThat(call(mesh).shadow())
                    .singleElement()
                    .asString()
                    .startsWith("rateLimit would refuse the call: 1 calls in 1s");
            assertThat(registry.getAllRateLimiters()).isEmpty();
            assertThat(meters.get("mesh.client.shadow")
                            .tag("would", "delay")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void explain_states_what_is_left_of_the_period() throws Exception {
        try (TestMesh mesh = mesh(limit(3, "1s", ""))) {
            call(mesh);
            String left = "rateLimit: 2 of 3 calls are left in this period";
            assertThat(mesh.mesh().explain(GET).toString()).contains(left);
            assertThat(mesh.mesh().explain(GET).toString())
                    .as("it takes no part")
                    .contains(left);
        }
    }

    @Test
    void a_retry_takes_no_part() throws Exception {
        try (TestMesh mesh = mesh(limit(1, "1s", ""))) {
            mesh.service("orders").answers(FakeAnswer.status(503), FakeAnswer.ok("7"));
            assertThat(call(mesh).attempts()).hasSize(2);
            refused(mesh);
        }
    }

    @Test
    void another_limit_applies_from_the_next_period_on_and_grants_no_second_burst() throws Exception {
        try (TestMesh mesh = mesh(limit(2, "1s", ""))) {
            call(mesh);
            call(mesh);
            mesh.update(document(limit(5, "1s", "")));
            refused(mesh);
            mesh.update(document(limit(5, "10s", "")));
            refused(mesh);
            mesh.advance(Duration.ofSeconds(10));
            for (int i = 0; i < 5; i++) {
                call(mesh);
            }
            refused(mesh);
            mesh.update(document("'limits': {}"));
            for (int i = 0; i < 20; i++) {
                call(mesh);
            }
            assertThat(registry.getAllRateLimiters()).isEmpty();
        }
    }

    @Test
    void the_registry_of_the_application_shows_it_and_keeps_its_own() throws Exception {
        RateLimiter theirs = registry.rateLimiter("orders");
        try (TestMesh mesh = mesh(limit(2, "1s", ""))) {
            call(mesh);
            assertThat(registry.find("orders")).contains(theirs);
            assertThat(registry.rateLimiter("mesh:orders").getMetrics().getAvailablePermissions())
                    .isEqualTo(1);
            mesh.update(document(limit(9, "2s", "")));
            assertThat(registry.rateLimiter("mesh:orders")
                            .getRateLimiterConfig()
                            .getLimitForPeriod())
                    .isEqualTo(9);
        }
    }

    @Test
    void an_open_breaker_takes_no_part_of_the_rate() throws Exception {
        String breaker = ", 'circuitBreaker': {'slidingWindowSize': 2}, 'retry': {'attempts': 0}";
        try (TestMesh mesh = mesh(limit(3, "1h", "") + breaker)) {
            mesh.service("orders").answers(FakeAnswer.status(500).body("7"));
            call(mesh);
            call(mesh);
            for (int i = 0; i < 10; i++) {
                assertThat(catchThrowableOfType(BreakerOpen.class, () -> call(mesh)))
                        .isNotNull();
            }
            assertThat(registry.rateLimiter("orders").getMetrics().getAvailablePermissions())
                    .isEqualTo(1);
        }
    }

    private interface Listen {
        void to(RateLimiterRegistry registry, Runnable listener);
    }

    private static Stream<Arguments> listeners() {
        Map<String, Listen> all = Map.of(
                "added",
                (registry, listener) -> registry.getEventPublisher().onEntryAdded(e -> listener.run()),
                "removed",
                (registry, listener) -> registry.getEventPublisher().onEntryRemoved(e -> listener.run()),
                "replaced",
                (registry, listener) -> registry.getEventPublisher().onEntryReplaced(e -> listener.run()));
        return all.entrySet().stream().flatMap(at -> Stream.of(Thrown.values())
                .map(thrown -> Arguments.of(Named.of(at.getKey(), at.getValue()), thrown)));
    }

    @ParameterizedTest
    @MethodSource("listeners")
    void whatever_a_listener_of_the_registry_throws_the_limit_is_in_force(Listen listen, Thrown thrown)
            throws Exception {
        listen.to(registry, () -> {
            throw thrown.now();
        });
        try (TestMesh mesh = mesh(limit(1, "1h", ""))) {
            call(mesh);
            refused(mesh);
            mesh.update(document(limit(2, "1m", "")));
            mesh.advance(Duration.ofMinutes(1));
            call(mesh);
            call(mesh);
            refused(mesh);
            assertThat(mesh.mesh().status().lastProblem()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_a_listener_of_the_limiter_throws_the_new_limit_is_in_force(Thrown thrown) throws Exception {
        boolean[] broken = {false};
        registry.getEventPublisher()
                .onEntryReplaced(
                        replaced -> replaced.getNewEntry().getEventPublisher().onSuccess(e -> {
                            if (broken[0]) {
                                throw thrown.now();
                            }
                        }));
        try (TestMesh mesh = mesh(limit(3, "1h", ""))) {
            call(mesh);
            broken[0] = true;
            mesh.update(document(limit(3, "2h", "")));
            broken[0] = false;
            assertThat(mesh.mesh().status().lastProblem())
                    .isNotNull()
                    .extracting(MeshStatus.Problem::message)
                    .asString()
                    .contains("the rate limit of orders", thrown.text());
            call(mesh);
            call(mesh);
            assertThat(refused(mesh)).hasMessageContaining("3 calls in 2h");
        }
    }
}
