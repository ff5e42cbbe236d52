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
 * @param comparison what is compared at the end of each interval
 * @param intervalNanos time between two comparisons; also the length of a healthy interval
 * @param baseNanos an ejection lasts this long times the number of ejections so far
 * @param maxNanos longest ejection, without its jitter
 * @param jitterNanos an ejection lasts up to this much longer, at random; {@link #A_TENTH}: of its time
 * @param maxPercent largest share of the endpoints that may be ejected; one endpoint always may
 */
record EjectionSettings(
        int serverErrors,
        int gatewayErrors,
        int localFailures,
        Comparison comparison,
        long intervalNanos,
        long baseNanos,
        long maxNanos,
        long jitterNanos,
        int maxPercent) {
    static final long A_TENTH = -1;

    private static final double FACTOR_UNIT = 1_000;

    /** The stated settings, with the built-in value for each that is not stated. */
    static EjectionSettings of(OutlierDetection stated) {
        long base = nanos(stated.baseEjectionTime(), Duration.ofSeconds(30));
        return new EjectionSettings(
                count(stated.consecutive5xxErrorsOrDefault()),
                count(stated.consecutiveGatewayErrors(), 0),
                count(stated.consecutiveLocalOriginFailures(), 5),
                comparison(stated),
                nanos(stated.interval(), Duration.ofSeconds(10)),
                base,
                stated.maxEjectionTime() == null
                        ? Math.max(base, nanos(null, Duration.ofSeconds(300)))
                        : Time.nanos(stated.maxEjectionTime()),
                stated.maxEjectionTimeJitter() == null ? A_TENTH : Time.nanos(stated.maxEjectionTimeJitter()),
                stated.maxEjectionPercent() == null ? 50 : stated.maxEjectionPercent());
    }

    private static Comparison comparison(OutlierDetection stated) {
        Integer threshold = stated.failurePercentageThreshold();
        return new Comparison(
                new SuccessRates(
                        count(stated.successRateMinimumHostsOrDefault()),
                        count(stated.successRateRequestVolume(), 100),
                        count(stated.successRateStdevFactor(), 1900) / FACTOR_UNIT),
                new FailurePercentages(
                        threshold == null ? 0 : threshold,
                        count(stated.failurePercentageMinimumHostsOrDefault()),
                        count(stated.failurePercentageRequestVolume(), 50)));
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
        return new EjectionSettings(
                serverErrors,
                gatewayErrors,
                localFailures,
                comparison,
                intervalNanos,
                baseNanos,
                maxNanos,
                jitterNanos,
                0);
    }

    /** A rule that is off does not apply. */
    void explain(BiConsumer<String, @Nullable Object> to) {
        to.accept("outlierDetection.consecutive5xxErrors", serverErrors == 0 ? null : serverErrors);
        to.accept("outlierDetection.consecutiveGatewayErrors", gatewayErrors == 0 ? null : gatewayErrors);
        to.accept("outlierDetection.consecutiveLocalOriginFailures", localFailures == 0 ? null : localFailures);
        SuccessRates rates = comparison.rates();
        to.accept("outlierDetection.successRateMinimumHosts", rates.isOn() ? rates.minHosts() : null);
        to.accept("outlierDetection.successRateRequestVolume", rates.isOn() ? rates.minVolume() : null);
        to.accept(
                "outlierDetection.successRateStdevFactor",
                rates.isOn() ? Math.round(rates.factor() * FACTOR_UNIT) : null);
        FailurePercentages failures = comparison.percentages();
        to.accept("outlierDetection.failurePercentageThreshold", failures.isOn() ? failures.threshold() : null);
        to.accept("outlierDetection.failurePercentageMinimumHosts", failures.isOn() ? failures.minHosts() : null);
        to.accept("outlierDetection.failurePercentageRequestVolume", failures.isOn() ? failures.minVolume() : null);
        to.accept("outlierDetection.interval", Duration.ofNanos(intervalNanos));
        to.accept("outlierDetection.baseEjectionTime", Duration.ofNanos(baseNanos));
        to.accept("outlierDetection.maxEjectionTime", Duration.ofNanos(maxNanos));
        to.accept(
                "outlierDetection.maxEjectionTimeJitter",
                jitterNanos == A_TENTH ? "a tenth of the ejection" : Duration.ofNanos(jitterNanos));
        to.accept("outlierDetection.maxEjectionPercent", maxPercent);
    }

    private static int count(@Nullable Long stated, int builtIn) {
        return stated == null ? builtIn : count(stated);
    }

    private static int count(long value) {
        return (int) Math.min(Integer.MAX_VALUE, value);
    }

    private static long nanos(@Nullable Duration stated, Duration builtIn) {
        return Time.nanos(stated == null ? builtIn : stated);
    }

    @Override
    public String toString() {
        return serverErrors + " x 5xx, " + gatewayErrors + " x gateway, " + localFailures + " x no response, "
                + comparison + ", each "
                + intervalNanos / 1_000_000 + " ms, ejected for " + baseNanos / 1_000_000 + " to "
                + maxNanos / 1_000_000 + " ms"
                + (jitterNanos == A_TENTH ? "" : " and up to " + jitterNanos / 1_000_000 + " ms more")
                + ", at most " + maxPercent + " %";
    }
}
