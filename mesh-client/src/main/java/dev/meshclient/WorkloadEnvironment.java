package dev.meshclient;

import java.util.List;
import java.util.Map;

/** Reads a workload from environment variables; each is documented by the platform that sets it. */
final class WorkloadEnvironment {
    /** The first variable that is set names the service. */
    static final List<String> SERVICE = List.of(
            "MESH_SERVICE",
            "CANONICAL_SERVICE", // Istio's injector, from the label service.istio.io/canonical-name
            "ISTIO_META_WORKLOAD_NAME", // Istio's injector
            "NOMAD_JOB_NAME", // developer.hashicorp.com/nomad/docs/runtime
            "K_SERVICE", // Google Cloud Run, container runtime contract
            "CONTAINER_APP_NAME"); // Azure Container Apps, built-in environment variables

    /** The first pair with a variable that is set names the locality. */
    static final List<Place> PLACES = List.of(
            new Place("MESH_REGION", "MESH_ZONE"),
            new Place("NOMAD_REGION", "NOMAD_DC"), // developer.hashicorp.com/nomad/docs/runtime
            new Place("AWS_REGION", "")); // Amazon ECS, environment variables; ECS sets no zone

    /** @param zone empty: the platform sets none */
    record Place(String region, String zone) {}

    private WorkloadEnvironment() {}

    static Workload read(Map<String, String> environment) {
        Workload workload = SERVICE.stream()
                .map(name -> value(environment, name))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .map(Workload::of)
                .orElseGet(Workload::unknown);
        for (Place place : PLACES) {
            String region = value(environment, place.region);
            String zone = value(environment, place.zone);
            if (!zone.isEmpty()) {
                return workload.zone(region.isEmpty() ? zone : region + "/" + zone);
            }
            if (!region.isEmpty()) {
                return workload.region(region);
            }
        }
        return workload;
    }

    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip();
    }
}
