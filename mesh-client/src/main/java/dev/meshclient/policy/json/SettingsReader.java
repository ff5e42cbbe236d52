package dev.meshclient.policy.json;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.CircuitBreakerPolicy;
import dev.meshclient.policy.ConnectionTimeouts;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.HealthCheck;
import dev.meshclient.policy.HedgePolicy;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.OutlierDetection;
import dev.meshclient.policy.RateLimitPolicy;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TrafficDistribution;
import dev.meshclient.policy.Warmup;
import dev.meshclient.policy.WeightedLoad;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the settings that {@code defaults}, a service and a subset may state. */
final class SettingsReader {
    private static final String NEEDS_GRPC = "is a gRPC condition, which this library does not have";

    private static final Words<RetryOn> RETRY_ON = Words.of(RetryOn.values(), RetryOn::word)
            .refusing("cancelled", NEEDS_GRPC)
            .refusing("deadline-exceeded", NEEDS_GRPC)
            .refusing("internal", NEEDS_GRPC)
            .refusing("resource-exhausted", NEEDS_GRPC)
            .refusing("unavailable", NEEDS_GRPC)
            .refusing("http3-post-connect-failure", "is for HTTP/3, which this library does not support")
            .refusing("envoy-ratelimited", "is about a header of Envoy, which this library does not read")
            .refusing("retriable-headers", Words.NOT_SUPPORTED);
    private static final Words<LoadBalancer.Simple> SIMPLE = Words.of(LoadBalancer.Simple.values())
            .refusing("RING_HASH", "is stated as consistentHash.ringHash here")
            .refusing("MAGLEV", "is stated as consistentHash.maglev here")
            .refusing("PASSTHROUGH", "is stated as resolution NONE here")
            .refusing("EWMA", "is stated as PEAK_EWMA here")
            .refusing("LEAST_CONN", "is Istio's old word for LEAST_REQUEST");
    private static final Words<TrafficDistribution> TRAFFIC_DISTRIBUTION = Words.of(
                    TrafficDistribution.values(), TrafficDistribution::word)
            .refusing("PreferClose", "is Kubernetes' old word for PreferSameZone")
            .refusing("PreferSameNode", Words.NOT_SUPPORTED);
    private static final Words<CircuitBreakerPolicy.SlidingWindowType> SLIDING_WINDOW_TYPE =
            Words.of(CircuitBreakerPolicy.SlidingWindowType.values());
    private static final Words<FailoverMode> FAILOVER_MODE = Words.of(FailoverMode.values());
    private static final Words<Tls.Mode> TLS_MODE = Words.of(Tls.Mode.values())
            .alias("ISTIO_MUTUAL", Tls.Mode.MESH_MUTUAL)
            .refusing("STRICT", "is Istio's mode of a server: its clients state MESH_MUTUAL here")
            .refusing("PERMISSIVE", "is Istio's mode of a server: its clients state MESH_MUTUAL or DISABLE here");

    private static final int NOT_STATED = -1;

    /** A delay of hedges that is not a duration. */
    static final String PERCENTILE = "p95";

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

    private static final ObjectReader<RetryPolicy.Builder> RETRY = ObjectReader.<RetryPolicy.Builder>refusingOthers()
            .field("shadow", (in, r) -> r.shadow(in.flag()))
            .field("attempts", (in, r) -> r.attempts(in.integer()))
            .field("codes", (in, r) -> r.codes(new LinkedHashSet<>(in.list(0, JsonCursor::integer))))
            .field("retryOn", (in, r) -> r.retryOn(List.copyOf(new LinkedHashSet<>(in.list(0, i -> i.word(RETRY_ON))))))
            .field("backoff", (in, r) -> r.backoff(in.duration()));

    private static final ObjectReader<HedgePolicy.Builder> HEDGE = ObjectReader.<HedgePolicy.Builder>refusingOthers()
            .field("delay", (in, h) -> h.delay(in.durationOr(PERCENTILE)))
            .field("minDelay", (in, h) -> h.minDelay(in.duration()))
            .field("maxAttempts", (in, h) -> h.maxAttempts(in.integer()))
            .field("shadow", (in, h) -> h.shadow(in.flag()));

