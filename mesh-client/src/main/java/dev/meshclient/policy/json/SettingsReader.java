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
import java.io.IOException;
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

    private static final ObjectReader<Draft> TIMEOUTS = ObjectReader.<Draft>ignoringOthers()
            .fields(SettingsReader::timeout, "shadow", "request", "backendRequest", "connect", "idle");

    /** A connection serves the calls of all rules, so its limits belong to the backend. */
    private static final ObjectReader<Draft> TIMEOUTS_OF_RULE = ObjectReader.<Draft>ignoringOthers()
            .fields(SettingsReader::timeout, "shadow", "request", "backendRequest")
            .misplaced("in the timeouts of the backend's service, of its subset, or in defaults", "connect", "idle");

    /** The settings that a rule may state. */
    static final ObjectReader<Draft> OF_RULE = ObjectReader.<Draft>ignoringOthers()
            .field("timeouts", TIMEOUTS_OF_RULE::read)
            .fields(SettingsReader::setting, "retry", "hedge");

    /** The settings that {@code defaults}, a service and a subset may state. */
    static final ObjectReader<Draft> ALL = ObjectReader.<Draft>ignoringOthers()
            .fields(SettingsReader::setting, "timeouts", "retry", "hedge", "retryConstraint", "limits")
            .fields(SettingsReader::setting, "circuitBreaker", "rateLimit", "outlierDetection", "healthCheck")
            .fields(SettingsReader::setting, "failoverMode", "loadBalancer", "trafficDistribution", "localityLbSetting")
            .fields(SettingsReader::setting, "tls", "serviceAccount")
            .fields(SettingsReader::access, "authorization", "requestAuthentication", "credentials");

    private static void timeout(String name, JsonCursor in, Draft d) throws IOException {
        switch (name) {
            case "shadow" -> d.shadowTimeouts = in.flag();
            case "request" -> d.request = in.duration();
            case "backendRequest" -> d.backendRequest = in.duration();
            case "connect" -> d.connect = in.duration();
            case "idle" -> d.idle = in.duration();
            default -> throw ObjectReader.unread(name);
        }
    }

    private static void setting(String name, JsonCursor in, Draft d) throws IOException {
        BackendSettings.Builder backend = d.backend;
        switch (name) {
            case "timeouts" -> TIMEOUTS.read(in, d);
            case "retry" -> d.retry = RetryReader.read(in);
            case "hedge" -> d.hedge = HedgeReader.read(in);
            case "retryConstraint" -> backend.retryConstraint(RetryConstraintReader.read(in));
            case "limits" -> LimitsReader.read(in, d.limits);
            case "circuitBreaker" -> backend.circuitBreaker(CircuitBreakerReader.read(in));
            case "rateLimit" -> backend.rateLimit(RateLimitReader.read(in));
            case "outlierDetection" -> backend.outlierDetection(OutlierDetectionReader.read(in));
            case "healthCheck" -> backend.healthCheck(HealthCheckReader.read(in));
            case "failoverMode" -> backend.failoverMode(in.word(FAILOVER_MODE));
            case "loadBalancer" -> backend.loadBalancer(LoadBalancerReader.read(in));
            case "trafficDistribution" -> backend.trafficDistribution(in.word(TRAFFIC_DISTRIBUTION));
            case "localityLbSetting" -> backend.localityLbSetting(LocalityReader.read(in));
            case "tls" -> backend.tls(TlsReader.read(in));
            case "serviceAccount" -> backend.serviceAccount(in.text());
            default -> throw ObjectReader.unread(name);
        }
    }

    private static void access(String name, JsonCursor in, Draft d) throws IOException {
        Access stated =
                switch (name) {
                    case "authorization" -> new Access(AccessReader.authorization(in), null, null);
                    case "requestAuthentication" -> new Access(null, AccessReader.requestAuthentication(in), null);
                    case "credentials" -> new Access(null, null, AccessReader.credentials(in));
                    default -> throw ObjectReader.unread(name);
                };
        d.access = stated.over(d.access);
    }

    private SettingsReader() {}
}
