package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;

/**
 * Decider: finds endpoints whose success rate in the last interval is far below the others. Envoy's success rate (mean less 1.9
 * standard deviations); an endpoint that never succeeded is found as well, although it widens the deviation.
 */
record SuccessRates(int minHosts, int minVolume, double factor) {
    /** Envoy's numbers. */
    static final SuccessRates BUILT_IN = new SuccessRates(5, 100, 1.9);

    /** The endpoints to eject; empty if too few endpoints had enough attempts. */
    List<EndpointHealth> outliers(List<Endpoint> endpoints) {
        List<EndpointHealth> judged = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            if (!endpoint.isEjected() && volume(endpoint) >= minVolume) {
                judged.add(endpoint);
                sum += rate(endpoint);
            }
        }
        if (judged.size() < minHosts) {
            return List.of();
        }
        double mean = sum / judged.size();
        double squares = 0;
        for (EndpointHealth endpoint : judged) {
            double distance = rate(endpoint) - mean;
            squares += distance * distance;
        }
        double least = mean - factor * Math.sqrt(squares / judged.size());
        return judged.stream()
                .filter(e -> rate(e) < least || (e.succeeded() == 0 && e.failed() > 0 && mean > 0))
                .toList();
    }

    private static long volume(EndpointHealth endpoint) {
        return (long) endpoint.succeeded() + endpoint.failed();
    }

    /** The success rate in percent. */
    static double rate(EndpointHealth endpoint) {
        return 100.0 * endpoint.succeeded() / volume(endpoint);
    }
}