    private static final ObjectReader<RetryConstraint.Builder> BUDGET =
            ObjectReader.<RetryConstraint.Builder>ignoringOthers()
                    .field("percent", (in, c) -> c.percent(in.integer()))
                    .field("interval", (in, c) -> c.interval(in.duration()));
    private static final ObjectReader<RetryConstraint.Builder> RATE =
            ObjectReader.<RetryConstraint.Builder>ignoringOthers()
                    .field("count", (in, c) -> c.minRetryCount(in.integer()))
                    .field("interval", (in, c) -> c.minRetryInterval(in.duration()));
    private static final ObjectReader<RetryConstraint.Builder> RETRY_CONSTRAINT =
            ObjectReader.<RetryConstraint.Builder>ignoringOthers()
                    .field("budget", BUDGET::read)
                    .field("minRetryRate", RATE::read)
                    .field("shadow", (in, c) -> c.shadow(in.flag()));

    private static final ObjectReader<Limits.Builder> LIMITS = ObjectReader.<Limits.Builder>ignoringOthers()
            .field("maxRequests", (in, l) -> l.maxRequests(in.longInteger()))
            .field("maxPendingRequests", (in, l) -> l.maxPendingRequests(in.longInteger()))
            .field("maxRequestsPerEndpoint", (in, l) -> l.maxRequestsPerEndpoint(in.longInteger()))
            .field("maxConnectionsPerEndpoint", (in, l) -> l.maxConnectionsPerEndpoint(in.longInteger()))
            .field("maxRetries", (in, l) -> l.maxRetries(in.longInteger()))
            .field("adaptive", (in, l) -> l.adaptive(in.flag()))
            .field("shadow", (in, l) -> l.shadow(in.flag()));

    private static final ObjectReader<CircuitBreakerPolicy.Builder> CIRCUIT_BREAKER =
            ObjectReader.<CircuitBreakerPolicy.Builder>refusingOthers()
                    .field("failureRateThreshold", (in, b) -> b.failureRateThreshold(in.integer()))
                    .field("slowCallRateThreshold", (in, b) -> b.slowCallRateThreshold(in.integer()))
                    .field("slowCallDurationThreshold", (in, b) -> b.slowCallDurationThreshold(in.duration()))
                    .field("slidingWindowType", (in, b) -> b.slidingWindowType(in.word(SLIDING_WINDOW_TYPE)))
                    .field("slidingWindowSize", (in, b) -> b.slidingWindowSize(in.integer()))
                    .field("minimumNumberOfCalls", (in, b) -> b.minimumNumberOfCalls(in.integer()))
                    .field("waitDurationInOpenState", (in, b) -> b.waitDurationInOpenState(in.duration()))
                    .field(
                            "permittedNumberOfCallsInHalfOpenState",
                            (in, b) -> b.permittedNumberOfCallsInHalfOpenState(in.integer()))
                    .field(
                            "ignoredStatusCodes",
                            (in, b) -> b.ignoredStatusCodes(new LinkedHashSet<>(in.list(0, JsonCursor::integer))))
                    .field("shadow", (in, b) -> b.shadow(in.flag()));

    /** A rate limit during the reading. */
    private static final class RateLimitDraft {
        private int limitForPeriod = 1; // stand-ins for missing fields, which are recorded
        private Duration limitRefreshPeriod = Duration.ofSeconds(1);
        private Duration timeoutDuration = Duration.ZERO;
        private boolean shadow;
    }

    private static final ObjectReader<RateLimitDraft> RATE_LIMIT = ObjectReader.<RateLimitDraft>refusingOthers()
            .required("limitForPeriod", "an integer of 1 to 1000000000", (in, r) -> r.limitForPeriod = in.integer())
            .required("limitRefreshPeriod", Durations.EXPECTED, (in, r) -> r.limitRefreshPeriod = in.duration())
            .field("timeoutDuration", (in, r) -> r.timeoutDuration = in.duration())
            .field("shadow", (in, r) -> r.shadow = in.flag());

