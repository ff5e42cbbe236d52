package dev.meshclient.policy;

import java.util.Map;

/**
 * A named part of a service's endpoints.
 *
 * @param name the name that {@code backendRefs[].subset} refers to
 * @param labels an endpoint with all of these labels belongs to the subset
 * @param settings settings of this subset, not merged with the service's
 */
public record Subset(String name, Map<String, String> labels, Settings settings) {
    public Subset {
        Required.value(settings, "settings", "Settings.NONE for none");
        labels = Required.labels(labels, "labels");
    }
}
