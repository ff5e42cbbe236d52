package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the schema calls a default is what the engine does when nothing is stated, and another value makes a difference: a
 * setting that is accepted and has no effect is a defect.
 */
class SchemaDefaultsTest {
    private static final List<Object> PEER = List.of(
            503,
            409,
            Outcome.CONNECT_FAILURE,
            200,
            Outcome.RESET,
            500,
            Outcome.ATTEMPT_TIMEOUT,
            502,
            Outcome.REFUSED_STREAM);

    /** Looked at below, or where requests come in (InboundDefaultsTest). */
    private static final Set<String> OF_ACCESS = Set.of(
            "authorizationPolicy.shadow",
            "credentials.overwrite",
            "requestAuthentication.forwardOriginalToken",
            "jwtProvider.clockSkew",
            "jwtProvider.cacheDuration");

    /** Looked at below: without a path there are no checks. */
    private static final String OF_CHECKS = "healthCheck\\..*";

    /** Sizes of tables, which show in no behaviour of a few calls. */
    private static final Set<String> OF_HASHES =
            Set.of("ringHash.minimumRingSize", "maglev.tableSize", "consistentHash.hashBalanceFactor");

    /** GatewayTest has it on the wire. */
    private static final String OF_GATEWAYS = "cluster.gatewaySni";

    private static final Set<String> OF_HEDGE =
            Set.of("hedge.delay", "hedge.minDelay", "hedge.maxAttempts", "hedge.shadow");

    /** A default of the schema: where it stands in the document below, as which field, and what is no default. */
    private record Case(String property, String place, String field, String other, String without) {
        Case(String property, String place, String field, String other) {
            this(property, place, field, other, "");
        }

        /** The document that does not state the field; a section that is off unless it is stated is there. */
        String nothing() {
            return without.isEmpty() ? document("", "") : document(place, without);
        }

        @Override
        public String toString() {
            return property;
        }
    }

