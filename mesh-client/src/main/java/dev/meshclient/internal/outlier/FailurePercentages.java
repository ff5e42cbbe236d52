package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Decider: finds endpoints with too large a share of failures. Envoy's failure percentage.
 *
 * @param threshold percent of failures that are too many; 0 = never
 * @param minHosts endpoints with enough results that a comparison needs
 * @param minVolume results that an endpoint needs
 */
record FailurePercentages(int threshold, int minHosts, int minVolume) {
    boolean isOn() {
        return threshold > 0;
    }

    /** Finds none if too few endpoints have enough results. */
    void compare(List<IntervalResult> results, BiConsumer<EndpointHealth, EjectionCause> found) {
        if (!isOn()
                || results.stream()
                                .filter(result -> result.volume() >= minVolume)
                                .count()
                        < minHosts) {
            return;
        }
        for (IntervalResult result : results) {
            if (result.volume() >= minVolume && result.failurePercent() >= threshold) {
                found.accept(result.endpoint(), cause(result));
            }
        }
    }

    private EjectionCause cause(IntervalResult result) {
        return new EjectionCause(
                result.origin().percentage,
                String.format(
                        Locale.ROOT,
                        "%.0f %% of %s failed, the threshold is %d %%",
                        result.failurePercent(),
                        result.ofWhat(),
                        threshold));
    }

    @Override
    public String toString() {
        return threshold + " % failures of " + minHosts + " with " + minVolume + " results";
    }
}
