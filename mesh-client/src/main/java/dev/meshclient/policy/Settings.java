package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * What may be stated in {@code defaults}, on a service and on a subset alike; null where nothing is stated.
 * {@link #over} merges: precedence is rule, subset, service, defaults, built-in.
 *
 * @param serviceAccount the SPIFFE ID of endpoints that state none, a template with {@code {service}} in defaults; null: not
 *     stated, and on a service also not to be had from the defaults and the trust domain
 */
public record Settings(
        Timeouts timeouts,
        @Nullable Retry retry,
        RetryConstraint retryConstraint,
        Limits limits,
        OutlierDetection outlierDetection,
        @Nullable FailoverMode failoverMode,
        @Nullable LoadBalancer loadBalancer,
        @Nullable TrafficDistribution trafficDistribution,
        @Nullable LocalityLbSetting localityLbSetting,
        @Nullable Tls tls,
        @Nullable String serviceAccount,
        Access access) {
    /** Nothing is stated. */
    public static final Settings NONE = new Settings(
            Timeouts.NONE,
            null,
            RetryConstraint.NONE,
            Limits.NONE,
            OutlierDetection.NONE,
            null,
            null,
            null,
            null,
            null,
            null,
            Access.NONE);

    /** Nothing else is stated. */
    static Settings serviceAccount(@Nullable String id) {
        return new Settings(
                NONE.timeouts,
                null,
                NONE.retryConstraint,
                NONE.limits,
                NONE.outlierDetection,
                null,
                null,
                null,
                null,
                null,
                id,
                Access.NONE);
    }

    /** These settings, and where they say nothing, those of {@code base}: timeouts, budget, limits and outlier detection leaf by leaf, the rest whole. */
    public Settings over(Settings base) {
        return new Settings(
                timeouts.over(base.timeouts),
                retry != null ? retry : base.retry,
                retryConstraint.over(base.retryConstraint),
                limits.over(base.limits),
                outlierDetection.over(base.outlierDetection),
                failoverMode != null ? failoverMode : base.failoverMode,
                loadBalancer != null ? loadBalancer : base.loadBalancer,
                trafficDistribution != null ? trafficDistribution : base.trafficDistribution,
                localityLbSetting != null ? localityLbSetting : base.localityLbSetting,
                tls != null ? tls : base.tls,
                serviceAccount != null ? serviceAccount : base.serviceAccount,
                access.over(base.access));
    }
}
