package dev.meshclient.examples.demo;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The policy document of the demo. A step edits it and publishes the outcome; nothing else steers the fleet.
 *
 * @param distribution {@code Any} or {@code PreferSameZone}
 * @param canary per cent of the calls to service-b that go to v2
 * @param listed the instances that it lists, whether they live or not
 */
record Document(String distribution, int canary, List<Instance> listed) {

    Document withDistribution(String distribution) {
        return new Document(distribution, canary, listed);
    }

    Document withCanary(int percent) {
        return new Document(distribution, percent, listed);
    }

    Document withListed(List<Instance> listed) {
        return new Document(distribution, canary, List.copyOf(listed));
    }

    String json(long version) {
        return """
                {
                  "apiVersion": "meshclient.dev/v1",
                  "kind": "MeshPolicy",
                  "metadata": { "mesh": "demo", "epoch": "demo", "version": %d },
                  "defaults": { "trafficDistribution": "%s" },
                  "services": {
                    "service-a": { "hosts": ["service-a"], "endpoints": [%s] },
                    "service-b": { "hosts": ["service-b"], "endpoints": [%s],
                      "subsets": [
                        { "name": "v1", "labels": { "version": "v1" } },
                        { "name": "v2", "labels": { "version": "v2" } }
                      ],
                      "rules": [{ "backendRefs": [
                        { "name": "service-b", "subset": "v1", "weight": %d },
                        { "name": "service-b", "subset": "v2", "weight": %d }
                      ]}]
                    },
                    "service-c": { "hosts": ["service-c"], "endpoints": [%s] }
                  }
                }
                """.formatted(
                        version,
                        distribution,
                        endpoints("service-a"),
                        endpoints("service-b"),
                        100 - canary,
                        canary,
                        endpoints("service-c"));
    }

    private String endpoints(String service) {
        return listed.stream()
                .filter(i -> i.self().service().equals(service))
                .map(Instance::asJson)
                .collect(Collectors.joining(",\n      ", "\n      ", "\n    "));
    }
}
