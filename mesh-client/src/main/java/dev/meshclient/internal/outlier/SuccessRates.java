package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;

/**
 * Decider: which endpoints did much worse than the others in the last interval. Envoy's success rate (mean less 1.9 standard deviations),
 * but an endpoint that never succeeded is found although it widens the deviation itself.
 */
record SuccessRates(int minHosts, int minVolume, double factor) {
    /** Envoy's numbers. */
    static final SuccessRates BUILT_IN = new SuccessRates(5, 100, 1.9);

    /** Those to eject; empty if too few had enough to do. */
    List<EndpointHealth> outliers(List<Endpoint> endpoints) {
        List<EndpointHealth> judged = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            if (!endpoint.isOut() && volume(endpoint) >= minVolume) {
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

    /** Per cent. */
    static double rate(EndpointHealth endpoint) {
        return 100.0 * endpoint.succeeded() / volume(endpoint);
    }
}
