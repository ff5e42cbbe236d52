package dev.meshclient.simulator;

import static dev.meshclient.simulator.Scenarios.policy;
import static dev.meshclient.simulator.Scenarios.scenario;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulatorTest {
    private static final String FIRST = "\"service\": \"orders\", \"endpoints\": [\"10.0.0.1:80\"]";

    private static Account run(String more) throws IOException {
        return Simulator.run(policy(""), scenario(more));
    }

    private static Account fault(String fault) throws IOException {
        return run("\"faults\": [{\"from\": \"5s\", " + fault + "}]");
    }

    private static void refuses(String policy, String scenario, String problem) {
        assertThatExceptionOfType(ScenarioException.class)
                .isThrownBy(() -> Simulator.run(policy, scenario))
                .withMessage(problem);
    }

    // ---- faults

    @Test
    void without_a_fault_no_call_is_lost_and_none_leaves_its_zone() throws IOException {
        Account account = run("");
        assertThat(account.calls()).isBetween(1000L, 1400L);
        assertThat(account.ok()).isEqualTo(account.calls());
        assertThat(account.attempts()).isEqualTo(account.calls());
        assertThat(account.crossings()).isZero();
        assertThat(account.p50()).isBetween(Duration.ofMillis(9), Duration.ofMillis(11));
        assertThat(account.violations()).isEmpty();
        account.check();
    }

    @Test
    void a_refused_connection_is_tried_elsewhere_until_its_endpoint_is_ejected() throws IOException {
        Account account = fault("\"kind\": \"refuse\", " + FIRST);
        assertThat(account.lost()).isZero();
        assertThat(account.retries()).isBetween(5L, 30L);
        assertThat(account.ejections()).isPositive();
    }

    @Test
    void a_fault_ends() throws IOException {
        Account account = run(
                "\"faults\": [{\"kind\": \"status\", \"status\": 503, \"from\": \"5s\", \"to\": \"6s\", \"service\": \"orders\"}]");
        assertThat(account.lost()).isBetween(20L, 60L);
        assertThat(account.lostByReason()).containsOnlyKeys("503");
    }

    @Test
    void a_black_hole_lasts_until_the_timeout_of_the_attempt() throws IOException {
        Account account = fault("\"kind\": \"blackHole\", " + FIRST);
        assertThat(account.lost()).isZero();
        assertThat(account.max()).isBetween(Duration.ofMillis(500), Duration.ofMillis(1700));
    }

    @Test
    void a_black_hole_without_a_timeout_of_the_policy_lasts_as_long_as_okhttp_reads() throws IOException {
        String patient = policy("")
                .replace("\"backendRequest\": \"500ms\"", "\"backendRequest\": \"0s\"")
                .replace("\"request\": \"5s\"", "\"request\": \"0s\"");
        Account account = Simulator.run(
                patient, scenario("\"faults\": [{\"kind\": \"blackHole\", \"from\": \"5s\", " + FIRST + "}]"));
        assertThat(account.max()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
    }

    @Test
    void a_reset_is_repeated_only_if_the_request_is_idempotent() throws IOException {
        String post = scenario("\"faults\": [{\"kind\": \"reset\", \"from\": \"5s\", " + FIRST + "}]")
                .replace("\"perSecond\"", "\"method\": \"POST\", \"perSecond\"");
        assertThat(Simulator.run(policy(""), post).lostByReason()).containsOnlyKeys("UC");
        String idempotent = post.replace("\"method\"", "\"idempotent\": true, \"method\"");
        assertThat(Simulator.run(policy(""), idempotent).lost()).isZero();
    }

    @Test
    void slow_endpoints_answer_later() throws IOException {
        Account account = fault("\"kind\": \"slow\", \"factor\": 20");
        assertThat(account.p99()).isGreaterThan(Duration.ofMillis(200));
        assertThat(account.lost()).isZero();
    }

    @Test
    void a_lost_zone_neither_answers_nor_calls() throws IOException {
        Account other = fault("\"kind\": \"zoneLoss\", \"zone\": \"eu/b\"");
        assertThat(other.retries()).isZero();
        Account own = fault("\"kind\": \"zoneLoss\", \"zone\": \"eu/a\"");
        assertThat(own.calls()).isBetween(150L, 250L);
    }

    @Test
    void a_restart_comes_to_one_endpoint_after_the_other() throws IOException {
        Account account = fault("\"kind\": \"restart\", \"service\": \"orders\", \"every\": \"5s\", \"down\": \"2s\"");
        assertThat(account.lost()).isZero();
        assertThat(account.retries()).isPositive();
        assertThat(account.ejections()).isEqualTo(2); // those in the own zone; the others get no calls
    }

    @Test
    void a_published_document_takes_effect() throws IOException {
        String away = policy("").replace("\"locality\": \"eu/a\"", "\"locality\": \"eu/a\", \"health\": \"UNHEALTHY\"");
        Account account = fault("\"kind\": \"publish\", \"document\": " + away);
        assertThat(account.lost()).isZero();
        assertThat(account.crossings()).isBetween(account.calls() * 7 / 10, account.calls() * 9 / 10);
    }

    // ---- fleet

    @Test
    void generated_endpoints_replace_those_of_the_document_and_of_published_ones() throws IOException {
        Account account =
                run("\"fleet\": [{\"service\": \"orders\", \"zones\": {\"eu/b\": 2, \"eu/c\": 1}}], \"faults\": ["
                        + "{\"kind\": \"publish\", \"from\": \"5s\", \"document\": " + policy("") + "}]");
        assertThat(account.crossings()).isEqualTo(account.calls()).isEqualTo(account.ok());
    }

    @Test
    void the_first_group_that_has_an_endpoint_counts() throws IOException {
        Account account = run(
                "\"fleet\": [{\"service\": \"orders\", \"zone\": \"eu/a\", \"latency\": {\"median\": \"80ms\","
                        + " \"sigma\": 0}}, {\"service\": \"orders\", \"latency\": {\"median\": \"1ms\", \"sigma\": 0}}]");
        assertThat(account.p50()).isEqualTo(account.max()).isEqualTo(Duration.ofMillis(80));
    }

    @Test
    void an_endpoint_above_its_capacity_sheds_or_slows() throws IOException {
        String busy = "\"fleet\": [{\"service\": \"orders\", \"latency\": {\"median\": \"100ms\", \"sigma\": 0},"
                + " \"capacity\": {\"atOnce\": 1%s}}]";
        Account sheds = run(busy.formatted(", \"status\": 429"));
        assertThat(sheds.lostByReason()).containsOnlyKeys("429");
        Account slows = run(busy.formatted(""));
        assertThat(slows.max()).isGreaterThan(Duration.ofMillis(199));
    }

    @Test
    void names_have_addresses_and_the_scenario_selects_by_name() throws IOException {
        String named = policy("\"resolution\": \"DNS\"")
                .replace("10.0.0.1", "one.int")
                .replace("10.0.0.2", "two.int")
                .replace("10.0.0.3", "three.int")
                .replace("10.0.0.4", "four.int");
        Account account = Simulator.run(
                named,
                scenario("\"faults\": [{\"kind\": \"refuse\", \"service\": \"orders\", \"endpoints\": [\"one.int:80\"],"
                        + " \"from\": \"5s\"}]"));
        assertThat(account.lost()).isZero();
        assertThat(account.ejections()).isPositive();
    }

    @Test
    void a_document_with_mutual_tls_and_tokens_needs_neither() throws IOException {
        String secured = policy("\"tls\": {\"mode\": \"MESH_MUTUAL\"}, \"credentials\": {\"token\": \"orders-token\"}")
                .replace("\"services\"", "\"trustDomain\": \"shop.example\", \"services\"");
        Account account = Simulator.run(secured, scenario(""));
        assertThat(account.lost()).isZero();
    }

    @Test
    void endpoints_answer_health_checks_as_they_answer_calls() throws IOException {
        String checked = policy(
                "\"outlierDetection\": {\"consecutive5xxErrors\": 0, \"consecutiveLocalOriginFailures\": 0},"
                        + " \"healthCheck\": {\"path\": \"/healthz\", \"interval\": \"1s\", \"timeout\": \"1s\", \"unhealthyThreshold\": 2}");
        String scenario = scenario("\"faults\": [{\"kind\": \"refuse\", \"from\": \"5s\", " + FIRST + "}]");
        Account with = Simulator.run(checked, scenario);
        Account without = Simulator.run(checked.replaceFirst(", \"healthCheck.*?}", ""), scenario);
        assertThat(without.retries()).isGreaterThan(200);
        assertThat(with.retries()).isBetween(5L, 100L);
    }

    @Test
    void each_process_of_a_caller_ejects_for_itself() throws IOException {
        String four = scenario("\"faults\": [{\"kind\": \"refuse\", \"from\": \"5s\", " + FIRST + "}]")
                .replace("\"perSecond\": 40", "\"instances\": 4, \"perSecond\": 80");
        assertThat(Simulator.run(policy(""), four).ejections()).isEqualTo(4);
    }

    // ---- the account

    @Test
    void a_bound_that_does_not_hold_is_named_with_its_number() throws IOException {
        Account account =
                run("\"faults\": [{\"kind\": \"status\", \"status\": 500, \"from\": \"0s\", \"service\": \"orders\"}],"
                        + " \"atMost\": {\"lost\": 3, \"p99\": \"1s\", \"ejections\": 100}");
        assertThat(account.violations()).hasSize(1);
        assertThat(account.violations().get(0)).matches("atMost.lost: \\d+ \\(legal: at most 3\\)");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(account::check)
                .withMessageContaining("BROKEN atMost.lost");
    }

    @ParameterizedTest
    @EnumSource
    void the_same_seed_gives_the_same_account_on_every_kind_of_thread(ThreadKind threads) throws IOException {
        assumeTrue(threads.isAvailable());
        String scenario =
                scenario("\"fleet\": [{\"service\": \"orders\", \"zones\": {\"eu/a\": 3, \"eu/b\": 3}}], \"faults\": ["
                        + "{\"kind\": \"status\", \"status\": 503, \"from\": \"5s\", \"service\": \"orders\", \"count\": 1},"
                        + "{\"kind\": \"blackHole\", \"from\": \"9s\", \"zone\": \"eu/a\"}]");
        String once = Simulator.run(PolicyCodec.read(policy("")).policy(), ScenarioReader.read(scenario), threads)
                .toString();
        assertThat(Simulator.run(policy(""), scenario)).hasToString(once);
        assertThat(Simulator.run(policy(""), scenario.replace("\"length\"", "\"seed\": 2, \"length\"")))
                .doesNotHaveToString(once);
    }

    // ---- problems

    @Test
    void a_selection_of_what_the_policy_lacks_is_named_with_what_it_has() {
        refuses(
                policy(""),
                scenario("\"fleet\": [{\"service\": \"order\"}]"),
                "fleet[0].service: \"order\" (legal: a service of the policy: orders)");
        refuses(
                policy(""),
                scenario("\"faults\": [{\"kind\": \"refuse\", \"from\": \"1s\", \"service\": \"orders\","
                        + " \"endpoints\": [\"10.0.0.9:80\"]}]"),
                "faults[0].endpoints[0]: \"10.0.0.9:80\" (legal: an endpoint of the service orders: 10.0.0.1:80,"
                        + " 10.0.0.2:80, 10.0.0.3:80, 10.0.0.4:80)");
        refuses(
                policy(""),
                scenario("\"faults\": [{\"kind\": \"refuse\", \"from\": \"1s\", \"count\": 1}]"),
                "faults[0].service: nothing (legal: the service of the endpoints that endpoints or count select)");
        refuses(
                policy(""),
                scenario(
                        "\"faults\": [{\"kind\": \"restart\", \"from\": \"1s\", \"service\": \"orders\", \"zone\": \"us/x\","
                                + " \"every\": \"2s\", \"down\": \"1s\"}]"),
                "faults[0]: a restart of no endpoint (legal: a service that lists endpoints)");
        refuses(
                policy(""),
                scenario("").replace("\"host\": \"orders\"", "\"host\": \"payments\""),
                "callers[0].host: \"payments\" (legal: a host that a service of the policy claims)");
    }

    @Test
    void a_policy_with_a_problem_is_refused_as_anywhere() {
        assertThatExceptionOfType(PolicyException.class)
                .isThrownBy(() -> Simulator.run(policy("\"retries\": 3"), scenario("")))
                .withMessageContaining("services.orders.retries");
    }
}
