package dev.meshclient.policy.json;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.ConnectionTimeouts;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.HedgePolicy;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.TrafficDistribution;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings that {@code defaults}, a service and a subset may state. Each section has a reader of its own: the tables of
 * those that a document does not state are never made.
 */
final class SettingsReader {
    private static final Words<TrafficDistribution> TRAFFIC_DISTRIBUTION = Words.of(
                    TrafficDistribution.values(), TrafficDistribution::word)
            .refusing("PreferClose", "is Kubernetes' old word for PreferSameZone")
            .refusing("PreferSameNode", Words.NOT_SUPPORTED);
    private static final Words<FailoverMode> FAILOVER_MODE = Words.of(FailoverMode.values());

    /** Settings during the reading. */
    static final class Draft {
        private @Nullable Duration request;
        private @Nullable Duration backendRequest;
        private @Nullable Boolean shadowTimeouts;
        private @Nullable Duration connect;
        private @Nullable Duration idle;
        private @Nullable RetryPolicy retry;
        private @Nullable HedgePolicy hedge;
        private final Limits.Builder limits = Limits.builder();
        private final BackendSettings.Builder backend = BackendSettings.builder();
        private Access access = Access.NONE;

        RouteSettings route() {
            return new RouteSettings(new Timeouts(request, backendRequest, shadowTimeouts), retry, hedge);
        }

        Settings settings() {
            return new Settings(
                    route(),
                    backend.timeouts(new ConnectionTimeouts(connect, idle))
                            .limits(limits.build())
                            .access(access)
                            .build());
        }
    }

    private static final ObjectReader<Draft> TIMEOUTS = timeoutsOfCalls()
            .field("connect", (in, d) -> d.connect = in.duration())
            .field("idle", (in, d) -> d.idle = in.duration());

    /** A connection serves the calls of all rules, so its limits belong to the backend. */
    private static final ObjectReader<Draft> TIMEOUTS_OF_RULE = timeoutsOfCalls()
            .misplaced("in the timeouts of the backend's service, of its subset, or in defaults", "connect", "idle");

    private static ObjectReader<Draft> timeoutsOfCalls() {
        return ObjectReader.<Draft>ignoringOthers()
                .field("shadow", (in, d) -> d.shadowTimeouts = in.flag())
                .field("request", (in, d) -> d.request = in.duration())
                .field("backendRequest", (in, d) -> d.backendRequest = in.duration());
    }

    /** The settings that a rule may state. */
    static final ObjectReader<Draft> OF_RULE = ObjectReader.<Draft>ignoringOthers()
            .field("timeouts", TIMEOUTS_OF_RULE::read)
            .field("retry", (in, d) -> d.retry = RetryReader.read(in))
            .field("hedge", (in, d) -> d.hedge = HedgeReader.read(in));

    /** The settings that {@code defaults}, a service and a subset may state. */
    static final ObjectReader<Draft> ALL = ObjectReader.<Draft>ignoringOthers()
            .field("timeouts", TIMEOUTS::read)
            .field("retry", (in, d) -> d.retry = RetryReader.read(in))
            .field("hedge", (in, d) -> d.hedge = HedgeReader.read(in))
            .field("retryConstraint", (in, d) -> d.backend.retryConstraint(RetryConstraintReader.read(in)))
            .field("limits", (in, d) -> LimitsReader.read(in, d.limits))
            .field("circuitBreaker", (in, d) -> d.backend.circuitBreaker(CircuitBreakerReader.read(in)))
            .field("rateLimit", (in, d) -> d.backend.rateLimit(RateLimitReader.read(in)))
            .field("outlierDetection", (in, d) -> d.backend.outlierDetection(OutlierDetectionReader.read(in)))
            .field("healthCheck", (in, d) -> d.backend.healthCheck(HealthCheckReader.read(in)))
            .field("failoverMode", (in, d) -> d.backend.failoverMode(in.word(FAILOVER_MODE)))
            .field("loadBalancer", (in, d) -> d.backend.loadBalancer(LoadBalancerReader.read(in)))
            .field("trafficDistribution", (in, d) -> d.backend.trafficDistribution(in.word(TRAFFIC_DISTRIBUTION)))
            .field("localityLbSetting", (in, d) -> d.backend.localityLbSetting(LocalityReader.read(in)))
            .field("tls", (in, d) -> d.backend.tls(TlsReader.read(in)))
            .field("serviceAccount", (in, d) -> d.backend.serviceAccount(in.text()))
            .field(
                    "authorization",
                    (in, d) -> d.access = new Access(AccessReader.authorization(in), null, null).over(d.access))
            .field(
                    "requestAuthentication",
                    (in, d) -> d.access = new Access(null, AccessReader.requestAuthentication(in), null).over(d.access))
            .field(
                    "credentials",
                    (in, d) -> d.access = new Access(null, null, AccessReader.credentials(in)).over(d.access));

    private SettingsReader() {}
}
