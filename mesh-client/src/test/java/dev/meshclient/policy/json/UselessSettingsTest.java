package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Legal settings without effect, each in the smallest document, and beside it a similar one that has an effect. */
class UselessSettingsTest {
    private static final String ONE = "'endpoints': [{'address': '10.0.0.1', 'port': 80}]";

    private static final String TWO =
            "'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80}]";

    private static List<String> warnings(String fields) {
        byte[] json = Fixtures.utf8(Fixtures.document(fields));
        assertThat(PolicyCodec.lint(json)).isEmpty();
        return PolicyCodec.warnings(json, Set.of()).stream()
                .map(UselessSettingsTest::shown)
                .toList();
    }

    private static String shown(PolicyProblem warning) {
        assertThat(warning.line()).isPositive();
        return warning.path() + ": " + warning.value() + ": " + warning.expected();
    }

    private static List<String> ofService(String fields) {
        return warnings("'services': {'a': {'hosts': ['a'], " + fields + "}}");
    }

    private static List<String> ofSource(String source) {
        return warnings("'trustDomain': 'shop.example', 'services': {'a': {'hosts': ['a'], " + ONE
                + ", 'authorization': [{'action': 'ALLOW', 'rules': [{'from': [{'source': {" + source + "}}]}]}]}}");
    }

    @Test
    void a_cluster_that_is_not_listed() {
        String services =
                ", 'services': {'a': {'hosts': ['a'], 'endpoints': [{'address': '10.0.0.1', 'port': 80, 'cluster': 'wets'}]}}";

        assertThat(warnings("'clusters': [{'name': 'west'}]" + services))
                .containsExactly("services.a.endpoints[0].cluster: \"wets\": a cluster of clusters: west;"
                        + " any other has priority 0");
        assertThat(warnings("'clusters': [{'name': 'wets'}]" + services)).isEmpty();
        assertThat(warnings("'clusters': []" + services)).isEmpty();
    }

    @Test
    void a_subset_that_no_endpoint_belongs_to() {
        String subsets = "'subsets': [{'name': 's', 'labels': {'version': 'v3'}}]";

        assertThat(ofService(ONE + ", " + subsets))
                .containsExactly(
                        "services.a.subsets[0].labels: {\"version\": \"v3\"}: the labels of an endpoint of this"
                                + " service: none of its endpoints has them all");
        assertThat(ofService(
                        "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'labels': {'version': 'v3', 'a': 'b'}}], "
                                + subsets))
                .isEmpty();
    }

    @Test
    void a_queue_in_which_no_call_can_wait() {
        String better = ": a maxRequests of at least 1 beside it: no call waits without a limit, or for a slot that"
                + " never comes free";
        assertThat(ofService("'limits': {'maxPendingRequests': 4}")).isEmpty();
        assertThat(ofService("'limits': {'maxRequests': 0, 'maxPendingRequests': 4}"))
                .containsExactly("services.a.limits.maxPendingRequests: 4" + better);
        assertThat(warnings("'defaults': {'limits': {'maxPendingRequests': 4}},"
                        + " 'services': {'a': {'hosts': ['a'], 'resolution': 'NONE'}}"))
                .containsExactly("defaults.limits.maxPendingRequests: 4" + better);
        assertThat(warnings("'defaults': {'limits': {'maxPendingRequests': 4}},"
                        + " 'services': {'a': {'hosts': ['a'], 'resolution': 'NONE', 'limits': {'maxRequests': 8}}}"))
                .isEmpty();
    }

    @Test
    void a_warm_up_that_begins_with_all_of_the_share() {
        String warmup = "'loadBalancer': {'simple': 'RANDOM', 'warmup': {'duration': '1m', 'minimumPercent': %d}}";
        assertThat(ofService(warmup.formatted(99))).isEmpty();
        assertThat(ofService(warmup.formatted(100)))
                .containsExactly("services.a.loadBalancer.warmup.minimumPercent: 100: less than 100: an endpoint that"
                        + " begins has all of its share at once");
    }

    @Test
    void a_shadow_of_limits_without_a_limit() {
        String shadow = "'limits': {'shadow': true}";
        String none = "'resolution': 'NONE', ";

        assertThat(ofService(none + shadow))
                .containsExactly(
                        "services.a.limits.shadow: true: maxRequests beside it: with resolution NONE no limit is built in");
        assertThat(ofService(ONE + ", " + shadow)).isEmpty();
        assertThat(ofService(none + "'limits': {'maxRequests': 4, 'shadow': true}"))
                .isEmpty();
        assertThat(warnings("'defaults': {'limits': {'maxRequests': 4}}, 'services': {'a': {'hosts': ['a'], " + none
                        + shadow + "}}"))
                .isEmpty();
    }

