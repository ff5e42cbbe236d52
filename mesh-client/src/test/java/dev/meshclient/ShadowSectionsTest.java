package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sections of the policy with shadow: true, through all layers: calls as without the section, and what it would have done. */
class ShadowSectionsTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/").build();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    private TestMesh mesh(String defaults, String settings) {
        String document = Documents.mesh("shop")
                .with("'defaults': {" + defaults + "}")
                .services(Documents.service("orders")
                        .endpoint("10.0.0.1", 80)
                        .endpoint("10.0.0.2", 80)
                        .with("'loadBalancer': {'simple': 'ROUND_ROBIN'}")
                        .with(settings))
                .json();
        return TestMesh.of(document, builder -> builder.metrics(registry));
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Counter counter : registry.find("mesh.client.shadow").counters()) {
            counts.put(
                    counter.getId().getTag("service") + " " + counter.getId().getTag("policy") + " "
                            + counter.getId().getTag("would"),
                    (int) counter.count());
        }
        return counts;
    }

    private static Decision call(TestMesh mesh) throws IOException {
        try (Response response = mesh.client().newCall(GET).execute()) {
            assertThat(response.body().string()).isNotNull();
            return Mesh.decision(response);
        }
    }

    private static String explained(TestMesh mesh) {
        return mesh.mesh().explain(GET).toString();
    }

    @Test
    void slow_calls_are_answered_and_counted() throws Exception {
        String shadow = "'timeouts': {'request': '1s', 'backendRequest': '500ms', 'shadow': true}";
        try (TestMesh mesh = mesh("", shadow)) {
            mesh.service("orders")
                    .answers(
                            FakeAnswer.ok("7").after(Duration.ofMillis(700)),
                            FakeAnswer.ok("7").after(Duration.ofMillis(1700)),
                            FakeAnswer.ok("7"));
            assertThat(call(mesh).shadow())
                    .containsExactly("timeouts would cancel the attempt: number 1 had no response headers within 500 ms"
                            + " (timeouts.backendRequest)");
            assertThat(call(mesh).shadow())
                    .contains("timeouts would cancel the call: it was not over within 1000 ms (timeouts.request)")
                    .hasSize(2);
            assertThat(call(mesh).shadow()).isEmpty();
            assertThat(counts())
                    .isEqualTo(Map.of("orders timeouts cancel-attempt", 2, "orders timeouts cancel-call", 1));
            assertThat(explained(mesh))
                    .contains(
                            "timeouts.request (shadow): 1s (service)",
                            "timeouts.backendRequest (shadow): 500ms (service)",
                            "timeouts.shadow: true (service)",
                            "timeouts.request 15s")
                    .doesNotContain("timeouts.request: ");
        }
    }

    @Test
    void the_deadline_in_force_ends_a_call_whose_exception_states_the_shorter_one() {
        try (TestMesh mesh = mesh("", "'timeouts': {'request': '1s', 'shadow': true}")) {
            mesh.service("orders").answers(FakeAnswer.ok("7").after(Duration.ofSeconds(20)));
            assertThat(catchThrowable(() -> call(mesh))).isInstanceOfSatisfying(DeadlineExceeded.class, e -> assertThat(
                            Mesh.decision(e).shadow())
                    .hasSize(1));
        }
    }

    @Test
    void limits_of_a_rule_are_a_shadow_where_its_service_states_so() throws Exception {
        String rule = "'rules': [{'name': 'slow', 'timeouts': {'request': '1s'}, 'backendRefs': [{'name': 'orders'}]}]";
        try (TestMesh mesh = mesh("'timeouts': {'shadow': true}", rule)) {
            mesh.service("orders").answers(FakeAnswer.ok("7").after(Duration.ofSeconds(2)));
            assertThat(call(mesh).shadow()).hasSize(1);
            assertThat(explained(mesh))
                    .contains("timeouts.request (shadow): 1s (rule)", "timeouts.shadow: true (defaults)");
        }
        try (TestMesh mesh = mesh("'timeouts': {'shadow': true}", rule.replace("'1s'", "'1s', 'shadow': false"))) {
            mesh.service("orders").answers(FakeAnswer.ok("7").after(Duration.ofSeconds(2)));
            assertThat(catchThrowable(() -> call(mesh))).isInstanceOf(DeadlineExceeded.class);
        }
    }

    @Test
    void the_built_in_retries_are_made_and_the_others_counted() throws Exception {
        try (TestMesh mesh = mesh("", "'retry': {'attempts': 1, 'codes': [500], 'shadow': true}")) {
            mesh.service("orders").answers(FakeAnswer.status(500));
            assertThat(call(mesh).shadow()).containsExactly("retry would retry the attempt: number 1, status 500");
            mesh.service("orders").answers(FakeAnswer.status(503), FakeAnswer.ok("7"));
            Decision decision = call(mesh);
            assertThat(decision.attempts()).hasSize(2);
            assertThat(decision.shadow())
                    .singleElement()
                    .asString()
                    .startsWith("retry would not retry the attempt: number 1, status 503; the policy does not retry");
            assertThat(counts()).isEqualTo(Map.of("orders retry retry", 1, "orders retry not-retry", 1));
            assertThat(explained(mesh))
                    .contains("retry (shadow): 1 retry on ", "retry 2 retries on ")
                    .doesNotContain("retry: ");
        }
    }

    @Test
    void a_failing_endpoint_is_called_on_and_its_ejection_counted_and_explained() throws Exception {
        try (TestMesh mesh =
                mesh("'outlierDetection': {'shadow': true}", "'outlierDetection': {'consecutive5xxErrors': 2}")) {
            mesh.service("orders").endpointAnswers("10.0.0.1:80", FakeAnswer.status(500));
            int sentences = 0;
            for (int i = 0; i < 20; i++) {
                sentences += call(mesh).shadow().size();
            }
            assertThat(sentences).isEqualTo(1);
            assertThat(mesh.service("orders").requests("10.0.0.1:80")).hasSize(10);
            assertThat(counts()).isEqualTo(Map.of("orders outlierDetection eject", 1));
            assertThat(registry.find("mesh.client.ejections").counter()).isNull();
            assertThat(Objects.requireNonNull(mesh.mesh().status().service("orders"))
                            .endpoints()
                            .get(0)
                            .wouldBeEjected())
                    .isEqualTo("2 server errors in a row");
            assertThat(explained(mesh))
                    .contains(
                            "would be ejected (shadow): 2 server errors in a row",
                            "outlierDetection.consecutive5xxErrors (shadow): 2 (service)",
                            "outlierDetection.maxEjectionPercent (shadow) 50",
                            "outlierDetection.shadow: true (defaults)")
                    .doesNotContain("outlierDetection.consecutive5xxErrors: ");
        }
    }

    @Test
    void a_shadow_that_evaluates_nothing_is_explained_as_it_is_stated() {
        String sections = "'timeouts': {'shadow': %1$s}, 'outlierDetection': {'shadow': %1$s, 'maxEjectionPercent': 0},"
                + " 'retry': {'attempts': 0}, 'retryConstraint': {'shadow': %1$s}, 'limits': {'shadow': %1$s}";
        for (boolean shadow : List.of(true, false)) {
            try (TestMesh mesh = mesh("", sections.formatted(shadow))) {
                assertThat(explained(mesh))
                        .contains(
                                "timeouts.shadow: " + shadow + " (service)",
                                "outlierDetection.shadow: " + shadow + " (service)",
                                "retryConstraint.shadow: " + shadow + " (service)",
                                "limits.shadow: " + shadow + " (service)");
            }
        }
    }
}
