package dev.meshclient.internal.outlier;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The ejection settings of a policy; the terms and most of the defaults are Envoy's.
 *
 * @param serverErrors server errors in a row that eject an endpoint; 0 = off
 * @param gatewayErrors gateway errors in a row that eject an endpoint; 0 = off
 * @param localFailures failures without a response in a row that eject an endpoint; 0 = off
 * @param intervalNanos time between two comparisons of success rates; also the length of a healthy interval
 * @param baseNanos an ejection lasts this long times the number of ejections so far
 * @param maxNanos longest ejection
 * @param maxPercent largest share of the endpoints that may be ejected; one endpoint always may
 */
record EjectionSettings(
        int serverErrors,
        int gatewayErrors,
        int localFailures,
        long intervalNanos,
        long baseNanos,
        long maxNanos,
        int maxPercent) {
    /** The stated settings, with the built-in value for each that is not stated. */
    static EjectionSettings of(OutlierDetection stated) {
        return new EjectionSettings(
                count(stated.consecutive5xxErrors(), 5),
                count(stated.consecutiveGatewayErrors(), 0),
                count(stated.consecutiveLocalOriginFailures(), 5),
                nanos(stated.interval(), Duration.ofSeconds(10)),
                nanos(stated.baseEjectionTime(), Duration.ofSeconds(30)),
                nanos(stated.maxEjectionTime(), Duration.ofSeconds(300)),
                stated.maxEjectionPercent() == null ? 50 : stated.maxEjectionPercent());
    }

    /** Whether any endpoint is ejected at all. */
    boolean isOn() {
        return maxPercent > 0;
    }

    /** Whether no more of these endpoints may be ejected. */
    boolean isFull(int ejected, int endpoints) {
        return ejected > 0 && 100L * (ejected + 1) > (long) maxPercent * endpoints;
    }

    /** The same settings, but no endpoint is ejected. */
    EjectionSettings off() {
        return new EjectionSettings(serverErrors, gatewayErrors, localFailures, intervalNanos, baseNanos, maxNanos, 0);
    }

    /** A rule that is off does not apply. */
    void explain(BiConsumer<String, @Nullable Object> to) {
        to.accept("outlierDetection.consecutive5xxErrors", serverErrors == 0 ? null : serverErrors);
        to.accept("outlierDetection.consecutiveGatewayErrors", gatewayErrors == 0 ? null : gatewayErrors);
        to.accept("outlierDetection.consecutiveLocalOriginFailures", localFailures == 0 ? null : localFailures);
        to.accept("outlierDetection.interval", Duration.ofNanos(intervalNanos));
        to.accept("outlierDetection.baseEjectionTime", Duration.ofNanos(baseNanos));
        to.accept("outlierDetection.maxEjectionTime", Duration.ofNanos(maxNanos));
        to.accept("outlierDetection.maxEjectionPercent", maxPercent);
    }

    private static int count(@Nullable Long stated, int builtIn) {
        return stated == null ? builtIn : (int) Math.min(Integer.MAX_VALUE, stated);
    }

    private static long nanos(@Nullable Duration stated, Duration builtIn) {
        return Time.nanos(stated == null ? builtIn : stated);
    }

    @Override
    public String toString() {
        return serverErrors + " x 5xx, " + gatewayErrors + " x gateway, " + localFailures + " x no response, each "
                + intervalNanos / 1_000_000 + " ms, ejected for " + baseNanos / 1_000_000 + " to "
                + maxNanos / 1_000_000
                + " ms, at most " + maxPercent + " %";
    }
}
