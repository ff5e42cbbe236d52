package dev.meshclient;

import dev.meshclient.policy.Locality;
import java.util.HashMap;
import java.util.Map;

/** Who we are: the service that this process is, and where it runs. */
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
     * Where it runs: {@code region/zone}, {@code region/zone/subzone}, or a zone alone, whose region is then not stated. A
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

    /** A label of this process: {@code localityLbSetting.failoverPriority} compares it with those of endpoints. Replaces its value. */
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

    /** Where it runs. */
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
