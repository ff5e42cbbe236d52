package dev.meshclient.internal.control;

import dev.meshclient.ServiceMap;
import dev.meshclient.internal.text.Percent;
import dev.meshclient.policy.Locality;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The called services as facts, as text and as graphs. */
record ServiceMapFacts(String workload, Locality locality, List<ServiceMap.Service> services) implements ServiceMap {
    record AttemptFacts(
            double perSecond,
            double success,
            @Nullable Duration median,
            @Nullable Duration p99,
            double sameZone) implements ServiceMap.Attempts {
        @Override
        public String toString() {
            return perSecond == 0
                    ? "no attempts"
                    : figures().collect(Collectors.joining(", "))
                            + (Double.isNaN(sameZone) ? "" : ", " + Percent.of(sameZone) + " in our zone");
        }

        private Stream<String> figures() {
            return Stream.of(
                            number(perSecond) + "/s",
                            Percent.of(success) + " good",
                            median == null ? "" : "median " + millis(median),
                            p99 == null ? "" : "p99 " + millis(p99))
                    .filter(part -> !part.isEmpty());
        }

        private static String millis(Duration time) {
            return number(time.toNanos() / 1e6) + " ms";
        }

        /** Rounded to a tenth; what is not 0 does not become 0. */
        private static String number(double value) {
            double rounded = Math.round(value * 10) / 10.0;
            double shown = rounded == 0 && value > 0 ? 0.1 : rounded;
            return shown == Math.rint(shown) ? Long.toString((long) shown) : String.format(Locale.ROOT, "%.1f", shown);
        }
    }

    record ServiceFacts(
            String name,
            ServiceMap.Attempts lastMinute,
            ServiceMap.Attempts lastFiveMinutes,
            List<ServiceMap.Zone> zones)
            implements ServiceMap.Service {}

    record ZoneFacts(String name, ServiceMap.Attempts lastMinute, ServiceMap.Attempts lastFiveMinutes)
            implements ServiceMap.Zone {}

    /** {@code region/zone}, or the part that is stated. */
    static String zone(Locality locality) {
        String name = Stream.of(locality.region(), locality.zone())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
        return name.isEmpty() ? "unknown" : name;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(workload)
                .append(locality.equals(Locality.NONE) ? "" : " in " + zone(locality))
                .append(services.isEmpty() ? " has called no service in the last five minutes" : " calls");
        for (ServiceMap.Service service : services) {
            line(text, "\n  ", service.name(), service.lastMinute(), service.lastFiveMinutes());
            service.zones()
                    .forEach(zone -> line(text, "\n    ", zone.name(), zone.lastMinute(), zone.lastFiveMinutes()));
        }
        return text.toString();
    }

    private static void line(
            StringBuilder text, String indent, String name, ServiceMap.Attempts minute, ServiceMap.Attempts five) {
        text.append(indent)
                .append(name)
                .append(": ")
                .append(minute)
                .append(" (5 min: ")
                .append(five)
                .append(')');
    }

    @Override
    public String toMermaid() {
        StringBuilder graph = new StringBuilder("flowchart LR\n  w[")
                .append(mermaid(workload))
                .append("]\n");
        edges((from, to, name, zone, attempts) -> graph.append("  ")
                .append(from)
                .append(" -->|")
                .append(mermaid(attempts))
                .append("| ")
                .append(to)
                .append(zone ? "([" : "[")
                .append(mermaid(name))
                .append(zone ? "])" : "]")
                .append('\n'));
        return graph.toString();
    }

    /** Quoted text of Mermaid: what has a meaning in it is an entity. */
    private static String mermaid(String text) {
        return text.chars()
                .mapToObj(c -> c < ' ' || "#\"<>&`".indexOf(c) >= 0 ? "#" + c + ";" : String.valueOf((char) c))
                .collect(Collectors.joining("", "\"", "\""));
    }

    @Override
    public String toDot() {
        StringBuilder graph = new StringBuilder("digraph mesh {\n  rankdir=LR;\n  w [shape=box, label=")
                .append(dot(workload))
                .append("];\n");
        edges((from, to, name, zone, attempts) -> graph.append("  ")
                .append(to)
                .append(zone ? " [label=" : " [shape=box, label=")
                .append(dot(name))
                .append("];\n  ")
                .append(from)
                .append(" -> ")
                .append(to)
                .append(" [label=")
                .append(dot(attempts))
                .append("];\n"));
        return graph.append("}\n").toString();
    }

    /** A quoted string of DOT. */
    private static String dot(String text) {
        return text.chars()
                .mapToObj(c -> c < ' ' ? " " : c == '"' || c == '\\' ? "\\" + (char) c : String.valueOf((char) c))
                .collect(Collectors.joining("", "\"", "\""));
    }

    private interface Edge {
        void add(String from, String to, String name, boolean zone, String attempts);
    }

    /** Zones have one node for all services. */
    private void edges(Edge edge) {
        Map<String, String> zones = new LinkedHashMap<>();
        for (int i = 0; i < services.size(); i++) {
            ServiceMap.Service service = services.get(i);
            String id = "s" + i;
            edge.add("w", id, service.name(), false, service.lastMinute().toString());
            for (ServiceMap.Zone zone : service.zones()) {
                String zoneId = zones.computeIfAbsent(zone.name(), name -> "z" + zones.size());
                edge.add(id, zoneId, zone.name(), true, zone.lastMinute().toString());
            }
        }
    }
}
