package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Decider: the endpoints to eject for their results in the last interval, responses and local failures each on their own. */
record Comparison(SuccessRates rates, FailurePercentages percentages) {
    /** @param found gets each endpoint to eject, perhaps for several reasons */
    void compare(List<IntervalCounts> counts, BiConsumer<EndpointHealth, EjectionCause> found) {
        if (!rates.isOn() && !percentages.isOn()) {
            return;
        }
        for (IntervalResult.Origin origin : IntervalResult.Origin.values()) {
            List<IntervalResult> results = results(counts, origin);
            rates.compare(results, found);
            percentages.compare(results, found);
        }
    }

    private List<IntervalResult> results(List<IntervalCounts> counts, IntervalResult.Origin origin) {
        List<IntervalResult> results = new ArrayList<>();
        for (IntervalCounts ofEndpoint : counts) {
            IntervalResult result = origin.of(ofEndpoint);
            if (result.volume() >= leastVolume()) {
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
