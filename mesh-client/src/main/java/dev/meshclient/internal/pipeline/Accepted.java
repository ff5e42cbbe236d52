package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.endpoint.EndpointTable;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Subset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service as a document had it, with what that document said for all services: while it is kept it stays exactly this,
 * whatever later documents say in their defaults and clusters.
 *
 * @param revision of the document, as {@code epoch/version}
 * @param service its settings are merged with the defaults
 * @param priorities of clusters, by name
 */
record Accepted(String revision, Service service, Map<String, Integer> priorities) {

    /** All services of a policy, by name. */
    static Map<String, Accepted> allOf(MeshPolicy policy, Map<String, Accepted> into) {
        Map<String, Integer> priorities = new HashMap<>();
        for (Cluster cluster : policy.clusters()) {
            priorities.put(cluster.name(), cluster.priority());
        }
        String revision = revision(policy.metadata());
        policy.services()
                .forEach((name, s) -> into.put(
                        name,
                        new Accepted(
                                revision,
                                new Service(
                                        s.hosts(),
                                        s.appProtocol(),
                                        s.resolution(),
                                        s.endpoints(),
                                        s.subsets(),
                                        s.rules(),
                                        s.settings().over(policy.defaults())),
                                priorities)));
        return into;
    }

    /** {@code epoch/version}. */
    static String revision(Metadata metadata) {
        return (metadata.epoch() == null ? "-" : metadata.epoch()) + "/"
                + (metadata.version() == null ? "-" : metadata.version());
    }

    /** Of an endpoint's live state. */
    static EndpointTable.Key key(String service, Endpoint e) {
        return new EndpointTable.Key(service, e.cluster() == null ? "" : e.cluster(), e.address(), e.port());
    }

    int priority(Endpoint endpoint) {
        return priorities.getOrDefault(endpoint.cluster() == null ? "" : endpoint.cluster(), 0);
    }

    @Nullable
    Subset subset(@Nullable String name) {
        return service.subsets().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    boolean has(BackendRef ref) {
        return ref.subset() == null || subset(ref.subset()) != null;
    }

    Accepted with(Subset another) {
        List<Subset> subsets = new ArrayList<>(service.subsets());
        subsets.add(another);
        return with(service.hosts(), subsets);
    }

    Accepted with(List<String> hosts) {
        return with(hosts, service.subsets());
    }

    private Accepted with(List<String> hosts, List<Subset> subsets) {
        Service s = service;
        return new Accepted(
                revision,
                new Service(hosts, s.appProtocol(), s.resolution(), s.endpoints(), subsets, s.rules(), s.settings()),
                priorities);
    }
}
