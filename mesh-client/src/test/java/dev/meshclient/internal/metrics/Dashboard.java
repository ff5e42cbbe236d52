package dev.meshclient.internal.metrics;

import static dev.meshclient.internal.metrics.Metric.ATTEMPTS;
import static dev.meshclient.internal.metrics.Metric.AUTHORIZATION;
import static dev.meshclient.internal.metrics.Metric.EJECTIONS;
import static dev.meshclient.internal.metrics.Metric.ENDPOINTS;
import static dev.meshclient.internal.metrics.Metric.HEALTH_CHECKS;
import static dev.meshclient.internal.metrics.Metric.IDENTITY_EXPIRY;
import static dev.meshclient.internal.metrics.Metric.IDENTITY_ROTATIONS;
import static dev.meshclient.internal.metrics.Metric.IN_FLIGHT;
import static dev.meshclient.internal.metrics.Metric.PENDING;
import static dev.meshclient.internal.metrics.Metric.POLICY_AGE;
import static dev.meshclient.internal.metrics.Metric.POLICY_CONFIRMED_AGE;
import static dev.meshclient.internal.metrics.Metric.POLICY_DOCUMENTS;
import static dev.meshclient.internal.metrics.Metric.POLICY_INFO;
import static dev.meshclient.internal.metrics.Metric.REQUESTS;
import static dev.meshclient.internal.metrics.Metric.RETRIES_REFUSED;
import static dev.meshclient.internal.metrics.Metric.RETRY_BUDGET;
import static dev.meshclient.internal.metrics.Metric.SHADOW;
import static dev.meshclient.internal.metrics.Metric.TRAFFIC_BYTES;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The dashboard for Grafana, in its classic model. */
final class Dashboard {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROCESS = "job=~\"$job\",instance=~\"$instance\"";
    private static final String SERVICE = "service=~\"$service\"";
    private static final int WIDTH = 8;
    private static final int HEIGHT = 8;
    private static final int COLUMNS = 3;

    private final ArrayNode panels = JSON.createArrayNode();
    private final List<String> queries = new ArrayList<>();

    /** One line of a panel, or several that its legend tells apart. */
    private record Line(String query, String legend) {}

    private static Line rate(Metric metric, String suffix, String by, String legend, String... matchers) {
        Selector of = new Selector(metric, PROCESS);
        return new Line(
                of.aggregated("sum", by, "rate(" + of.series(suffix, matchers) + "[$__rate_interval])"), legend);
    }

    private static Line gauge(Metric metric, String aggregation, String by, String legend, String... matchers) {
        Selector of = new Selector(metric, PROCESS);
        return new Line(of.aggregated(aggregation, by, of.series("", matchers)), legend);
    }

    private static Line ratio(Line part, String operator, Line whole) {
        return new Line(part.query + operator + whole.query, part.legend);
    }

    private static Line quantile(String share) {
        Line buckets = rate(REQUESTS, "_bucket", "le, service", "{{service}} p" + share.substring(2), SERVICE);
        return new Line("histogram_quantile(" + share + ", " + buckets.query + ")", buckets.legend);
    }

    private void panel(String title, String unit, String description, Line... lines) {
        int number = panels.size();
        ObjectNode panel = panels.addObject()
                .put("id", number + 1)
                .put("title", title)
                .put("description", description)
                .put("type", "timeseries");
        datasource(panel);
        panel.putObject("gridPos")
                .put("h", HEIGHT)
                .put("w", WIDTH)
                .put("x", number % COLUMNS * WIDTH)
                .put("y", number / COLUMNS * HEIGHT);
        ObjectNode field = panel.putObject("fieldConfig");
        field.putObject("defaults").put("unit", unit).put("min", 0);
        field.putArray("overrides");
        ObjectNode options = panel.putObject("options");
        options.putObject("legend")
                .put("displayMode", "list")
                .put("placement", "bottom")
                .put("showLegend", true);
        options.putObject("tooltip").put("mode", "multi").put("sort", "desc");
        ArrayNode targets = panel.putArray("targets");
        for (Line line : lines) {
            queries.add(line.query);
            ObjectNode target = targets.addObject();
            datasource(target);
            target.put("refId", String.valueOf((char) ('A' + targets.size() - 1)))
                    .put("expr", line.query)
                    .put("legendFormat", line.legend);
        }
    }

    private static void datasource(ObjectNode of) {
        of.putObject("datasource").put("type", "prometheus").put("uid", "${datasource}");
    }

