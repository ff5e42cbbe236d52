package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ejection rules that are evaluated and not enforced, where policies, rules and subsets meet at one endpoint. */
class ShadowEjectionTest {
    private static final long SECOND = 1_000_000_000;
    private static final String ON = "'outlierDetection': {}";
    private static final String SHADOW = "'outlierDetection': {'shadow': true}";
    private static final String BAD = "10.0.0.1:80";

    private final StepTime time = new StepTime();
    private final List<String> reported = new ArrayList<>();
    private final MeshListener listener = new MeshListener() {
        @Override
        public void on(MeshEvent event) {
            if (event instanceof MeshEvent.EndpointEjected ejected) {
                reported.add("ejected " + ejected.endpoint());
            } else if (event instanceof MeshEvent.EndpointReturned returned) {
                reported.add("returned " + returned.endpoint());
            }
        }
    };
    private final Router router = Router.withoutNames(
            time,
            Workload.unknown(),
            Telemetry.of(Events.of(time, List.of(), List.of(listener))),
            EntrySettings.NONE,
            Duration.ofHours(1));
    private final Set<String> bad = new HashSet<>(Set.of(BAD));
    private final List<String> asked = new ArrayList<>();
    private final List<String> would = new ArrayList<>();
    private @Nullable Runnable meanwhile;
    private int answers;
    private boolean halfBad;

    private final Wire wire = attempt -> {
        String name = Objects.requireNonNull(attempt.endpoint()).name();
        asked.add(name);
        Runnable now = meanwhile;
        if (now != null && bad.contains(name)) {
            meanwhile = null;
            now.run();
        }
        boolean fails = bad.contains(name) && (!halfBad || ++answers % 2 == 0);
        return Calls.respond(attempt, fails ? 500 : 200);
    };

    private void apply(String settings, int... endpoints) {
        Documents.Service orders = Documents.service("orders")
                .with("'loadBalancer': {'simple': 'ROUND_ROBIN'}")
                .with(settings);
        for (int last : endpoints) {
            orders.endpoint("10.0.0." + last, 80);
        }
        try {
            router.control().apply(Documents.mesh("test").services(orders).read());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void call(String path, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Request request = new Request.Builder().url("http://orders" + path).build();
            Call call = Calls.call(time, request, wire);
            try (Response response = call.run(Objects.requireNonNull(Calls.layers(router.admit("orders", 80))))) {
                assertThat(response.code()).isPositive();
            }
            would.addAll(call.decision().shadow());
        }
    }

    private MeshStatus.Endpoint endpoint(String name) {
        return Objects.requireNonNull(router.control().status("test").service("orders")).endpoints().stream()
                .filter(e -> e.address().equals(name))
                .findAny()
                .orElseThrow();
    }

    private String wouldBeEjected() {
        return endpoint(BAD).wouldBeEjected();
    }

    private static final String ROW = "outlierDetection would eject the endpoint: 10.0.0.1:80 for ";

    @Test
    void a_failing_endpoint_keeps_its_calls_and_the_call_that_would_eject_it_states_so() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 8);
        assertThat(would).isEmpty();
        assertThat(wouldBeEjected()).isEmpty();
        call("/", 2);
        assertThat(would).hasSize(1);
        assertThat(would.get(0)).startsWith(ROW).endsWith(" s because of 5 server errors in a row");
        assertThat(wouldBeEjected()).isEqualTo("5 server errors in a row");
        assertThat(endpoint(BAD)).asString().endsWith(", would be ejected: 5 server errors in a row");

