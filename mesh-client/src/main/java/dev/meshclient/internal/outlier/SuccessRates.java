package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decider: finds endpoints whose success rate in the last interval is far below the others. Envoy's success rate (mean less 1.9
 * standard deviations); an endpoint that never succeeded is found as well, although it widens the deviation.
 */
record SuccessRates(int minHosts, int minVolume, double factor) {
    /** Envoy's numbers. */
    static final SuccessRates BUILT_IN = new SuccessRates(5, 100, 1.9);

    private record Judged(EndpointHealth endpoint, EndpointHealth statistics) {
        double rate() {
            return SuccessRates.rate(statistics);
        }
    }

    /**
     * The endpoints to eject; empty if too few endpoints had enough attempts.
     *
     * @param statistics of an endpoint; null: it had no attempt
     */
    List<EndpointHealth> outliers(
            List<Endpoint> endpoints, Function<EndpointHealth, @Nullable EndpointHealth> statistics) {
        List<Judged> judged = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            EndpointHealth counted = statistics.apply(endpoint);
            if (counted != null && !counted.isEjected() && volume(counted) >= minVolume) {
                judged.add(new Judged(endpoint, counted));
                sum += rate(counted);
            }
        }
        if (judged.size() < minHosts) {
            return List.of();
        }
        double mean = sum / judged.size();
        double squares = 0;
        for (Judged one : judged) {
            double distance = one.rate() - mean;
            squares += distance * distance;
        }
        double least = mean - factor * Math.sqrt(squares / judged.size());
        return judged.stream()
                .filter(one -> one.rate() < least
                        || (one.statistics.succeeded() == 0 && one.statistics.failed() > 0 && mean > 0))
                .map(Judged::endpoint)
                .toList();
    }

    /** Why an endpoint with these statistics is ejected. */
    static EjectionCause cause(EndpointHealth statistics) {
        return new EjectionCause(
                EjectionDetector.SUCCESS_RATE,
                "success rate of " + Math.round(rate(statistics)) + " %, far below the others");
    }

    private static long volume(EndpointHealth endpoint) {
        return (long) endpoint.succeeded() + endpoint.failed();
    }

    /** The success rate in percent. */
    private static double rate(EndpointHealth endpoint) {
        return 100.0 * endpoint.succeeded() / volume(endpoint);
    }
}
