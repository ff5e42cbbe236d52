package dev.meshclient.policy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    private static final Words<Endpoint.TlsMode> TLS_MODE = Words.of(Endpoint.TlsMode.values(), Endpoint.TlsMode::word);
    static final Pattern LOCALITY = Pattern.compile("[^/]+(/[^/]+){0,2}");

    private static final String NO_ENDPOINTS =
            "nothing: with resolution NONE the endpoint is the request's own host and port";

    private record Place(@Nullable String cluster, String address, int port) {}

    private final CrossReferences references;
    private final RuleReader rules;
    private final AccessReader access;
    // Thousands of endpoints share a few places.
    private final Map<String, Locality> localities = new HashMap<>();

    private final ServiceAccounts accounts;
    private final @Nullable Tls defaultTls;

    ServiceReader(CrossReferences references, ServiceAccounts accounts, @Nullable Tls defaultTls, AccessReader access) {
        this.references = references;
        this.accounts = accounts;
        this.defaultTls = defaultTls;
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
        Settings settings = SettingsReader.settings(fields, accounts::account, access.access(fields));
        if (resolution != Resolution.NONE) {
            settings = settings.over(
                    new Settings(RouteSettings.NONE, BackendSettings.serviceAccount(accounts.byDefault(name))));
        }
        if (resolution == Resolution.NONE) {
            hasNoEndpoints(fields, appProtocol, settings.backend());
        } else {
            provesItself(fields, settings.backend(), endpoints, subsets);
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
    private void hasNoEndpoints(Fields fields, AppProtocol appProtocol, BackendSettings settings) {
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
                "failoverMode",
                "localityLbSetting",
                "serviceAccount");
        Node protocol = fields.optional("appProtocol");
        if (protocol != null && appProtocol == AppProtocol.H2C) {
            protocol.wrong(
                    "http, https; the caller's own client chooses between HTTP/1.1 and HTTP/2 with resolution NONE");
        }
        Node tls = fields.optional("tls");
        if (tls == null && defaultTls != null && needsEndpoints(defaultTls)) {
            fields.node()
                    .field("tls")
                    .wrong(
                            "not stated",
                            "tls of its own, DISABLE or SIMPLE, since that of defaults ("
                                    + defaultTls.mode()
                                    + (needsOwnSockets(defaultTls.mode()) ? "" : " with more than a mode")
                                    + ") has no effect where the mesh has no endpoints, with resolution NONE");
        }
        if (tls != null && settings.tls() != null) {
            new Fields(tls)
                    .misplaced(
                            "where the mesh has endpoints, with resolution STATIC or DNS",
                            "sni",
                            "subjectAltNames",
                            "caCertificates",
                            "credentialName");
            if (needsOwnSockets(settings.tls().mode())) {
                tls.field("mode")
                        .wrong(
                                '"' + settings.tls().mode().name() + '"',
                                "DISABLE, SIMPLE; MUTUAL and MESH_MUTUAL where the mesh has endpoints, with resolution STATIC"
                                        + " or DNS");
            }
        }
    }

    /** Else the caller's own connections would be less than what is stated. */
    private static boolean needsEndpoints(Tls tls) {
        return needsOwnSockets(tls.mode())
                || tls.sni() != null
                || !tls.subjectAltNames().isEmpty()
                || tls.caCertificates() != null
                || tls.credentialName() != null;
    }

    private static boolean needsOwnSockets(Tls.Mode mode) {
        return mode == Tls.Mode.MUTUAL || mode == Tls.Mode.MESH_MUTUAL;
    }

    /** "Any peer of the mesh" is never what is meant: with MESH_MUTUAL it must be known who the peer is. */
    private void provesItself(Fields fields, BackendSettings settings, List<Endpoint> endpoints, List<Subset> subsets) {
        if (settings.serviceAccount() != null) {
            return;
        }
        Tls whole = settings.tls() != null ? settings.tls() : defaultTls;
        boolean anonymous = Stream.concat(Stream.of(settings), subsets.stream().map(s -> s.settings()
                        .backend()))
                .anyMatch(s -> isAnonymous(s.tls() != null ? s.tls() : whole, s, endpoints));
        if (anonymous) {
            fields.node()
                    .field("serviceAccount")
                    .wrong(
                            "not stated",
                            "a SPIFFE ID, since MESH_MUTUAL verifies who the endpoints are; or trustDomain in the document,"
                                    + " serviceAccount in defaults or at each endpoint, or tls.subjectAltNames");
        }
    }

    private static boolean isAnonymous(@Nullable Tls tls, BackendSettings settings, List<Endpoint> endpoints) {
        boolean mesh = tls != null && tls.mode() == Tls.Mode.MESH_MUTUAL;
        boolean named = settings.serviceAccount() != null
                || (tls != null
                        && tls.mode() == Tls.Mode.MESH_MUTUAL
                        && !tls.subjectAltNames().isEmpty());
        return !named
                && (endpoints.isEmpty()
                        ? mesh
                        : endpoints.stream()
                                .anyMatch(e -> e.serviceAccount() == null
                                        && (e.tlsMode() == null ? mesh : e.tlsMode() == Endpoint.TlsMode.MESH)));
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
        String serviceAccount = fields.optional("serviceAccount", accounts::account);
        Endpoint.TlsMode tlsMode = fields.optional("tlsMode", n -> n.word(TLS_MODE));
        fields.othersIgnored();
        boolean stated = !address.isEmpty() && port > 0;
        if (stated && !places.add(new Place(cluster, address.toLowerCase(Locale.ROOT), port))) {
            node.wrong("each cluster, address and port once in a service");
        }
        return new Endpoint(address, port, locality, cluster, weight, health, labels, serviceAccount, tlsMode);
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
        Settings settings = SettingsReader.settings(fields, accounts::account, AccessReader.ofSubset(fields));
        fields.othersIgnored();
        return new Subset(name, labels, settings);
    }

    private static Map<String, String> labels(Node node) {
        return Fields.entries(node, n -> n.text(0, 1024));
    }
}
