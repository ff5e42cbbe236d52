package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of metrics in the documentation is that of the code. */
class MetricsDocTest {
    private static final Path PAGE =
            Path.of(System.getProperty("user.dir")).resolveSibling("docs").resolve("metrics.md");

    private static String table() {
        return Arrays.stream(Metric.values())
                .map(metric -> "| `" + metric.meterName() + "` | `" + String.join("`, `", series(metric)) + "` | "
                        + metric.type().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + (metric.unit().isEmpty() ? "" : ", " + metric.unit()) + " | "
                        + tags(metric)
                        + " | " + metric.meaning() + " |")
                .collect(Collectors.joining(
                        "\n", "| Name | In Prometheus | Type | Tags | Meaning |\n|---|---|---|---|---|\n", "\n"));
    }

    /** The names of its series in Prometheus; of a timer only the first in full. */
    private static List<String> series(Metric metric) {
        String name = Selector.name(metric);
        return Selector.isHistogram(metric) ? List.of(name + "_bucket", "_count", "_sum", "_max") : List.of(name);
    }

    private static String tags(Metric metric) {
        return sameTags(metric)
                .map(earlier -> "as `" + earlier.meterName() + "`")
                .orElseGet(() -> metric.tags().keySet().stream()
                        .map(tag -> "`" + tag + "`")
                        .collect(Collectors.joining(", ")));
    }

    /** An earlier metric with several tags, and all of them the same. */
    private static Optional<Metric> sameTags(Metric metric) {
        return Arrays.stream(Metric.values())
                .filter(earlier ->
                        earlier.compareTo(metric) < 0 && metric.tags().size() > 1)
                .filter(earlier -> earlier.tags().equals(metric.tags()))
                .findFirst();
    }

    private static String values() {
        StringBuilder text = new StringBuilder("| Metric | Tag | Values |\n|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            for (Map.Entry<String, List<String>> tag : metric.tags().entrySet()) {
                if (!tag.getValue().isEmpty() && sameTags(metric).isEmpty()) {
                    text.append("| `")
                            .append(metric.meterName())
                            .append("` | `")
                            .append(tag.getKey())
                            .append("` | ");
                    text.append(tag.getValue().stream().map(v -> "`" + v + "`").collect(Collectors.joining(", ")));
                    text.append(" |\n");
                }
            }
        }
        return text.toString();
    }

    @Test
    void the_page_has_each_metric_with_its_tags_and_values() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(page).as("docs/metrics.md needs this table:\n%s", table()).contains("\n\n" + table() + "\n");
        assertThat(page).as("docs/metrics.md needs this table:\n%s", values()).contains("\n\n" + values() + "\n");
    }

    @Test
    void the_page_has_the_queries_that_promtool_tests() throws IOException {
        assertThat(Files.readString(PAGE)).contains("`" + AlertRules.WITH_REVISION + "`");
    }

    @Test
    void the_page_states_the_bound_of_series() throws IOException {
        assertThat(Files.readString(PAGE).replace("\r\n", "\n"))
                .contains(String.format(Locale.ROOT, "%,d series of `mesh.client.requests`", CallSeries.MOST))
                .contains(String.format(Locale.ROOT, "%,d of `mesh.client.attempts`", AttemptSeries.MOST))
                .contains(EndpointState.values().length + " series of\n`mesh.client.endpoints` from the policy on")
                .contains(Distance.values().length * LiveMeters.Direction.values().length
                        + " series of\n`mesh.client.traffic.bytes`")
                .contains("At most " + CallSeries.Refused.REASONS.size() + " series of `mesh.client.retries.refused`")
                .contains(EjectionDetector.values().length + " of\n`mesh.client.ejections` and "
                        + ShadowAction.values().length + " of `mesh.client.shadow` for a service")
                .contains(Authorizations.DIRECTIONS.size() * Authorizations.DECISIONS.size()
                        + " of `mesh.authorization` for a service")
                .contains("A service has at most " + BoundedSeries.MOST + " of these series,\nfor its hosts")
                .contains("has at most " + BoundedSeries.MOST
                        + " of these series, and all inbound requests together have at most " + BoundedSeries.MOST);
    }

    @Test
    void a_registry_of_prometheus_shows_each_metric_by_the_names_of_the_page() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        SafeRegistry registry = new SafeRegistry(new StepTime(), MeshMetrics.bindTo(prometheus));
        Set<String> expected = new TreeSet<>();
        for (Metric metric : Metric.values()) {
            Tags tags = Tags.of(
                    metric.tags().keySet().stream().map(tag -> Tag.of(tag, "x")).toList());
            switch (metric.type()) {
                case TIMER -> registry.timer(metric, tags);
                case GAUGE -> registry.gauge(metric, tags, () -> 1);
                case COUNTER -> registry.counter(metric, tags);
                case DISTRIBUTION_SUMMARY -> registry.summary(metric, tags);
            }
            series(metric).forEach(name -> expected.add((name.startsWith("_") ? Selector.name(metric) : "") + name));
        }
        assertThat(prometheus
                        .scrape()
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.replaceAll("\\{.*", "")))
                .hasSameElementsAs(expected);
    }

    @Test
    void no_two_metrics_have_one_name_in_prometheus() {
        assertThat(Arrays.stream(Metric.values()).map(m -> m.meterName().replace('.', '_')))
                .doesNotHaveDuplicates();
    }
}