    private static final ObjectReader<OutlierDetection.Builder> OUTLIER_DETECTION =
            ObjectReader.<OutlierDetection.Builder>ignoringOthers()
                    .field("consecutive5xxErrors", (in, o) -> o.consecutive5xxErrors(in.longInteger()))
                    .field("consecutiveGatewayErrors", (in, o) -> o.consecutiveGatewayErrors(in.longInteger()))
                    .field(
                            "consecutiveLocalOriginFailures",
                            (in, o) -> o.consecutiveLocalOriginFailures(in.longInteger()))
                    .field("successRateMinimumHosts", (in, o) -> o.successRateMinimumHosts(in.longInteger()))
                    .field("successRateRequestVolume", (in, o) -> o.successRateRequestVolume(in.longInteger()))
                    .field("successRateStdevFactor", (in, o) -> o.successRateStdevFactor(in.longInteger()))
                    .field("failurePercentageThreshold", (in, o) -> o.failurePercentageThreshold(in.integer()))
                    .field(
                            "failurePercentageMinimumHosts",
                            (in, o) -> o.failurePercentageMinimumHosts(in.longInteger()))
                    .field(
                            "failurePercentageRequestVolume",
                            (in, o) -> o.failurePercentageRequestVolume(in.longInteger()))
                    .field("interval", (in, o) -> o.interval(in.duration()))
                    .field("baseEjectionTime", (in, o) -> o.baseEjectionTime(in.duration()))
                    .field("maxEjectionTime", (in, o) -> o.maxEjectionTime(in.duration()))
                    .field("maxEjectionTimeJitter", (in, o) -> o.maxEjectionTimeJitter(in.duration()))
                    .field("maxEjectionPercent", (in, o) -> o.maxEjectionPercent(in.integer()))
                    .field("minHealthPercent", (in, o) -> o.minHealthPercent(in.integer()))
                    .field("shadow", (in, d) -> d.shadow(in.flag()));

    private static final ObjectReader<ConsistentHash.Builder> RING_HASH =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .field("minimumRingSize", (in, h) -> h.ringHash(new ConsistentHash.RingHash(in.integer())));
    private static final ObjectReader<ConsistentHash.Builder> MAGLEV =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .field("tableSize", (in, h) -> h.maglev(new ConsistentHash.Maglev(in.integer())));
    private static final ObjectReader<ConsistentHash.Builder> CONSISTENT_HASH =
            ObjectReader.<ConsistentHash.Builder>refusingOthers()
                    .unsupported("httpCookie", "useSourceIp", "minimumRingSize")
                    .instead("minimumRingSize", "it stands in ringHash")
                    .field("httpHeaderName", (in, h) -> h.httpHeaderName(in.text()))
                    .field("httpQueryParameterName", (in, h) -> h.httpQueryParameterName(in.text()))
                    .field("ringHash", (in, h) -> RING_HASH.read(in, h.ringHash(ConsistentHash.RingHash.DEFAULT)))
                    .field("maglev", (in, h) -> MAGLEV.read(in, h.maglev(new ConsistentHash.Maglev(null))))
                    .field("hashBalanceFactor", (in, h) -> h.hashBalanceFactor(in.integer()));

    private static final ObjectReader<WeightedLoad.Builder> WEIGHTED_LOAD =
            ObjectReader.<WeightedLoad.Builder>refusingOthers()
                    .field("blackoutPeriod", (in, w) -> w.blackoutPeriod(in.duration()))
                    .field("weightExpirationPeriod", (in, w) -> w.weightExpirationPeriod(in.duration()))
                    .field("weightUpdatePeriod", (in, w) -> w.weightUpdatePeriod(in.duration()))
                    .field("errorUtilizationPenalty", (in, w) -> w.errorUtilizationPenalty(in.number()))
                    .field(
                            "metricNamesForComputingUtilization",
                            (in, w) -> w.metricNamesForComputingUtilization(in.list(0, JsonCursor::text)));

    private static final ObjectReader<Warmup.Builder> WARMUP = ObjectReader.<Warmup.Builder>refusingOthers()
            .required("duration", Durations.EXPECTED, (in, w) -> w.duration(in.duration()))
            .field("minimumPercent", (in, w) -> w.minimumPercent(in.integer()))
            .field("aggression", (in, w) -> w.aggression(in.number()));

    private static final ObjectReader<LoadBalancer.Builder> LOAD_BALANCER =
            ObjectReader.<LoadBalancer.Builder>ignoringOthers()
                    .field("simple", (in, b) -> b.simple(in.word(SIMPLE)))
                    .field(
                            "consistentHash",
                            (in, b) -> b.consistentHash(CONSISTENT_HASH
                                    .read(in, ConsistentHash.builder())
                                    .build()))
                    .field("subsetSize", (in, b) -> b.subsetSize(in.integer()))
                    .field(
                            "weightedLoad",
                            (in, b) -> b.weightedLoad(WEIGHTED_LOAD
                                    .read(in, WeightedLoad.builder())
                                    .build()))
                    .field(
                            "warmup",
                            (in, b) -> b.warmup(WARMUP.read(in, Warmup.builder(Duration.ofSeconds(1)))
                                    .build()));

