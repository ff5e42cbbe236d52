package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the parts of a policy against each other, and its head. */
final class DocumentCheck {
    static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]+");
    private static final long MAX_SAFE_INTEGER = 9_007_199_254_740_991L;

    private record Claim(String service, Place host) {}

    private final Place root;
    private final MeshPolicy policy;
    private final Set<String> refused;
    private final ServiceAccounts accounts;
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
            Place place = services.field(name);
            nameOf(place, name);
            check.check(place, name, service);
        });
        policy.removed().forEach(name -> nameOf(services.field(name), name));
        policy.services().forEach((name, service) -> references(services.field(name), service));
        claims(services);
    }

    private static void nameOf(Place place, String name) {
        int length = name.codePointCount(0, name.length());
        if (length < 1 || length > Place.MAX_NAME) {
            place.wrong(name, "a service name of 1 to " + Place.MAX_NAME + " characters");
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
            Place hosts = place.field("scope").field("hosts");
            int at = 0;
            for (String host : metadata.scope().hosts()) {
                hosts.item(at++)
                        .host(
                                host,
                                Hosts.MAX_HOST,
                                Hosts.BARE_HOST,
                                "a DNS name or an IP address (IPv6 in brackets), without port or wildcard");
            }
        }
        root.field("trustDomain")
                .text(
                        policy.trustDomain(),
                        255,
                        TRUST_DOMAIN,
                        "a SPIFFE trust domain: lower-case letters, digits, dots, - and _");
        clusters();
        policy.jwtProviders()
                .forEach((name, provider) ->
                        JwtProviderCheck.check(root.field("jwtProviders").field(name), name, provider));
    }

    private void clusters() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < policy.clusters().size(); i++) {
            Cluster cluster = policy.clusters().get(i);
            Place place = root.field("clusters").item(i);
            if (place.field("name").name(cluster.name()) && !names.add(cluster.name())) {
                place.field("name").wrong(cluster.name(), "each name once among the clusters");
            }
            place.field("priority").integer(cluster.priority(), 0, Integer.MAX_VALUE);
        }
    }

    private void references(Place place, Service service) {
        for (int r = 0; r < service.rules().size(); r++) {
            List<BackendRef> refs = service.rules().get(r).backendRefs();
            for (int b = 0; b < refs.size(); b++) {
                BackendRef ref = refs.get(b);
                Service backend = policy.services().get(ref.name());
                if (ref.name().isEmpty() || (backend == null && refused.contains(ref.name()))) {
                    continue; // reported already
                }
                Place at = place.field("rules").item(r).field("backendRefs").item(b);
                if (backend == null) {
                    if (!policy.removed().contains(ref.name())) {
                        unresolved.add(ref.name());
                    }
                    at.field("name").wrong(ref.name(), "a service of this document");
                } else if (ref.subset() != null
                        && !ref.subset().isEmpty()
                        && backend.subsets().stream().noneMatch(s -> s.name().equals(ref.subset()))) {
                    at.field("subset").wrong(ref.subset(), "a subset of the service " + ref.name());
                }
            }
        }
    }

    /** Reports the conflict at every service involved: the owner of each has to know. */
    private void claims(Place services) {
        // the name of a service, or of several services the list of claims
        Map<String, Object> claims = new HashMap<>();
        policy.services().forEach((name, service) -> service.hosts().forEach(host -> {
            Object earlier = claims.putIfAbsent(host, name);
            if (earlier != null && !earlier.equals(name)) {
                claims.put(host, new ArrayList<Claim>());
            }
        }));
        claims.values().removeIf(claim -> claim instanceof String);
        if (claims.isEmpty()) {
            return;
        }
        Map<String, List<Claim>> shared = new LinkedHashMap<>();
        policy.services().forEach((name, service) -> {
            for (int i = 0; i < service.hosts().size(); i++) {
                String host = service.hosts().get(i);
                if (claims.containsKey(host) && ServiceCheck.isLegal(host, service)) {
                    shared.computeIfAbsent(host, h -> new ArrayList<>())
                            .add(new Claim(
                                    name, services.field(name).field("hosts").item(i)));
                }
            }
        });
        shared.forEach(DocumentCheck::sameHost);
    }

    private static void sameHost(String host, List<Claim> claims) {
        Claim first = claims.get(0);
        Claim other = other(claims, first.service());
        if (other == null) {
            return;
        }
        for (Claim claim : claims) {
            Claim rival = claim.service().equals(first.service()) ? other : first;
            claim.host()
                    .wrong(
                            host,
                            "a host that no other service claims; "
                                    + rival.host().path() + " does");
        }
    }

    private static @Nullable Claim other(List<Claim> claims, String service) {
        return claims.stream()
                .filter(c -> !c.service().equals(service))
                .findFirst()
                .orElse(null);
    }
}
