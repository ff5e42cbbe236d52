package dev.meshclient.internal.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Alert rules for Prometheus, and for each of them a test in which it fires. */
@SuppressWarnings("ImmutableEnumChecker") // nothing changes its maps
enum AlertRules {
    SUCCESS_LOW(
            "MeshSuccessRateLow",
            Metric.REQUESTS,
            requests -> Selector.share(
                            requests.aggregated(
                                    "sum", "service", rate(requests.series("_count", "outcome=\"success\""))),
                            requests.aggregated(
                                    "sum", "service", rate(requests.series("_count", "outcome!=\"cancelled\""))))
                    + " < 0.95",
            "5m",
            "Less than 95 % of the calls of {{ $labels.service }} succeed",
            "Over five minutes, without calls that the caller cancelled. The panel Failures shows the reasons.",
            "service=orders",
            Map.of("_count{outcome=\"success\"}", "0+50x60", "_count{outcome=\"error\"}", "0+10x60")),
    LATENCY_HIGH(
            "MeshLatencyHigh",
            Metric.REQUESTS,
            requests -> "histogram_quantile(0.99, "
                    + requests.aggregated("sum", "le, service", rate(requests.series("_bucket"))) + ") > 1",
            "10m",
            "One of 100 calls of {{ $labels.service }} takes more than a second",
            "The 99th percentile over five minutes, with all attempts and pauses and the response body.",
            "service=orders",
            Map.of(
                    "_bucket{le=\"1.0\"}", "0+50x60",
                    "_bucket{le=\"2.5\"}", "0+60x60",
                    "_bucket{le=\"+Inf\"}", "0+60x60")),
    REFUSED(
            "MeshCallsRefused",
            Metric.REQUESTS,
            requests -> requests.aggregated(
                            "sum", "service, reason", rate(requests.series("_count", "outcome=\"refused\"")))
                    + " > 0",
            "5m",
            "The mesh refuses calls of {{ $labels.service }}: {{ $labels.reason }}",
            "docs/mesh.md explains the letters: NR no route, UH no usable endpoint, UO too many calls, RBAC access denied.",
            "service=orders,reason=UO",
            Map.of("_count{outcome=\"refused\"}", "0+6x60")),
    RETRIES_REFUSED(
            "MeshRetryBudgetExhausted",
            Metric.RETRIES_REFUSED,
            refused -> refused.aggregated("sum", "backend", rate(refused.series("", "why=\"budget\""))) + " > 0",
            "5m",
            "The retry budget of {{ $labels.backend }} is exhausted",
            "So many attempts fail that the mesh does not repeat all of them, to spare the service.",
            "backend=orders",
            Map.of("{why=\"budget\"}", "0+6x60")),
    EJECTED(
            "MeshEndpointsEjected",
            Metric.ENDPOINTS,
            endpoints ->
                    endpoints.aggregated("sum", "service", called(endpoints.series("", "state=~\"ejected|probing\"")))
                            + " / "
                            + endpoints.aggregated("sum", "service", called(endpoints.series("", "state!=\"unused\"")))
                            + " > 0.3",
            "5m",
            "More than 30 % of the endpoints of {{ $labels.service }} are ejected",
            "As the average of all callers. The panel Ejections shows the detector.",
            "service=orders",
            Map.of("{state=\"ejected\"}", "2x60", "{state=\"usable\"}", "3x60", Given.CALLED, "1x60")),
    NO_ENDPOINT(
            "MeshNoUsableEndpoint",
            Metric.ENDPOINTS,
            endpoints -> endpoints.aggregated(
                            "min",
                            "job, instance, service",
                            "sum without (state) ("
                                    + called(endpoints.series("", "state=~\"usable|slow-start|degraded\"")) + ")")
                    + " == 0",
            "1m",
            "{{ $labels.instance }} has no usable endpoint of {{ $labels.service }}",
            "All endpoints are ejected, draining or unhealthy, or the policy lists none.",
            "service=orders",
            Map.of("{state=\"slow-start\"}", "0x60", "{state=\"usable\"}", "0x60", Given.CALLED, "1x60")),
    POLICY_STALE(
            "MeshPolicyNotConfirmed",
            Metric.POLICY_CONFIRMED_AGE,
            age -> age.aggregated("max", "job, instance, source", age.series("")) + " > 600",
            "5m",
            "{{ $labels.instance }} works with a policy that {{ $labels.source }} has not confirmed for ten minutes",
            "The source is down or out of reach. The last good policy stays in force, with the endpoints of that time.",
            "source=http",
            Map.of("{}", "0+60x60")),
    DOCUMENT_REFUSED(
            "MeshDocumentRefused",
            Metric.POLICY_DOCUMENTS,
            documents -> documents.aggregated(
                            "sum",
                            "job, instance, result",
                            risen(documents.series("", "result=~\"refused|partly-refused\"")))
                    + " > 0",
            "0m",
            "{{ $labels.instance }} got a policy document that is {{ $labels.result }}",
            "The log and mesh.status() show its problems, each with path and value.",
            "result=refused",
            Map.of("{}", "0x20 1x40")),
    CERTIFICATE(
            "MeshCertificateExpiresSoon",
            Metric.IDENTITY_EXPIRY,
            expiry -> expiry.aggregated("min", "job, instance, identity", expiry.series("")) + " < 900",
            "0m",
            "The certificate {{ $labels.identity }} of {{ $labels.instance }} expires within a quarter of an hour",
            "Without a new one the mesh makes no new connections with it, and cuts those that it has.",
            "identity=workload",
            Map.of("{}", "1800-60x60"));

