package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import java.util.Map;

/** Endpoints at port 80, each with live numbers of its own. */
public final class Endpoints {
    private Endpoints() {}

    /** In no zone, with a weight of 1. */
    public static Endpoint in(Cluster cluster, String address, Health health) {
        return new Endpoint(
                new dev.meshclient.policy.Endpoint(
                        address, 80, Locality.NONE, cluster.name(), 1, health, Map.of(), null, null),
                cluster,
                new EndpointHealth(address, 80));
    }

    public static Endpoint of(
            String address,
            Locality locality,
            String cluster,
            Map<String, String> labels,
            int priority,
            int weight,
            Health health) {
        return new Endpoint(
                new dev.meshclient.policy.Endpoint(address, 80, locality, cluster, weight, health, labels, null, null),
                Cluster.builder().name(cluster).priority(priority).build(),
                new EndpointHealth(address, 80));
    }
}
