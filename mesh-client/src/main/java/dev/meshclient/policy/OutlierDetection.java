package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an endpoint is ejected because of the results of its attempts; null where nothing is stated. The names are Istio's, the
 * rules mostly Envoy's.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param consecutive5xxErrors server errors in a row that eject; 0 = never; built-in 5
 * @param consecutiveGatewayErrors responses 502, 503 and 504 in a row that eject; 0 = they count only as server errors;
 *     built-in 0
 * @param consecutiveLocalOriginFailures attempts without a response in a row that eject; 0 = never; built-in 5
 * @param successRateMinimumHosts success rates are compared among at least so many endpoints, of those with enough results;
 *     built-in 5
 * @param successRateRequestVolume results of an endpoint in an interval that its success rate needs; built-in 100
 * @param successRateStdevFactor an endpoint is ejected whose success rate is so many thousandths of the standard deviation
 *     below the mean, or zero; 0 = success rates are not compared; built-in 1900
 * @param failurePercentageThreshold percent of failures in an interval that eject; 0 = never; built-in 0
 * @param failurePercentageMinimumHosts failures are counted in percent among at least so many endpoints, of those with enough
 *     results; built-in 5
 * @param failurePercentageRequestVolume results of an endpoint in an interval that its percentage needs; built-in 50
 * @param interval time between two comparisons of the endpoints, and the healthy time that cancels one ejection; built-in 10 s
 * @param baseEjectionTime an ejection lasts this long times the number of ejections so far; built-in 30 s
 * @param maxEjectionTime longest ejection, without its jitter; built-in 300 s, or {@code baseEjectionTime} if that is
 *     longer
 * @param maxEjectionTimeJitter an ejection lasts up to this much longer, at random; 0 = not at all; built-in a tenth of its time
 * @param maxEjectionPercent largest share of the endpoints that may be ejected, though one always may; 0 = ejection is off;
 *     built-in 50
 * @param minHealthPercent health is ignored while fewer percent are healthy (panic); 0 = never; built-in 50
 * @param shadow true: an endpoint that would be ejected is counted and not ejected; built-in false
 */
