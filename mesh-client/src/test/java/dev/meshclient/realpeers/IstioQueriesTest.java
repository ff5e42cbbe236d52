package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Flagger and Kiali ask Prometheus for, answered from the series of one caller and two deployments of a server. */
class IstioQueriesTest {
    private static final String CHECKOUT = "spiffe://d/ns/shop/sa/checkout";
    private static final String ORDERS = "spiffe://d/ns/back/sa/orders";

    /** Each of a scrape, with its value. */
    private static final Pattern SERIES = Pattern.compile("(?m)^(istio_.*\\}) ([0-9.]+)$");

    /** The labels by which Kiali groups requests for its graph. */
    private static final List<String> GRAPH = List.of(
            "source_cluster",
            "source_workload_namespace",
            "source_workload",
            "source_canonical_service",
            "source_canonical_revision",
            "destination_cluster",
            "destination_service_namespace",
            "destination_service",
            "destination_service_name",
            "destination_workload_namespace",
            "destination_workload",
            "destination_canonical_service",
            "destination_canonical_revision",
            "request_protocol",
            "response_code",
            "grpc_response_status",
            "response_flags");

    private final StepTime time = new StepTime();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Router caller = process("checkout", "checkout", CHECKOUT);
    private final Router canary = process("orders", "orders", ORDERS);
    private final Router primary = process("orders", "orders-primary", ORDERS);

    @TempDir
    private Path directory;

    private Router process(String service, String workload, String identity) {
        Workload own = Workload.of(service)
                .label("service.istio.io/workload-name", workload)
                .label("topology.istio.io/cluster", "Kubernetes");
        MeshMetrics metrics = MeshMetrics.bindTo(registry).withMesh(workload).withIstioNames();
        return Router.withoutNames(
                time,
                own,
                new Telemetry(Events.none(time), Meters.of(time, metrics, own, () -> identity)),
                new EntrySettings(List.of(), true, Duration.ZERO),
                Duration.ZERO);
    }

    private static String endpoint(String workload, String address) {
        return "{'address': '" + address + "', 'port': 80, 'cluster': 'Kubernetes',"
                + " 'labels': {'service.istio.io/workload-name': '" + workload + "'}}";
    }

    /** 9 of 12 calls to the canary succeed, each after 80 ms; all 12 to the primary do, each after 30 ms. */
    @BeforeEach
    void calls() throws IOException {
        Documents document = Documents.mesh("m")
                .with("'trustDomain': 'd', 'clusters': [{'name': 'Kubernetes', 'priority': 0}],"
                        + " 'defaults': {'tls': {'mode': 'MESH_MUTUAL'}, 'retry': {'attempts': 0},"
                        + " 'outlierDetection': {'maxEjectionPercent': 0}}")
                .services(
                        Documents.service("orders", "orders.back.svc.cluster.local")
                                .with(
                                        "'serviceAccount': 'ns/back/sa/orders', 'loadBalancer': {'simple': 'ROUND_ROBIN'}")
                                .endpoints(List.of(
                                        endpoint("orders", "10.0.0.1"), endpoint("orders-primary", "10.0.0.2"))),
                        Documents.service("checkout").with("'serviceAccount': 'ns/shop/sa/checkout'"));
        for (Router process : List.of(caller, canary, primary)) {
            process.control().apply(document.read());
            assertThat(process.control().status("").services()).hasSize(2);
        }
        Request request = new Request.Builder()
                .url("http://orders.back.svc.cluster.local/")
                .build();
        int[] calls = new int[2];
        for (int i = 0; i < 24; i++) {
            Call call = Calls.call(time, request, attempt -> {
                boolean ofCanary = attempt.endpointName().startsWith("10.0.0.1");
                int number = ++calls[ofCanary ? 0 : 1];
                InboundExchange exchange = (ofCanary ? canary : primary)
                        .inbound()
                        .begin(InboundRequest.of("GET", "/").peer(CHECKOUT).build());
                time.step(Duration.ofMillis(ofCanary ? 80 : 30).toNanos());
                int status = ofCanary && number % 4 == 0 ? 503 : 200;
                exchange.ended(status);
                return Calls.respond(attempt, status);
            });
            call.run(((Admission.Ours) caller.admit(request.url().host(), 80)).layers())
                    .close();
        }
        assertThat(calls).containsExactly(12, 12);
    }

    /** The answer of promtool to a query, after ten minutes in which the processes did each second what they did once. */
    private String answer(String query, String... samples) throws Exception {
        Path promtool = Program.find("promtool");
        List<String> lines =
                new ArrayList<>(List.of("evaluation_interval: 1m", "tests:", "- interval: 1m", "  input_series:"));
        for (MatchResult series : SERIES.matcher(registry.scrape()).results().toList()) {
            lines.add("  - series: '" + series.group(1) + "'");
            lines.add("    values: '0+" + 60 * Double.parseDouble(series.group(2)) + "x10'");
        }
        lines.addAll(
                List.of("  promql_expr_test:", "  - expr: '" + query + "'", "    eval_time: 10m", "    exp_samples:"));
        lines.addAll(Arrays.asList(samples));
        Files.write(directory.resolve("test.yml"), lines);
        return PromtoolTest.run(directory, promtool, "test", "rules", "test.yml");
    }

