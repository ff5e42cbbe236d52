package dev.meshclient.policy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where calls are sent, in more detail than {@link TrafficDistribution}. The names are Istio's. All lists may be empty.
 *
 * @param distribute shares of localities; the first entry whose {@code from} contains the caller's locality applies
 * @param failover regions to use after the caller's own, in this order; only entries whose {@code from} is the caller's region
 *     apply
 * @param failoverPriority labels, {@code key} or {@code key=value}: n labels make n + 1 priorities, and zones are not preferred
 */
public record LocalityLbSetting(List<Distribute> distribute, List<Failover> failover, List<String> failoverPriority) {
    /** Nothing is stated: the built-in rules apply. */
    public static final LocalityLbSetting NONE = new LocalityLbSetting(List.of(), List.of(), List.of());

    public LocalityLbSetting {
        distribute = Required.list(distribute, "distribute");
        failover = Required.list(failover, "failover");
        failoverPriority = Required.list(failoverPriority, "failoverPriority");
    }

    /**
     * How callers in one locality distribute their calls.
     *
     * @param from the locality of the callers
     * @param to percent by locality, 100 together; any other locality gets no calls from them
     */
    public record Distribute(Places from, Map<Places, Integer> to) {
        public Distribute {
            Required.value(from, "from", "Places.of(...)");
            to = Required.map(to, "to"); // in the order of the document
        }
    }

    /** Regions: calls from {@code from} move to {@code to} when their own region has no usable endpoint. */
    public record Failover(String from, String to) {}

    /** A locality, or a whole zone, a whole region, or all; a part that is not stated is empty and matches anything. */
    public record Places(String region, String zone, String subzone) {
        public Places {
            Required.value(region, "region", "\"\" for any");
            Required.value(zone, "zone", "\"\" for any");
            Required.value(subzone, "subzone", "\"\" for any");
        }

        /** Reads {@code *}, {@code region}, {@code region/*}, {@code region/zone}, {@code region/zone/*} or {@code region/zone/subzone}. */
        public static Places of(String text) {
            String[] parts = Required.value(text, "text", "\"*\" for all").split("/", -1);
            return new Places(part(parts, 0), part(parts, 1), part(parts, 2));
        }

        private static String part(String[] parts, int at) {
            return at >= parts.length || parts[at].equals("*") ? "" : parts[at];
        }

        /** Whether it contains this locality. */
        public boolean has(Locality locality) {
            Required.value(locality, "locality", "Locality.NONE for none");
            return (region.isEmpty() || region.equals(locality.region()))
                    && (zone.isEmpty() || zone.equals(locality.zone()))
                    && (subzone.isEmpty() || subzone.equals(locality.subzone()));
        }

        /** Whether a locality may be in both. */
        boolean overlaps(Places other) {
            return meets(region, other.region) && meets(zone, other.zone) && meets(subzone, other.subzone);
        }

        private static boolean meets(String a, String b) {
            return a.isEmpty() || b.isEmpty() || a.equals(b);
        }

        /** The spelling in a document. */
        @Override
        public String toString() {
            return Stream.of(region, zone, subzone, subzone.isEmpty() ? "*" : "")
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining("/"));
        }
    }
}
