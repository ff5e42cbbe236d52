package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.authz.Authorization;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Tls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A service as a document stated it, with that document's settings for all services: while the service is kept it stays exactly
 * the same, whatever later documents state in their defaults and clusters.
 *
 * @param revision the revision of the document
 * @param stated the service as stated in the document; null: not all of it is from that document any more
 * @param defaults the defaults of the document
 * @param service its settings are merged with the defaults; where its hosts are the names to look up they are its endpoints,
 *     even after another service has these hosts
 * @param clusters the clusters of the document, by name
 * @param trustDomain the trust domain of the mesh; null: none is stated
 */
public record AcceptedService(
        String revision,
        @Nullable Service stated,
        Settings defaults,
        Service service,
        Map<String, Cluster> clusters,
        @Nullable String trustDomain) {

    /** As in force before a restart; its settings are merged with the defaults of its document. */
    public static AcceptedService kept(
            String revision, Service service, Map<String, Cluster> clusters, @Nullable String trustDomain) {
        return new AcceptedService(revision, null, Settings.NONE, service, clusters, trustDomain);
    }

    /**
     * All services of a policy, by name.
     *
     * @param before the services in force: equal services are taken from them
     */
    public static Map<String, AcceptedService> allOf(
            MeshPolicy policy, Map<String, AcceptedService> before, Map<String, AcceptedService> into) {
        Map<String, Cluster> clusters = new HashMap<>();
        for (Cluster cluster : policy.clusters()) {
            clusters.put(cluster.name(), cluster);
        }
        String revision = policy.metadata().revision();
        Settings defaults = policy.defaults();
        for (Map.Entry<String, Service> named : policy.services().entrySet()) {
            Service s = named.getValue();
            AcceptedService was = before.get(named.getKey());
            if (was != null) { // equal ones are one object from here on: the comparison is made once
                defaults = defaults.equals(was.defaults) ? was.defaults : defaults;
                clusters = clusters.equals(was.clusters) ? was.clusters : clusters;
            }
            Service whole = was != null && s.equals(was.stated) && defaults.equals(was.defaults)
                    ? was.service
                    : whole(s, defaults);
            into.put(named.getKey(), new AcceptedService(revision, s, defaults, whole, clusters, policy.trustDomain()));
        }
        return into;
    }

    private static Service whole(Service s, Settings defaults) {
        Service merged = s.over(defaults);
        return s.resolution() == Resolution.DNS && s.endpoints().isEmpty()
                ? merged.toBuilder().endpoints(byHosts(merged)).build()
                : merged;
    }

    /** The hosts are the names; a host without a port gets the port of the protocol that the policy states. */
    private static List<Endpoint> byHosts(Service service) {
        Tls tls = service.settings().backend().tls();
        boolean encrypted = tls == null ? service.appProtocol() == AppProtocol.HTTPS : tls.mode() != Tls.Mode.DISABLE;
        int port = encrypted ? 443 : 80;
        return service.hosts().stream()
                .map(HostPattern::parse)
                .map(h -> Endpoint.builder()
                        .address(h.host())
                        .port(h.hasPort() ? h.port() : port)
                        .build())
                .distinct()
                .toList();
    }

    /** Whether only the revision differs. */
    public boolean saysTheSameAs(AcceptedService other) {
        return isMadeOfTheSameAs(other)
                || (service.equals(other.service)
                        && clusters.equals(other.clusters)
                        && Objects.equals(trustDomain, other.trustDomain));
    }

    /** Whether the parts are the same objects, as those of an unchanged service are: without a comparison of all endpoints. */
    boolean isMadeOfTheSameAs(AcceptedService other) {
        return service == other.service && clusters == other.clusters && Objects.equals(trustDomain, other.trustDomain);
    }

    public Cluster cluster(Endpoint endpoint) {
        return clusters.getOrDefault(endpoint.cluster() == null ? "" : endpoint.cluster(), Cluster.NONE);
    }

    public @Nullable Subset subset(@Nullable String name) {
        return service.subsets().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The names of its authorization policies. */
    Set<String> authorizationPolicies() {
        List<AuthorizationPolicy> policies =
                service.settings().backend().access().authorization();
        return policies == null ? Set.of() : Authorization.names(policies);
    }

    /** Whether this is so of all services that its rules send calls to, those included that the policy does not have. */
    boolean allReferenced(Predicate<String> isSo) {
        for (Rule rule : service.rules()) {
            for (BackendRef ref : rule.backendRefs()) {
                if (!isSo.test(ref.name())) {
                    return false;
                }
            }
        }
        return true;
    }

    public boolean has(BackendRef ref) {
        return ref.subset() == null || subset(ref.subset()) != null;
    }

    public AcceptedService with(Subset another) {
        List<Subset> subsets = new ArrayList<>(service.subsets());
        subsets.add(another);
        return with(service.hosts(), subsets);
    }

    public AcceptedService with(List<String> hosts) {
        return with(hosts, service.subsets());
    }

    private AcceptedService with(List<String> hosts, List<Subset> subsets) {
        return new AcceptedService(
                revision,
                null,
                defaults,
                service.toBuilder().hosts(hosts).subsets(subsets).build(),
                clusters,
                trustDomain);
    }
}
