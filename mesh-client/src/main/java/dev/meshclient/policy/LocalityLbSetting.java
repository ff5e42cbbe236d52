package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where calls go, said more closely than {@link TrafficDistribution} does. The words are Istio's. All lists may be empty.
 *
 * @param distribute shares of localities; the first whose {@code from} is ours counts
 * @param failover regions after our own one, in this order; those of other {@code from} do not count for us
 * @param failoverPriority labels, {@code key} or {@code key=value}: n of them make n + 1 priorities, and zones do not count
 */
public record LocalityLbSetting(List<Distribute> distribute, List<Failover> failover, List<String> failoverPriority) {
    /** Nothing is stated: the rules that are built in hold. */
    public static final LocalityLbSetting NONE = new LocalityLbSetting(List.of(), List.of(), List.of());

    public LocalityLbSetting {
        distribute = List.copyOf(distribute);
        failover = List.copyOf(failover);
        failoverPriority = List.copyOf(failoverPriority);
    }

    /**
     * What callers of one place give to others.
     *
     * @param from callers there
     * @param to percent by place, 100 together; what is not in it gets nothing from them
     */
    public record Distribute(Places from, Map<Places, Integer> to) {
        public Distribute {
            to = Collections.unmodifiableMap(new LinkedHashMap<>(to)); // in the order of the document
        }
    }

    /** Regions: callers of {@code from} go to {@code to} when their own has nobody. */
    public record Failover(String from, String to) {}

    /** A locality, or all of a zone, of a region, or all there are; a part that is not stated is empty, and may be anything. */
    public record Places(String region, String zone, String subzone) {
        /** Reads {@code *}, {@code region}, {@code region/*}, {@code region/zone}, {@code region/zone/*} or {@code region/zone/subzone}. */
        public static Places of(String text) {
            String[] parts = text.split("/", -1);
            return new Places(part(parts, 0), part(parts, 1), part(parts, 2));
        }

        private static String part(String[] parts, int at) {
            return at >= parts.length || parts[at].equals("*") ? "" : parts[at];
        }

        /** Whether this is one of them. */
        public boolean has(Locality locality) {
            return (region.isEmpty() || region.equals(locality.region()))
                    && (zone.isEmpty() || zone.equals(locality.zone()))
                    && (subzone.isEmpty() || subzone.equals(locality.subzone()));
        }

        /** Whether a locality may be of both. */
        boolean overlaps(Places other) {
            return meets(region, other.region) && meets(zone, other.zone) && meets(subzone, other.subzone);
        }

        private static boolean meets(String a, String b) {
            return a.isEmpty() || b.isEmpty() || a.equals(b);
        }

        /** As it is written in a document. */
        @Override
        public String toString() {
            return Stream.of(region, zone, subzone, subzone.isEmpty() ? "*" : "")
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining("/"));
        }
    }
}
