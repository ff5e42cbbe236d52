package dev.meshclient.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.Decision;
import dev.meshclient.NoRoute;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The route layer alone, between calls and backends that record each call. */
class RouteTest {
    private final StepTime time = new StepTime();
    private final Map<String, Integer> taken = new TreeMap<>();

    private CallLayer route(Route.Rule... rules) {
        return Route.create(time, new Revision("version 7"), "orders", List.of(rules));
    }

    private Route.WeightedBackend to(String backend, int weight) {
        return Routes.branch(backend, weight, call -> {
            taken.merge(backend, 1, Integer::sum);
            return Calls.respond(call.beginAttempt(), 200);
        });
    }

    private void run(CallLayer route, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Calls.call(time, Calls.get()).run(route);
        }
    }

    @Test
    void weights_share_the_calls_within_what_chance_allows() throws Exception {
        SplittableRandom random = new SplittableRandom(23);
        for (int round = 0; round < 20; round++) {
            int[] weights = random.ints(2 + random.nextInt(15), 0, 100).toArray();
            weights[0] = 1 + random.nextInt(100);
            Route.WeightedBackend[] branches = new Route.WeightedBackend[weights.length];
            long sum = 0;
            for (int i = 0; i < weights.length; i++) {
                branches[i] = to("b" + i, weights[i]);
                sum += weights[i];
            }
            taken.clear();
            int calls = 20_000;
            run(route(new Route.Rule("split", List.of(), List.of(branches))), calls);
            double chiSquare = 0;
            int kinds = 0;
            for (int i = 0; i < weights.length; i++) {
                double expected = (double) calls * weights[i] / sum;
                int seen = taken.getOrDefault("b" + i, 0);
                if (weights[i] == 0) {
                    assertThat(seen).isZero();
                } else {
                    chiSquare += (seen - expected) * (seen - expected) / expected;
                    kinds++;
                }
            }
            // Mean of the distribution plus six standard deviations.
            assertThat(chiSquare).isLessThan(kinds - 1 + 6 * Math.sqrt(2.0 * (kinds - 1)) + 6);
        }
    }

    @Test
    void a_split_of_one_in_a_million_is_kept() throws Exception {
        run(route(new Route.Rule("canary", List.of(), List.of(to("main", 1_000_000), to("canary", 1)))), 100_000);
        assertThat(taken.getOrDefault("canary", 0)).isLessThan(3);
    }

    @Test
    void a_split_of_nothing_and_all_is_a_switch() throws Exception {
        run(route(new Route.Rule("green", List.of(), List.of(to("blue", 0), to("green", 100)))), 1000);
        assertThat(taken).isEqualTo(Map.of("green", 1000));
    }

    @Test
    void seventy_to_thirty_holds_within_five_percent_of_five_hundred_calls() throws Exception {
        run(route(new Route.Rule("split", List.of(), List.of(to("v1", 70), to("v2", 30)))), 500);
        assertThat(taken.get("v1")).isCloseTo(350, within(25));
    }

    @Test
    void the_backend_is_drawn_once_a_call_and_its_retries_stay() throws Exception {
        CallLayer retrying = call -> {
            String first = null;
            for (int i = 0; i < 3; i++) {
                Attempt attempt = call.beginAttempt();
                String backend = call.decision().backend();
                first = first == null ? backend : first;
                assertThat(backend).isEqualTo(first);
                Calls.respond(attempt, 503);
            }
            taken.merge(String.valueOf(first), 1, Integer::sum);
            return Calls.respond(call.beginAttempt(), 200);
        };
        run(
                route(new Route.Rule(
                        "split",
                        List.of(),
                        List.of(Routes.branch("v1", 1, retrying), Routes.branch("v2", 1, retrying)))),
                200);
        assertThat(taken.get("v1")).isBetween(60, 140);
    }

    @Test
    void the_decision_names_policy_service_rule_and_backend() throws Exception {
        Call call = Calls.call(time, Calls.get());
        call.run(route(new Route.Rule("all", List.of(), List.of(to("orders/v2", 1)))));
        Decision decision = call.decision();
        assertThat(List.of(decision.policy(), decision.service(), decision.rule(), decision.backend()))
                .containsExactly("version 7", "orders", "all", "orders/v2");
    }

    @Test
    void what_no_rule_takes_is_refused_and_the_refusal_says_what_there_was() {
        CallLayer route = route(
                new Route.Rule("v1", List.of(Routes.path("PathPrefix", "/v1")), List.of(to("v1", 1))),
                new Route.Rule("v2", List.of(Routes.path("PathPrefix", "/v2")), List.of(to("v2", 1))));
        Request request = Routes.get("http://orders/v3/7?x=1");
        assertThatThrownBy(() -> Calls.call(time, request).run(route)).isInstanceOfSatisfying(NoRoute.class, e -> {
            assertThat(e.getMessage())
                    .contains("'orders'")
                    .contains("GET /v3/7")
                    .contains("2 match(es)");
            assertThat(e.reason()).isEqualTo("NR");
            assertThat(e.advice()).contains("a rule without matches");
            assertThat(e.decision().service()).isEqualTo("orders");
            assertThat(e.decision().policy()).isEqualTo("version 7");
            assertThat(e.decision().attempts()).isEmpty();
        });
        assertThat(taken).isEmpty();
    }

    /** Whatever the expression could not decide: the rule after it would send the call elsewhere. */
    @ParameterizedTest
    @ValueSource(strings = {"path", "header", "query"})
    void a_match_that_gives_up_fails_the_call_and_takes_no_other_rule(String where) throws Exception {
        Match admin =
                switch (where) {
                    case "path" -> Routes.path("RegularExpression", "/admin/.*");
                    case "header" -> Routes.header(Routes.regex("x", ".*.*.*.*.*b"));
                    default -> Routes.query(Routes.regex("x", "(a|b)*c"));
                };
        String path = where.equals("path") ? "/admin/" + "a".repeat(9000) : "/admin";
        Request request = Routes.get("http://orders" + path + "?x=" + "ab".repeat(4000))
                .newBuilder()
                .header("x", "a".repeat(60))
                .build();
        CallLayer route = route(
                new Route.Rule("admins", List.of(admin), List.of(to("admin", 1))),
                new Route.Rule("all", List.of(), List.of(to("public", 1))));

        assertThatThrownBy(() -> Calls.call(time, request).run(route)).isInstanceOfSatisfying(NoRoute.class, e -> {
            assertThat(e.getMessage())
                    .contains("whether rule 'admins' of 'orders' matches is not known: the regular expression '")
                    .contains("' gave up on a value of ");
            assertThat(e.decision().rule()).isEqualTo("admins");
        });
        assertThat(taken).isEmpty();
    }

    /** A GET can never match a rule for POST, whatever its path is. */
    @Test
    void a_match_that_another_condition_rules_out_does_not_give_up() throws Exception {
        Match admin =
                new Match(new PathMatch(Routes.pathType("RegularExpression"), "/.*"), "POST", List.of(), List.of());
        CallLayer route = route(
                new Route.Rule("admins", List.of(admin), List.of(to("admin", 1))),
                new Route.Rule("all", List.of(), List.of(to("public", 1))));
        Calls.call(time, Routes.get("http://orders/" + "a".repeat(9000))).run(route);
        assertThat(taken).containsOnlyKeys("public");
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "header", "query"})
    void an_expression_that_gives_up_does_not_count_where_another_condition_says_no(String where) throws Exception {
        String expression = ".*.*.*.*.*b";
        Match canary =
                switch (where) {
                    case "path" ->
                        new Match(
                                new PathMatch(Routes.pathType("RegularExpression"), "/" + expression),
                                null,
                                List.of(Routes.exact("x-canary", "yes")),
                                List.of());
                    case "header" ->
                        new Match(
                                null,
                                null,
                                List.of(Routes.regex("x", expression), Routes.regex("x-canary", "y.*")),
                                List.of());
                    default ->
                        new Match(
                                null,
                                null,
                                List.of(),
                                List.of(Routes.regex("x", expression), Routes.exact("canary", "yes")));
                };
        String aaa = "a".repeat(60);
        Request request = Routes.get("http://orders/" + aaa + "?x=" + aaa)
                .newBuilder()
                .header("x", aaa)
                .build();
        CallLayer route = route(
                new Route.Rule("canary", List.of(canary), List.of(to("canary", 1))),
                new Route.Rule("all", List.of(), List.of(to("public", 1))));

        Calls.call(time, request).run(route);
        assertThat(taken).containsOnlyKeys("public");
        Request withCanary = request.newBuilder()
                .header("x-canary", "yes")
                .url(request.url() + "&canary=yes")
                .build();
        assertThatThrownBy(() -> Calls.call(time, withCanary).run(route)).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_rule_of_several_matches_takes_what_any_of_them_takes_each_in_its_own_rank() throws Exception {
        CallLayer route = route(
                new Route.Rule(
                        "either",
                        List.of(Routes.path("PathPrefix", "/"), Routes.path("Exact", "/a/b")),
                        List.of(to("either", 1))),
                new Route.Rule("a", List.of(Routes.path("PathPrefix", "/a")), List.of(to("a", 1))));
        for (String path : List.of("/", "/a", "/a/b", "/a/b/c")) {
            Calls.call(time, Routes.get("http://orders" + path)).run(route);
        }
        assertThat(taken).isEqualTo(Map.of("either", 2, "a", 2));
    }
}
