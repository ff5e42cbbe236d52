package dev.meshclient.policy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads services: their hosts, endpoints and subsets. */
final class ServiceReader {
    private static final int MAX_HOSTS = 256;
    private static final int MAX_ENDPOINTS = 100_000;
    private static final int MAX_RULES = 256;
    private static final int MAX_WEIGHT = 1_000_000;

    private static final Words<AppProtocol> APP_PROTOCOL = Words.of(AppProtocol.values(), AppProtocol::word);
    private static final Words<Resolution> RESOLUTION = Words.of(Resolution.values());
    private static final Words<Endpoint.Health> HEALTH = Words.of(Endpoint.Health.values());
    static final Pattern LOCALITY = Pattern.compile("[^/]+(/[^/]+){0,2}");

    private static final String NO_ENDPOINTS =
            "nothing: with resolution NONE the endpoint is the request's own host and port";

    private record Place(@Nullable String cluster, String address, int port) {}

    private final CrossReferences references;
    private final RuleReader rules;
    private final AccessReader access;
    // Thousands of endpoints share a few places.
    private final Map<String, Locality> localities = new HashMap<>();

    ServiceReader(CrossReferences references, AccessReader access) {
        this.references = references;
        this.rules = new RuleReader(references);
        this.access = access;
    }

    Service service(String name, Node node) {
        references.declares(name);
        Fields fields = new Fields(node);
        Resolution resolution = fields.optional("resolution", n -> n.word(RESOLUTION), Resolution.STATIC);
        boolean named = hostsAreNames(fields, resolution);
        List<String> hosts = fields.required(
                "hosts",
                "an array of 1 to " + MAX_HOSTS + " hosts",
                n -> Fields.items(n, 1, MAX_HOSTS, host -> host(name, resolution, named, host)),
                List.of());
        AppProtocol appProtocol = fields.optional("appProtocol", n -> n.word(APP_PROTOCOL), AppProtocol.HTTP);
        Set<Place> places = new HashSet<>();
        List<Endpoint> endpoints = fields.list("endpoints", 0, MAX_ENDPOINTS, n -> endpoint(places, n));
        Set<String> subsetNames = new HashSet<>();
        List<Subset> subsets = fields.list("subsets", 0, Integer.MAX_VALUE, n -> subset(name, subsetNames, n));
        List<Rule> ruleList = fields.list("rules", 0, MAX_RULES, rules::rule);
        Settings settings = SettingsReader.settings(fields, access.access(fields));
        if (resolution == Resolution.NONE) {
            hasNoEndpoints(fields, appProtocol, settings);
        }
        fields.misplaced("at the head of the document", "jwtProviders");
        fields.othersIgnored();
        return new Service(hosts, appProtocol, resolution, endpoints, subsets, ruleList, settings);
    }

    private String host(String service, Resolution resolution, boolean named, Node node) {
        String host = Hosts.canonical(Hosts.host(node));
        if (host.equals("*") && resolution != Resolution.NONE) {
            node.wrong("\"*\" only with resolution NONE: one service cannot list the endpoints of every host");
            return "";
        }
        if (named && host.startsWith("*.")) {
            node.wrong("a name to look up, as resolution is DNS and no endpoints are listed");
            return "";
        }
        if (!host.isEmpty()) {
            references.claims(service, node, host);
        }
        return host;
    }

    /** Without endpoints the hosts are what is resolved. */
    private static boolean hostsAreNames(Fields fields, Resolution resolution) {
        Node endpoints = fields.optional("endpoints");
        List<Node> items = endpoints == null ? List.of() : endpoints.array();
        return resolution == Resolution.DNS && items != null && items.isEmpty();
    }

    /** Nothing to choose from, and the caller's own connections: what would have no effect is refused. */
    private static void hasNoEndpoints(Fields fields, AppProtocol appProtocol, Settings settings) {
        for (String list : List.of("endpoints", "subsets")) {
            Node node = fields.optional(list);
            List<Node> items = node == null ? null : node.array();
            if (node != null && items != null && !items.isEmpty()) {
                node.wrong(NO_ENDPOINTS);
            }
        }
        fields.misplaced(
                "where the mesh has endpoints, with resolution STATIC or DNS",
                "loadBalancer",
                "trafficDistribution",
                "outlierDetection",
                "failoverMode");
        Node protocol = fields.optional("appProtocol");
        if (protocol != null && appProtocol == AppProtocol.H2C) {
            protocol.wrong(
                    "http, https; the caller's own client chooses between HTTP/1.1 and HTTP/2 with resolution NONE");
        }
        Node tls = fields.optional("tls");
        if (tls != null && settings.tls() != null && settings.tls().sni() != null) {
            new Fields(tls).misplaced("where the mesh has endpoints, with resolution STATIC or DNS", "sni");
        }
    }

    private Endpoint endpoint(Set<Place> places, Node node) {
        Fields fields = new Fields(node);
        String address = fields.required("address", "an IP address or a DNS name", Hosts::address, "");
        int port = fields.required("port", "an integer of 1 to 65535", n -> n.integer(1, 65_535), 0);
        Locality locality = fields.optional("locality", this::locality, Locality.NONE);
        String cluster = fields.optional("cluster", Node::name);
        int weight = fields.optional("weight", n -> n.integer(0, MAX_WEIGHT), 1);
        Endpoint.Health health = fields.optional("health", n -> n.word(HEALTH), Endpoint.Health.UNKNOWN);
        Map<String, String> labels = fields.optional("labels", ServiceReader::labels, Map.of());
        fields.unsupported("tlsMode");
        fields.othersIgnored();
        boolean stated = !address.isEmpty() && port > 0;
        if (stated && !places.add(new Place(cluster, address.toLowerCase(Locale.ROOT), port))) {
            node.wrong("each cluster, address and port once in a service");
        }
        return new Endpoint(address, port, locality, cluster, weight, health, labels);
    }

    private Locality locality(Node node) {
        String text = node.text(1024, LOCALITY, "region, region/zone or region/zone/subzone");
        return localities.computeIfAbsent(text, t -> {
            String[] parts = t.split("/", -1);
            return new Locality(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
        });
    }

    private Subset subset(String service, Set<String> names, Node node) {
        Fields fields = new Fields(node);
        Node nameNode = fields.required("name", Node.NAME);
        String name = nameNode == null ? "" : nameNode.name();
        if (nameNode != null && !name.isEmpty()) {
            references.declares(service, name);
            if (!names.add(name)) {
                nameNode.wrong("each name once among the subsets of a service");
            }
        }
        Map<String, String> labels = fields.required("labels", "an object of strings", ServiceReader::labels, Map.of());
        Settings settings = SettingsReader.settings(fields, AccessReader.ofSubset(fields));
        fields.othersIgnored();
        return new Subset(name, labels, settings);
    }

    private static Map<String, String> labels(Node node) {
        return Fields.entries(node, n -> n.text(0, 1024));
    }
}
