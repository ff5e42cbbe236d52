package dev.meshclient.internal.source;

import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Combines two policies: where both state the same thing the first one wins. */
public final class Combination {
    private static final String NONE_YET = "none";
    private static final int MAX_REVISION =
            500; // an epoch has 1,024 characters, and a combination may be combined again

    /** How services of the same name are combined. */
    public enum Kind {
        /**
         * Endpoints are united; everything else is taken from the first. Each document's defaults apply to its own services.
         */
        MERGE,
        /** Each key is taken from the first; a key that it does not state is taken from the second. */
        OVERLAY
    }

    private final Kind kind;
    private final MeshPolicy first;
    private final MeshPolicy second;
    private final Map<String, RefusedService> refused = new LinkedHashMap<>();
    private final Map<String, String> hostsOfFirst = new HashMap<>();
    private final List<String> conflicts = new ArrayList<>();

    /** @param conflicts hosts that the second does not get, for messages */
    public record Combined(PolicyDocument document, List<String> conflicts) {}

    private record Place(@Nullable String cluster, String address, int port) {
        static Place of(Endpoint e) {
            return new Place(e.cluster(), e.address().toLowerCase(Locale.ROOT), e.port());
        }
    }

    private Combination(Kind kind, MeshPolicy first, MeshPolicy second) {
        this.kind = kind;
        this.first = kind == Kind.MERGE ? withOwnDefaults(first) : withoutDefaultAccounts(first);
        this.second = kind == Kind.MERGE ? withOwnDefaults(second) : withoutDefaultAccounts(second);
    }

    /**
     * Combines the two; at least one is present.
     *
     * @param isPart the missing one is requested on demand: without it no host is known to be unlisted
     * @throws PolicyException if there is a problem outside a single service
     */
    public static Combined of(
            Kind kind, @Nullable PolicyDocument first, @Nullable PolicyDocument second, boolean isPart)
            throws PolicyException {
        Metadata head = head(
                first == null ? null : first.policy().metadata(),
                second == null ? null : second.policy().metadata(),
                isPart ? DocumentScope.NOTHING : null);
        MeshPolicy nothing = nothing();
        Combination combination = new Combination(
                kind, first == null ? nothing : first.policy(), second == null ? nothing : second.policy());
        Set<String> unknown = new LinkedHashSet<>();
        Stream.of(first, second).filter(Objects::nonNull).forEach(document -> {
            unknown.addAll(document.unknownFields());
            document.refused().forEach(combination::refuse);
        });
        if (first != null) {
            first.refused()
                    .forEach((name, why) -> why.hosts().forEach(host -> combination.hostsOfFirst.put(host, name)));
        }
        Map<String, RefusedService> refused = combination.refused;
        MeshPolicy policy = combination.combined(head);
        return new Combined(
                PolicyDocument.of(policy, List.copyOf(unknown), refused), List.copyOf(combination.conflicts));
    }

    private static MeshPolicy nothing() {
        return MeshPolicy.builder().build();
    }

    /**
     * Each source keeps its own order of versions, so the combination has none; its epoch names those of both, for messages:
     * {@code 2026-11/1842 + version 7}. It may contain services outside the scope of one of them.
     */
    private static Metadata head(@Nullable Metadata first, @Nullable Metadata second, @Nullable DocumentScope most) {
        String mesh = first != null ? first.mesh() : second != null ? second.mesh() : "";
        Instant generated = null;
        Duration ttl = null;
        DocumentScope scope = most;
        for (Metadata m : Stream.of(first, second).filter(m -> m != null).toList()) {
            Instant made = m.generated();
            Duration trusted = m.ttl();
            DocumentScope spokenOf = m.scope();
            generated = made != null && (generated == null || made.isAfter(generated)) ? made : generated;
            ttl = trusted != null && (ttl == null || trusted.compareTo(ttl) < 0) ? trusted : ttl;
            scope = scope == null || spokenOf == null ? (scope == null ? spokenOf : scope) : scope.and(spokenOf);
        }
        return Metadata.builder()
                .mesh(mesh)
                .epoch(revision(first) + " + " + revision(second))
                .generated(generated)
                .ttl(ttl)
                .scope(scope)
                .build();
    }

    private static String revision(@Nullable Metadata metadata) {
        String revision = metadata == null ? NONE_YET : metadata.revision();
        return revision.length() <= MAX_REVISION ? revision : revision.substring(0, MAX_REVISION) + "…";
    }

    private static MeshPolicy withOwnDefaults(MeshPolicy p) {
        Map<String, Service> services = new LinkedHashMap<>(p.services());
        services.replaceAll((name, s) -> s.over(p.defaults()));
        return p.toBuilder().defaults(Settings.NONE).services(services).build();
    }

    /**
     * The check of each document has completed the accounts of its services. An account that only the head of its document
     * determines counts as not stated: the head of the combination determines it again.
     */
    private static MeshPolicy withoutDefaultAccounts(MeshPolicy p) {
        Map<String, Service> services = new LinkedHashMap<>(p.services());
        services.replaceAll((name, s) -> {
            BackendSettings backend = s.settings().backend();
            String account = backend.serviceAccount();
            return account != null && account.equals(p.defaultServiceAccount(name))
                    ? s.toBuilder().backend(withoutAccount(backend)).build()
                    : s;
        });
        return p.toBuilder().services(services).build();
    }

    private static BackendSettings withoutAccount(BackendSettings settings) {
        return settings.toBuilder().serviceAccount(null).build();
    }

