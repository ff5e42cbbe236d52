package dev.meshclient.internal.outlier;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What policy says of ejection; the words and most of the numbers are Envoy's.
 *
 * @param serverErrors in a row, 0 = off
 * @param gatewayErrors in a row, 0 = off
 * @param localFailures in a row, 0 = off
 * @param intervalNanos between two looks at success rates, and what a healthy interval is
 * @param baseNanos out for this times the number of ejections so far
 * @param maxNanos but never longer
 * @param maxPercent of the endpoints may be out; one always may
 */
record EjectionSettings(
        int serverErrors,
        int gatewayErrors,
        int localFailures,
        long intervalNanos,
        long baseNanos,
        long maxNanos,
        int maxPercent) {
    /** Stated, and where nothing is, built in. */
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

    /** The same, but no endpoint is ejected. */
    EjectionSettings off() {
        return new EjectionSettings(serverErrors, gatewayErrors, localFailures, intervalNanos, baseNanos, maxNanos, 0);
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
                + intervalNanos / 1_000_000 + " ms, out for " + baseNanos / 1_000_000 + " to " + maxNanos / 1_000_000
                + " ms, at most " + maxPercent + " %";
    }
}