    @Test
    void a_shadow_of_timeouts_without_a_stated_one() {
        String shadow = "'timeouts': {'shadow': true}";
        String useless = ".timeouts.shadow: true: request or backendRequest beside it: the built-in limit is in force,"
                + " and no other is stated";

        assertThat(ofService(ONE + ", " + shadow)).containsExactly("services.a" + useless);
        assertThat(warnings("'defaults': {" + shadow + "}, 'services': {'a': {'hosts': ['a'], " + ONE + "}}"))
                .containsExactly("defaults" + useless);
        assertThat(warnings("'defaults': {" + shadow + "}, 'services': {'a': {'hosts': ['a'], " + ONE
                        + "}, 'b': {'hosts': ['b'], " + ONE + ", 'timeouts': {'backendRequest': '1s'}}}"))
                .as("b has a limit")
                .isEmpty();
        assertThat(ofService(ONE + ", " + shadow
                        + ", 'rules': [{'backendRefs': [{'name': 'a'}], 'timeouts': {'request': '1s'}}]"))
                .isEmpty();
        assertThat(ofService(ONE + ", 'timeouts': {'shadow': false}")).isEmpty();
    }

    @Test
    void a_shadow_of_ejection_that_is_off() {
        String off = "'outlierDetection': {'shadow': true, 'maxEjectionPercent': 0}";

        assertThat(ofService(ONE + ", " + off))
                .containsExactly("services.a.outlierDetection.shadow: true: maxEjectionPercent of at least 1: with 0 no"
                        + " endpoint would be ejected");
        assertThat(ofService(ONE + ", 'outlierDetection': {'shadow': true}")).isEmpty();
        assertThat(ofService(ONE + ", " + off.replace("true", "false"))).isEmpty();
        assertThat(warnings("'defaults': {" + off + "}, 'services': {'a': {'hosts': ['a'], " + ONE
                        + ", 'outlierDetection': {'maxEjectionPercent': 10}}}"))
                .isEmpty();
    }

    @Test
    void a_shadow_of_a_circuit_breaker_that_is_off_or_replaces_an_enforced_one() {
        assertThat(ofService(ONE + ", 'circuitBreaker': {'failureRateThreshold': 0, 'shadow': true}"))
                .containsExactly(
                        "services.a.circuitBreaker.shadow: true: failureRateThreshold of at least 1: with 0 the"
                                + " breaker is off");
        assertThat(ofService(ONE + ", 'circuitBreaker': {'shadow': true}")).isEmpty();
        String service = "}, 'services': {'a': {'hosts': ['a'], " + ONE + ", 'circuitBreaker': {'shadow': true}}}";
        assertThat(warnings("'defaults': {'circuitBreaker': {}" + service))
                .containsExactly("services.a.circuitBreaker.shadow: true: no enforced circuitBreaker in a wider place:"
                        + " the circuitBreaker of the defaults is not enforced here; none is");
        assertThat(warnings("'defaults': {'circuitBreaker': {'shadow': true}" + service))
                .isEmpty();
    }

    @Test
    void a_shadow_of_a_rate_limit_that_replaces_an_enforced_one() {
        String limit = "'rateLimit': {'limitForPeriod': 5, 'limitRefreshPeriod': '1s'%s}";
        String shadow = limit.formatted(", 'shadow': true");
        String service = "}, 'services': {'a': {'hosts': ['a'], " + ONE + ", " + shadow + "}}";
        assertThat(warnings("'defaults': {" + limit.formatted("") + service))
                .containsExactly("services.a.rateLimit.shadow: true: no enforced rateLimit in a wider place: the"
                        + " rateLimit of the defaults is not enforced here; none is");
        assertThat(warnings("'defaults': {" + shadow + service)).isEmpty();
    }

