package dev.meshclient;

import dev.meshclient.policy.Locality;
import java.util.HashMap;
import java.util.Map;

/** This process: its service and locality. */
public final class Workload {
    private final String service;
    private final Locality locality;
    private final Map<String, String> labels;

    private Workload(String service, Locality locality, Map<String, String> labels) {
        this.service = service;
        this.locality = locality;
        this.labels = Map.copyOf(labels);
    }

    /** The name under which the policy lists this service, or any name if it does not. */
    public static Workload of(String service) {
        if (service.isBlank()) {
            throw new IllegalArgumentException("the workload's service must have a name");
        }
        return new Workload(service, Locality.NONE, Map.of());
    }

    /** A workload whose zone is not known: it has no zone to prefer. */
    public static Workload unknown() {
        return new Workload("unknown", Locality.NONE, Map.of());
    }

    /**
     * A workload that the environment variables of this process describe. In each row the first variable that is set and not
     * blank counts; without one the service is unknown, or there is no preferred zone.
     *
     * <table>
     * <caption>Variables</caption>
     * <tr><th>what</th><th>ours</th><th>Istio</th><th>Nomad</th><th>Cloud Run</th><th>Azure Container Apps</th><th>Amazon ECS</th></tr>
     * <tr><td>service</td><td>{@code MESH_SERVICE}</td><td>{@code CANONICAL_SERVICE}, {@code ISTIO_META_WORKLOAD_NAME}</td>
     * <td>{@code NOMAD_JOB_NAME}</td><td>{@code K_SERVICE}</td><td>{@code CONTAINER_APP_NAME}</td><td></td></tr>
     * <tr><td>region</td><td>{@code MESH_REGION}</td><td></td><td>{@code NOMAD_REGION}</td><td></td><td></td><td>{@code AWS_REGION}</td></tr>
     * <tr><td>zone</td><td>{@code MESH_ZONE}</td><td></td><td>{@code NOMAD_DC}</td><td></td><td></td><td></td></tr>
     * </table>
     *
     * Region and zone are taken from one column. Kubernetes sets ours through the downward API, from
     * {@code metadata.labels['app.kubernetes.io/name']} and {@code metadata.labels['topology.kubernetes.io/zone']}.
     *
     * @throws IllegalArgumentException if a zone has a syntax that {@link #zone} does not accept
     */
    public static Workload fromEnvironment() {
        return WorkloadEnvironment.read(System.getenv());
    }

    /** Sets the region alone. */
    Workload region(String region) {
        return new Workload(service, new Locality(region, "", ""), labels);
    }

    /**
     * Sets the locality: {@code region/zone}, {@code region/zone/subzone}, or a zone alone, whose region is then not stated. A
     * subzone counts where {@code localityLbSetting} names it.
     */
    public Workload zone(String zone) {
        String[] parts = zone.split("/", -1);
        for (String part : parts) {
            if (part.isBlank() || parts.length > 3) {
                throw new IllegalArgumentException(
                        "zone is 'zone', 'region/zone' or 'region/zone/subzone', not '" + zone + "'");
            }
        }
        return new Workload(
                service,
                switch (parts.length) {
                    case 1 -> new Locality("", parts[0], "");
                    case 2 -> new Locality(parts[0], parts[1], "");
                    default -> new Locality(parts[0], parts[1], parts[2]);
                },
                labels);
    }

    /**
     * Sets a label of this process: {@code localityLbSetting.failoverPriority} compares it with those of endpoints. Replaces
     * its value.
     */
    public Workload label(String key, String value) {
        if (key.isBlank() || key.indexOf('=') >= 0) {
            throw new IllegalArgumentException("a label's key is not blank and has no '=', unlike '" + key + "'");
        }
        Map<String, String> more = new HashMap<>(labels);
        more.put(key, value);
        return new Workload(service, locality, more);
    }

    /** The service. */
    public String service() {
        return service;
    }

    /** The locality. */
    public Locality locality() {
        return locality;
    }

    /** Its labels. */
    public Map<String, String> labels() {
        return labels;
    }

    @Override
    public String toString() {
        return service + "@" + locality;
    }
}
