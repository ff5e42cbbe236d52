package dev.meshclient.policy;

import dev.meshclient.internal.text.NearWord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the parts of a policy against each other, and its head. */
final class DocumentCheck {
    static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]+");
    static final Pattern GATEWAY = Pattern.compile(
            "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])");
    static final Pattern GATEWAY_SNI = Pattern.compile("([A-Za-z0-9._-]|\\{(service|subset|port|host)\\})+");
    private static final String GATEWAY_SNI_EXPECTED =
            "letters, digits, ., _ and -, and {service}, {subset}, {port} and {host}, such as " + Cluster.GATEWAY_SNI;

    private static final String HOST_EXPECTED =
            "a DNS name or an IP address (IPv6 in brackets), without port or wildcard";
    private static final long MAX_SAFE_INTEGER = 9_007_199_254_740_991L;

    private static final int MAX_COMPARED = 100_000;

    private record Claim(String service, Place place) {}

    private final Place root;
    private final MeshPolicy policy;
    private final Set<String> refused;
    private final ServiceAccounts accounts;
    private long compared;
    private final Set<String> unresolved = new LinkedHashSet<>();

    DocumentCheck(Place root, MeshPolicy policy, Set<String> refused) {
        this.refused = refused;
        this.root = root;
        this.policy = policy;
        this.accounts = new ServiceAccounts(
                policy.trustDomain(), policy.defaults().backend().serviceAccount());
    }

    /** Services that rules send calls to and that the policy does not list, not even as removed. */
    Set<String> unresolved() {
        return unresolved;
    }

    /** The policy with complete service accounts. */
    MeshPolicy completed() {
        return policy.withServices(accounts::inFull);
    }

    void check() {
        head();
        SettingsCheck.defaults(root.field("defaults"), policy.defaults(), policy.jwtProviders());
        Place services = root.field("services");
        ServiceCheck check = new ServiceCheck(policy, accounts);
        policy.services().forEach((name, service) -> {
            services.field(name).key(name, "a service name");
            check.check(services.field(name), name, service);
        });
        removed(services);
        policy.services().forEach((name, service) -> references(services.field(name), service));
        claims(services);
    }

    private void removed(Place services) {
        for (String name : policy.removed()) {
            services.field(name).key(name, "a service name");
            if (policy.services().containsKey(name)) {
                services.field(name).wrongIn("a service, and removed", "each name once among services and removed");
            }
        }
    }

    private void head() {
        Place place = root.field("metadata");
        Metadata metadata = policy.metadata();
        place.field("mesh").name(metadata.mesh());
        place.field("epoch").name(metadata.epoch());
        place.field("version").integer(metadata.version(), 1, MAX_SAFE_INTEGER);
        place.field("ttl").duration(metadata.ttl());
        if (metadata.scope() != null) {
            place.field("scope")
                    .field("hosts")
                    .each(
                            List.copyOf(metadata.scope().hosts()),
                            0,
                            Integer.MAX_VALUE,
                            (at, host) -> at.host(host, Hosts.MAX_HOST, Hosts.BARE_HOST, HOST_EXPECTED));
        }
        root.field("trustDomain")
                .text(
                        policy.trustDomain(),
                        255,
                        TRUST_DOMAIN,
                        "a SPIFFE trust domain: lower-case letters, digits, dots, - and _");
        Set<String> names = new HashSet<>();
        root.field("clusters").each(policy.clusters(), 0, Integer.MAX_VALUE, (at, cluster) -> {
            at.field("name").nameOnce(cluster.name(), names, "the clusters");
            at.field("priority").integer(cluster.priority(), 0, Integer.MAX_VALUE);
            at.field("gateway").text(cluster.gateway(), 261, GATEWAY, "host:port, such as gateway.east.example:15443");
            Place sni = at.field("gatewaySni");
            sni.text(cluster.gatewaySni(), 255, GATEWAY_SNI, GATEWAY_SNI_EXPECTED);
            if (cluster.gateway() == null && cluster.gatewaySni() != null) {
                sni.wrong(cluster.gatewaySni(), "a gateway beside it");
            }
        });
        policy.jwtProviders()
                .forEach((name, provider) ->
                        JwtProviderCheck.check(root.field("jwtProviders").field(name), name, provider));
    }

    private void references(Place place, Service service) {
        for (int r = 0; r < service.rules().size(); r++) {
            List<BackendRef> refs = service.rules().get(r).backendRefs();
            for (int b = 0; b < refs.size(); b++) {
                BackendRef ref = refs.get(b);
                Service backend = policy.services().get(ref.name());
                if (ref.name() == null || ref.name().isEmpty() || (backend == null && refused.contains(ref.name()))) {
                    continue; // reported already
                }
                Place at = place.field("rules").item(r).field("backendRefs").item(b);
                if (backend == null) {
                    if (!policy.removed().contains(ref.name())) {
                        unresolved.add(ref.name());
                    }
                    at.field("name")
                            .wrong(
                                    ref.name(),
                                    "a service of this document"
                                            + question(
                                                    ref.name(),
                                                    policy.services().keySet()));
                } else if (ref.subset() != null
                        && !ref.subset().isEmpty()
                        && backend.subsets().stream()
                                .noneMatch(s -> ref.subset().equals(s.name()))) {
                    at.field("subset")
                            .wrong(
                                    ref.subset(),
                                    "a subset of the service " + ref.name()
                                            + question(
                                                    ref.subset(),
                                                    backend.subsets().stream()
                                                            .map(Subset::name)
                                                            .filter(Objects::nonNull)
                                                            .toList()));
                }
            }
        }
    }

    /** Compares a bounded number of names: a hostile document may have thousands of each. */
    private String question(String name, Collection<String> legal) {
        compared += Math.min(MAX_COMPARED, legal.size());
        String near = compared > MAX_COMPARED ? null : NearWord.of(name, legal);
        return near == null ? "" : "; did you mean " + PolicyProblem.quoted(near) + "?";
    }

    /** Reports the conflict at every service involved: the owner of each has to know. */
    private void claims(Place services) {
        Map<String, String> owners = new HashMap<>();
        Set<String> shared = new HashSet<>();
        policy.services().forEach((name, service) -> service.hosts().forEach(host -> {
            if (!name.equals(owners.merge(host, name, (owner, other) -> owner))) {
                shared.add(host);
            }
        }));
        Map<String, List<Claim>> claims = new LinkedHashMap<>();
        policy.services().forEach((name, service) -> {
            for (int i = 0; i < service.hosts().size() && !shared.isEmpty(); i++) {
                String host = service.hosts().get(i);
                if (shared.contains(host) && ServiceCheck.fault(host, service) == null) {
                    Place place = services.field(name).field("hosts").item(i);
                    claims.computeIfAbsent(host, h -> new ArrayList<>()).add(new Claim(name, place));
                }
            }
        });
        claims.forEach((host, all) -> all.forEach(claim -> all.stream()
                .filter(other -> !other.service().equals(claim.service()))
                .findFirst()
                .ifPresent(rival -> claim.place()
                        .wrong(
                                host,
                                "a host that no other service claims; "
                                        + rival.place().path() + " does"))));
    }
}
