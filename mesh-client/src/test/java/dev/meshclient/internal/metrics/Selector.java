package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.util.Arrays;
import java.util.Set;

/** Parts of Prometheus's queries, made of the table of metrics: a query cannot have a tag that its metric lacks. */
final class Selector {
    private static final PrometheusNamingConvention NAMES = new PrometheusNamingConvention();

    private final Metric metric;
    private final String common;

    /** @param common matchers of every query, of labels that Prometheus adds; may be empty */
    Selector(Metric metric, String common) {
        this.metric = metric;
        this.common = common;
    }

    /** The name in Prometheus, without the suffixes of a timer. */
    static String name(Metric metric) {
        String unit = metric.type() == Metric.Type.COUNTER || metric.unit().isEmpty() ? null : metric.unit();
        String name =
                NAMES.name(metric.meterName(), Meter.Type.valueOf(metric.type().name()), unit);
        String suffix = metric.type() == Metric.Type.COUNTER
                ? "_total"
                : metric.meterName().endsWith(".info") ? "_info" : "";
        return name + suffix;
    }

    static boolean isHistogram(Metric metric) {
        return metric.type() == Metric.Type.TIMER || metric.type() == Metric.Type.DISTRIBUTION_SUMMARY;
    }

    /**
     * The series with these matchers, such as {@code state="usable"}.
     *
     * @param suffix {@code _bucket}, {@code _count} or {@code _sum} of a histogram, or empty
     */
    String series(String suffix, String... matchers) {
        assertThat(suffix.isEmpty()).as(metric + suffix).isNotEqualTo(isHistogram(metric));
        for (String matcher : matchers) {
            hasTag(matcher.replaceAll("[!=].*", ""));
        }
        String all = String.join(",", matchers);
        String separator = common.isEmpty() || all.isEmpty() ? "" : ",";
        return name(metric) + suffix + "{" + common + separator + all + "}";
    }

    /** Aggregated over all tags but these, separated by commas; {@code by} may have labels of Prometheus's own. */
    String aggregated(String aggregation, String by, String series) {
        Arrays.stream(by.split(", "))
                .filter(label -> !Set.of("le", "job", "instance", "mesh").contains(label))
                .forEach(this::hasTag);
        return aggregation + " by (" + by + ") (" + series + ")";
    }

    /** A part of a whole; 0 if the part has no series yet, for a series appears with its first value. */
    static String share(String part, String whole) {
        return "(" + part + " or 0 * " + whole + ") / " + whole;
    }

    private void hasTag(String tag) {
        assertThat(metric.tags()).as("tags of " + metric.meterName()).containsKey(tag);
    }
}
