package dev.meshclient.policy;

import java.util.Map;

/**
 * A named part of a service's endpoints.
 *
 * @param name what {@code backendRefs[].subset} refers to
 * @param labels an endpoint belongs to it that has all of them
 * @param settings of this subset, not merged with the service's
 */
public record Subset(String name, Map<String, String> labels, Settings settings) {
    public Subset {
        labels = Map.copyOf(labels);
    }
}
