package dev.meshclient.examples.demo;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The policy document of the demo. A step edits and publishes it; nothing else controls the fleet.
 *
 * @param distribution {@code Any} or {@code PreferSameZone}
 * @param canary the share of the calls to service-b for v2, in percent
 * @param quick whether an ejected instance is probed after 1 to 2 s; otherwise after 30 s, the built-in time
 * @param hedged whether a call that has no answer after 1 s is sent to a second instance
 * @param west the state of the cluster of zones a and b; empty: the document states no clusters
 * @param listed the listed instances, living or dead
 * @param ofA further settings of service-a, in JSON, after a comma
 */
record Document(
        String distribution,
        int canary,
        boolean quick,
        boolean hedged,
        String west,
        List<Instance> listed,
        String ofA) {
    /** The zone of the other cluster. */
    static final String EAST = "c";

    /** Without services. */
    static final String EMPTY = """
            {
              "apiVersion": "meshclient.dev/v1",
              "kind": "MeshPolicy",
              "metadata": { "mesh": "demo", "epoch": "demo", "version": 1 },
              "services": {}
            }
            """;

    private static final String QUICK = """
            ,
                "outlierDetection": { "interval": "1s", "baseEjectionTime": "1s", "maxEjectionTime": "2s" }""";

    private static final String HEDGE = """
            ,
                "hedge": { "delay": "1s" }""";

    private static final String CLUSTERS =
            "{ \"name\": \"west\", \"state\": \"%s\" }, { \"name\": \"east\", \"priority\": 1 }";

    Document withDistribution(String distribution) {
        return new Document(distribution, canary, quick, hedged, west, listed, ofA);
    }

    Document withCanary(int percent) {
        return new Document(distribution, percent, quick, hedged, west, listed, ofA);
    }

    Document withQuickEjection() {
        return new Document(distribution, canary, true, hedged, west, listed, ofA);
    }

    Document withSlowEjection() {
        return new Document(distribution, canary, false, hedged, west, listed, ofA);
    }

    Document withHedges(boolean hedged) {
        return new Document(distribution, canary, quick, hedged, west, listed, ofA);
    }

    Document withWest(String state) {
        return new Document(distribution, canary, quick, hedged, state, listed, ofA);
    }

    Document withListed(List<Instance> listed) {
        return new Document(distribution, canary, quick, hedged, west, List.copyOf(listed), ofA);
    }

    /** @param settings of service-a, in JSON, after a comma; empty: none */
    Document withOfA(String settings) {
        return new Document(distribution, canary, quick, hedged, west, listed, settings);
    }

    String json(long version) {
        return """
                {
                  "apiVersion": "meshclient.dev/v1",
                  "kind": "MeshPolicy",
                  "metadata": { "mesh": "demo", "epoch": "demo", "version": %d },
                  "trustDomain": "demo.example",
                  "clusters": [%s],
                  "defaults": {
                    "tls": { "mode": "MESH_MUTUAL" }, "serviceAccount": "{service}",
                    "timeouts": { "connect": "10s" },
                    "trafficDistribution": "%s"%s%s
                  },
                  "services": {
                    "service-a": { "hosts": ["service-a"], "endpoints": [%s]%s,
                      "authorization": [%s]
                    },
                    "service-b": { "hosts": ["service-b"], "endpoints": [%s],
                      "subsets": [%s],
                      "rules": [{ "backendRefs": [%s]}],
                      "authorization": [%s]
                    },
                    "service-c": { "hosts": ["service-c"], "endpoints": [%s],
                      "authorization": [%s]
                    }
                  }
                }
                """.formatted(
                        version,
                        west.isEmpty() ? "" : CLUSTERS.formatted(west),
                        distribution,
                        quick ? QUICK : "",
                        hedged ? HEDGE : "",
                        endpoints("service-a"),
                        ofA,
                        allow(Certificates.CALLERS),
                        endpoints("service-b"),
                        versions("{ \"name\": \"%1$s\", \"labels\": { \"version\": \"%1$s\" } }"),
                        versions("{ \"name\": \"service-b\", \"subset\": \"%1$s\", \"weight\": %2$d }"),
                        allow("service-a"),
                        endpoints("service-c"),
                        allow("service-b"));
    }

    /** Only this workload may call. */
    private static String allow(String workload) {
        return """
                { "name": "%1$s", "action": "ALLOW",
                        "rules": [{ "from": [{ "source": { "principals": ["%2$s"] } }] }] }""".formatted(workload, Certificates.spiffeId(workload));
    }

    /** The backends of service-b: one for each version. */
    private String versions(String format) {
        boolean both =
                canary > 0 || listed.stream().anyMatch(i -> i.self().version().equals("v2"));
        String v1 = "\n        " + format.formatted("v1", 100 - canary);
        return both ? v1 + ",\n        " + format.formatted("v2", canary) : v1;
    }

    private static String inCluster(Instance instance) {
        String cluster = instance.self().zone().equals(EAST) ? "east" : "west";
        return "{\"cluster\": \"" + cluster + "\", " + instance.asJson().substring(1);
    }

    private String endpoints(String service) {
        return listed.stream()
                .filter(i -> i.self().service().equals(service))
                .map(i -> west.isEmpty() ? i.asJson() : inCluster(i))
                .collect(Collectors.joining(",\n      ", "\n      ", "\n    "));
    }
}
