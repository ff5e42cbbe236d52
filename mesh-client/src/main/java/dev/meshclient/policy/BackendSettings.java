package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How the mesh reaches a service, and who may call it; null where nothing is stated. The backend of a rule determines the
 * settings: its subset takes precedence over its service, and the service over the defaults.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param serviceAccount the SPIFFE ID of endpoints that state none, in defaults a template with {@code {service}}; null: not
 *     stated, and on a service also not available from the defaults and the trust domain
 */
public record BackendSettings(
        ConnectionTimeouts timeouts,
        RetryConstraint retryConstraint,
        Limits limits,
        @Nullable CircuitBreakerPolicy circuitBreaker,
        @Nullable RateLimitPolicy rateLimit,
        OutlierDetection outlierDetection,
        @Nullable FailoverMode failoverMode,
        @Nullable LoadBalancer loadBalancer,
        @Nullable TrafficDistribution trafficDistribution,
        @Nullable LocalityLbSetting localityLbSetting,
        @Nullable Tls tls,
        @Nullable String serviceAccount,
        @Nullable HealthCheck healthCheck,
        Access access) {
    public BackendSettings {
        Required.value(timeouts, "timeouts", "ConnectionTimeouts.NONE for none");
        Required.value(retryConstraint, "retryConstraint", "RetryConstraint.NONE for none");
        Required.value(limits, "limits", "Limits.NONE for none");
        Required.value(outlierDetection, "outlierDetection", "OutlierDetection.NONE for none");
        Required.value(access, "access", "Access.NONE for none");
    }

    /** Nothing is stated. */
    public static final BackendSettings NONE = new BackendSettings(
            ConnectionTimeouts.NONE,
            RetryConstraint.NONE,
            Limits.NONE,
            null,
            null,
            OutlierDetection.NONE,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Access.NONE);

    /**
     * These settings; what is not stated is taken from {@code base}: timeouts, budget, limits and outlier detection field by
     * field, all others as a whole.
     */
    public BackendSettings over(BackendSettings base) {
        Required.value(base, "base", "BackendSettings.NONE for none");
        return new BackendSettings(
                timeouts.over(base.timeouts),
                retryConstraint.over(base.retryConstraint),
                limits.over(base.limits),
                circuitBreaker != null ? circuitBreaker : base.circuitBreaker,
                rateLimit != null ? rateLimit : base.rateLimit,
                outlierDetection.over(base.outlierDetection),
                failoverMode != null ? failoverMode : base.failoverMode,
                loadBalancer != null ? loadBalancer : base.loadBalancer,
                trafficDistribution != null ? trafficDistribution : base.trafficDistribution,
                localityLbSetting != null ? localityLbSetting : base.localityLbSetting,
                tls != null ? tls : base.tls,
                serviceAccount != null ? serviceAccount : base.serviceAccount,
                healthCheck != null ? healthCheck : base.healthCheck,
                access.over(base.access));
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link BackendSettings}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private ConnectionTimeouts timeouts = BackendSettings.this.timeouts;
        private RetryConstraint retryConstraint = BackendSettings.this.retryConstraint;
        private Limits limits = BackendSettings.this.limits;
        private @Nullable CircuitBreakerPolicy circuitBreaker = BackendSettings.this.circuitBreaker;
        private @Nullable RateLimitPolicy rateLimit = BackendSettings.this.rateLimit;
        private OutlierDetection outlierDetection = BackendSettings.this.outlierDetection;
        private @Nullable FailoverMode failoverMode = BackendSettings.this.failoverMode;
        private @Nullable LoadBalancer loadBalancer = BackendSettings.this.loadBalancer;
        private @Nullable TrafficDistribution trafficDistribution = BackendSettings.this.trafficDistribution;
        private @Nullable LocalityLbSetting localityLbSetting = BackendSettings.this.localityLbSetting;
        private @Nullable Tls tls = BackendSettings.this.tls;
        private @Nullable String serviceAccount = BackendSettings.this.serviceAccount;
        private @Nullable HealthCheck healthCheck = BackendSettings.this.healthCheck;
        private Access access = BackendSettings.this.access;

        private Builder() {}

        public Builder timeouts(ConnectionTimeouts timeouts) {
            this.timeouts = Required.value(timeouts, "timeouts", "ConnectionTimeouts.NONE for none");
            return this;
        }

        public Builder retryConstraint(RetryConstraint retryConstraint) {
            this.retryConstraint = Required.value(retryConstraint, "retryConstraint", "RetryConstraint.NONE for none");
            return this;
        }

        public Builder limits(Limits limits) {
            this.limits = Required.value(limits, "limits", "Limits.NONE for none");
            return this;
        }

        public Builder circuitBreaker(@Nullable CircuitBreakerPolicy circuitBreaker) {
            this.circuitBreaker = circuitBreaker;
            return this;
        }

        public Builder rateLimit(@Nullable RateLimitPolicy rateLimit) {
            this.rateLimit = rateLimit;
            return this;
        }

        public Builder outlierDetection(OutlierDetection outlierDetection) {
            this.outlierDetection =
                    Required.value(outlierDetection, "outlierDetection", "OutlierDetection.NONE for none");
            return this;
        }

        public Builder failoverMode(@Nullable FailoverMode failoverMode) {
            this.failoverMode = failoverMode;
            return this;
        }

        public Builder loadBalancer(@Nullable LoadBalancer loadBalancer) {
            this.loadBalancer = loadBalancer;
            return this;
        }

        public Builder trafficDistribution(@Nullable TrafficDistribution trafficDistribution) {
            this.trafficDistribution = trafficDistribution;
            return this;
        }

        public Builder localityLbSetting(@Nullable LocalityLbSetting localityLbSetting) {
            this.localityLbSetting = localityLbSetting;
            return this;
        }

        public Builder tls(@Nullable Tls tls) {
            this.tls = tls;
            return this;
        }

        public Builder serviceAccount(@Nullable String serviceAccount) {
            this.serviceAccount = serviceAccount;
            return this;
        }

        public Builder healthCheck(@Nullable HealthCheck healthCheck) {
            this.healthCheck = healthCheck;
            return this;
        }

        public Builder access(Access access) {
            this.access = Required.value(access, "access", "Access.NONE for none");
            return this;
        }

        public BackendSettings build() {
            return new BackendSettings(
                    timeouts,
                    retryConstraint,
                    limits,
                    circuitBreaker,
                    rateLimit,
                    outlierDetection,
                    failoverMode,
                    loadBalancer,
                    trafficDistribution,
                    localityLbSetting,
                    tls,
                    serviceAccount,
                    healthCheck,
                    access);
        }
    }
}
