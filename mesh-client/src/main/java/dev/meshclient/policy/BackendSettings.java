package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How a mesh reaches a service, and who may call it; null where nothing is stated. The backend of a rule decides: its subset over
 * its service over the defaults.
 *
 * @param serviceAccount the SPIFFE ID of endpoints that state none, a template with {@code {service}} in defaults; null: not
 *     stated, and on a service also not to be had from the defaults and the trust domain
 */
public record BackendSettings(
        ConnectionTimeouts timeouts,
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
    public static final BackendSettings NONE = new BackendSettings(
            ConnectionTimeouts.NONE,
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
    static BackendSettings serviceAccount(@Nullable String id) {
        return new BackendSettings(
                NONE.timeouts,
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
    public BackendSettings over(BackendSettings base) {
        return new BackendSettings(
                timeouts.over(base.timeouts),
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
