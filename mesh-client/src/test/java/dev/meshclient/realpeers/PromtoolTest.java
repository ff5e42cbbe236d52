package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.authz.InboundRequest;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus's own tool reads the metrics of a mesh as a registry shows them, and the alert rules in docs. */
class PromtoolTest {
    static String lint(Path promtool, Path directory, String metrics) throws Exception {
        Path file = Files.writeString(directory.resolve("metrics.txt"), metrics);
        Process process = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectInput(file.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said + "ends with " + process.waitFor();
    }

    @Test
    void promtool_finds_nothing_to_say(@TempDir Path directory) throws Exception {
        Path promtool = Program.find("promtool");
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().code(503).build());
            server.enqueue(new MockResponse.Builder().body("ok").build());
            server.enqueue(new MockResponse.Builder().code(503).build());
            Documents document = Documents.mesh("t")
                    .services(Documents.service("orders")
                            .endpoint(server.getPort())
                            .with("'outlierDetection': {'consecutive5xxErrors': 1}"));
            try (Mesh mesh = Mesh.builder()
                    .policy(document.source())
                    .snapshotDirectory(null)
                    .metrics(registry)
                    .build()) {
                Request request = new Request.Builder().url("http://orders/").build();
                OkHttpClient client = mesh.wrap(new OkHttpClient());
                client.newCall(request).execute().close();
                Request post = request.newBuilder().post(RequestBody.EMPTY).build();
                client.newCall(post).execute().close();
                mesh.inbound().authorize(InboundRequest.of("GET", "/").build());
                String metrics = registry.scrape();
                assertThat(metrics)
                        .contains(
                                "mesh_client_requests_seconds_bucket",
                                "mesh_client_attempts_seconds_count",
                                "mesh_client_retries_refused_total",
                                "mesh_client_retry_budget_available_retries",
                                "mesh_client_ejections_total",
                                "mesh_policy_info",
                                "mesh_authorization_total",
                                "mesh_policy_age_seconds",
                                "mesh_policy_documents_total");
                assertThat(lint(promtool, directory, metrics)).isEqualTo("ends with 0");
            }
        }
        assertThat(lint(promtool, directory, "wrongName_total 1\n"))
                .as("promtool has something to say about others")
                .doesNotEndWith("ends with 0");
    }

    @Test
    void promtool_takes_the_alert_rules_and_sees_each_of_them_fire() throws Exception {
        Path promtool = Program.find("promtool");
        Path rules = Path.of(System.getProperty("user.dir")).resolveSibling("docs/prometheus");
        assertThat(run(rules, promtool, "check", "rules", "alerts.yml"))
                .contains("9 rules found")
                .endsWith("ends with 0");
        assertThat(run(rules, promtool, "test", "rules", "alerts-test.yml")).endsWith("ends with 0");
    }

    static String run(Path directory, Path promtool, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(promtool.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said + "ends with " + process.waitFor();
    }
}
