package dev.meshclient.policy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a whole document: its head, clusters, defaults and services. */
final class DocumentReader {
    static final String API_VERSION = "meshclient.dev/v1";
    static final String KIND = "MeshPolicy";

    private static final long MAX_SAFE_INTEGER = 9_007_199_254_740_991L;
    private static final Words<String> API_VERSIONS = Words.of(new String[] {API_VERSION}, word -> word);
    private static final Words<String> KINDS = Words.of(new String[] {KIND}, word -> word);
    private static final Words<OutboundTrafficPolicy> OUTBOUND = Words.of(OutboundTrafficPolicy.values());
    static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]+");
    static final Pattern DATE_TIME =
            Pattern.compile("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}"
                    + "(\\.[0-9]{1,9})?(Z|[+-]((0[0-9]|1[0-7]):[0-5][0-9]|18:00))");
    private static final String DATE_TIME_EXPECTED = "a date-time as in RFC 3339, such as 2026-11-22T18:00:00Z";

    private final CrossReferences references = new CrossReferences();

    static PolicyDocument read(Node root, Problems problems) throws PolicyException {
        DocumentReader reader = new DocumentReader();
        MeshPolicy policy = reader.policy(root, problems);
        problems.throwIfRefused();
        Set<String> unresolved = new LinkedHashSet<>(reader.references.unresolved());
        policy.removed().forEach(unresolved::remove);
        return document(policy, problems, unresolved);
    }

    /** Takes out the services of which a problem was noted: what was read of them is a stand-in. */
    private static PolicyDocument document(MeshPolicy policy, Problems problems, Set<String> unresolved) {
        Map<String, RefusedService> refused = new LinkedHashMap<>();
        problems.byService()
                .forEach((name, found) -> refused.put(
                        name, new RefusedService(hosts(policy.services().get(name)), found)));
        Map<String, Service> services = new LinkedHashMap<>(policy.services());
        services.keySet().removeAll(refused.keySet());
        MeshPolicy taken = new MeshPolicy(
                policy.metadata(),
                policy.trustDomain(),
                policy.outboundTrafficPolicy(),
                policy.clusters(),
                policy.jwtProviders(),
                policy.defaults(),
                services,
                policy.removed().stream()
                        .filter(name -> !refused.containsKey(name))
                        .toList());
        return new PolicyDocument(taken, problems.unknownFields(), refused, unresolved);
    }

    private static List<String> hosts(@Nullable Service read) {
        return read == null
                ? List.of()
                : read.hosts().stream().filter(host -> !host.isEmpty()).toList();
    }

    private MeshPolicy policy(Node root, Problems problems) throws PolicyException {
        Fields fields = new Fields(root);
        fields.optional("$schema", n -> n.text(1, 1024));
        head(fields, problems);
        Metadata metadata = fields.required(
                "metadata", "an object", DocumentReader::metadata, new Metadata("", null, null, null, null, null));
        String trustDomain = fields.optional(
                "trustDomain",
                n -> n.text(255, TRUST_DOMAIN, "a SPIFFE trust domain: lower-case letters, digits, dots, - and _"));
        OutboundTrafficPolicy outbound =
                fields.optional("outboundTrafficPolicy", n -> n.word(OUTBOUND), OutboundTrafficPolicy.ALLOW_ANY);
        Set<String> clusterNames = new HashSet<>();
        List<Cluster> clusters = fields.list("clusters", 0, Integer.MAX_VALUE, n -> cluster(clusterNames, n));
        Map<String, JwtProvider> jwtProviders = fields.optional("jwtProviders", JwtProviderReader::providers, Map.of());
        AccessReader access = new AccessReader(jwtProviders);
        Settings defaults = fields.optional("defaults", n -> SettingsReader.defaults(access, n), Settings.NONE);
        Map<String, Service> services = new LinkedHashMap<>();
        List<String> removed = new ArrayList<>();
        Node servicesNode = fields.required("services", "an object: services by name");
        if (servicesNode != null) {
            ServiceAccounts accounts =
                    new ServiceAccounts(trustDomain, defaults.backend().serviceAccount());
            services(
                    servicesNode,
                    new ServiceReader(references, accounts, defaults.backend().tls(), access),
                    services,
                    removed);
        }
        fields.misplaced("on a service, or in defaults", "authorization", "requestAuthentication", "credentials");
        fields.othersIgnored();
        references.check();
        return new MeshPolicy(metadata, trustDomain, outbound, clusters, jwtProviders, defaults, services, removed);
    }

    /** Another version or kind has other fields: what they would be called here is of no use to anybody. */
    private static void head(Fields fields, Problems problems) throws PolicyException {
        String version = fields.required("apiVersion", API_VERSION, n -> n.word(API_VERSIONS), API_VERSION);
        String kind = fields.required("kind", KIND, n -> n.word(KINDS), KIND);
        Node versionNode = fields.optional("apiVersion");
        Node kindNode = fields.optional("kind");
        boolean other = (versionNode != null && !version.equals(versionNode.string()))
                || (kindNode != null && !kind.equals(kindNode.string()));
        if (other) {
            problems.throwIfAny();
        }
    }

    private static Metadata metadata(Node node) {
        Fields fields = new Fields(node);
        Metadata metadata = new Metadata(
                fields.required("mesh", Node.NAME, Node::name, ""),
                fields.optional("epoch", Node::name),
                fields.optional("version", n -> n.integer(1, MAX_SAFE_INTEGER)),
                fields.optional("generated", DocumentReader::instant),
                fields.optional("ttl", Node::duration),
                fields.optional("scope", DocumentReader::scope));
        fields.othersIgnored();
        return metadata;
    }

    /** Who ignores a part of it takes services for missing that the document does not speak of. */
    private static Scope scope(Node node) {
        Fields fields = new Fields(node);
        List<String> hosts = fields.required(
                "hosts",
                "an array of hosts",
                n -> Fields.items(n, 0, Integer.MAX_VALUE, host -> Hosts.canonical(Hosts.bareHost(host))),
                List.of());
        fields.othersRefused();
        return new Scope(Set.copyOf(hosts));
    }

    private static Instant instant(Node node) {
        String text = node.text(64, DATE_TIME, DATE_TIME_EXPECTED);
        try {
            return text.isEmpty() ? Instant.EPOCH : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            node.wrong(DATE_TIME_EXPECTED);
            return Instant.EPOCH;
        }
    }

    private static Cluster cluster(Set<String> names, Node node) {
        Fields fields = new Fields(node);
        Node nameNode = fields.required("name", Node.NAME);
        String name = nameNode == null ? "" : nameNode.name();
        if (nameNode != null && !name.isEmpty() && !names.add(name)) {
            nameNode.wrong("each name once among the clusters");
        }
        int priority = fields.optional("priority", n -> n.integer(0, Integer.MAX_VALUE), 0);
        // Without its gateway, addresses of another network would be taken for addresses of this one.
        fields.unsupported("gateway");
        fields.othersIgnored();
        return new Cluster(name, priority);
    }

    private static void services(Node node, ServiceReader reader, Map<String, Service> services, List<String> removed) {
        Map<String, Node> object = node.object();
        if (object == null) {
            node.wrong("an object: services by name");
            return;
        }
        object.forEach((name, service) -> {
            if (!Node.isName(name)) {
                service.wrong("a service name of " + Node.NAME_LENGTH);
            }
            if (service.isNull()) {
                removed.add(name);
            } else {
                services.put(name, reader.service(name, service));
            }
        });
    }
}