    @Test
    void a_field_of_a_circuit_breaker_that_another_overrides() {
        assertThat(ofService(ONE + ", 'circuitBreaker': {'slidingWindowSize': 20, 'minimumNumberOfCalls': 30}"))
                .containsExactly(
                        "services.a.circuitBreaker.minimumNumberOfCalls: 30: at most slidingWindowSize, which is"
                                + " 20: the window holds no more attempts, so its percentages count from 20 on");
        assertThat(ofService(ONE + ", 'circuitBreaker': {'slidingWindowSize': 20}"))
                .isEmpty();
        assertThat(ofService(ONE + ", 'circuitBreaker': {'slidingWindowType': 'TIME_BASED', 'slidingWindowSize': 20,"
                        + " 'minimumNumberOfCalls': 30}"))
                .isEmpty();
        assertThat(ofService(
                        ONE + ", 'circuitBreaker': {'slowCallRateThreshold': 0, 'slowCallDurationThreshold': '2s'}"))
                .containsExactly("services.a.circuitBreaker.slowCallDurationThreshold: \"2s\": nothing: with"
                        + " slowCallRateThreshold 0 slow attempts do not open the breaker");
    }

    @Test
    void a_shadow_of_timeouts_that_lifts_an_enforced_limit() {
        String enforced = ", 'timeouts': {'request': '5s', 'backendRequest': '1s'}";
        String rule = ", 'rules': [{'backendRefs': [{'name': 'a'}], 'timeouts': {'request': '2s', 'shadow': %s}}]";
        String request = "no enforced request in a wider place: the request limit 5s of the ";

        assertThat(ofService(ONE + enforced + rule.formatted(true)))
                .containsExactly("services.a.rules[0].timeouts.shadow: true: " + request
                        + "service is not enforced here; the built-in 15s is; no enforced backendRequest in a wider"
                        + " place: the backendRequest limit 1s of the service is not enforced here; no limit is");
        assertThat(warnings(
                        "'defaults': {'timeouts': {'request': '5s'}}, 'services': {'a': {'hosts': ['a'], 'resolution':"
                                + " 'NONE', 'timeouts': {'shadow': true}}}"))
                .containsExactly(
                        "services.a.timeouts.shadow: true: " + request + "defaults is not enforced here; no limit is");
        assertThat(ofService(ONE + enforced + rule.formatted(false))).isEmpty();
        assertThat(ofService(ONE + enforced.replace("'5s'", "'5s', 'shadow': true") + rule.formatted(true)))
                .as("the wider one is a shadow, too")
                .isEmpty();
        assertThat(ofService(ONE + rule.formatted(true))).isEmpty();
    }

    @Test
    void a_shadow_of_retry_that_replaces_an_enforced_one() {
        String rule = ", 'rules': [{'backendRefs': [{'name': 'a'}], 'retry': {'attempts': 1, 'shadow': true}}]";
        String enforced = ", 'retry': {'attempts': 0}";

        assertThat(ofService(ONE + enforced + rule))
                .containsExactly(
                        "services.a.rules[0].retry.shadow: true: no enforced retry in a wider place: the retry of"
                                + " the service is not enforced here; the built-in retries are");
        assertThat(ofService(ONE + enforced.replace("0", "0, 'shadow': true") + rule))
                .isEmpty();
        assertThat(ofService(ONE + rule)).isEmpty();
        assertThat(ofService(ONE + enforced + rule.replace("true", "false"))).isEmpty();
    }

    @Test
    void a_shadow_of_hedge_that_replaces_an_enforced_one_or_sends_none_anyway() {
        String rule = ", 'rules': [{'backendRefs': [{'name': 'a'}], 'hedge': {'shadow': true}}]";
        String enforced = ", 'hedge': {'delay': '1s'}";

        assertThat(ofService(TWO + enforced + rule))
                .containsExactly(
                        "services.a.rules[0].hedge.shadow: true: no enforced hedge in a wider place: the hedge of"
                                + " the service is not enforced here; no hedges are sent");
        assertThat(ofService(TWO + rule)).isEmpty();
        assertThat(ofService(TWO + enforced + rule.replace("true", "false"))).isEmpty();
        assertThat(ofService(TWO + ", 'hedge': {'maxAttempts': 1, 'shadow': true}"))
                .containsExactly(
                        "services.a.hedge.shadow: true: maxAttempts of at least 2: with 1 no hedge would be" + " sent");
    }

