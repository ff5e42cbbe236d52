package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.NoHealthyEndpoint;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ejection where policies, rules and subsets meet at one endpoint. */
class EjectionOverPoliciesTest {
    private static final long SECOND = 1_000_000_000;
    private static final String OFF = "'outlierDetection': {'maxEjectionPercent': 0}";
    private static final String ON = "'outlierDetection': {}";
    private static final String BAD = "10.0.0.1:80";

    private final StepTime time = new StepTime();
    private final List<String> reported = new ArrayList<>();
    private final MeshListener listener = new MeshListener() {
        @Override
        public void on(MeshEvent event) {
            if (event instanceof MeshEvent.EndpointEjected ejected) {
                reported.add("ejected " + ejected.endpoint() + " of " + ejected.service());
            } else if (event instanceof MeshEvent.EndpointReturned returned) {
                reported.add("returned " + returned.endpoint() + " of " + returned.service());
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
            run(Calls.call(time, request, wire));
        }
    }

    private int run(Call call) throws IOException {
        return run(call, "orders");
    }

    private int run(Call call, String host) throws IOException {
        try (Response response = call.run(Objects.requireNonNull(Calls.layers(router.admit(host, 80))))) {
            return response.code();
        }
    }

    private static final String EJECTED = "ejected " + BAD + " of orders";
    private static final String RETURNED = "returned " + BAD + " of orders";

    @Test
    void a_late_failure_ejects_no_endpoint_once_ejection_is_off() throws Exception {
        apply(ON, 1);
        call("/", 4);
        meanwhile = () -> apply(OFF, 1);
        call("/", 20);
        assertThat(reported).isEmpty();
        assertThat(router.toString()).doesNotContain("out:", "panic,");
    }

    @Test
    void a_retry_that_finds_the_endpoints_of_a_later_policy_does_not_judge_by_its_own() throws Exception {
        String names = "'resolution': 'DNS', 'retry': {'codes': [500], 'attempts': 3}, ";
        apply(names + ON, 1);
        call("/", 1);
        meanwhile = () -> apply(names + OFF, 1);
        call("/", 1);
        assertThat(asked).hasSize(8);
        assertThat(reported).isEmpty();
    }

    @Test
    void an_ejected_endpoint_returns_once_no_rule_uses_the_subset_that_ejected_it() throws Exception {
        applyRulesOfWeb("v1", "v2");
        for (int i = 0; i < 10; i++) {
            run(Calls.call(time, new Request.Builder().url("http://web/").build(), wire), "web");
        }
        assertThat(reported).containsExactly(EJECTED);
        applyRulesOfWeb("v2"); // the service and this subset are unchanged
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    private void applyRulesOfWeb(String... subsets) throws IOException {
        String rules = Arrays.stream(subsets)
                .map("{'backendRefs': [{'name': 'orders', 'subset': '%s'}]}"::formatted)
                .collect(Collectors.joining(", "));
        Documents.Service orders = Documents.service("orders")
                .with(OFF)
                .with(
                        "'subsets': [{'name': 'v1', 'labels': {}, 'outlierDetection': {'maxEjectionPercent': 50}}, {'name': 'v2', 'labels': {}}]");
        orders.endpoint("10.0.0.1", 80).endpoint("10.0.0.2", 80);
        Documents.Service web = Documents.service("web").with("'rules': [" + rules + "]");
        router.control().apply(Documents.mesh("test").services(orders, web).read());
    }

    @Test
    void an_ejected_endpoint_stays_out_while_a_policy_replaces_others() throws Exception {
        apply(ON, 2, 1, 3, 4, 5);
        call("/", 40);
        assertThat(reported).containsExactly(EJECTED);
        apply(ON, 2, 1, 9, 4, 5);
        asked.clear();
        call("/", 20);
        assertThat(asked).contains("10.0.0.9:80").doesNotContain(BAD);
        assertThat(router.toString()).contains("ejected: [" + BAD + "]");
        time.step(60 * SECOND);
        bad.clear();
        call("/", 20);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void a_probe_that_fails_once_ejection_is_off_keeps_no_endpoint_out() throws Exception {
        apply(ON, 1, 2);
        call("/", 10);
        time.step(40 * SECOND);
        meanwhile = () -> apply(OFF, 1, 2);
        call("/", 1);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
        asked.clear();
        time.step(30 * SECOND);
        call("/", 10);
        assertThat(asked).contains(BAD);
        assertThat(reported).hasSize(2);
    }

    private static String subsets(String first, String second) {
        return """
                "subsets": [{"name": "v1", "labels": {}, %s}, {"name": "v2", "labels": {}, %s}],
                "rules": [{"matches": [{"path": {"value": "/v2"}}], "backendRefs": [{"name": "orders", "subset": "v2"}]},
                          {"backendRefs": [{"name": "orders", "subset": "v1"}]}]
                """.formatted(first, second);
    }

    @Test
    void a_subset_without_ejection_calls_an_ejected_endpoint_and_takes_no_probe_from_another() throws Exception {
        apply(subsets(ON, OFF), 1, 2);
        call("/", 10);
        assertThat(reported).containsExactly(EJECTED);
        asked.clear();
        call("/v2", 4);
        assertThat(asked).contains(BAD);
        time.step(40 * SECOND);
        call("/v2", 4);
        bad.clear();
        call("/", 1);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void what_one_subset_takes_out_another_brings_back_under_the_same_name() throws Exception {
        apply(subsets(ON, ON), 1, 2);
        call("/", 10);
        time.step(40 * SECOND);
        bad.clear();
        call("/v2", 1);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void a_policy_returns_no_endpoint_that_a_subset_judges_beside_one_without_ejection() throws Exception {
        apply(subsets(ON, OFF), 1, 2);
        call("/", 10);
        for (int i = 0; i < 3; i++) {
            apply(subsets(ON, OFF), 1, 2, 3 + i);
            asked.clear();
            call("/", 10);
            assertThat(asked).doesNotContain(BAD);
        }
        apply(subsets(OFF, ON), 1, 2);
        assertThat(reported).containsExactly(EJECTED);
        asked.clear();
        call("/v2", 10);
        assertThat(asked).doesNotContain(BAD);
    }

    @Test
    void nor_one_of_a_service_that_is_reached_by_names() throws Exception {
        apply("'resolution': 'DNS', " + subsets(ON, OFF), 1, 2);
        call("/", 10);
        apply("'resolution': 'DNS', " + subsets(ON, OFF), 1, 2, 3);
        assertThat(reported).containsExactly(EJECTED);
        apply("'resolution': 'DNS', " + subsets(OFF, OFF), 1, 2, 3);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void an_ejected_endpoint_returns_when_the_last_subset_that_ejects_is_gone() throws Exception {
        apply(subsets(ON, OFF), 1, 2);
        call("/", 10);
        assertThat(reported).containsExactly(EJECTED);
        apply(onlyTheSecond(OFF), 1, 2);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void an_ejected_endpoint_returns_when_it_is_no_more_in_a_subset_that_ejects() throws Exception {
        apply(subsets(ON, OFF), 1, 2);
        call("/", 10);
        assertThat(reported).containsExactly(EJECTED);
        apply(subsets(ON, OFF).replaceFirst("\\{}", "{'version': 'v1'}"), 1, 2);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void a_late_failure_through_a_subset_that_is_gone_ejects_no_endpoint() throws Exception {
        apply(subsets(ON, OFF), 1);
        call("/", 4);
        meanwhile = () -> apply(onlyTheSecond(OFF), 1);
        call("/", 1);
        assertThat(asked).hasSize(5);
        assertThat(reported).isEmpty();
    }

    private static String onlyTheSecond(String settings) {
        return """
                "subsets": [{"name": "v2", "labels": {}, %s}],
                "rules": [{"backendRefs": [{"name": "orders", "subset": "v2"}]}]
                """.formatted(settings);
    }

    @Test
    void an_endpoint_that_stays_out_was_not_ejected_again() throws Exception {
        apply(ON, 1, 2);
        call("/", 10);
        for (int i = 0; i < 3; i++) {
            time.step(400 * SECOND);
            call("/", 1);
        }
        assertThat(reported).containsExactly(EJECTED);
        bad.clear();
        time.step(400 * SECOND);
        call("/", 1);
        assertThat(reported).containsExactly(EJECTED, RETURNED);
    }

    @Test
    void policies_that_come_faster_than_the_interval_do_not_put_off_the_comparison() throws Exception {
        halfBad = true;
        for (int i = 0; i < 3; i++) {
            apply(ON, 1, 2, 3, 4, 5);
            call("/", 5 * 60);
            time.step(5 * SECOND);
        }
        call("/", 1);
        assertThat(reported).containsExactly(EJECTED);
    }

    @Test
    void rules_of_a_backend_compare_its_endpoints_once_an_interval() throws Exception {
        halfBad = true;
        apply(
                "'rules': [{'matches': [{'path': {'value': '/rare'}}], %1$s}, {%1$s}]"
                        .formatted("'backendRefs': [{'name': 'orders'}]"),
                1,
                2,
                3,
                4,
                5);
        time.step(10 * SECOND);
        call("/", 5 * 60);
        time.step(5 * SECOND);
        call("/rare", 1);
        call("/", 5 * 60);
        time.step(5 * SECOND);
        call("/", 1);
        assertThat(reported).containsExactly(EJECTED);
    }

    /** In half of an interval an endpoint has too few results to be compared. */
    @Test
    void the_comparison_of_one_subset_takes_no_results_from_that_of_another() throws Exception {
        halfBad = true;
        apply(subsets(ON, ON), 1, 2, 3, 4, 5);
        time.step(10 * SECOND);
        call("/", 1);
        time.step(5 * SECOND);
        call("/v2", 1);
        for (int i = 0; i < 4; i++) {
            time.step(5 * SECOND);
            call("/", 5 * 30);
            call("/v2", 5 * 30);
        }
        assertThat(reported).containsExactly(EJECTED);
    }

    /** Two subsets share the counters, so that neither sets them to 0. */
    private void failHalfThroughTwoSubsets(String third) throws IOException {
        halfBad = true;
        apply(threeSubsets(third), 1, 2, 3, 4, 5);
        call("/", 5 * 200);
        time.step(20 * SECOND);
        call("/", 1);
        call("/v2", 1);
        bad.clear();
    }

    private static String threeSubsets(String third) {
        String uncompared = "'outlierDetection': {'successRateMinimumHosts': 100}";
        String two = subsets(uncompared, uncompared);
        String rule =
                "{'matches': [{'path': {'value': '/v3'}}], 'backendRefs': [{'name': 'orders', 'subset': 'v3'}]}, ";
        return third.isEmpty()
                ? two
                : two.replaceFirst("]", third + "]").replace("\"rules\": [", "\"rules\": [" + rule);
    }

    private void callThroughTheThird() throws IOException {
        call("/v3", 5 * 110);
        time.step(20 * SECOND);
        call("/v3", 1);
    }

    @Test
    void a_subset_does_not_compare_what_others_counted_before_it_came_into_force() throws Exception {
        failHalfThroughTwoSubsets("");
        apply(threeSubsets(", {'name': 'v3', 'labels': {}, " + ON + "}"), 1, 2, 3, 4, 5);
        callThroughTheThird();
        assertThat(reported).isEmpty();
        bad.add(BAD);
        callThroughTheThird();
        assertThat(reported).containsExactly(EJECTED);
    }

    @Test
    void nor_before_its_ejection_was_on() throws Exception {
        failHalfThroughTwoSubsets(", {'name': 'v3', 'labels': {}, " + OFF + "}");
        apply(threeSubsets(", {'name': 'v3', 'labels': {}, " + ON + "}"), 1, 2, 3, 4, 5);
        callThroughTheThird();
        assertThat(reported).isEmpty();
        bad.add(BAD);
        callThroughTheThird();
        assertThat(reported).containsExactly(EJECTED);
    }

    @Test
    void nor_before_it_had_the_endpoint() throws Exception {
        failHalfThroughTwoSubsets(", {'name': 'v3', 'labels': {'version': 'v3'}, " + ON + "}");
        apply(threeSubsets(", {'name': 'v3', 'labels': {}, " + ON + "}"), 1, 2, 3, 4, 5);
        callThroughTheThird();
        assertThat(reported).isEmpty();
        bad.add(BAD);
        callThroughTheThird();
        assertThat(reported).containsExactly(EJECTED);
    }

    @Test
    void a_late_failure_of_an_endpoint_that_is_listed_no_more_is_no_event() throws Exception {
        apply(ON, 1, 2);
        call("/", 8);
        meanwhile = () -> apply(ON, 2, 3);
        call("/", 2);
        assertThat(asked).contains(BAD);
        assertThat(reported).isEmpty();
    }

    @Test
    void one_that_is_listed_again_begins_anew() throws Exception {
        apply(ON, 1, 2);
        call("/", 10);
        time.step(40 * SECOND);
        meanwhile = () -> {
            apply(ON, 2);
            apply(ON, 1, 2);
        };
        call("/", 1);
        assertThat(reported).containsExactly(EJECTED);
        asked.clear();
        call("/", 2);
        assertThat(asked).contains(BAD);
    }

    @Test
    void how_many_may_be_out_is_counted_among_those_of_the_policy_in_force() throws Exception {
        apply(ON, 1, 2, 3, 4);
        bad.add("10.0.0.2:80");
        meanwhile = null;
        apply(ON, 1, 3, 4);
        call("/", 15);
        assertThat(reported).containsExactly(EJECTED);
        apply(ON, 1, 2, 3, 4);
        while (asked.stream().filter("10.0.0.2:80"::equals).count() < 4) {
            call("/", 1);
        }
        meanwhile = () -> apply(ON, 1, 2);
        while (meanwhile != null) {
            call("/", 1);
        }
        assertThat(reported).containsExactly(EJECTED);
    }

    @Test
    void half_of_the_endpoints_are_ejected_though_one_always_may_be() throws Exception {
        bad.addAll(List.of("10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80"));
        apply(ON, 1, 2, 3, 4);
        call("/", 200);
        assertThat(reported).hasSize(2).allMatch(event -> event.startsWith("ejected "));
        reported.clear();
        apply("'outlierDetection': {'maxEjectionPercent': 1}", 5, 6, 7);
        bad.addAll(List.of("10.0.0.5:80", "10.0.0.6:80"));
        call("/", 200);
        assertThat(reported).hasSize(1).allMatch(event -> event.startsWith("ejected "));
    }

    @Test
    void a_failed_probe_ejects_for_longer() throws Exception {
        apply(ON, 1, 2);
        call("/", 10);
        assertThat(reported).containsExactly(EJECTED);
        assertThat(isCalledWithin(29)).as("ejected for 30 s").isFalse();
        assertThat(isCalledWithin(5)).as("the probe fails").isTrue();
        assertThat(isCalledWithin(59)).as("ejected for 60 s").isFalse();
        assertThat(isCalledWithin(8)).isTrue();
        assertThat(reported).containsExactly(EJECTED);
    }

    private boolean isCalledWithin(int seconds) throws IOException {
        asked.clear();
        for (int i = 0; i < seconds; i++) {
            time.step(SECOND);
            call("/", 1);
        }
        return asked.contains(BAD);
    }

    @Test
    void one_that_cannot_go_since_too_many_are_out_is_called_seldom_until_it_answers() throws Exception {
        apply(ON, 1, 2, 3);
        bad.add("10.0.0.2:80");
        call("/", 20);
        assertThat(reported).hasSize(1);
        String spared = reported.contains(EJECTED) ? "10.0.0.2:80" : BAD;
        assertThat(sharePerMille(spared)).isLessThan(150);
        bad.remove(spared);
        call("/", 60);
        assertThat(sharePerMille(spared)).isBetween(450, 550);
        assertThat(reported).hasSize(1);
    }

    private int sharePerMille(String endpoint) throws IOException {
        asked.clear();
        call("/", 1000);
        return (int) asked.stream().filter(endpoint::equals).count();
    }

    private static final String NO_PANIC =
            "'retry': {'codes': [500], 'attempts': 2}, 'outlierDetection': {'minHealthPercent': 0}";

    @Test
    void the_answer_that_takes_the_last_one_out_is_returned_and_the_next_call_is_refused() throws Exception {
        apply(NO_PANIC, 1);
        call("/", 1);
        Call last = Calls.call(time, Calls.get(), wire);
        assertThat(run(last)).isEqualTo(500);
        assertThat(last.attempts()).isEqualTo(2);
        assertThat(last.decision().detail()).isEqualTo("no endpoint is left for a retry");
        assertThat(reported).containsExactly(EJECTED);
        Call next = Calls.call(time, Calls.get(), wire);
        assertThatThrownBy(() -> run(next)).isInstanceOfSatisfying(NoHealthyEndpoint.class, e -> assertThat(
                        e.decision().attempts())
                .singleElement()
                .satisfies(a -> assertThat(a.outcome()).isEqualTo("refused")));
        assertThat(next.decision().attempts()).singleElement().satisfies(a -> {
            assertThat(a.outcome()).isEqualTo("refused");
            assertThat(a.endpoint()).isEmpty();
            assertThat(a.status()).isZero();
            assertThat(a.failure()).contains("1 ejected");
        });
    }

    @Test
    void a_probe_that_fails_where_no_other_endpoint_is_left_is_returned_too() throws Exception {
        apply(NO_PANIC, 1);
        call("/", 2);
        time.step(40 * SECOND);
        Call probe = Calls.call(time, Calls.get(), wire);
        assertThat(run(probe)).isEqualTo(500);
        assertThat(probe.attempts()).isEqualTo(1);
    }

    @Test
    void a_retry_continues_if_another_endpoint_may_be_probed() throws Exception {
        apply(NO_PANIC.replace("0}", "0, 'maxEjectionPercent': 100}"), 1, 2);
        bad.add("10.0.0.2:80");
        call("/", 4);
        assertThat(reported).hasSize(2);
        bad.clear();
        bad.add(BAD);
        time.step(40 * SECOND);
        asked.clear();
        call("/", 1);
        assertThat(asked).containsExactly(BAD, "10.0.0.2:80");
    }

    @Test
    void a_retry_continues_if_names_stand_for_others_meanwhile() throws Exception {
        String names = "'resolution': 'DNS', ";
        apply(names + NO_PANIC, 1);
        call("/", 1);
        asked.clear();
        meanwhile = () -> meanwhile = () -> apply(names + NO_PANIC, 1, 2);
        Call call = Calls.call(time, Calls.get(), wire);
        assertThat(run(call)).isEqualTo(200);
        assertThat(asked).containsExactly(BAD, BAD, "10.0.0.2:80");
        assertThat(reported).containsExactly(EJECTED);
    }

    @Test
    void the_ejected_survive_a_policy() throws Exception {
        apply(ON, 1, 2);
        call("/", 10);
        apply(ON, 1, 2, 3);
        asked.clear();
        call("/", 20);
        assertThat(asked).doesNotContain(BAD);
        assertThat(reported).containsExactly(EJECTED);
    }
}