    /**
     * A service that one document refuses is refused: what the other one states of it lacks the refused part, such as its TLS
     * or its authorization. Its hosts are those of both, so that calls to them never pass the mesh.
     */
    private void refuse(String name, RefusedService why) {
        if (kind == Kind.OVERLAY && first.removed().contains(name)) {
            return;
        }
        Set<String> hosts = new LinkedHashSet<>(why.hosts());
        List<PolicyProblem> problems = new ArrayList<>(why.problems());
        RefusedService other = refused.get(name);
        if (other != null) {
            hosts.addAll(other.hosts());
            problems.addAll(0, other.problems());
        }
        Stream.of(first, second)
                .map(policy -> policy.services().get(name))
                .filter(Objects::nonNull)
                .forEach(service -> hosts.addAll(service.hosts()));
        refused.put(name, new RefusedService(List.copyOf(hosts), problems));
    }

    private MeshPolicy combined(Metadata head) {
        first.services().forEach((name, s) -> s.hosts().forEach(host -> hostsOfFirst.put(host, name)));
        Map<String, Service> services = new LinkedHashMap<>();
        first.services().forEach((name, service) -> {
            Service other = second.services().get(name);
            services.put(name, other == null ? service : both(name, service, other));
        });
        second.services().forEach((name, service) -> {
            boolean removed = kind == Kind.OVERLAY && first.removed().contains(name);
            if (!services.containsKey(name) && !removed) {
                services.put(
                        name,
                        service.toBuilder().hosts(hostsLeft(name, service)).build());
            }
        });
        services.keySet().removeAll(refused.keySet());
        Set<String> removed = new LinkedHashSet<>(first.removed());
        removed.addAll(second.removed());
        removed.removeAll(services.keySet());
        removed.removeAll(refused.keySet());
        boolean strict = first.outboundTrafficPolicy() == OutboundTrafficPolicy.REGISTRY_ONLY
                || second.outboundTrafficPolicy() == OutboundTrafficPolicy.REGISTRY_ONLY;
        return MeshPolicy.builder()
                .metadata(head)
                .trustDomain(first.trustDomain() != null ? first.trustDomain() : second.trustDomain())
                .outboundTrafficPolicy(strict ? OutboundTrafficPolicy.REGISTRY_ONLY : OutboundTrafficPolicy.ALLOW_ANY)
                .clusters(clusters())
                .jwtProviders(jwtProviders())
                .defaults(first.defaults().over(second.defaults()))
                .services(services)
                .removed(List.copyOf(removed))
                .build();
    }

    /** Services have their own copies of the providers that they name: these are only for readers of the whole document. */
    private Map<String, JwtProvider> jwtProviders() {
        Map<String, JwtProvider> providers = new LinkedHashMap<>(first.jwtProviders());
        second.jwtProviders().forEach(providers::putIfAbsent);
        return providers;
    }

    private Service both(String name, Service one, Service other) {
        return kind == Kind.MERGE ? united(one, other) : overlaid(name, one, other);
    }

    /** An endpoint keeps the identity that its own document gives it. */
    private static Service united(Service owner, Service other) {
        if (owner.resolution() == Resolution.NONE) {
            return owner;
        }
        Set<Place> places = new HashSet<>();
        String account = other.settings().backend().serviceAccount();
        boolean same = Objects.equals(account, owner.settings().backend().serviceAccount());
        Stream<Endpoint> others = other.endpoints().stream()
                .map(e -> same || e.serviceAccount() != null
                        ? e
                        : e.toBuilder().serviceAccount(account).build());
        List<Endpoint> endpoints = Stream.concat(owner.endpoints().stream(), others)
                .filter(e -> places.add(Place.of(e)))
                .toList();
        return owner.toBuilder().endpoints(endpoints).build();
    }

    /** The document that lists the endpoints determines their protocol. */
    private Service overlaid(String name, Service top, Service base) {
        Service reached = top.endpoints().isEmpty() && top.resolution() != Resolution.NONE ? base : top;
        Set<String> hosts = new LinkedHashSet<>(top.hosts());
        hosts.addAll(hostsLeft(name, base));
        Map<String, Subset> subsets = new LinkedHashMap<>();
        Stream.concat(top.subsets().stream(), base.subsets().stream()).forEach(s -> subsets.putIfAbsent(s.name(), s));
        Settings settings = top.settings().over(base.settings());
        if (reached.resolution()
                == Resolution.NONE) { // then it has no endpoint that the account of the other would be for
            settings = new Settings(settings.route(), withoutAccount(settings.backend()));
        }
        return reached.toBuilder()
                .hosts(List.copyOf(hosts))
                .subsets(List.copyOf(subsets.values()))
                .rules(top.rules().isEmpty() ? base.rules() : top.rules())
                .settings(settings)
                .build();
    }

    /** A service may lose all its hosts; rules can still send calls to it. */
    private List<String> hostsLeft(String name, Service ofSecond) {
        List<String> left = new ArrayList<>();
        for (String host : ofSecond.hosts()) {
            String owner = hostsOfFirst.getOrDefault(host, name);
            if (owner.equals(name)) {
                left.add(host);
            } else {
                conflicts.add("'" + host + "' belongs to service " + owner + ", not to " + name);
            }
        }
        return left;
    }

    private List<Cluster> clusters() {
        Map<String, Cluster> clusters = new LinkedHashMap<>();
        Stream.concat(first.clusters().stream(), second.clusters().stream())
                .forEach(c -> clusters.putIfAbsent(c.name(), c));
        return List.copyOf(clusters.values());
    }
}
