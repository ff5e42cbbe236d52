package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.CircuitBreakerPolicy;
import dev.meshclient.policy.ConnectionTimeouts;
import dev.meshclient.policy.HealthCheck;
import dev.meshclient.policy.HedgePolicy;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.OutlierDetection;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TrafficDistribution;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;

/** Writes what {@link SettingsReader} reads. */
final class SettingsWriter {
    private final JsonGenerator out;
    private final FieldWriter fields;
    private final AccessWriter access;

    SettingsWriter(JsonGenerator out, FieldWriter fields) {
        this.out = out;
        this.fields = fields;
        this.access = new AccessWriter(out, fields);
    }

    void settings(Settings stated) throws IOException {
        BackendSettings backend = stated.backend();
        timeouts(stated.route().timeouts(), backend.timeouts());
        fields.object("retry", stated.route().retry(), this::retry);
        fields.object("hedge", stated.route().hedge(), this::hedge);
        fields.objectUnless(RetryConstraint.NONE, "retryConstraint", backend.retryConstraint(), this::retryConstraint);
        fields.objectUnless(Limits.NONE, "limits", backend.limits(), limits -> {
            fields.number("maxRequests", limits.maxRequests());
            fields.number("maxPendingRequests", limits.maxPendingRequests());
            fields.number("maxRequestsPerEndpoint", limits.maxRequestsPerEndpoint());
            fields.number("maxConnectionsPerEndpoint", limits.maxConnectionsPerEndpoint());
            fields.number("maxRetries", limits.maxRetries());
            fields.stated("adaptive", limits.adaptive());
            fields.stated("shadow", limits.shadow());
        });
        fields.object("circuitBreaker", backend.circuitBreaker(), this::circuitBreaker);
        fields.object("rateLimit", backend.rateLimit(), limit -> {
            fields.number("limitForPeriod", limit.limitForPeriod());
            fields.duration("limitRefreshPeriod", limit.limitRefreshPeriod());
            fields.unless(Duration.ZERO, "timeoutDuration", limit.timeoutDuration());
            fields.flag("shadow", limit.shadow());
        });
        fields.objectUnless(
                OutlierDetection.NONE, "outlierDetection", backend.outlierDetection(), this::outlierDetection);
        fields.object("healthCheck", backend.healthCheck(), this::healthCheck);
        fields.text("failoverMode", backend.failoverMode());
        fields.object("loadBalancer", backend.loadBalancer(), this::loadBalancer);
        TrafficDistribution distribution = backend.trafficDistribution();
        fields.text("trafficDistribution", distribution == null ? null : distribution.word());
        fields.object("localityLbSetting", backend.localityLbSetting(), this::localityLbSetting);
        fields.object("tls", backend.tls(), this::tls);
        fields.text("serviceAccount", backend.serviceAccount());
        access.access(backend.access());
    }

    /** The settings of a rule. */
    void route(RouteSettings settings) throws IOException {
        timeouts(settings.timeouts(), ConnectionTimeouts.NONE);
        fields.object("retry", settings.retry(), this::retry);
        fields.object("hedge", settings.hedge(), this::hedge);
    }

    private void timeouts(Timeouts timeouts, ConnectionTimeouts ofConnections) throws IOException {
        boolean none = timeouts.equals(Timeouts.NONE) && ofConnections.equals(ConnectionTimeouts.NONE);
        fields.object("timeouts", none ? null : timeouts, ofCalls -> {
            fields.duration("request", ofCalls.request());
            fields.duration("backendRequest", ofCalls.backendRequest());
            fields.stated("shadow", ofCalls.shadow());
            fields.duration("connect", ofConnections.connect());
            fields.duration("idle", ofConnections.idle());
        });
    }

    private void retry(RetryPolicy retry) throws IOException {
        fields.number("attempts", retry.attempts());
        // An empty list differs from no list: it switches the default off. Sorted: equal policies have equal bytes.
        fields.array("codes", retry.codes() == null ? null : new TreeSet<>(retry.codes()), out::writeNumber);
        fields.array("retryOn", retry.retryOn(), on -> out.writeString(on.word()));
        fields.duration("backoff", retry.backoff());
        fields.flag("shadow", retry.shadow());
    }

    private void hedge(HedgePolicy hedge) throws IOException {
        Duration delay = hedge.delay();
        fields.text("delay", delay == null ? HedgeReader.PERCENTILE : Durations.format(delay));
        fields.duration("minDelay", hedge.minDelay());
        fields.number("maxAttempts", hedge.maxAttempts());
        fields.flag("shadow", hedge.shadow());
    }

    private void retryConstraint(RetryConstraint constraint) throws IOException {
        fields.object("budget", constraint, c -> {
            fields.number("percent", c.percent());
            fields.duration("interval", c.interval());
        });
        fields.object("minRetryRate", constraint, c -> {
            fields.number("count", c.minRetryCount());
            fields.duration("interval", c.minRetryInterval());
        });
        fields.stated("shadow", constraint.shadow());
    }