public record OutlierDetection(
        @Nullable Long consecutive5xxErrors,
        @Nullable Long consecutiveGatewayErrors,
        @Nullable Long consecutiveLocalOriginFailures,
        @Nullable Long successRateMinimumHosts,
        @Nullable Long successRateRequestVolume,
        @Nullable Long successRateStdevFactor,
        @Nullable Integer failurePercentageThreshold,
        @Nullable Long failurePercentageMinimumHosts,
        @Nullable Long failurePercentageRequestVolume,
        @Nullable Duration interval,
        @Nullable Duration baseEjectionTime,
        @Nullable Duration maxEjectionTime,
        @Nullable Duration maxEjectionTimeJitter,
        @Nullable Integer maxEjectionPercent,
        @Nullable Integer minHealthPercent,
        @Nullable Boolean shadow) {
    /** Nothing is stated. */
    public static final OutlierDetection NONE = new OutlierDetection(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    private static final long BUILT_IN_ERRORS = 5;
    private static final long BUILT_IN_HOSTS = 5;

    /** The stated server errors in a row, or the built-in number. */
    public long consecutive5xxErrorsOrDefault() {
        return consecutive5xxErrors == null ? BUILT_IN_ERRORS : consecutive5xxErrors;
    }

    /** The stated endpoints whose success rates are compared at least, or the built-in number. */
    public long successRateMinimumHostsOrDefault() {
        return successRateMinimumHosts == null ? BUILT_IN_HOSTS : successRateMinimumHosts;
    }

    /** The stated endpoints whose percentages of failures are compared at least, or the built-in number. */
    public long failurePercentageMinimumHostsOrDefault() {
        return failurePercentageMinimumHosts == null ? BUILT_IN_HOSTS : failurePercentageMinimumHosts;
    }

    /** These values; each one that is not stated is taken from {@code base}. */
    public OutlierDetection over(OutlierDetection base) {
        Required.value(base, "base", "OutlierDetection.NONE for none");
        return new OutlierDetection(
                or(consecutive5xxErrors, base.consecutive5xxErrors),
                or(consecutiveGatewayErrors, base.consecutiveGatewayErrors),
                or(consecutiveLocalOriginFailures, base.consecutiveLocalOriginFailures),
                or(successRateMinimumHosts, base.successRateMinimumHosts),
                or(successRateRequestVolume, base.successRateRequestVolume),
                or(successRateStdevFactor, base.successRateStdevFactor),
                or(failurePercentageThreshold, base.failurePercentageThreshold),
                or(failurePercentageMinimumHosts, base.failurePercentageMinimumHosts),
                or(failurePercentageRequestVolume, base.failurePercentageRequestVolume),
                or(interval, base.interval),
                or(baseEjectionTime, base.baseEjectionTime),
                or(maxEjectionTime, base.maxEjectionTime),
                or(maxEjectionTimeJitter, base.maxEjectionTimeJitter),
                or(maxEjectionPercent, base.maxEjectionPercent),
                or(minHealthPercent, base.minHealthPercent),
                or(shadow, base.shadow));
    }

    private static <T> @Nullable T or(@Nullable T stated, @Nullable T otherwise) {
        return stated != null ? stated : otherwise;
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link OutlierDetection}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable Long consecutive5xxErrors = OutlierDetection.this.consecutive5xxErrors;
        private @Nullable Long consecutiveGatewayErrors = OutlierDetection.this.consecutiveGatewayErrors;
        private @Nullable Long consecutiveLocalOriginFailures = OutlierDetection.this.consecutiveLocalOriginFailures;
        private @Nullable Long successRateMinimumHosts = OutlierDetection.this.successRateMinimumHosts;
        private @Nullable Long successRateRequestVolume = OutlierDetection.this.successRateRequestVolume;
        private @Nullable Long successRateStdevFactor = OutlierDetection.this.successRateStdevFactor;
        private @Nullable Integer failurePercentageThreshold = OutlierDetection.this.failurePercentageThreshold;
        private @Nullable Long failurePercentageMinimumHosts = OutlierDetection.this.failurePercentageMinimumHosts;
        private @Nullable Long failurePercentageRequestVolume = OutlierDetection.this.failurePercentageRequestVolume;
        private @Nullable Duration interval = OutlierDetection.this.interval;
        private @Nullable Duration baseEjectionTime = OutlierDetection.this.baseEjectionTime;
        private @Nullable Duration maxEjectionTime = OutlierDetection.this.maxEjectionTime;
        private @Nullable Duration maxEjectionTimeJitter = OutlierDetection.this.maxEjectionTimeJitter;
        private @Nullable Integer maxEjectionPercent = OutlierDetection.this.maxEjectionPercent;
        private @Nullable Integer minHealthPercent = OutlierDetection.this.minHealthPercent;
        private @Nullable Boolean shadow = OutlierDetection.this.shadow;

        private Builder() {}

        public Builder consecutive5xxErrors(@Nullable Long consecutive5xxErrors) {
            this.consecutive5xxErrors = consecutive5xxErrors;
            return this;
        }

        public Builder consecutiveGatewayErrors(@Nullable Long consecutiveGatewayErrors) {
            this.consecutiveGatewayErrors = consecutiveGatewayErrors;
            return this;
        }

        public Builder consecutiveLocalOriginFailures(@Nullable Long consecutiveLocalOriginFailures) {
            this.consecutiveLocalOriginFailures = consecutiveLocalOriginFailures;
            return this;
        }

        public Builder successRateMinimumHosts(@Nullable Long successRateMinimumHosts) {
            this.successRateMinimumHosts = successRateMinimumHosts;
            return this;
        }

        public Builder successRateRequestVolume(@Nullable Long successRateRequestVolume) {
            this.successRateRequestVolume = successRateRequestVolume;
            return this;
        }

        public Builder successRateStdevFactor(@Nullable Long successRateStdevFactor) {
            this.successRateStdevFactor = successRateStdevFactor;
            return this;
        }

        public Builder failurePercentageThreshold(@Nullable Integer failurePercentageThreshold) {
            this.failurePercentageThreshold = failurePercentageThreshold;
            return this;
        }

        public Builder failurePercentageMinimumHosts(@Nullable Long failurePercentageMinimumHosts) {
            this.failurePercentageMinimumHosts = failurePercentageMinimumHosts;
            return this;
        }

        public Builder failurePercentageRequestVolume(@Nullable Long failurePercentageRequestVolume) {
            this.failurePercentageRequestVolume = failurePercentageRequestVolume;
            return this;
        }

        public Builder interval(@Nullable Duration interval) {
            this.interval = interval;
            return this;
        }

        public Builder baseEjectionTime(@Nullable Duration baseEjectionTime) {
            this.baseEjectionTime = baseEjectionTime;
            return this;
        }

        public Builder maxEjectionTime(@Nullable Duration maxEjectionTime) {
            this.maxEjectionTime = maxEjectionTime;
            return this;
        }

        public Builder maxEjectionTimeJitter(@Nullable Duration maxEjectionTimeJitter) {
            this.maxEjectionTimeJitter = maxEjectionTimeJitter;
            return this;
        }

        public Builder maxEjectionPercent(@Nullable Integer maxEjectionPercent) {
            this.maxEjectionPercent = maxEjectionPercent;
            return this;
        }

        public Builder minHealthPercent(@Nullable Integer minHealthPercent) {
            this.minHealthPercent = minHealthPercent;
            return this;
        }

        public Builder shadow(@Nullable Boolean shadow) {
            this.shadow = shadow;
            return this;
        }

        public OutlierDetection build() {
            return new OutlierDetection(
                    consecutive5xxErrors,
                    consecutiveGatewayErrors,
                    consecutiveLocalOriginFailures,
                    successRateMinimumHosts,
                    successRateRequestVolume,
                    successRateStdevFactor,
                    failurePercentageThreshold,
                    failurePercentageMinimumHosts,
                    failurePercentageRequestVolume,
                    interval,
                    baseEjectionTime,
                    maxEjectionTime,
                    maxEjectionTimeJitter,
                    maxEjectionPercent,
                    minHealthPercent,
                    shadow);
        }
    }
}