    private static String sample(Map<String, String> labels, double value) {
        String all = new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
                        .collect(Collectors.joining(", ", "{", "}"));
        return "    - {labels: '" + all + "', value: " + value + "}";
    }

    private static String ofFlagger(String series, String target, String more) {
        return "rate(" + series
                + "{reporter=\"destination\",destination_workload_namespace=\"back\",destination_workload=~\"" + target
                + "\"" + more + "}[2m])";
    }

    private void isSuccessRate(String target, double percent) throws Exception {
        String all = ofFlagger("istio_requests_total", target, "");
        String good = ofFlagger("istio_requests_total", target, ",response_code!~\"5.*\"");
        assertThat(answer("sum(" + good + ") / sum(" + all + ") * 100", sample(Map.of(), percent)))
                .endsWith("ends with 0");
    }

    private void isPercentile(String target, double millis) throws Exception {
        String buckets = ofFlagger("istio_request_duration_milliseconds_bucket", target, "");
        assertThat(answer(
                        "round(histogram_quantile(0.99, sum(" + buckets + ") by (le)), 0.01)",
                        sample(Map.of(), millis)))
                .endsWith("ends with 0");
    }

    @Test
    void flagger_gets_the_success_rate_of_the_canary_alone() throws Exception {
        isSuccessRate("orders", 75);
        isSuccessRate("orders-primary", 100);
    }

    /** The 99th percentile lies within the bucket of the durations. */
    @Test
    void flagger_gets_the_duration_of_the_canary_in_milliseconds() throws Exception {
        isPercentile("orders", 50 + 0.99 * 50);
        isPercentile("orders-primary", 25 + 0.99 * 25);
    }

    private static String ofKiali(String matchers, List<String> by) {
        return "sum(rate(istio_requests_total{" + matchers + "}[2m])) by (" + String.join(",", by) + ") > 0";
    }

    /** The edge of the graph from the caller to a deployment. */
    private static Map<String, String> edge(String workload, String code) {
        return Map.ofEntries(
                Map.entry("source_cluster", "Kubernetes"),
                Map.entry("source_workload_namespace", "shop"),
                Map.entry("source_workload", "checkout"),
                Map.entry("source_canonical_service", "checkout"),
                Map.entry("source_canonical_revision", "latest"),
                Map.entry("destination_cluster", "Kubernetes"),
                Map.entry("destination_service_namespace", "back"),
                Map.entry("destination_service", "orders.back.svc.cluster.local"),
                Map.entry("destination_service_name", "orders"),
                Map.entry("destination_workload_namespace", "back"),
                Map.entry("destination_workload", workload),
                Map.entry("destination_canonical_service", workload),
                Map.entry("destination_canonical_revision", "latest"),
                Map.entry("request_protocol", "http"),
                Map.entry("response_code", code),
                Map.entry("response_flags", "-")); // Prometheus drops the empty grpc_response_status
    }

    private void isGraph(String matchers, Map<String, String> source) throws Exception {
        List<String> samples = new ArrayList<>();
        Map.of(edge("orders", "200"), 9, edge("orders", "503"), 3, edge("orders-primary", "200"), 12)
                .forEach((edge, count) -> {
                    Map<String, String> labels = new TreeMap<>(edge);
                    labels.putAll(source);
                    samples.add(sample(labels, count));
                });
        assertThat(answer(ofKiali(matchers, GRAPH), samples.toArray(String[]::new)))
                .endsWith("ends with 0");
    }

    @Test
    void kiali_gets_the_edges_of_its_graph_from_the_caller() throws Exception {
        isGraph("reporter=\"source\",source_workload_namespace=\"shop\"", Map.of());
    }

    @Test
    void kiali_gets_the_same_edges_from_the_server_except_for_the_cluster_of_the_caller() throws Exception {
        isGraph(
                "reporter=\"destination\",destination_workload_namespace=\"back\"",
                Map.of("source_cluster", "unknown"));
    }

    @Test
    void kiali_gets_the_security_of_connections_from_the_server() throws Exception {
        List<String> by = List.of("source_principal", "destination_principal", "connection_security_policy");
        assertThat(answer(
                        ofKiali("reporter=\"destination\",destination_service_namespace=\"back\"", by),
                        sample(
                                Map.of(
                                        "source_principal", CHECKOUT,
                                        "destination_principal", ORDERS,
                                        "connection_security_policy", "mutual_tls"),
                                24)))
                .endsWith("ends with 0");
    }

    @Test
    void promtool_has_only_the_unit_of_istio_to_complain_about() throws Exception {
        assertThat(PromtoolTest.lint(Program.find("promtool"), directory, registry.scrape()))
                .isEqualTo("""
                        istio_request_duration_milliseconds use base unit "seconds" instead of "milliseconds"
                        istio_request_duration_milliseconds_max use base unit "seconds" instead of "milliseconds"
                        ends with 3""");
    }
}