    /** Series of other metrics that a test needs. */
    private static final class Given {
        /** The process calls the service. */
        static final String CALLED =
                "mesh_client_requests_seconds_count{job=\"shop\",instance=\"shop:8080\",service=\"shop\",backend=\"orders/v1\"}";
    }

    /** Makes the expression of an alert. */
    private interface Expression {
        String of(Selector metric);
    }

    /** A query of the docs: each process may have several meshes, by the tag {@code mesh}. */
    static final String WITH_REVISION = Selector.name(Metric.POLICY_AGE)
            + " * on (job, instance, mesh) group_left (revision) " + Selector.name(Metric.POLICY_INFO);

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();
    private static final String ORIGIN =
            "# Written by AlertRules, from the table of metrics: see docs/dashboards.md.\n";

    private final String alert;
    private final Metric metric;
    private final String expression;
    private final String lasts;
    private final String summary;
    private final String description;
    private final Map<String, String> labels;
    private final Map<String, String> values;

    AlertRules(
            String alert,
            Metric metric,
            Expression expression,
            String lasts,
            String summary,
            String description,
            String labels,
            Map<String, String> values) {
        this.alert = alert;
        this.metric = metric;
        this.expression = expression.of(new Selector(metric, ""));
        this.lasts = lasts;
        this.summary = summary;
        this.description = description;
        this.labels = new LinkedHashMap<>();
        Arrays.stream(labels.split(",")).map(label -> label.split("=")).forEach(l -> this.labels.put(l[0], l[1]));
        this.values = values;
    }

    /**
     * Only of services that the process has called: a policy may list many more, and their endpoints are no concern of it. The
     * service that gets a call is that of its backend.
     */
    private static String called(String ofServices) {
        Selector requests = new Selector(Metric.REQUESTS, "");
        return ofServices + " and on (job, instance, mesh, service) label_replace("
                + requests.aggregated("sum", "job, instance, mesh, backend", requests.series("_count"))
                + ", \"service\", \"$1\", \"backend\", \"([^/]+).*\")";
    }

    private static String rate(String series) {
        return "rate(" + series + "[5m])";
    }

    /** Within 15 minutes; the first value of a series counts, for a process may refuse a document before its first scrape. */
    private static String risen(String series) {
        return "increase(" + series + "[15m]) > 0 or " + series + " unless last_over_time(" + series
                + "[1h] offset 15m)";
    }

    String expression() {
        return expression;
    }

    private Map<String, Object> rule() {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("alert", alert);
        rule.put("expr", expression);
        rule.put("for", lasts);
        rule.put("labels", Map.of("severity", "warning"));
        rule.put("annotations", annotations(summary));
        return rule;
    }

    private Map<String, Object> annotations(String expanded) {
        return pair("summary", expanded, "description", description);
    }

    private static Map<String, Object> pair(String first, Object value, String second, Object other) {
        Map<String, Object> pair = new LinkedHashMap<>(); // in this order
        pair.put(first, value);
        pair.put(second, other);
        return pair;
    }

    /** A test of promtool: the alert fires after half an hour of these series, and not in the first minute. */
    private Map<String, Object> fires(Map<String, String> values) {
        return test(values, at("0m", List.of()), at("30m", List.of(firing())));
    }

    /** A test of promtool: the alert does not fire after half an hour of these series. */
    private Map<String, Object> isQuiet(Map<String, String> values) {
        return test(values, at("30m", List.of()));
    }

    private Map<String, Object> test(Map<String, String> values, Object... checks) {
        Map<String, String> series = new LinkedHashMap<>();
        values.forEach((name, ofSeries) -> series.put(series(name), ofSeries));
        return test(series, "alert_rule_test", List.of(checks));
    }

    private static Map<String, Object> test(Map<String, String> values, String kind, List<?> checks) {
        Map<String, Object> test = new LinkedHashMap<>();
        test.put("interval", "1m");
        test.put(
                "input_series",
                values.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(series -> pair("series", series.getKey(), "values", series.getValue()))
                        .toList());
        test.put(kind, checks);
        return test;
    }

