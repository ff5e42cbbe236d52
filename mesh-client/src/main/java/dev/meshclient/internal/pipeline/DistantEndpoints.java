package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.TrafficDistribution;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decider: why no call to a service can stay in the zone of this process, which would otherwise show only on the bill. */
final class DistantEndpoints {
    private DistantEndpoints() {}

    /** Null: calls can stay, or zones are not wanted. */
    static @Nullable String why(String name, AcceptedService accepted, Workload workload) {
        Service service = accepted.service();
        Locality own = workload.locality();
        if (workload.cluster().isEmpty()
                && service.endpoints().stream()
                        .anyMatch(e -> accepted.cluster(e).gateway() != null)) {
            return "the cluster of this process is not stated, and clusters of endpoints of '" + name
                    + "' have a gateway: the addresses of all endpoints are used as they are (see Workload.cluster, in Spring"
                    + " Boot mesh.cluster)";
        }
        List<Endpoint> all = service.endpoints();
        TrafficDistribution stated = service.settings().backend().trafficDistribution();
        boolean zones = all.stream().anyMatch(e -> !e.locality().zone().isEmpty());
        if (stated == TrafficDistribution.ANY || all.isEmpty()) {
            return null;
        }
        if (own.zone().isEmpty()) {
            return zones
                    ? "the zone of this process is not stated, and endpoints of '" + name
                            + "' have zones: its calls do not prefer one (see Workload.zone, in Spring Boot mesh.zone)"
                    : null;
        }
        String endpoints = "none of the " + all.size() + " endpoints of '" + name + "'";
        if (all.stream().allMatch(e -> e.locality().region().isEmpty())) {
            return stated == TrafficDistribution.PREFER_SAME_ZONE
                    ? endpoints + " has a zone, and trafficDistribution is PreferSameZone (see endpoints[].locality)"
                    : null;
        }
        if (all.stream().anyMatch(e -> Distance.between(own, e.locality()) == Distance.SAME_ZONE)) {
            return null;
        }
        String match =
                ": its calls leave it (Workload.zone, in Spring Boot mesh.zone, and endpoints[].locality must match)";
        boolean abroad = !own.region().isEmpty()
                && all.stream().noneMatch(e -> own.region().equals(e.locality().region()));
        return abroad
                ? endpoints + " is in our region " + own.region() + match
                : endpoints + " is in our zone " + (own.region().isEmpty() ? "" : own.region() + "/") + own.zone()
                        + match;
    }
}