    private void circuitBreaker(CircuitBreakerPolicy breaker) throws IOException {
        CircuitBreakerPolicy builtIn = CircuitBreakerPolicy.BUILT_IN;
        fields.unless(builtIn.failureRateThreshold(), "failureRateThreshold", breaker.failureRateThreshold());
        fields.unless(builtIn.slowCallRateThreshold(), "slowCallRateThreshold", breaker.slowCallRateThreshold());
        fields.unless(
                builtIn.slowCallDurationThreshold(), "slowCallDurationThreshold", breaker.slowCallDurationThreshold());
        fields.unless(builtIn.slidingWindowType(), "slidingWindowType", breaker.slidingWindowType());
        fields.unless(builtIn.slidingWindowSize(), "slidingWindowSize", breaker.slidingWindowSize());
        fields.number("minimumNumberOfCalls", breaker.minimumNumberOfCalls());
        fields.unless(builtIn.waitDurationInOpenState(), "waitDurationInOpenState", breaker.waitDurationInOpenState());
        fields.unless(
                builtIn.permittedNumberOfCallsInHalfOpenState(),
                "permittedNumberOfCallsInHalfOpenState",
                breaker.permittedNumberOfCallsInHalfOpenState());
        fields.array(
                "ignoredStatusCodes",
                breaker.ignoredStatusCodes().isEmpty() ? null : new TreeSet<>(breaker.ignoredStatusCodes()),
                out::writeNumber);
        fields.flag("shadow", breaker.shadow());
    }

    private void outlierDetection(OutlierDetection detection) throws IOException {
        fields.number("consecutive5xxErrors", detection.consecutive5xxErrors());
        fields.number("consecutiveGatewayErrors", detection.consecutiveGatewayErrors());
        fields.number("consecutiveLocalOriginFailures", detection.consecutiveLocalOriginFailures());
        fields.number("successRateMinimumHosts", detection.successRateMinimumHosts());
        fields.number("successRateRequestVolume", detection.successRateRequestVolume());
        fields.number("successRateStdevFactor", detection.successRateStdevFactor());
        fields.number("failurePercentageThreshold", detection.failurePercentageThreshold());
        fields.number("failurePercentageMinimumHosts", detection.failurePercentageMinimumHosts());
        fields.number("failurePercentageRequestVolume", detection.failurePercentageRequestVolume());
        fields.duration("interval", detection.interval());
        fields.duration("baseEjectionTime", detection.baseEjectionTime());
        fields.duration("maxEjectionTime", detection.maxEjectionTime());
        fields.duration("maxEjectionTimeJitter", detection.maxEjectionTimeJitter());
        fields.number("maxEjectionPercent", detection.maxEjectionPercent());
        fields.number("minHealthPercent", detection.minHealthPercent());
        fields.stated("shadow", detection.shadow());
    }

    private void loadBalancer(LoadBalancer balancer) throws IOException {
        fields.text("simple", balancer.simple());
        fields.object("consistentHash", balancer.consistentHash(), hash -> {
            fields.text("httpHeaderName", hash.httpHeaderName());
            fields.object("httpCookie", hash.httpCookie(), c -> fields.text("name", c.name()));
            fields.text("httpQueryParameterName", hash.httpQueryParameterName());
            fields.object("ringHash", hash.ringHash(), r -> fields.number("minimumRingSize", r.minimumRingSize()));
            fields.object("maglev", hash.maglev(), m -> fields.number("tableSize", m.tableSize()));
            fields.number("hashBalanceFactor", hash.hashBalanceFactor());
        });
        fields.number("subsetSize", balancer.subsetSize());
        fields.object("weightedLoad", balancer.weightedLoad(), load -> {
            fields.duration("blackoutPeriod", load.blackoutPeriod());
            fields.duration("weightExpirationPeriod", load.weightExpirationPeriod());
            fields.duration("weightUpdatePeriod", load.weightUpdatePeriod());
            fields.number("errorUtilizationPenalty", load.errorUtilizationPenalty());
            fields.texts("metricNamesForComputingUtilization", load.metricNamesForComputingUtilization());
        });
        fields.object("warmup", balancer.warmup(), warmup -> {
            fields.duration("duration", warmup.duration());
            fields.number("minimumPercent", warmup.minimumPercent());
            fields.number("aggression", warmup.aggression());
        });
    }

    private void healthCheck(HealthCheck check) throws IOException {
        fields.text("path", check.path());
        fields.duration("interval", check.interval());
        fields.duration("timeout", check.timeout());
        fields.number("unhealthyThreshold", check.unhealthyThreshold());
        fields.number("healthyThreshold", check.healthyThreshold());
        fields.array("expectedStatuses", check.expectedStatuses(), out::writeString);
        fields.duration("noTrafficInterval", check.noTrafficInterval());
    }

    private void localityLbSetting(LocalityLbSetting setting) throws IOException {
        fields.objects("distribute", setting.distribute(), distribute -> {
            fields.text("from", distribute.from());
            fields.object("to", distribute.to(), shares -> {
                for (Map.Entry<LocalityLbSetting.Places, Integer> share : shares.entrySet()) {
                    fields.number(share.getKey().toString(), share.getValue());
                }
            });
        });
        fields.objects("failover", setting.failover(), failover -> {
            fields.text("from", failover.from());
            fields.text("to", failover.to());
        });
        fields.texts("failoverPriority", setting.failoverPriority());
    }

    private void tls(Tls tls) throws IOException {
        fields.text("mode", tls.mode());
        fields.text("sni", tls.sni());
        fields.texts("subjectAltNames", tls.subjectAltNames());
        fields.text("caCertificates", tls.caCertificates());
        fields.text("credentialName", tls.credentialName());
    }
}
