package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decider: the endpoints to eject for their results in the last interval, responses and local failures each on their own. */
record Comparison(SuccessRates rates, FailurePercentages percentages) {
    /**
     * @param statistics of an endpoint; null: it had no attempt
     * @param found gets each endpoint to eject, perhaps for several reasons
     */
    void compare(
            List<Endpoint> endpoints,
            Function<EndpointHealth, @Nullable EndpointHealth> statistics,
            BiConsumer<EndpointHealth, EjectionCause> found) {
        if (!rates.isOn() && !percentages.isOn()) {
            return;
        }
        for (IntervalResult.Origin origin : IntervalResult.Origin.values()) {
            List<IntervalResult> results = results(endpoints, statistics, origin);
            rates.compare(results, found);
            percentages.compare(results, found);
        }
    }

    private List<IntervalResult> results(
            List<Endpoint> endpoints,
            Function<EndpointHealth, @Nullable EndpointHealth> statistics,
            IntervalResult.Origin origin) {
        List<IntervalResult> results = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointHealth endpoint = endpoints.get(i).state();
            EndpointHealth counted = statistics.apply(endpoint);
            boolean judged = counted != null && !counted.isEjected();
            IntervalResult result = judged ? origin.of(endpoint, counted) : null;
            if (result != null && result.volume() >= leastVolume()) {
                results.add(result);
            }
        }
        return results;
    }

    private int leastVolume() {
        return Math.min(
                rates.isOn() ? rates.minVolume() : Integer.MAX_VALUE,
                percentages.isOn() ? percentages.minVolume() : Integer.MAX_VALUE);
    }

    @Override
    public String toString() {
        return rates + ", " + percentages;
    }
}