    static List<Case> cases() {
        return List.of(
                service("timeouts.request", "'timeouts': {'request': %s}", "'3s'"),
                service("timeouts.backendRequest", "'timeouts': {'backendRequest': %s}", "'1s'"),
                service("timeouts.shadow", "'timeouts': {'request': '15s', 'shadow': %s}", "true"),
                service("timeouts.connect", "'timeouts': {'connect': %s}", "'2s'"),
                service("timeouts.idle", "'timeouts': {'idle': %s}", "'0s'"),
                service("retry.codes", "'retry': {'attempts': 2, 'codes': %s}", "[409]"),
                service(
                        "retry.retryOn",
                        "'retry': {'attempts': 2, 'codes': [502, 503, 504], 'retryOn': %s}",
                        "['reset']"),
                service("retry.backoff", "'retry': {'attempts': 2, 'backoff': %s}", "'26ms'"),
                service("retry.shadow", "'retry': {'attempts': 2, 'shadow': %s}", "true"),
                service("budget.percent", "'retryConstraint': {'budget': {'percent': %s}}", "100"),
                service("budget.interval", "'retryConstraint': {'budget': {'interval': %s}}", "'10ms'"),
                service("minRetryRate.count", "'retryConstraint': {'minRetryRate': {'count': %s}}", "0"),
                service("minRetryRate.interval", "'retryConstraint': {'minRetryRate': {'interval': %s}}", "'10ms'"),
                service("retryConstraint.shadow", "'retryConstraint': {'shadow': %s}", "true"),
                service("limits.maxRequests", "'limits': {'maxRequests': %s}", "0"),
                service("limits.maxPendingRequests", "'limits': {'maxPendingRequests': %s}", "3"),
                service("limits.maxConnectionsPerEndpoint", "'limits': {'maxConnectionsPerEndpoint': %s}", "1"),
                service("limits.adaptive", "'limits': {'adaptive': %s}", "true"),
                service("limits.shadow", "'limits': {'shadow': %s}", "true"),
                breaker("failureRateThreshold", "20"),
                breaker("slowCallRateThreshold", "0"),
                breaker("slowCallDurationThreshold", "'2s'"),
                breaker("slidingWindowType", "'TIME_BASED'"),
                breaker("slidingWindowSize", "20"),
                breaker("minimumNumberOfCalls", "7"),
                breaker("waitDurationInOpenState", "'1s'"),
                breaker("permittedNumberOfCallsInHalfOpenState", "3"),
                breaker("shadow", "true"),
                rateLimit("timeoutDuration", "'2s'"),
                rateLimit("shadow", "true"),
                service(
                        "outlierDetection.consecutive5xxErrors",
                        "'outlierDetection': {'consecutive5xxErrors': %s}",
                        "1"),
                service(
                        "outlierDetection.consecutiveGatewayErrors",
                        "'outlierDetection': {'consecutiveGatewayErrors': %s}",
                        "1"),
                service(
                        "outlierDetection.consecutiveLocalOriginFailures",
                        "'outlierDetection': {'consecutiveLocalOriginFailures': %s}",
                        "1"),
                service(
                        "outlierDetection.successRateMinimumHosts",
                        "'outlierDetection': {'successRateMinimumHosts': %s}",
                        "3"),
                service(
                        "outlierDetection.successRateRequestVolume",
                        "'outlierDetection': {'successRateRequestVolume': %s}",
                        "7"),
                service(
                        "outlierDetection.successRateStdevFactor",
                        "'outlierDetection': {'successRateStdevFactor': %s}",
                        "0"),
                service(
                        "outlierDetection.failurePercentageThreshold",
                        "'outlierDetection': {'failurePercentageThreshold': %s}",
                        "85"),
                service(
                        "outlierDetection.failurePercentageMinimumHosts",
                        "'outlierDetection': {'failurePercentageMinimumHosts': %s}",
                        "3"),
                service(
                        "outlierDetection.failurePercentageRequestVolume",
                        "'outlierDetection': {'failurePercentageRequestVolume': %s}",
                        "7"),
                service("outlierDetection.interval", "'outlierDetection': {'interval': %s}", "'1ms'"),
                service("outlierDetection.baseEjectionTime", "'outlierDetection': {'baseEjectionTime': %s}", "'1ms'"),
                service("outlierDetection.maxEjectionTime", "'outlierDetection': {'maxEjectionTime': %s}", "'1ms'"),
                service("outlierDetection.maxEjectionPercent", "'outlierDetection': {'maxEjectionPercent': %s}", "0"),
                service("outlierDetection.minHealthPercent", "'outlierDetection': {'minHealthPercent': %s}", "0"),
                service("outlierDetection.shadow", "'outlierDetection': {'shadow': %s}", "true"),
                service("defaults.failoverMode", "'failoverMode': %s", "'STRICT'"),
                service(
                        "loadBalancer.subsetSize",
                        "'loadBalancer': {'simple': 'LEAST_REQUEST', 'subsetSize': %s}",
                        "1"),
                service("defaults.loadBalancer", "'loadBalancer': %s", "{'simple': 'RANDOM'}"),
                weightedLoad("blackoutPeriod", "'0s'"),
                weightedLoad("weightExpirationPeriod", "'1m'"),
                weightedLoad("weightUpdatePeriod", "'2s'"),
                weightedLoad("errorUtilizationPenalty", "2"),
                warmup("minimumPercent", "20"),
                warmup("aggression", "2.0"),
                service("defaults.trafficDistribution", "'trafficDistribution': %s", "'Any'"),
                service("service.appProtocol", "'appProtocol': %s", "'https'"),
                service("service.resolution", "'resolution': %s", "'NONE'"),
                new Case("endpoint.weight", "ENDPOINT", "'weight': %s", "0"),
                new Case("endpoint.health", "ENDPOINT", "'health': %s", "'DRAINING'"),
                new Case("cluster.priority", "CLUSTER", "'priority': %s", "1"),
                new Case("cluster.state", "CLUSTER", "'state': %s", "'DRAINING'"),
                new Case("backendRef.weight", "BACKEND", "'weight': %s", "0"),
                new Case("rule.stream", "RULE", "'stream': %s", "true"),
                new Case("path.type", "PATH", "'type': %s", "'Exact'"),
                new Case("header.type", "HEADER", "'type': %s", "'RegularExpression'"),
                new Case("queryParam.type", "QUERY", "'type': %s", "'RegularExpression'"),
                new Case(
                        "document.outboundTrafficPolicy",
                        "DOCUMENT",
                        "'outboundTrafficPolicy': %s",
                        "'REGISTRY_ONLY'"));
    }