    @Test
    void a_limit_that_another_one_never_lets_bind() {
        assertThat(ofService(ONE + ", 'limits': {'maxRequests': 3, 'adaptive': true}"))
                .containsExactly(
                        "services.a.limits.adaptive: true: a maxRequests above 3: the limit moves between 3 and"
                                + " maxRequests, which is 3");
        assertThat(ofService(ONE + ", 'limits': {'maxRequests': 4, 'adaptive': true}"))
                .isEmpty();
        assertThat(ofService(ONE + ", 'limits': {'maxRequests': 3, 'adaptive': false}"))
                .isEmpty();
        String limits = "'limits': {'maxRequests': 8, 'maxRequestsPerEndpoint': %d, 'maxConnectionsPerEndpoint': %1$d,"
                + " 'maxRetries': %1$d}";
        assertThat(ofService(ONE + ", " + limits.formatted(9)))
                .hasSize(3)
                .contains(
                        "services.a.limits.maxRetries: 9: at most maxRequests, which is 8: no more calls are in flight");
        assertThat(ofService(ONE + ", " + limits.formatted(8))).isEmpty();
        assertThat(ofService(ONE + ", 'limits': {'maxConnectionsPerEndpoint': 2000}"))
                .singleElement()
                .asString()
                .contains("at most maxRequests, which is 1024");
        assertThat(ofService(ONE.replace("80}", "80, 'labels': {'v': '1'}}")
                        + ", 'subsets': [{'name': 's', 'labels': {'v': '1'}}], " + limits.formatted(9)))
                .as("the attempts of the subset count at the endpoint too")
                .containsExactly(
                        "services.a.limits.maxRetries: 9: at most maxRequests, which is 8: no more calls are in flight");
    }

    @Test
    void an_ejection_rule_that_can_eject_no_endpoint() {
        String percentage = ", 'outlierDetection': {'failurePercentageThreshold': 85%s}";
        String of = "services.a.outlierDetection.";

        assertThat(ofService(TWO + percentage.formatted("")))
                .containsExactly(of + "failurePercentageThreshold: 85: at least 5 endpoints"
                        + " (failurePercentageMinimumHosts): with 2 none is ever compared");
        assertThat(ofService(TWO + percentage.formatted(", 'failurePercentageMinimumHosts': 2")))
                .isEmpty();
        assertThat(ofService("'resolution': 'DNS', " + TWO + percentage.formatted("")))
                .as("a name may have many addresses")
                .isEmpty();
        assertThat(warnings("'defaults': {" + percentage.substring(2).formatted("")
                        + "}, 'services': {'a': {'hosts': ['a'], " + TWO + "}, 'b': {'hosts': ['b']}}"))
                .as("the endpoints of b are not known")
                .isEmpty();
        assertThat(ofService(TWO + ", 'outlierDetection': {'failurePercentageRequestVolume': 10}"))
                .containsExactly(
                        of + "failurePercentageRequestVolume: 10: failurePercentageThreshold beside it: without"
                                + " one percentages eject no endpoint");
        assertThat(ofService(TWO + ", 'outlierDetection': {'successRateStdevFactor': 1500}"))
                .containsExactly(
                        of + "successRateStdevFactor: 1500: at least 5 endpoints (successRateMinimumHosts): with"
                                + " 2 none is ever compared");
        assertThat(ofService(TWO + ", 'outlierDetection': {'successRateStdevFactor': 0}"))
                .isEmpty();
        assertThat(ofService(TWO + ", 'outlierDetection': {'consecutive5xxErrors': 3, 'consecutiveGatewayErrors': 4}"))
                .singleElement()
                .asString()
                .startsWith(of + "consecutiveGatewayErrors: 4: at most consecutive5xxErrors, which is 3: ");
        assertThat(ofService(TWO + ", 'outlierDetection': {'consecutive5xxErrors': 0, 'consecutiveGatewayErrors': 4}"))
                .isEmpty();
        assertThat(ofService(TWO + ", 'outlierDetection': {'maxEjectionPercent': 0, 'consecutive5xxErrors': 3}"))
                .containsExactly(of + "consecutive5xxErrors: 3: a maxEjectionPercent of at least 1: with 0 no endpoint"
                        + " is ejected");
        assertThat(ofService(TWO + ", 'outlierDetection': {'maxEjectionPercent': 0, 'consecutive5xxErrors': 0}"))
                .isEmpty();
    }