    private void panels() {
        Line calls = rate(REQUESTS, "_count", "service", "{{service}}", SERVICE);
        panel("Calls", "reqps", "Calls per second, as their callers see them: with all attempts.", calls);
        panel(
                "Success",
                "percentunit",
                "The share of calls with a response below 500, without calls that the caller cancelled.",
                new Line(
                        Selector.share(
                                rate(REQUESTS, "_count", "service", "", SERVICE, "outcome=\"success\"").query,
                                rate(REQUESTS, "_count", "service", "", SERVICE, "outcome!=\"cancelled\"").query),
                        "{{service}}"));
        panel(
                "Latency",
                "s",
                "Percentiles of calls, with all attempts and pauses and the response body.",
                quantile("0.50"),
                quantile("0.90"),
                quantile("0.99"));
        panel(
                "Failures",
                "reqps",
                "Calls that failed or were refused, by the letters of docs/mesh.md.",
                rate(REQUESTS, "_count", "service, reason", "{{service}} {{reason}}", SERVICE, "reason!=\"none\""));
        panel(
                "Attempts per call",
                "none",
                "1 without retries. More than 1.2 is load that retries cause.",
                ratio(rate(ATTEMPTS, "_count", "service", "{{service}}", SERVICE), " / ", calls));
        panel(
                "Retries",
                "reqps",
                "Retries, and attempts that the mesh did not retry although the policy would, by the reason.",
                rate(ATTEMPTS, "_count", "backend", "{{backend}} retried", SERVICE, "kind=\"retry\""),
                rate(RETRIES_REFUSED, "", "backend, why", "{{backend}} not retried: {{why}}"));
        panel(
                "Retry budget",
                "none",
                "Retries that the budget of a backend allows now, in the process that has the fewest.",
                gauge(RETRY_BUDGET, "min", "backend", "{{backend}}"));
        panel(
                "Endpoints",
                "none",
                "Endpoints by state, as the process sees them that sees most in that state.",
                gauge(ENDPOINTS, "max", "service, state", "{{service}} {{state}}", SERVICE));
        panel(
                "Ejections",
                "none",
                "Ejections by the detector that caused them.",
                new Line(
                        rate(EJECTIONS, "", "service, detector", "", SERVICE)
                                .query
                                .replace("rate(", "increase("),
                        "{{service}} {{detector}}"));
        panel(
                "Health checks",
                "ops",
                "Checks of endpoints by their result.",
                rate(HEALTH_CHECKS, "", "service, result", "{{service}} {{result}}", SERVICE));
        panel(
                "Shadow mode",
                "ops",
                "What sections of the policy with shadow: true would have done.",
                rate(SHADOW, "", "service, policy, would", "{{service}} {{policy}} would {{would}}", SERVICE));
        panel(
                "Zones",
                "percentunit",
                "The share of attempts that stay in the zone, and that cross it.",
                ratio(
                        rate(ATTEMPTS, "_count", "service, zone", "{{service}} {{zone}}", SERVICE),
                        " / on (service) group_left () ",
                        rate(ATTEMPTS, "_count", "service", "", SERVICE)));
        panel(
                "Traffic",
                "Bps",
                "Bytes of bodies by direction and zone.",
                rate(TRAFFIC_BYTES, "", "direction, zone", "{{direction}} {{zone}}", SERVICE));
        panel(
                "In flight",
                "none",
                "Calls in flight, and calls that wait for a slot.",
                gauge(IN_FLIGHT, "sum", "backend", "{{backend}}"),
                gauge(PENDING, "sum", "backend", "{{backend}} pending"));
        panel(
                "Age of the policy",
                "s",
                "Since the policy came into force, and since its source last confirmed it, where it is longest.",
                gauge(POLICY_AGE, "max", "source", "{{source}} in force"),
                gauge(POLICY_CONFIRMED_AGE, "max", "source", "{{source}} confirmed"));
        panel(
                "Revisions",
                "none",
                "Processes by the revision of the policy in force.",
                gauge(POLICY_INFO, "sum", "revision, freshness", "{{revision}} {{freshness}}"));
        panel(
                "Documents",
                "cps",
                "Documents that the source delivered, by result.",
                rate(POLICY_DOCUMENTS, "", "result", "{{result}}"));
        panel(
                "Certificates",
                "s",
                "Time until the certificate expires that expires first.",
                gauge(IDENTITY_EXPIRY, "min", "identity", "{{identity}}"));
        panel(
                "Rotations",
                "cps",
                "Changes of certificates and of trusted authorities.",
                rate(IDENTITY_ROTATIONS, "", "identity, kind, result", "{{identity}} {{kind}} {{result}}"));
        panel(
                "Authorization",
                "reqps",
                "Decisions of authorization policies.",
                rate(AUTHORIZATION, "", "direction, service, decision", "{{direction}} {{service}} {{decision}}"));
    }

    private static void variable(ArrayNode list, String name, String label, String query) {
        ObjectNode variable = list.addObject()
                .put("name", name)
                .put("label", label)
                .put("type", "query")
                .put("query", query)
                .put("definition", query)
                .put("multi", true)
                .put("includeAll", true)
                .put("allValue", ".+")
                .put("refresh", 2) // whenever the time changes
                .put("sort", 1);
        datasource(variable);
        variable.putObject("current").put("text", "All").put("value", "$__all");
    }

    private static ArrayNode variables() {
        ArrayNode list = JSON.createArrayNode();
        list.addObject()
                .put("name", "datasource")
                .put("label", "Data source")
                .put("type", "datasource")
                .put("query", "prometheus");
        String calls = Selector.name(REQUESTS) + "_count";
        variable(list, "job", "Job", "label_values(" + calls + ", job)");
        variable(list, "instance", "Instance", "label_values(" + calls + "{job=~\"$job\"}, instance)");
        variable(list, "service", "Service", "label_values(" + calls + "{" + PROCESS + "}, service)");
        return list;
    }

    static String json() {
        Dashboard all = new Dashboard();
        all.panels();
        ObjectNode root = JSON.createObjectNode()
                .put("uid", "mesh-client")
                .put("title", "mesh-client")
                .put("description", "Calls through mesh-client. Written by a test, from the table of metrics.")
                .put("schemaVersion", 41)
                .put("version", 1)
                .put("editable", false)
                .put("refresh", "30s")
                .put("timezone", "browser");
        root.putArray("tags").add("mesh-client");
        root.putObject("time").put("from", "now-1h").put("to", "now");
        root.putObject("templating").set("list", variables());
        root.set("panels", all.panels);
        return root.toPrettyString().replace(System.lineSeparator(), "\n") + "\n";
    }

    static List<String> queries() {
        Dashboard all = new Dashboard();
        all.panels();
        return all.queries;
    }
}
