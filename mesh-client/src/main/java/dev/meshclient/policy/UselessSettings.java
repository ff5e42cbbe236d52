package dev.meshclient.policy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what is legal and has no effect, or surely not the intended one. The expected value of each finding says why. */
final class UselessSettings {
    private final Place root;
    private final MeshPolicy policy;
    private final Set<String> trustDomains = new HashSet<>();
    private final Set<String> clusters;

    private UselessSettings(Place root, MeshPolicy policy, Set<String> federated) {
        this.root = root;
        this.policy = policy;
        this.clusters = policy.clusters().stream().map(Cluster::name).collect(Collectors.toSet());
        if (policy.trustDomain() != null) {
            trustDomains.add(policy.trustDomain());
            trustDomains.addAll(federated);
        }
    }

    /** @param federated trust domains other than the document's, whose members may call */
    static void find(Place root, MeshPolicy policy, Set<String> federated) {
        new UselessSettings(root, policy, federated).find();
    }

    private void find() {
        SettingLevels levels = new SettingLevels(root, policy);
        UselessTimeouts.find(levels);
        UselessLimits.find(levels);
        UselessBreakers.find(levels);
        UselessWarmups.find(levels);
        UselessEjection.find(levels);
        UselessHedges.find(levels);
        UselessHealthChecks.find(levels);
        ShadowFindings.find(levels);
        LocalityFindings.find(levels);
        access(root.field("defaults"), policy.defaults().backend().access());
        boolean zones = policy.services().values().stream().anyMatch(UselessSettings::hasZone);
        policy.services()
                .forEach((name, service) -> service(root.field("services").field(name), service, zones));
    }

    private void service(Place place, Service service, boolean zonesElsewhere) {
        access(place, service.settings().backend().access());
        clusters(place.field("endpoints"), service);
        plainGateways(place, service);
        for (int i = 0; i < service.subsets().size(); i++) {
            Subset subset = service.subsets().get(i);
            subset(place.field("subsets").item(i).field("labels"), subset, service);
        }
        rules(place.field("rules"), service.rules());
        zones(place.field("endpoints"), service, zonesElsewhere);
    }

    // ---- endpoints

    /** A document that lists no clusters uses the names for nothing but to tell endpoints apart. */
    private void clusters(Place endpoints, Service service) {
        Set<String> found = new HashSet<>();
        for (int i = 0; i < service.endpoints().size() && !clusters.isEmpty(); i++) {
            String cluster = service.endpoints().get(i).cluster();
            if (cluster != null && !clusters.contains(cluster) && found.add(cluster)) {
                endpoints
                        .item(i)
                        .field("cluster")
                        .wrong(
                                cluster,
                                "a cluster of clusters: "
                                        + clusters.stream().sorted().collect(Collectors.joining(", "))
                                        + "; any other has priority 0");
            }
        }
    }

    /** A gateway chooses the service by the SNI. */
    private void plainGateways(Place place, Service service) {
        Tls tls = service.settings().backend().over(policy.defaults().backend()).tls();
        boolean plain = tls == null ? service.appProtocol() != AppProtocol.HTTPS : tls.mode() == Tls.Mode.DISABLE;
        policy.clusters().stream()
                .filter(c -> c.gateway() != null
                        && service.endpoints().stream()
                                .anyMatch(e -> c.name().equals(e.cluster())
                                        && (e.tlsMode() == null ? plain : e.tlsMode() == Endpoint.TlsMode.DISABLED)))
                .findFirst()
                .ifPresent(
                        c -> place.field("endpoints")
                                .wrongIn(
                                        "endpoints without TLS in cluster " + PolicyProblem.quoted(c.name()),
                                        "tls.mode MESH_MUTUAL, MUTUAL or SIMPLE: other clusters reach them by a gateway, which needs TLS"));
    }

    /** Of names, the labels of each address are those of its endpoint; without endpoints there are none. */
    private static void subset(Place labels, Subset subset, Service service) {
        boolean some = service.endpoints().stream()
                .anyMatch(e -> e.labels().entrySet().containsAll(subset.labels().entrySet()));
        if (!some && !service.endpoints().isEmpty()) {
            labels.wrong(
                    subset.labels(), "the labels of an endpoint of this service: none of its endpoints has them all");
        }
    }

    private static boolean hasZone(Service service) {
        return service.endpoints().stream().anyMatch(e -> !e.locality().zone().isEmpty());
    }

    private void zones(Place endpoints, Service service, boolean zonesElsewhere) {
        BackendSettings settings =
                service.settings().backend().over(policy.defaults().backend());
        boolean wanted = zonesElsewhere
                || settings.trafficDistribution() == TrafficDistribution.PREFER_SAME_ZONE
                || service.endpoints().stream()
                        .anyMatch(e -> !e.locality().region().isEmpty());
        boolean off = settings.trafficDistribution() == TrafficDistribution.ANY;
        if (wanted && !off && service.endpoints().size() > 1 && !hasZone(service)) {
            endpoints.wrongIn(
                    "no endpoint with a zone",
                    "a locality \"region/zone\" for each endpoint: without it, calls do not prefer their own zone");
        }
    }

