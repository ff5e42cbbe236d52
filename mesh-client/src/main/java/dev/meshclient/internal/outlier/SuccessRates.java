package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;

/**
 * Decider: who did much worse than the others in the last interval. Envoy's success rate (mean less 1.9 standard deviations),
 * but one that never succeeded is found although it widens the deviation itself.
 */
record SuccessRates(int minHosts, int minVolume, double factor) {
    /** Envoy's numbers. */
    static final SuccessRates BUILT_IN = new SuccessRates(5, 100, 1.9);

    /** Which of these must go, by their place; empty if too few had enough to do. */
    List<Integer> outliers(List<EndpointHealth> records) {
        List<Integer> judged = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < records.size(); i++) {
            if (!records.get(i).isOut() && volume(records.get(i)) >= minVolume) {
                judged.add(i);
                sum += rate(records.get(i));
            }
        }
        if (judged.size() < minHosts) {
            return List.of();
        }
        double mean = sum / judged.size();
        double squares = 0;
        for (int i : judged) {
            double distance = rate(records.get(i)) - mean;
            squares += distance * distance;
        }
        double least = mean - factor * Math.sqrt(squares / judged.size());
        return judged.stream()
                .filter(i -> rate(records.get(i)) < least
                        || (records.get(i).succeeded() == 0 && records.get(i).failed() > 0 && mean > 0))
                .toList();
    }

    private static long volume(EndpointHealth record) {
        return (long) record.succeeded() + record.failed();
    }

    /** Per cent. */
    static double rate(EndpointHealth record) {
        return 100.0 * record.succeeded() / volume(record);
    }
}
