package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.endpoint.EjectionDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of metrics in the documentation is that of the code. */
class MetricsDocTest {
    private static final Path PAGE =
            Path.of(System.getProperty("user.dir")).resolveSibling("docs").resolve("metrics.md");

    private static String table() {
        return Arrays.stream(Metric.values())
                .map(metric -> "| `" + metric.meterName() + "` | "
                        + metric.type().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + (metric.unit().isEmpty() ? "" : ", " + metric.unit()) + " | "
                        + tags(metric)
                        + " | " + metric.meaning() + " |")
                .collect(Collectors.joining("\n", "| Name | Type | Tags | Meaning |\n|---|---|---|---|\n", "\n"));
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
    void the_page_states_the_bound_of_series() throws IOException {
        assertThat(Files.readString(PAGE).replace("\r\n", "\n"))
                .contains(String.format(Locale.ROOT, "%,d series of `mesh.client.requests`", CallSeries.MOST))
                .contains(String.format(Locale.ROOT, "%,d of `mesh.client.attempts`", AttemptSeries.MOST))
                .contains("At most " + CallSeries.Refused.REASONS.size() + " series of `mesh.client.retries.refused`")
                .contains(EjectionDetector.values().length + " of\n`mesh.client.ejections` for a service")
                .contains(Authorizations.DIRECTIONS.size() * Authorizations.DECISIONS.size()
                        + " of `mesh.authorization` for a service")
                .contains("A service has at most " + BoundedSeries.MOST + " of these series,\nfor its hosts")
                .contains("has at most " + BoundedSeries.MOST + " of these series, and so have the inbound requests");
    }

    @Test
    void no_two_metrics_have_one_name_in_prometheus() {
        assertThat(Arrays.stream(Metric.values()).map(m -> m.meterName().replace('.', '_')))
                .doesNotHaveDuplicates();
    }
}