    @Test
    void a_hedge_that_can_never_begin() {
        String hedge = ", 'hedge': {'delay': '2s'%s}";

        assertThat(ofService(ONE + hedge.formatted("")))
                .containsExactly(
                        "services.a.hedge: a hedge: a second endpoint: a hedge never goes to the endpoint of an"
                                + " earlier attempt");
        assertThat(ofService(TWO + hedge.formatted(""))).isEmpty();
        assertThat(ofService("'resolution': 'DNS', " + ONE + hedge.formatted("")))
                .isEmpty();
        assertThat(ofService(ONE + hedge.formatted(", 'maxAttempts': 1"))).isEmpty();
        assertThat(ofService(TWO + hedge.formatted(", 'maxAttempts': 3")))
                .containsExactly("services.a.hedge.maxAttempts: 3: at most 2, the number of endpoints: each attempt has"
                        + " its own");
        assertThat(ofService(TWO + hedge.formatted("") + ", 'timeouts': {'backendRequest': '2s'}"))
                .containsExactly("services.a.hedge.delay: \"2s\": less than timeouts.backendRequest, which is 2s: the"
                        + " attempt has ended by then");
        assertThat(ofService(TWO + hedge.formatted("") + ", 'timeouts': {'request': '1s'}"))
                .singleElement()
                .asString()
                .contains("less than timeouts.request, which is 1s: the call has ended by then");
        assertThat(ofService(TWO + ", 'hedge': {'minDelay': '2s'}, 'timeouts': {'request': '1s'}"))
                .singleElement()
                .asString()
                .startsWith("services.a.hedge.minDelay: ");
        assertThat(ofService(TWO + hedge.formatted("") + ", 'timeouts': {'request': '1s', 'shadow': true}"))
                .isEmpty();
        String subset =
                "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'labels': {'v': '1'}}, {'address': '10.0.0.2',"
                        + " 'port': 80}], 'subsets': [{'name': 's', 'labels': {'v': '1'}}], 'rules': [{'backendRefs': [{'name':"
                        + " 'a', 'subset': 's'}], 'hedge': {}}]";
        assertThat(ofService(subset)).singleElement().asString().startsWith("services.a.rules[0].hedge: a hedge: ");
    }

