package dev.meshclient;

import java.util.List;
import java.util.Map;

/** Reads a workload from environment variables. {@link Workload#fromEnvironment} cites the documentation of each platform. */
final class WorkloadEnvironment {
    /** The first variable that is set names the service. */
    static final List<String> SERVICE = List.of(
            "MESH_SERVICE",
            "CANONICAL_SERVICE",
            "ISTIO_META_WORKLOAD_NAME",
            "NOMAD_JOB_NAME",
            "K_SERVICE",
            "CONTAINER_APP_NAME");

    /** The first pair with a variable that is set names the locality. */
    static final List<Place> PLACES = List.of(
            new Place("MESH_REGION", "MESH_ZONE"),
            new Place("NOMAD_REGION", "NOMAD_DC"),
            new Place("AWS_REGION", ""),
            new Place("AWS_DEFAULT_REGION", ""));

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
