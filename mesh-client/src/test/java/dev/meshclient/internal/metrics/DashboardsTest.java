package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Patience;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;

/** The dashboard and the alert rules in docs: as the code writes them, and about series that there are. */
class DashboardsTest {
    private static final Path DOCS = Path.of(System.getProperty("user.dir")).resolveSibling("docs");
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");
    private static final Pattern SERIES = Pattern.compile("(mesh_\\w+)\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("(\\w+)(=|!=|=~)\"");

    private static void isWritten(String file, String text) throws IOException {
        Path path = DOCS.resolve(file);
        if (Boolean.getBoolean("dashboards.write")) {
            Files.writeString(path, text);
        }
        assertThat(Files.readString(path))
                .as("docs/%s; -Ddashboards.write=true writes it", file)
                .isEqualTo(text);
    }

    private static Map<String, Set<String>> labels(String scrapeOrQuery) {
        Map<String, Set<String>> labels = new TreeMap<>();
        Matcher series = SERIES.matcher(scrapeOrQuery);
        while (series.find()) {
            Set<String> ofSeries = labels.computeIfAbsent(series.group(1), name -> new TreeSet<>());
            LABEL.matcher(series.group(2)).results().forEach(label -> ofSeries.add(label.group(1)));
        }
        return labels;
    }

    private static Stream<String> queries() {
        return Stream.concat(
                Dashboard.queries().stream(), Arrays.stream(AlertRules.values()).map(AlertRules::expression));
    }

    /** What a registry of Prometheus shows after calls, an ejection, an authorization and a change of a certificate. */
    private static String scrapeAfterCalls() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        TestCertificates root = TestCertificates.root("shop");
        CompletableFuture<WorkloadIdentity.Sink> sink = new CompletableFuture<>();
        WorkloadIdentity source = watching -> {
            sink.complete(watching);
            return () -> {};
        };
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            for (int i = 0; i < 4; i++) {
                server.enqueue(new MockResponse.Builder().code(503).build());
            }
            Documents document = Documents.mesh("t")
                    .services(
                            Documents.service("orders")
                                    .endpoint(server.getPort())
                                    .with("'healthCheck': {'path': '/', 'interval': '10ms'}")
                                    .with(
                                            "'outlierDetection': {'consecutive5xxErrors': 1}, 'limits': {'maxRequests': 0, 'maxPendingRequests': 1, 'shadow': true}"));
            try (Mesh mesh = Mesh.builder()
                    .policy(document.source())
                    .certificate("bank", source)
                    .snapshotDirectory(null)
                    .metrics(registry)
                    .build()) {
                for (int i = 0; i < 2; i++) {
                    sink.join()
                            .deliver(root.issue(TestCertificates.host("client")).svid(root));
                }
                Request post = new Request.Builder()
                        .url("http://orders/")
                        .post(RequestBody.EMPTY)
                        .build();
                mesh.wrap(new OkHttpClient()).newCall(post).execute().close();
                mesh.inbound().authorize(InboundRequest.of("GET", "/").build());
                await().atMost(Patience.LONG).until(() -> registry.scrape().contains("mesh_client_health_checks"));
                return registry.scrape();
            }
        }
    }

    @Test
    void the_dashboard_is_that_of_the_code() throws IOException {
        isWritten("grafana/mesh-client.json", Dashboard.json());
    }

    @Test
    void the_alert_rules_and_their_tests_are_those_of_the_code() throws IOException {
        isWritten("prometheus/alerts.yml", AlertRules.rules());
        isWritten("prometheus/alerts-test.yml", AlertRules.tests());
    }

    @Test
    void queries_name_series_and_labels_that_a_registry_shows() throws Exception {
        Map<String, Set<String>> there = labels(scrapeAfterCalls());
        assertThat(queries()).allSatisfy(query -> assertThat(labels(query)).allSatisfy((name, labels) -> {
            Set<String> own = new TreeSet<>(labels);
            own.removeAll(OF_PROMETHEUS);
            assertThat(there).containsKey(name);
            assertThat(there.get(name)).containsAll(own).containsAll(tags(name));
        }));
    }

    /** Of the table; {@link Selector} holds the labels of {@code by} against them. */
    private static Set<String> tags(String series) {
        return Arrays.stream(Metric.values())
                .filter(metric -> series.replaceAll("_(bucket|count|sum)$", "").equals(Selector.name(metric)))
                .findAny()
                .map(metric -> (Set<String>) new TreeSet<>(metric.tags().keySet()))
                .orElseThrow(() -> new AssertionError("no metric has the series " + series));
    }

    @Test
    void the_dashboard_shows_every_metric() {
        String all = String.join("\n", Dashboard.queries());
        assertThat(Metric.values())
                .filteredOn(metric -> !metric.meaning().contains("only with")) // on request, for dashboards of others
                .allSatisfy(metric -> assertThat(all).contains(Selector.name(metric)));
    }

    /** The rules of Grafana's linter for dashboards. */
    @Test
    void the_dashboard_keeps_the_rules_of_the_linter() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(Dashboard.json());
        assertThat(dashboard.path("editable").asBoolean(true)).isFalse();
        JsonNode variables = dashboard.path("templating").path("list");
        assertThat(variables.findValuesAsText("name")).startsWith("datasource", "job", "instance");
        assertThat(variables.findValuesAsText("refresh")).containsOnly("2");
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(List.of("title", "description", "type"))
                    .allSatisfy(field -> assertThat(panel.path(field).asText()).isNotEmpty());
            assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isNotEmpty();
            assertThat(panel.findValuesAsText("uid")).containsOnly("${datasource}");
            for (JsonNode target : panel.path("targets")) {
                String query = target.path("expr").asText();
                assertThat(query).contains("job=~\"$job\",instance=~\"$instance\"");
                assertThat(query.contains("_total{") || query.contains("_count{"))
                        .isEqualTo(query.contains("[$__rate_interval]") && !query.contains("_bucket{"));
            }
        }
    }
}