    /** Six endpoints, one of three zones each two, and this size. */
    private static String subset(String size, String zones) {
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            endpoints
                    .append(i == 0 ? "'endpoints': [" : ", ")
                    .append("{'address': '10.0.0." + i + "', 'port': 80, 'locality': 'eu/" + zones.charAt(i) + "'}");
        }
        return endpoints + "], 'loadBalancer': {'simple': 'RANDOM', 'subsetSize': " + size + "}";
    }

    @Test
    void rules_that_need_more_endpoints_than_a_client_calls() {
        String percentage = ", 'outlierDetection': {'failurePercentageThreshold': 85}";
        String at = "services.a.outlierDetection.failurePercentageThreshold: 85: ";
        assertThat(ofService(subset("4", "aaaaaa") + percentage))
                .containsExactly(at + "at least 5 endpoints within loadBalancer.subsetSize"
                        + " (failurePercentageMinimumHosts): with 4 none is ever compared");
        assertThat(ofService(subset("5", "aaaaaa") + percentage)).isEmpty();
        assertThat(ofService(subset("0", "aaaaaa") + percentage)).as("no limit").isEmpty();
        assertThat(ofService(subset("2", "aabbcc") + percentage))
                .as("that of each zone, to which calls may leave")
                .isEmpty();

        assertThat(ofService(subset("1", "aaaaaa") + ", 'hedge': {}"))
                .containsExactly(
                        "services.a.hedge: a hedge: a loadBalancer.subsetSize above 1: a hedge never goes to the"
                                + " endpoint of an earlier attempt");
        assertThat(ofService(subset("2", "aaaaaa") + ", 'hedge': {'maxAttempts': 3}"))
                .containsExactly("services.a.hedge.maxAttempts: 3: at most 2, the number of endpoints within"
                        + " loadBalancer.subsetSize: each attempt has its own");
        assertThat(ofService(subset("1", "abcabc") + ", 'hedge': {'maxAttempts': 3}"))
                .isEmpty();
    }

    @Test
    void a_health_check_without_its_effect() {
        String check = ", 'healthCheck': {'path': '/', 'interval': '5s'%s}";
        String of = "services.a.healthCheck.";

        assertThat(ofService(TWO + check.formatted(", 'timeout': '5s', 'noTrafficInterval': '5s'")))
                .isEmpty();
        assertThat(ofService(TWO + check.formatted(", 'timeout': '6s'")))
                .containsExactly(of + "timeout: \"6s\": at most interval, which is 5s: the next check begins after this"
                        + " one, so that a hanging endpoint is checked less often");
        assertThat(ofService(TWO + check.formatted(", 'noTrafficInterval': '1s'")))
                .containsExactly(
                        of + "noTrafficInterval: \"1s\": at least interval, which is 5s: without calls there are"
                                + " never more checks");
        assertThat(ofService(TWO + check.formatted(", 'noTrafficInterval': '11m'")))
                .containsExactly(of + "noTrafficInterval: \"11m\": at most 10m: without calls for so long there are no"
                        + " checks");
        assertThat(ofService(ONE + check.formatted("")))
                .singleElement()
                .asString()
                .startsWith(of + "path: \"/\": a second endpoint, or an outlierDetection.minHealthPercent of 0: ");
        assertThat(ofService(ONE + check.formatted("") + ", 'outlierDetection': {'minHealthPercent': 0}"))
                .isEmpty();
        assertThat(ofService(
                        ONE + check.formatted("") + ", 'outlierDetection': {'minHealthPercent': 0, 'shadow': true}"))
                .as("a shadow leaves the built-in value in force")
                .hasSize(1);
    }

    @Test
    void slow_attempts_that_timeouts_end_before() {
        String breaker = ", 'circuitBreaker': {'slowCallRateThreshold': 50%s}";
        String of = "services.a.circuitBreaker.";

        assertThat(ofService(ONE + breaker.formatted("")))
                .as("the built-in values are 60 s and 15 s")
                .containsExactly(of + "slowCallRateThreshold: 50: a slowCallDurationThreshold below the timeouts, which"
                        + " end each attempt after 15s: none is slow");
        assertThat(ofService(ONE + breaker.formatted(", 'slowCallDurationThreshold': '2s'")))
                .isEmpty();
        assertThat(ofService(ONE + breaker.formatted(", 'slowCallDurationThreshold': '2s'")
                        + ", 'timeouts': {'backendRequest': '1s'}"))
                .containsExactly(
                        of + "slowCallDurationThreshold: \"2s\": less than the timeouts, which end each attempt"
                                + " after 1s: none is slow");
        assertThat(ofService(ONE + breaker.formatted("") + ", 'timeouts': {'request': '0s'}"))
                .isEmpty();
        assertThat(ofService(ONE + ", 'circuitBreaker': {}")).isEmpty();
    }

    @Test
    void a_rule_that_an_earlier_one_shadows() {
        String to = "'backendRefs': [{'name': 'a'}]";
        String prefix =
                "'matches': [{'path': {'type': 'PathPrefix', 'value': '/api/'}, 'headers': [{'name': 'X', 'value': '1'}]}]";

        assertThat(ofService(ONE + ", 'rules': [{'name': 'all', " + to + "}, {'name': 'more', " + to + "}]"))
                .containsExactly(
                        "services.a.rules[1]: \"more\": a match that no earlier rule has: every request of this rule"
                                + " is taken by rules[0]");
        assertThat(ofService(ONE + ", 'rules': [{" + prefix + ", " + to + "}, {"
                        + prefix.replace("/api/", "/api").replace("'X'", "'x'") + ", " + to + "}]"))
                .hasSize(1);
        // The more specific rule decides, also behind one that matches more.
        assertThat(ofService(ONE + ", 'rules': [{" + to + "}, {" + prefix + ", " + to + "}]"))
                .isEmpty();
        assertThat(ofService(ONE + ", 'rules': [{'matches': [{'method': 'GET'}], " + to
                        + "}, {'matches': [{'method': 'GET'}, {'method': 'PUT'}], " + to + "}]"))
                .isEmpty();
    }

    @Test
    void a_method_in_lower_case() {
        String rule =
                ONE + ", 'authorization': [{'action': 'DENY', 'rules': [{'to': [{'operation': {'%s': ['%s']}}]}]}]";

        assertThat(ofService(rule.formatted("methods", "get")))
                .containsExactly(
                        "services.a.authorization[0].rules[0].to[0].operation.methods[0]: \"get\": GET: methods are"
                                + " compared with case, and a client sends GET");
        assertThat(ofService(rule.formatted("notMethods", "Get"))).hasSize(1);
        assertThat(ofService(rule.formatted("methods", "GET"))).isEmpty();
    }

    @Test
    void a_principal_of_another_trust_domain() {
        String other = "'principals': ['spiffe://other.example/ns/prod/sa/pay']";

        assertThat(ofSource(other))
                .singleElement()
                .asString()
                .contains("a member of shop.example; of another trust domain");
        assertThat(ofSource("'notPrincipals': ['cluster.local/ns/prod/sa/pay']"))
                .hasSize(1);
        assertThat(ofSource("'principals': ['shop.example/ns/prod/*', 'spiffe://shop.example/w', '*/sa/pay', '*']"))
                .isEmpty();
        byte[] json =
                Fixtures.utf8(Fixtures.document("'trustDomain': 'shop.example', 'services': {'a': {'hosts': ['a'], "
                        + ONE + ", 'authorization': [{'action': 'ALLOW', 'rules': [{'from': [{'source': {" + other
                        + "}}]}]}]}}"));
        assertThat(PolicyCodec.warnings(json, Set.of("other.example"))).isEmpty();
    }

    @Test
    void an_attempt_that_may_take_longer_than_its_call() {
        String longer = "'timeouts': {'request': '1s', 'backendRequest': '2s'}";

        assertThat(ofService(ONE + ", " + longer))
                .containsExactly(
                        "services.a.timeouts.backendRequest: \"2s\": at most timeouts.request, which is 1s here:"
                                + " the whole call ends before its first attempt may");
        assertThat(warnings("'defaults': {" + longer + "}, 'services': {}")).hasSize(1);
        assertThat(ofService(ONE + ", 'timeouts': {'request': '1s'}, 'rules': [{'backendRefs': [{'name': 'a'}],"
                        + " 'timeouts': {'backendRequest': '2s'}}]"))
                .singleElement()
                .asString()
                .startsWith("services.a.rules[0].timeouts.backendRequest");
        assertThat(ofService(ONE + ", 'timeouts': {'request': '0s', 'backendRequest': '2s'}"))
                .isEmpty();
        assertThat(warnings("'defaults': {'timeouts': {'backendRequest': '2s'}}, 'services': {'a': {'hosts': ['a'], "
                        + ONE + ", 'timeouts': {'request': '1s'}}}"))
                .isEmpty();
    }

    @Test
    void an_attempt_that_may_take_longer_than_the_built_in_limit() {
        String longer = "'timeouts': {'backendRequest': '20s'}";

        assertThat(ofService(ONE + ", " + longer))
                .containsExactly(
                        "services.a.timeouts.backendRequest: \"20s\": at most timeouts.request, which is 15s if it is"
                                + " not stated: the whole call ends before its first attempt may");
        assertThat(ofService("'resolution': 'NONE', " + longer)).isEmpty();
        assertThat(ofService(ONE + ", 'timeouts': {'backendRequest': '15s'}")).isEmpty();
    }

    @Test
    void an_attempt_is_compared_with_the_call_of_each_rule_that_it_applies_to() {
        String longer = ONE + ", 'timeouts': {'request': '1s', 'backendRequest': '2s'}, ";
        String rule = "{'name': '%s', 'matches': [{'path': {'value': '/%s'}}], 'backendRefs': [{'name': 'a'%s}]%s}";
        String plain = rule.formatted("plain", "a", "", "");
        String ofLonger = rule.formatted("long", "b", "", ", 'timeouts': {'request': '3s'}");
        String ofShorter = rule.formatted("short", "c", "", ", 'timeouts': {'request': '500ms'}");
        String own = rule.formatted("own", "d", "", ", 'timeouts': {'backendRequest': '600ms'}");

        assertThat(ofService(longer + "'rules': [" + plain + ", " + ofLonger + "]"))
                .as("it has an effect in the rule with the longer call")
                .isEmpty();
        assertThat(ofService(longer + "'rules': [" + plain + ", " + ofShorter + ", " + own + "]"))
                .hasSize(1);
        assertThat(ofService(longer + "'rules': [" + own + "]"))
                .as("no rule uses it")
                .hasSize(1);
        assertThat(ofService(ONE + ", 'timeouts': {'backendRequest': '2s'}, 'rules': [" + ofShorter + "]"))
                .as("a shorter request alone is a usual way to shorten a call")
                .isEmpty();
        assertThat(ofService("'endpoints': [{'address': '10.0.0.1', 'port': 80, 'labels': {'v': '1'}}], 'subsets':"
                        + " [{'name': 's', 'labels': {'v': '1'}, 'timeouts': {'backendRequest': '2s'}}], 'rules': ["
                        + rule.formatted("subset", "e", ", 'subset': 's'", ", 'timeouts': {'request': '1s'}") + "]"))
                .as("the rule shortens the calls of the subset")
                .isEmpty();
        assertThat(ofService("'endpoints': [{'address': '10.0.0.1', 'port': 80, 'labels': {'v': '1'}}], 'subsets':"
                        + " [{'name': 's', 'labels': {'v': '1'}, 'timeouts': {'request': '1s'}}], 'rules': ["
                        + rule.formatted("subset", "e", ", 'subset': 's'", ", 'timeouts': {'backendRequest': '2s'}")
                        + "]"))
                .singleElement()
                .asString()
                .startsWith(
                        "services.a.rules[0].timeouts.backendRequest: \"2s\": at most timeouts.request, which is 1s");
    }

    @Test
    void endpoints_without_a_zone_where_zones_are_preferred() {
        String two = "'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80%s}]";
        String preferred = ", 'trafficDistribution': 'PreferSameZone'";

        assertThat(ofService(two.formatted("") + preferred))
                .singleElement()
                .asString()
                .startsWith("services.a.endpoints: no endpoint with a zone: a locality \"region/zone\"");
        assertThat(ofService(two.formatted(", 'locality': 'eu'"))).hasSize(1);
        assertThat(ofService(two.formatted(", 'locality': 'eu/eu-1a'") + preferred))
                .isEmpty();
        assertThat(ofService(two.formatted("") + ", 'trafficDistribution': 'Any'"))
                .isEmpty();
        assertThat(ofService(two.formatted(""))).isEmpty();
    }

    @Test
    void endpoints_without_tls_behind_a_gateway() {
        String service = ", 'services': {'a': {'hosts': ['a'], 'endpoints': [{'address': '10.0.0.1', 'port': 80,"
                + " 'cluster': 'east'%s}]%s}}";
        String clusters = "'clusters': [{'name': 'east', 'gateway': 'gw:15443'}]";
        assertThat(warnings(clusters + service.formatted("", "")))
                .singleElement()
                .asString()
                .contains("services.a.endpoints: endpoints without TLS in cluster \"east\"");
        assertThat(warnings(clusters + service.formatted("", ", 'tls': {'mode': 'SIMPLE'}")))
                .isEmpty();
        assertThat(warnings(clusters + service.formatted("", ", 'appProtocol': 'https'")))
                .isEmpty();
        assertThat(warnings(clusters + service.formatted(", 'tlsMode': 'disabled'", ", 'tls': {'mode': 'SIMPLE'}")))
                .hasSize(1);
    }

    @Test
    void regions_zones_and_labels_that_no_endpoint_has() {
        String one = "'endpoints': [{'address': '10.0.0.1', 'port': 80, 'locality': 'eu/eu-1a', 'cluster': 'west',"
                + " 'labels': {'version': 'v1'}}], 'localityLbSetting': {%s}";
        assertThat(ofService(one.formatted(
                        "'failover': [{'from': 'eu', 'to': 'us'}, {'from': 'us', 'to': 'eu'}], 'distribute':"
                                + " [{'from': 'eu/*', 'to': {'eu/eu-1a': 80, 'eu/eu-lb': 20}}]")))
                .containsExactlyInAnyOrder(
                        "services.a.localityLbSetting.distribute[0].to: \"eu/eu-lb/*\": localities of endpoints: no"
                                + " endpoint is there, and the others get its share",
                        "services.a.localityLbSetting.failover[0].to: \"us\": a region of an endpoint: no endpoint is there");
        String labels = "'failoverPriority': ['version', 'version=v2', 'tier', 'topology.kubernetes.io/zone',"
                + " 'topology.istio.io/cluster=west', 'topology.kubernetes.io/region=us']";
        assertThat(ofService(one.formatted(labels)))
                .hasSize(3)
                .allSatisfy(finding -> assertThat(finding).contains("a label of an endpoint: no endpoint has it"))
                .anySatisfy(finding -> assertThat(finding).contains("failoverPriority[1]: \"version=v2\""))
                .anySatisfy(finding -> assertThat(finding).contains("failoverPriority[2]: \"tier\""))
                .anySatisfy(finding -> assertThat(finding).contains("failoverPriority[5]"));
    }

    @Test
    void nothing_in_the_sample_document() throws IOException {
        try (InputStream shop = UselessSettingsTest.class.getResourceAsStream("good/shop.json")) {
            assertThat(PolicyCodec.warnings(Objects.requireNonNull(shop).readAllBytes(), Set.of()))
                    .isEmpty();
        }
    }

    @Test
    void nothing_of_a_refused_document_or_service() {
        assertThat(PolicyCodec.warnings(Fixtures.utf8("{"), Set.of())).isEmpty();
        assertThat(PolicyCodec.warnings(
                        Fixtures.utf8(Fixtures.document(
                                "'services': {'a': {'hosts': ['a'], 'endpoints': [{'address': '10.0.0.1',"
                                        + " 'port': 0}], 'subsets': [{'name': 's', 'labels': {'version': 'v3'}}]}}")),
                        Set.of()))
                .isEmpty();
    }
}
