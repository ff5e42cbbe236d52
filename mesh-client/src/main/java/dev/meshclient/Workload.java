package dev.meshclient;

import dev.meshclient.policy.Locality;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** This process: its service and locality. */
public final class Workload {
    private static final String CLUSTER = "topology.istio.io/cluster";

    private final String service;
    private final Locality locality;
    private final Map<String, String> labels;
    private final String instance;

    private Workload(String service, Locality locality, Map<String, String> labels, String instance) {
        this.instance = instance;
        this.service = service;
        this.locality = locality;
        this.labels = Map.copyOf(labels);
    }

    /** The name under which the policy lists this service, or any name if it does not. */
    public static Workload of(String service) {
        Objects.requireNonNull(
                service, "service must not be null: pass the name of this service, or use Workload.unknown()");
        if (service.isBlank()) {
            throw new IllegalArgumentException("the workload's service must have a name");
        }
        return new Workload(service, Locality.NONE, Map.of(), "");
    }

    /** A workload whose zone is not known: it has no zone to prefer. */
    public static Workload unknown() {
        return new Workload("unknown", Locality.NONE, Map.of(), "");
    }

    /**
     * A workload that the environment variables of this process describe. The first variable that is set and not blank counts;
     * without one the service is unknown, or the workload has no zone or cluster. Region and zone are those of one platform.
     *
     * <ul>
     *   <li>{@code MESH_SERVICE}, {@code MESH_REGION}, {@code MESH_ZONE}, {@code MESH_CLUSTER}, {@code MESH_INSTANCE}: for any platform. In Kubernetes the pod states them by
     *       the downward API, for example from {@code metadata.labels['app.kubernetes.io/name']}; a pod has the labels
     *       {@code topology.kubernetes.io/region} and {@code topology.kubernetes.io/zone} from Kubernetes 1.35 on
     *       (<a href="https://www.kubernetes.dev/resources/keps/4742/">KEP-4742</a>).
     *   <li>{@code CANONICAL_SERVICE}, {@code ISTIO_META_WORKLOAD_NAME}: Istio's injection template sets them in the proxy's
     *       container, for example in a gateway; another container has them if its pod states them in the same way.
     *   <li>{@code NOMAD_JOB_NAME}, {@code NOMAD_REGION}, {@code NOMAD_DC}: Nomad
     *       (<a href="https://developer.hashicorp.com/nomad/docs/runtime">runtime environment</a>).
     *   <li>{@code K_SERVICE}: Google Cloud Run services
     *       (<a href="https://docs.cloud.google.com/run/docs/container-contract">container contract</a>); it sets no region.
     *   <li>{@code CONTAINER_APP_NAME}: Azure Container Apps
     *       (<a href="https://learn.microsoft.com/azure/container-apps/environment-variables">built-in variables</a>).
     *   <li>{@code AWS_REGION}, {@code AWS_DEFAULT_REGION}: Amazon ECS
     *       (<a href="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-environment-variables.html">environment
     *       variables</a>); it sets no zone and no name of the service.
     * </ul>
     *
     * @throws IllegalArgumentException if a zone has a syntax that {@link #zone} does not accept
     */
    public static Workload fromEnvironment() {
        return WorkloadEnvironment.read(System.getenv());
    }

    /**
     * Sets the region alone, for a process whose zone is not known: the endpoints of the region come before those of others.
     *
     * @throws IllegalArgumentException if it is blank or has a '/'
     */
    public Workload region(String region) {
        Objects.requireNonNull(region, "region must not be null: pass a region, or leave this out");
        if (region.isBlank() || region.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "a region is one word without '/', not '" + region + "'; state a zone with zone(region/zone)");
        }
        return new Workload(service, new Locality(region, "", ""), labels, instance);
    }

    /**
     * Sets the locality: {@code region/zone}, {@code region/zone/subzone}, or a zone alone, whose region is then not stated. A
     * subzone counts where {@code localityLbSetting} names it.
     */
    public Workload zone(String zone) {
        Objects.requireNonNull(zone, "zone must not be null: pass region/zone, or leave this out");
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
                labels,
                instance);
    }

    /**
     * Sets a label of this process: {@code localityLbSetting.failoverPriority} compares it with those of endpoints. Replaces
     * its value.
     */
    public Workload label(String key, String value) {
        Objects.requireNonNull(key, "key must not be null: pass the key of a label");
        Objects.requireNonNull(value, "value must not be null: pass the value of a label");
        if (key.isBlank() || key.indexOf('=') >= 0) {
            throw new IllegalArgumentException("a label's key is not blank and has no '=', unlike '" + key + "'");
        }
        Map<String, String> more = new HashMap<>(labels);
        more.put(key, value);
        return new Workload(service, locality, more, instance);
    }

    /**
     * Sets the cluster of this process, as {@code endpoints[].cluster} names it: endpoints of another cluster are reached by its
     * {@code gateway}. The same as the label {@code topology.istio.io/cluster}.
     */
    public Workload cluster(String cluster) {
        Objects.requireNonNull(cluster, "cluster must not be null: pass the name of a cluster, or leave this out");
        return label(CLUSTER, cluster);
    }

    /** The cluster; empty if it is not stated. */
    public String cluster() {
        return labels.getOrDefault(CLUSTER, "");
    }

    /**
     * Sets the name of this instance of the service, such as {@code web-3}; no other instance has it. {@code loadBalancer.subsetSize}
     * chooses the endpoints by it, so that the instance has the same ones after a restart; instances with the same name would all
     * have the same. Not stated: another choice in each process.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Workload instance(String name) {
        Objects.requireNonNull(name, "name must not be null: pass the name of this instance, or leave this out");
        if (name.isBlank()) {
            throw new IllegalArgumentException("the workload's instance must have a name");
        }
        return new Workload(service, locality, labels, name);
    }

    /** The name of this instance; empty if it is not stated. */
    public String instance() {
        return instance;
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