    private static Case breaker(String field, String other) {
        return new Case(
                "circuitBreaker." + field,
                "SERVICE",
                "'circuitBreaker': {'" + field + "': %s}",
                other,
                "'circuitBreaker': {}");
    }

    private static Case rateLimit(String field, String other) {
        String limit = "'rateLimit': {'limitForPeriod': 5, 'limitRefreshPeriod': '1s'";
        return new Case("rateLimit." + field, "SERVICE", limit + ", '" + field + "': %s}", other, limit + "}");
    }

    private static Case weightedLoad(String field, String other) {
        String load = "'loadBalancer': {'simple': 'WEIGHTED_LOAD'";
        return new Case(
                "weightedLoad." + field,
                "SERVICE",
                load + ", 'weightedLoad': {'" + field + "': %s}}",
                other,
                load + ", 'weightedLoad': {}}");
    }

    private static Case warmup(String field, String other) {
        String warmup = "'loadBalancer': {'simple': 'RANDOM', 'warmup': {'duration': '1m'";
        return new Case("warmup." + field, "SERVICE", warmup + ", '" + field + "': %s}}", other, warmup + "}}");
    }

    private static Case service(String property, String field, String other) {
        return new Case(property, "SERVICE", field, other);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_default_that_is_stated_changes_nothing_and_another_value_does(Case setting) throws Exception {
        String builtIn = Objects.requireNonNull(defaults().get(setting.property));
        String nothing = behaviour(setting.nothing());

        assertThat(behaviour(document(setting.place, setting.field.formatted(builtIn))))
                .isEqualTo(nothing);
        assertThat(behaviour(document(setting.place, setting.field.formatted(setting.other))))
                .isNotEqualTo(nothing);
    }

    @ParameterizedTest
    @CsvSource({
        "interval, '2s'",
        "timeout, '2s'",
        "unhealthyThreshold, 2",
        "healthyThreshold, 3",
        "noTrafficInterval, '61s'"
    })
    void so_does_one_of_a_health_check(String field, String other) throws Exception {
        String check = "'healthCheck': {'path': '/healthz'%s}";
        String alone = behaviour(document("SERVICE", check.formatted("")));
        String builtIn = Objects.requireNonNull(defaults().get("healthCheck." + field));

        assertThat(alone).isNotEqualTo(behaviour(document("", "")));
        assertThat(behaviour(document("SERVICE", check.formatted(", '" + field + "': " + builtIn))))
                .isEqualTo(alone);
        assertThat(behaviour(document("SERVICE", check.formatted(", '" + field + "': " + quoted(other)))))
                .isNotEqualTo(alone);
    }

    @Test
    void a_hash_uses_the_sizes_of_the_schema() throws Exception {
        ConsistentHash nothing = ConsistentHash.builder().httpHeaderName("x").build();

        assertThat(defaults())
                .containsEntry("ringHash.minimumRingSize", "" + ConsistentHash.RingHash.DEFAULT.sizeOrDefault())
                .containsEntry("maglev.tableSize", "" + new ConsistentHash.Maglev(null).sizeOrDefault())
                .containsEntry("consistentHash.hashBalanceFactor", "0");
        assertThat(nothing.hashBalanceFactor()).isNull();
    }

    @Test
    void a_gateway_chooses_by_the_name_of_the_schema() throws Exception {
        assertThat(defaults().get(OF_GATEWAYS)).contains(Cluster.GATEWAY_SNI);
    }

    private static String quoted(String value) {
        return value.endsWith("s") ? "'" + value + "'" : value;
    }

    @Test
    void two_retries_are_built_in() throws Exception {
        assertThat(behaviour(document("SERVICE", "'retry': {'attempts': 2}"))).isEqualTo(behaviour(document("", "")));
        assertThat(behaviour(document("SERVICE", "'retry': {'attempts': 3}")))
                .isNotEqualTo(behaviour(document("", "")));
    }

    @Test
    void what_decides_is_no_shadow_unless_it_says_so() throws Exception {
        String deny = "'authorization': [{'action': 'DENY', 'rules': [{}] %s}]";
        String nothing = behaviour(document("SERVICE", deny.formatted("")));

        assertThat(behaviour(document("SERVICE", deny.formatted(", 'shadow': false"))))
                .isEqualTo(nothing);
        assertThat(behaviour(document("SERVICE", deny.formatted(", 'shadow': true"))))
                .isNotEqualTo(nothing);
    }

    @Test
    void a_hedge_has_these_defaults() throws Exception {
        String hedge = "'hedge': {%s}";
        String nothing = behaviour(document("SERVICE", hedge.formatted("")));
        assertThat(nothing).isNotEqualTo(behaviour(document("", "")));

        Map<String, String> defaults = defaults();
        Map<String, String> others = Map.of(
                "hedge.delay", "'30ms'", "hedge.minDelay", "'11ms'", "hedge.maxAttempts", "3", "hedge.shadow", "true");
        for (String field : OF_HEDGE) {
            String stated = "'" + field.substring("hedge.".length()) + "': ";
            String builtIn = hedge.formatted(stated + defaults.get(field));
            String other = hedge.formatted(stated + others.get(field));
            assertThat(behaviour(document("SERVICE", builtIn))).as(field).isEqualTo(nothing);
            assertThat(behaviour(document("SERVICE", other))).as(field).isNotEqualTo(nothing);
        }
    }

    @Test
    void a_token_does_not_overwrite_unless_it_says_so() throws Exception {
        String token = "'credentials': {'token': 'a' %s}";
        String nothing = behaviour(document("SERVICE", token.formatted("")));

        assertThat(behaviour(document("SERVICE", token.formatted(", 'overwrite': false"))))
                .isEqualTo(nothing);
        assertThat(behaviour(document("SERVICE", token.formatted(", 'overwrite': true"))))
                .isNotEqualTo(nothing);
    }

    @Test
    void every_default_of_the_schema_is_looked_at() throws Exception {
        Map<String, String> defaults = defaults();
        defaults.keySet()
                .removeIf(name -> name.matches("(service|subset)\\.(loadBalancer|trafficDistribution|failoverMode)")
                        || name.matches(OF_CHECKS)
                        || OF_HASHES.contains(name)
                        || OF_GATEWAYS.equals(name)
                        || OF_ACCESS.contains(name)
                        || OF_HEDGE.contains(name));
        assertThat(cases()).extracting(Case::property).containsExactlyInAnyOrderElementsOf(defaults.keySet());
    }

    /** But for lists that are empty by default. */
    private static Map<String, String> defaults() throws IOException {
        JsonNode schema = new ObjectMapper().readTree(PolicyCodec.schema());
        Map<String, String> defaults = new TreeMap<>();
        collect("document", schema, defaults);
        schema.get("$defs").properties().forEach(def -> collect(def.getKey(), def.getValue(), defaults));
        return defaults;
    }

    private static void collect(String name, JsonNode object, Map<String, String> defaults) {
        object.path("properties").properties().forEach(property -> {
            JsonNode value = property.getValue().get("default");
            if (value != null && !value.toString().equals("[]")) {
                defaults.put(name + "." + property.getKey(), value.toString());
            }
        });
    }

    /** One field more, at its place. */
    private static String document(String place, String field) {
        String document = """
                {'apiVersion': 'meshclient.dev/v1', 'kind': 'MeshPolicy', 'metadata': {'mesh': 'm'} DOCUMENT,
                 'clusters': [{'name': 'a' CLUSTER}, {'name': 'b'}],
                 'services': {'orders': {'hosts': ['orders'] SERVICE,
                   'rules': [{
                     'name': 'first',
                     'matches': [{'path': {'value': '/a' PATH}, 'headers': [{'name': 'x', 'value': 'a.' HEADER}],
                                  'queryParams': [{'name': 'q', 'value': 'b.' QUERY}]}],
                     'backendRefs': [{'name': 'orders' BACKEND}, {'name': 'carts'}]}, {
                     'name': 'rest' RULE,
                     'backendRefs': [{'name': 'orders'}]}]
                   ENDPOINTS},
                  'carts': {'hosts': ['carts'], 'endpoints': [{'address': '10.0.0.9', 'port': 80}]}}}
                """;
        String endpoints = field.contains("'NONE'") ? "" : """
                , 'endpoints': [{'address': '10.0.0.1', 'port': 80, 'cluster': 'a', 'locality': 'r/z1' ENDPOINT},
                                {'address': '10.0.0.3', 'port': 80, 'cluster': 'a', 'locality': 'r/z1'},
                                {'address': '10.0.0.2', 'port': 80, 'cluster': 'b', 'locality': 'r/z2'}]
                """;
        document = document.replace("ENDPOINTS", endpoints);
        for (String at :
                List.of("DOCUMENT", "CLUSTER", "SERVICE", "PATH", "HEADER", "QUERY", "BACKEND", "ENDPOINT", "RULE")) {
            document = document.replace(" " + at, at.equals(place) ? ", " + field : "");
        }
        return document.replace('\'', '"');
    }

    /** All that a policy makes of the same calls to the same peer at the same times. */
    private static String behaviour(String document) throws IOException {
        StepTime time = new StepTime();
        List<String> seen = new ArrayList<>();
        Peer peer = new Peer(time, seen);
        MeshState state = Compiled.state(
                PolicyCodec.read(document),
                LocalWorkload.of(Workload.of("caller").zone("r/z1"), time),
                time);
        seen.add(state.outboundTrafficPolicy() + " " + state);
        for (int call = 0; call < 60; call++) {
            for (String url : List.of("http://orders/a/b?q=b.", "http://orders/a?q=bx", "http://orders/a?q=b.")) {
                Request request = new Request.Builder()
                        .url(url)
                        .header("x", url.contains("/b") || url.endsWith("x") ? "a." : "ax")
                        .build();
                CallLayer layers =
                        Objects.requireNonNull(state.find("orders", 80)).layers();
                try {
                    seen.add("answered "
                            + Calls.call(time, request, peer).run(layers).code());
                } catch (IOException e) {
                    seen.add("failed " + e.getMessage());
                }
                time.step(1_000_000);
            }
        }
        return String.join("\n", seen);
    }

    /** Writes down what reaches it. */
    private record Peer(StepTime time, List<String> seen) implements Wire {
        @Override
        public Response send(Attempt attempt) throws IOException {
            Target target = Objects.requireNonNull(attempt.call().target());
            Backend backend = target.backend();
            Object next = PEER.get(seen.size() % PEER.size());
            seen.add(time.now() + " " + target.rule() + (target.isStream() ? ", streams" : "") + " -> " + backend
                    + " at " + attempt.endpoint() + ", "
                    + backend.tls() + " " + backend.appProtocol() + " " + backend.connectNanos() + " "
                    + backend.idleNanos() + ": " + next);
            if (next instanceof Outcome failure) {
                throw Calls.fail(attempt, failure);
            }
            return Calls.respond(attempt, (Integer) next);
        }
    }
}
