package dev.meshclient;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

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

    static final String CLUSTER = "MESH_CLUSTER";

    static final String INSTANCE = "MESH_INSTANCE";

    /** @param zone empty: the platform sets none */
    record Place(String region, String zone) {
        /** As mesh-client-spring, which reads the variables of the mesh as properties. */
        private Workload of(Workload workload, String statedRegion, String statedZone) {
            Workload inRegion = statedRegion.isEmpty()
                    ? workload
                    : checked(region, statedRegion, () -> workload.region(statedRegion));
            if (statedZone.isEmpty()) {
                return inRegion;
            }
            boolean isFull = statedRegion.isEmpty() || statedZone.indexOf('/') >= 0;
            if (isFull && !statedRegion.isEmpty() && !statedZone.startsWith(statedRegion + "/")) {
                throw bad(zone, statedZone, "its region is another one than " + region + ", '" + statedRegion + "'");
            }
            String full = isFull ? statedZone : statedRegion + "/" + statedZone;
            return checked(zone, statedZone, () -> inRegion.zone(full));
        }

        private static Workload checked(String variable, String value, Supplier<Workload> step) {
            try {
                return step.get();
            } catch (IllegalArgumentException e) {
                throw bad(variable, value, String.valueOf(e.getMessage()));
            }
        }

        private static IllegalArgumentException bad(String variable, String value, String reason) {
            return new IllegalArgumentException(
                    "the environment variable " + variable + " has a bad value, '" + value + "': " + reason);
        }
    }

    private WorkloadEnvironment() {}

    static Workload read(Map<String, String> environment) {
        Workload workload = SERVICE.stream()
                .map(name -> value(environment, name))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .map(Workload::of)
                .orElseGet(Workload::unknown);
        String cluster = value(environment, CLUSTER);
        if (!cluster.isEmpty()) {
            workload = workload.cluster(cluster);
        }
        String instance = value(environment, INSTANCE);
        if (!instance.isEmpty()) {
            workload = workload.instance(instance);
        }
        for (Place place : PLACES) {
            String region = value(environment, place.region);
            String zone = value(environment, place.zone);
            if (!region.isEmpty() || !zone.isEmpty()) {
                return place.of(workload, region, zone);
            }
        }
        return workload;
    }

    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip();
    }
}