    // ---- rules

    /** The conditions of a match, in a form that is equal for equal conditions. */
    private record Condition(
            PathMatch path, @Nullable String method, Set<ValueMatch> headers, Set<ValueMatch> queryParams) {
        static Condition of(Match match) {
            PathMatch path = match.path() == null ? new PathMatch(PathMatch.Type.PATH_PREFIX, "/") : match.path();
            boolean cut =
                    path.type() == PathMatch.Type.PATH_PREFIX && path.value().endsWith("/");
            return new Condition(
                    cut
                            ? new PathMatch(
                                    path.type(),
                                    path.value().substring(0, path.value().length() - 1))
                            : path,
                    match.method(),
                    match.headers().stream()
                            .map(h -> new ValueMatch(h.name().toLowerCase(Locale.ROOT), h.type(), h.value()))
                            .collect(Collectors.toSet()),
                    Set.copyOf(match.queryParams()));
        }
    }

    /** The most specific rule decides, whatever its position: an earlier rule shadows a later one only if it is as specific. */
    private static void rules(Place place, List<Rule> rules) {
        Map<Condition, String> taken = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            List<Match> matches =
                    rule.matches().isEmpty() ? List.of(new Match(null, null, List.of(), List.of())) : rule.matches();
            List<Condition> conditions = matches.stream().map(Condition::of).toList();
            if (taken.keySet().containsAll(conditions)) {
                place.item(i)
                        .wrongIn(
                                rule.name() == null ? "a rule" : PolicyProblem.quoted(rule.name()),
                                "a match that no earlier rule has: every request of this rule is taken by "
                                        + conditions.stream()
                                                .map(taken::get)
                                                .distinct()
                                                .collect(Collectors.joining(" and ")));
            }
            String name = "rules[" + i + "]";
            conditions.forEach(condition -> taken.putIfAbsent(condition, name));
        }
    }

    // ---- authorization

    private void access(Place place, Access access) {
        List<AuthorizationPolicy> policies = access.authorization() == null ? List.of() : access.authorization();
        for (int i = 0; i < policies.size(); i++) {
            Place rules = place.field("authorization").item(i).field("rules");
            for (int j = 0; j < policies.get(i).rules().size(); j++) {
                rule(rules.item(j), policies.get(i).rules().get(j));
            }
        }
    }

    private void rule(Place place, AuthorizationPolicy.Rule rule) {
        for (int i = 0; i < rule.to().size(); i++) {
            Place operation = place.field("to").item(i).field("operation");
            each(operation, "methods", "notMethods", rule.to().get(i).methods(), UselessSettings::method);
        }
        for (int i = 0; i < rule.from().size(); i++) {
            Place source = place.field("from").item(i).field("source");
            AuthorizationPolicy.Source from = rule.from().get(i);
            each(source, "principals", "notPrincipals", from.principals(), (at, id) -> domain(at, id, domainOf(id)));
            each(source, "trustDomains", "notTrustDomains", from.trustDomains(), (at, name) -> domain(at, name, name));
        }
    }

    private interface ValueTest {
        void test(Place place, String value);
    }

    private static void each(
            Place place, String field, String notField, AuthorizationPolicy.Values values, ValueTest test) {
        for (int i = 0; i < values.values().size(); i++) {
            test.test(place.field(field).item(i), values.values().get(i));
        }
        for (int i = 0; i < values.notValues().size(); i++) {
            test.test(place.field(notField).item(i), values.notValues().get(i));
        }
    }

    private static void method(Place place, String value) {
        String upper = value.toUpperCase(Locale.ROOT);
        if (!value.equals(upper)) {
            place.wrong(value, upper + ": methods are compared with case, and a client sends " + upper);
        }
    }

    /** Null: the value leaves the trust domain open. */
    private static @Nullable String domainOf(String principal) {
        String id = principal.startsWith("spiffe://") ? principal.substring("spiffe://".length()) : principal;
        int end = id.indexOf('/');
        return end < 0 ? null : id.substring(0, end);
    }

    private void domain(Place place, String value, @Nullable String domain) {
        if (domain != null && !trustDomains.isEmpty() && domain.indexOf('*') < 0 && !trustDomains.contains(domain)) {
            place.wrong(
                    value,
                    "a member of " + trustDomains.stream().sorted().collect(Collectors.joining(", "))
                            + "; of another trust domain only if it is federated (lint: --federated=" + domain + ")");
        }
    }
}