        asked.clear();
        call("/", 40);
        assertThat(asked).hasSize(40).filteredOn(BAD::equals).hasSize(20);
        assertThat(would).hasSize(1);
        assertThat(reported).isEmpty();
        assertThat(endpoint(BAD).ejected()).isEmpty();
        assertThat(router.toString()).doesNotContain("ejected: [");
    }

    @Test
    void the_first_attempt_after_the_time_of_the_ejection_stands_for_the_probe() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 10);
        time.step(40 * SECOND);
        assertThat(wouldBeEjected()).isNotEmpty();
        call("/", 20); // fails: the ejection lasts another 60 s
        assertThat(would).hasSize(1);
        time.step(50 * SECOND);
        bad.clear();
        call("/", 2);
        assertThat(wouldBeEjected()).isNotEmpty();
        time.step(20 * SECOND);
        call("/", 2);
        assertThat(wouldBeEjected()).isEmpty();
        bad.add(BAD);
        call("/", 8);
        assertThat(would).hasSize(1);
        call("/", 2);
        assertThat(would).hasSize(2);
    }

    @Test
    void an_attempt_that_began_during_the_ejection_is_no_probe() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 10);
        meanwhile = () -> time.step(40 * SECOND);
        call("/", 2);
        bad.clear();
        call("/", 2);
        assertThat(wouldBeEjected()).isEmpty();
    }

    @Test
    void it_would_eject_when_and_as_often_as_enforced_rules_do() throws Exception {
        List<String> shadow = timesOfEjections(SHADOW);
        assertThat(shadow).isNotEmpty().isEqualTo(timesOfEjections(ON));
    }

    /** Three endpoints; one fails from the 20th to the 100th second, and from the 200th to the 220th. */
    private static List<String> timesOfEjections(String settings) throws IOException {
        ShadowEjectionTest test = new ShadowEjectionTest();
        test.apply(settings, 1, 2, 3);
        List<String> times = new ArrayList<>();
        for (int second = 0; second < 400; second++) {
            boolean trouble = (second >= 20 && second < 100) || (second >= 200 && second < 220);
            test.bad.clear();
            if (trouble) {
                test.bad.add(BAD);
            }
            for (int i = 0; i < 9; i++) {
                int before = test.would.size() + test.ejections();
                test.call("/", 1);
                if (test.would.size() + test.ejections() > before) {
                    times.add("second " + second);
                }
            }
            test.time.step(SECOND);
        }
        return times;
    }

    private int ejections() {
        return (int)
                reported.stream().filter(line -> line.startsWith("ejected")).count();
    }

    @Test
    void at_most_the_stated_share_would_be_ejected_though_one_always_may() throws Exception {
        bad.addAll(Set.of("10.0.0.2:80", "10.0.0.3:80"));
        apply(SHADOW, 1, 2, 3, 4);
        call("/", 80);
        assertThat(would).hasSize(2);
        would.clear();
        apply(SHADOW, 5);
        bad.add("10.0.0.5:80");
        call("/", 10);
        assertThat(would).hasSize(1);
    }

    @Test
    void the_comparison_of_success_rates_is_a_shadow_too() throws Exception {
        halfBad = true;
        apply(SHADOW, 1, 2, 3, 4, 5);
        call("/", 5 * 110);
        time.step(10 * SECOND);
        call("/", 1);
        assertThat(would)
                .singleElement()
                .asString()
                .contains("success rate of 50 % of 110 responses, far below the others");
        assertThat(reported).isEmpty();
    }

    @Test
    void ejection_that_is_off_would_eject_no_endpoint() throws Exception {
        apply("'outlierDetection': {'maxEjectionPercent': 0, 'shadow': true}", 1, 2);
        call("/", 20);
        assertThat(would).isEmpty();
    }

    @Test
    void the_threshold_of_panic_is_the_built_in_one() {
        apply("'outlierDetection': {'minHealthPercent': 10, 'shadow': true}", 1, 2);
        assertThat(router.toString()).contains("panic below 50 %");
        apply("'outlierDetection': {'minHealthPercent': 10}", 1, 2);
        assertThat(router.toString()).contains("panic below 10 %");
    }

    // ---- policies

    @Test
    void what_is_ejected_returns_when_the_rules_become_a_shadow() throws Exception {
        apply(ON, 1, 2);
        call("/", 10);
        assertThat(reported).containsExactly("ejected " + BAD);
        apply(SHADOW, 1, 2);
        assertThat(reported).containsExactly("ejected " + BAD, "returned " + BAD);
        asked.clear();
        call("/", 8);
        assertThat(asked).filteredOn(BAD::equals).hasSize(4);
        assertThat(would).isEmpty();
        call("/", 2);
        assertThat(would).hasSize(1);
    }

    @Test
    void enforcement_begins_without_ejections_and_a_later_shadow_anew() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 10);
        apply(ON, 1, 2);
        assertThat(reported).isEmpty();
        assertThat(wouldBeEjected()).isEmpty();
        call("/", 8);
        assertThat(reported).isEmpty();
        call("/", 2);
        assertThat(reported).containsExactly("ejected " + BAD);
        apply(SHADOW, 1, 2);
        assertThat(wouldBeEjected()).isEmpty();
        would.clear();
        call("/", 10);
        assertThat(would).hasSize(1);
    }

    @Test
    void a_policy_with_the_same_rules_keeps_what_would_be_ejected() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 10);
        apply(SHADOW, 1, 2, 3);
        call("/", 30);
        assertThat(would).hasSize(1);
        assertThat(wouldBeEjected()).isNotEmpty();
    }

    @Test
    void an_endpoint_that_is_listed_again_begins_anew() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 10);
        apply(SHADOW, 2);
        apply(SHADOW, 1, 2);
        assertThat(wouldBeEjected()).isEmpty();
        call("/", 10);
        assertThat(would).hasSize(2);
    }

    @Test
    void a_late_failure_counts_by_the_rules_in_force() throws Exception {
        String one = "'outlierDetection': {'consecutive5xxErrors': 1, 'shadow': true}";
        apply(one, 1);
        meanwhile = () -> apply(ON, 1);
        call("/", 1);
        apply(one.replace(", 'shadow': true", ""), 1);
        meanwhile = () -> apply(SHADOW, 1);
        call("/", 1);
        apply(one, 1);
        meanwhile = () -> apply(SHADOW, 1);
        call("/", 1);
        assertThat(would).isEmpty();
        assertThat(reported).isEmpty();
    }

    @Test
    void a_late_failure_of_an_endpoint_that_is_listed_no_more_does_not_count() throws Exception {
        apply(SHADOW, 1, 2);
        call("/", 8);
        meanwhile = () -> apply(SHADOW, 2, 3);
        call("/", 2);
        assertThat(asked).contains(BAD);
        assertThat(would).isEmpty();
    }

    // ---- subsets

    private static String subsets(String first, String second) {
        return """
                "subsets": [{"name": "v1", "labels": {}, %s}, {"name": "v2", "labels": {}, %s}],
                "rules": [{"matches": [{"path": {"value": "/v2"}}], "backendRefs": [{"name": "orders", "subset": "v2"}]},
                          {"backendRefs": [{"name": "orders", "subset": "v1"}]}]
                """.formatted(first, second);
    }

    @Test
    void a_shadow_neither_adds_to_the_counts_of_enforced_rules_nor_resets_them() throws Exception {
        apply(subsets(ON, "'outlierDetection': {'consecutive5xxErrors': 3, 'shadow': true}"), 1);
        call("/", 4);
        call("/v2", 3);
        assertThat(would).hasSize(1);
        assertThat(reported).isEmpty();
        call("/", 1);
        assertThat(reported).containsExactly("ejected " + BAD);
    }

    @Test
    void a_shadow_ignores_what_another_subset_ejects() throws Exception {
        apply(subsets(ON, SHADOW), 1, 2);
        call("/", 10);
        assertThat(reported).containsExactly("ejected " + BAD);
        asked.clear();
        call("/v2", 10);
        assertThat(asked).filteredOn(BAD::equals).hasSize(5);
        assertThat(would).hasSize(1);
    }

    @Test
    void subsets_share_what_would_be_ejected() throws Exception {
        apply(subsets(SHADOW, SHADOW), 1, 2);
        call("/", 6);
        call("/v2", 4);
        assertThat(would).hasSize(1);
        call("/", 20);
        assertThat(would).hasSize(1);
    }

    @Test
    void a_subset_that_states_false_enforces_the_rules_of_its_service() throws Exception {
        apply(
                "'outlierDetection': {'consecutive5xxErrors': 2, 'shadow': true}, "
                        + subsets("'outlierDetection': {'shadow': false}", "'outlierDetection': {}"),
                1,
                2);
        call("/v2", 4);
        assertThat(would).hasSize(1);
        call("/", 4);
        assertThat(reported).containsExactly("ejected " + BAD);
    }

    @Test
    void what_would_be_ejected_is_forgotten_with_the_last_subset_whose_rules_are_a_shadow() throws Exception {
        apply(subsets(SHADOW, ON), 1, 2);
        call("/", 10);
        assertThat(wouldBeEjected()).isNotEmpty();
        apply("""
                "subsets": [{"name": "v2", "labels": {}}],
                "rules": [{"backendRefs": [{"name": "orders", "subset": "v2"}]}]
                """, 1, 2);
        assertThat(wouldBeEjected()).isEmpty();
    }

    @Test
    void names_that_resolve_to_other_addresses_are_a_shadow_too() throws Exception {
        apply("'resolution': 'DNS', " + SHADOW, 1, 2);
        call("/", 10);
        assertThat(would).hasSize(1);
        assertThat(reported).isEmpty();
    }
}