    /** Two meshes in one process, the first without a name. */
    private static Map<String, Object> revisionsOfTwoMeshes() {
        Map<String, String> values = new LinkedHashMap<>();
        List<Map<String, Object>> samples = new ArrayList<>();
        for (String mesh : List.of("", "mesh=\"billing\",")) {
            String revision = "revision=\"" + (mesh.isEmpty() ? "7" : "8") + "\"";
            String process = "instance=\"shop:8080\",job=\"shop\"," + mesh;
            values.put(Selector.name(Metric.POLICY_AGE) + "{" + process + "source=\"file\"}", "5x5");
            values.put(Selector.name(Metric.POLICY_INFO) + "{" + process + revision + ",source=\"file\"}", "1x5");
            samples.add(pair("labels", "{" + process + revision + ",source=\"file\"}", "value", 5));
        }
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("expr", WITH_REVISION);
        check.put("eval_time", "5m");
        check.put("exp_samples", samples);
        return test(values, "promql_expr_test", List.of(check));
    }

    private Map<String, Object> firing() {
        Map<String, String> with = new LinkedHashMap<>(labels);
        if (expression.matches("\\w+ by \\(job, instance.*")) {
            with.put("job", "shop");
            with.put("instance", "shop:8080");
        }
        String expanded = summary;
        for (Map.Entry<String, String> label : with.entrySet()) {
            expanded = expanded.replace("{{ $labels." + label.getKey() + " }}", label.getValue());
        }
        with.put("severity", "warning");
        return pair("exp_labels", with, "exp_annotations", annotations(expanded));
    }

    private Map<String, Object> at(String time, List<?> alerts) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("eval_time", time);
        check.put("alertname", alert);
        check.put("exp_alerts", alerts);
        return check;
    }

    private String series(String ofValues) {
        if (ofValues.startsWith("mesh_")) {
            return ofValues;
        }
        int brace = ofValues.indexOf('{');
        StringBuilder text = new StringBuilder(Selector.name(metric))
                .append(ofValues, 0, brace)
                .append("{job=\"shop\",instance=\"shop:8080\"");
        labels.forEach((name, value) ->
                text.append(',').append(name).append("=\"").append(value).append('"'));
        String own = ofValues.substring(brace + 1);
        return text.append(own.equals("}") ? "" : ",").append(own).toString();
    }

    /** Series that once raised a wrong alert or none. */
    private static Stream<Map<String, Object>> more() {
        return Stream.of(
                SUCCESS_LOW.fires(
                        Map.of("_count{outcome=\"error\"}", "0+10x60")), // a series appears with its first value
                SUCCESS_LOW.isQuiet(Map.of("_count{outcome=\"success\"}", "0+50x60")),
                EJECTED.fires(Map.of(
                        "{state=\"ejected\"}",
                        "0x60",
                        "{state=\"probing\"}",
                        "2x60",
                        "{state=\"usable\"}",
                        "3x60",
                        Given.CALLED,
                        "1x60")),
                EJECTED.fires(Map.of( // endpoints without traffic are never ejected
                        "{state=\"ejected\"}",
                        "2x60",
                        "{state=\"usable\"}",
                        "3x60",
                        "{state=\"unused\"}",
                        "20x60",
                        Given.CALLED,
                        "1x60")),
                EJECTED.fires(Map.of( // processes that do not call the service eject none of its endpoints
                        "{state=\"ejected\"}",
                        "2x60",
                        "{state=\"usable\"}",
                        "3x60",
                        "mesh_client_endpoints{job=\"idle\",instance=\"idle\",service=\"orders\",state=\"usable\"}",
                        "5x60",
                        Given.CALLED,
                        "1x60")),
                NO_ENDPOINT.isQuiet(
                        Map.of("{state=\"slow-start\"}", "1x60", "{state=\"usable\"}", "0x60", Given.CALLED, "1x60")),
                NO_ENDPOINT.isQuiet(
                        Map.of("{state=\"slow-start\"}", "0x60", "{state=\"usable\"}", "1x60", Given.CALLED, "1x60")),
                NO_ENDPOINT.isQuiet(
                        Map.of("{state=\"slow-start\"}", "0x60", "{state=\"usable\"}", "0x60")), // not called
                POLICY_STALE.isQuiet(Map.of("{}", "0x60")), // a policy in memory
                DOCUMENT_REFUSED.fires(Map.of("{}", "_x20 1x40")), // refused before the first scrape
                DOCUMENT_REFUSED.isQuiet(Map.of("{}", "1x5 _x15 1x40"))); // Prometheus was down
    }

    static String rules() throws JsonProcessingException {
        return ORIGIN
                + YAML.writeValueAsString(Map.of(
                        "groups",
                        List.of(pair(
                                "name",
                                "mesh-client",
                                "rules",
                                Arrays.stream(values()).map(AlertRules::rule).toList()))));
    }

    static String tests() throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rule_files", List.of("alerts.yml"));
        all.put("evaluation_interval", "1m");
        all.put(
                "tests",
                Stream.of(
                                Arrays.stream(values()).map(rule -> rule.fires(rule.values)),
                                more(),
                                Stream.of(revisionsOfTwoMeshes()))
                        .flatMap(tests -> tests)
                        .toList());
        return ORIGIN + YAML.writeValueAsString(all);
    }
}
