package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.Locality;
import java.util.List;
import java.util.Map;

/**
 * Decider: how many of the labels of {@code failoverPriority} an endpoint shares with us, from the first on (Istio). One that
 * neither has is shared. Labels of topology are known of localities and clusters, where nobody states them.
 */
final class SharedLabels {
    private final List<Wanted> wanted;

    private record Wanted(String key, String value) {}

    /** @param stated {@code key}, whose value is ours, or {@code key=value} */
    SharedLabels(List<String> stated, Map<String, String> ours, Locality own) {
        this.wanted = stated.stream()
                .map(label -> {
                    int equals = label.indexOf('=');
                    return equals < 0
                            ? new Wanted(label, value(label, ours, own, ""))
                            : new Wanted(label.substring(0, equals), label.substring(equals + 1));
                })
                .toList();
    }

    boolean areStated() {
        return !wanted.isEmpty();
    }

    /** 0: it has them all; n, of n labels: it lacks the first. */
    int rank(Endpoint endpoint) {
        for (int i = 0; i < wanted.size(); i++) {
            Wanted label = wanted.get(i);
            if (!label.value.equals(value(label.key, endpoint.labels(), endpoint.locality(), endpoint.cluster()))) {
                return wanted.size() - i;
            }
        }
        return 0;
    }

    private static String value(String key, Map<String, String> labels, Locality locality, String cluster) {
        String stated = labels.get(key);
        if (stated != null) {
            return stated;
        }
        return switch (key) {
            case "topology.kubernetes.io/region" -> locality.region();
            case "topology.kubernetes.io/zone" -> locality.zone();
            case "topology.istio.io/subzone" -> locality.subzone();
            case "topology.istio.io/cluster" -> cluster;
            default -> "";
        };
    }
}
