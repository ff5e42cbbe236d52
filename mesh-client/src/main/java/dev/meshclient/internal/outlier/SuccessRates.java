package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Decider: finds endpoints whose success rate is far below the others. Envoy's success rate (mean less a number of standard
 * deviations); an endpoint that never succeeded is found as well, although it widens the deviation.
 *
 * @param minHosts endpoints with enough results that a comparison needs
 * @param minVolume results that an endpoint needs
 * @param factor standard deviations below the mean; 0 = success rates are not compared
 */
record SuccessRates(int minHosts, int minVolume, double factor) {
    /** While all others are perfect, a single failure is far below them: Envoy ejects for it. */
    private static final int LEAST_FAILURES = 5;

    boolean isOn() {
        return factor > 0;
    }

    /** Finds none if too few endpoints have enough results. */
    void compare(List<IntervalResult> results, BiConsumer<EndpointHealth, EjectionCause> found) {
        if (!isOn()) {
            return;
        }
        int judged = 0;
        double sum = 0;
        double squares = 0;
        for (IntervalResult result : results) {
            if (result.volume() >= minVolume) {
                judged++;
                sum += result.successPercent();
            }
        }
        if (judged < minHosts) {
            return;
        }
        double mean = sum / judged;
        for (IntervalResult result : results) {
            double distance = result.volume() >= minVolume ? result.successPercent() - mean : 0;
            squares += distance * distance;
        }
        double deviation = Math.sqrt(squares / judged);
        for (IntervalResult result : results) {
            if (result.volume() >= minVolume && isOutlier(result, mean, deviation)) {
                found.accept(result.endpoint(), cause(result, mean, deviation));
            }
        }
    }

    private boolean isOutlier(IntervalResult result, double mean, double deviation) {
        return result.failed() >= LEAST_FAILURES
                && (result.successPercent() < mean - factor * deviation || (result.succeeded() == 0 && mean > 0));
    }

    private EjectionCause cause(IntervalResult result, double mean, double deviation) {
        return new EjectionCause(
                result.origin().rate,
                String.format(
                        Locale.ROOT,
                        "success rate of %.0f %% of %s, far below the others (mean %.0f %%, less %s standard deviations %.0f %%)",
                        result.successPercent(),
                        result.ofWhat(),
                        mean,
                        factor,
                        mean - factor * deviation));
    }

    @Override
    public String toString() {
        return factor + " deviations of " + minHosts + " with " + minVolume + " results";
    }
}