    private static final ObjectReader<HealthCheck.Builder> HEALTH_CHECK =
            ObjectReader.<HealthCheck.Builder>ignoringOthers()
                    .required("path", "a path such as \"/healthz\"", (in, c) -> c.path(in.text()))
                    .field("interval", (in, c) -> c.interval(in.duration()))
                    .field("timeout", (in, c) -> c.timeout(in.duration()))
                    .field("unhealthyThreshold", (in, c) -> c.unhealthyThreshold(in.integer()))
                    .field("healthyThreshold", (in, c) -> c.healthyThreshold(in.integer()))
                    .field("expectedStatuses", (in, c) -> c.expectedStatuses(in.list(0, JsonCursor::text)))
                    .field("noTrafficInterval", (in, c) -> c.noTrafficInterval(in.duration()));

    /** A field that the mode does not use is refused: its author expects it to be verified. */
    private static final ObjectReader<Tls.Builder> TLS = ObjectReader.<Tls.Builder>refusingOthers()
            .required("mode", TLS_MODE.expected(null), (in, t) -> t.mode(in.word(TLS_MODE)))
            .field("sni", (in, t) -> t.sni(in.text()))
            .field("subjectAltNames", (in, t) -> t.subjectAltNames(in.list(1, JsonCursor::text)))
            .field("caCertificates", (in, t) -> t.caCertificates(in.text()))
            .field("credentialName", (in, t) -> t.credentialName(in.text()));

    /** The settings that a rule may state. */
    static final ObjectReader<Draft> OF_RULE = ObjectReader.<Draft>ignoringOthers()
            .field("timeouts", TIMEOUTS_OF_RULE::read)
            .field("retry", (in, d) -> d.retry = retry(in))
            .field("hedge", (in, d) -> d.hedge = hedge(in));

    /** The settings that {@code defaults}, a service and a subset may state. */
    static final ObjectReader<Draft> ALL = ObjectReader.<Draft>ignoringOthers()
            .field("timeouts", TIMEOUTS::read)
            .field("retry", (in, d) -> d.retry = retry(in))
            .field("hedge", (in, d) -> d.hedge = hedge(in))
            .field("retryConstraint", (in, d) -> d.backend.retryConstraint(retryConstraint(in)))
            .field("limits", (in, d) -> LIMITS.read(in, d.limits))
            .field("circuitBreaker", (in, d) -> d.backend.circuitBreaker(circuitBreaker(in)))
            .field("rateLimit", (in, d) -> d.backend.rateLimit(rateLimit(in)))
            .field(
                    "outlierDetection",
                    (in, d) -> d.backend.outlierDetection(OUTLIER_DETECTION
                            .read(in, OutlierDetection.builder())
                            .build()))
            .field(
                    "healthCheck",
                    (in, d) -> d.backend.healthCheck(
                            HEALTH_CHECK.read(in, HealthCheck.builder("/")).build()))
            .field("failoverMode", (in, d) -> d.backend.failoverMode(in.word(FAILOVER_MODE)))
            .field(
                    "loadBalancer",
                    (in, d) -> d.backend.loadBalancer(
                            LOAD_BALANCER.read(in, LoadBalancer.builder()).build()))
            .field("trafficDistribution", (in, d) -> d.backend.trafficDistribution(in.word(TRAFFIC_DISTRIBUTION)))
            .field("localityLbSetting", (in, d) -> d.backend.localityLbSetting(LocalityReader.read(in)))
            .field("tls", (in, d) -> d.backend.tls(TLS.read(in, Tls.builder()).build()))
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

    private static RetryPolicy retry(JsonCursor in) throws IOException {
        return RETRY.read(in, RetryPolicy.builder().attempts(NOT_STATED)).build();
    }

    private static HedgePolicy hedge(JsonCursor in) throws IOException {
        return HEDGE.read(in, HedgePolicy.builder()).build();
    }

    private static CircuitBreakerPolicy circuitBreaker(JsonCursor in) throws IOException {
        return CIRCUIT_BREAKER.read(in, CircuitBreakerPolicy.builder()).build();
    }

    private static RateLimitPolicy rateLimit(JsonCursor in) throws IOException {
        RateLimitDraft read = RATE_LIMIT.read(in, new RateLimitDraft());
        return new RateLimitPolicy(read.limitForPeriod, read.limitRefreshPeriod, read.timeoutDuration, read.shadow);
    }

    private static RetryConstraint retryConstraint(JsonCursor in) throws IOException {
        return RETRY_CONSTRAINT.read(in, RetryConstraint.builder()).build();
    }
}
