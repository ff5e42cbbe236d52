package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Decider: how many leading labels of {@code failoverPriority} an endpoint shares with the caller (Istio). A label that both
 * lack is shared. If the network is the first of them, the others order the endpoints of other networks as well. Topology labels that are not stated follow from the locality and the cluster.
 */
final class SharedLabels {
    private static final String NETWORK = "topology.istio.io/network";

    private final List<Wanted> wanted;
    private final boolean networkFirst;

    private record Wanted(String key, String value) {}

    /** @param stated {@code key}, compared with the caller's value, or {@code key=value} */
    SharedLabels(List<String> stated, Map<String, String> ours, Locality own) {
        this.networkFirst = !stated.isEmpty() && stated.get(0).equals(NETWORK);
        this.wanted = new ArrayList<>();
        for (String label : stated) {
            int equals = label.indexOf('=');
            wanted.add(
                    equals < 0
                            ? new Wanted(label, value(label, ours, own, ""))
                            : new Wanted(label.substring(0, equals), label.substring(equals + 1)));
        }
    }

    boolean areStated() {
        return !wanted.isEmpty();
    }

    /** 0: the endpoint has all labels; n, of n labels: it lacks the first, or only the network; above n: it lacks others, too. */
    int rank(Endpoint endpoint) {
        boolean elsewhere = networkFirst && !has(endpoint, wanted.get(0));
        int rank = 0;
        for (int i = elsewhere ? 1 : 0; rank == 0 && i < wanted.size(); i++) {
            rank = has(endpoint, wanted.get(i)) ? 0 : wanted.size() - i;
        }
        return elsewhere ? wanted.size() + rank : rank;
    }

    private static boolean has(Endpoint endpoint, Wanted label) {
        return label.value.equals(value(label.key, endpoint.labels(), endpoint.locality(), endpoint.cluster()));
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
