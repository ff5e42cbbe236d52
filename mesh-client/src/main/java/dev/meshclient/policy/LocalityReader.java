package dev.meshclient.policy;

import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Failover;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads what is said of regions, zones and labels. Refuses what Istio refuses. */
final class LocalityReader {
    /** A part of a locality that may not be a star. */
    private static final String PART = "[^/*]+";

    static final Pattern PLACES = Pattern.compile("\\*|" + PART + "(/\\*|/" + PART + "(/\\*|/" + PART + ")?)?");
    static final Pattern REGION = Pattern.compile(PART);
    static final Pattern LABEL = Pattern.compile("[^=]+(=[^=]*)?");

    private static final int MAX_ITEMS = 256;
    private static final String PLACES_EXPECTED =
            "*, region, region/*, region/zone, region/zone/* or region/zone/subzone";

    private LocalityReader() {}

    static LocalityLbSetting localityLbSetting(Node node) {
        Fields fields = new Fields(node);
        List<Distribute> distribute = distributes(fields);
        List<Failover> failover = fields.list("failover", 1, MAX_ITEMS, LocalityReader::failover);
        List<String> labels =
                fields.list("failoverPriority", 1, MAX_ITEMS, n -> n.text(1024, LABEL, "a label, as key or key=value"));
        Node priority = fields.optional("failoverPriority");
        if (priority != null && (fields.optional("distribute") != null || fields.optional("failover") != null)) {
            priority.wrong("nothing beside distribute or failover, which order by localities and not by labels");
        }
        fields.misplaced("in no document of this library (trafficDistribution Any lets zones not count)", "enabled");
        fields.othersRefused();
        return new LocalityLbSetting(distribute, failover, labels);
    }

    private static List<Distribute> distributes(Fields fields) {
        List<Places> before = new ArrayList<>();
        return fields.list("distribute", 1, MAX_ITEMS, n -> distribute(before, n));
    }

    private static Distribute distribute(List<Places> before, Node node) {
        Fields fields = new Fields(node);
        Node fromNode = fields.required("from", PLACES_EXPECTED);
        Places from = Places.of("*");
        if (fromNode != null && !fromNode.text(1024, PLACES, PLACES_EXPECTED).isEmpty()) {
            from = places(before, fromNode, String.valueOf(fromNode.string()));
        }
        Map<Places, Integer> to = fields.required("to", "an object of percentages", LocalityReader::shares, Map.of());
        fields.othersRefused();
        return new Distribute(from, to);
    }

    private static Map<Places, Integer> shares(Node node) {
        Map<String, Node> object = node.object();
        if (object == null || object.isEmpty()) {
            node.wrong("an object of percentages, of one at least");
            return Map.of();
        }
        Map<Places, Integer> shares = new LinkedHashMap<>();
        List<Places> before = new ArrayList<>();
        long sum = 0;
        boolean legal = true;
        for (Map.Entry<String, Node> share : object.entrySet()) {
            String key = share.getKey();
            if (key.codePointCount(0, key.length()) > 1024
                    || !PLACES.matcher(key).matches()) {
                share.getValue().wrong("the key " + Node.shortened(key, 80), PLACES_EXPECTED);
                return shares;
            }
            legal &= share.getValue().isInteger(1, 100);
            int percent = share.getValue().integer(1, 100);
            sum += percent;
            shares.put(places(before, share.getValue(), key), percent);
        }
        if (sum != 100 && legal && shares.size() == object.size()) {
            node.wrong("percentages that add up to " + sum, "percentages that add up to 100");
        }
        return shares;
    }

    private static Places places(List<Places> before, Node node, String text) {
        Places places = Places.of(text);
        before.stream()
                .filter(places::overlaps)
                .findFirst()
                .ifPresent(other -> node.wrong(
                        Node.shortened(text, 80),
                        "each locality once among these; " + Node.shortened(other.toString(), 80) + " has it too"));
        before.add(places);
        return places;
    }

    private static Failover failover(Node node) {
        Fields fields = new Fields(node);
        String from = fields.required("from", "a region", LocalityReader::region, "");
        String to = fields.required("to", "a region", LocalityReader::region, "");
        fields.othersRefused();
        if (!from.isEmpty() && from.equals(to)) {
            node.wrong("two different regions");
        }
        return new Failover(from, to);
    }

    private static String region(Node node) {
        return node.text(1024, REGION, "a region, without zone and without *");
    }
}
