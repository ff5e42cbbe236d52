package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the settings of {@code defaults}, a service, a subset and, for the route, a rule. */
final class SettingsCheck {
    /** Each pending call holds a thread. */
    private static final long MAX_PENDING = 1_000_000;

    private static final long MAX_UNSIGNED_INT = 4_294_967_295L;
    private static final int MAX_PATH = 2048;
    private static final int MAX_THRESHOLD = 1000;
    private static final int MAX_RANGES = 16;
    static final Pattern HEALTH_PATH = Pattern.compile("/(?!/)[!$-;=?-\\[\\]_a-z~]*");
    static final Pattern STATUSES = Pattern.compile("[1-5][0-9]{2}(-[1-5][0-9]{2})?");
    private static final int MAX_WINDOW = 10_000;
    private static final Duration DAY = Duration.ofHours(24);

    private SettingsCheck() {}

    static void defaults(Place place, Settings settings, Map<String, JwtProvider> providers) {
        String template = settings.backend().serviceAccount();
        place.field("serviceAccount")
                .text(
                        template,
                        ServiceAccounts.MAX,
                        ServiceAccounts.TEMPLATE,
                        ServiceAccounts.EXPECTED + "; {service} stands for the name of the service");
        check(place, settings, providers);
    }

    /** Checks all but the service account, which is a template in the defaults. */
    static void check(Place place, Settings settings, Map<String, JwtProvider> providers) {
        BackendSettings backend = settings.backend();
        route(place, settings.route());
        place.field("timeouts").field("connect").duration(backend.timeouts().connect());
        place.field("timeouts").field("idle").duration(backend.timeouts().idle());
        retryConstraint(place.field("retryConstraint"), backend.retryConstraint());
        limits(place.field("limits"), backend.limits());
        circuitBreaker(place.field("circuitBreaker"), backend.circuitBreaker());
        rateLimit(place.field("rateLimit"), backend.rateLimit());
        outlierDetection(place.field("outlierDetection"), backend.outlierDetection());
        if (backend.loadBalancer() != null) {
            LoadBalancerCheck.check(place.field("loadBalancer"), backend.loadBalancer());
        }
        if (backend.healthCheck() != null) {
            healthCheck(place.field("healthCheck"), backend.healthCheck());
        }
        if (backend.localityLbSetting() != null) {
            LocalityCheck.check(place.field("localityLbSetting"), backend.localityLbSetting());
        }
        if (backend.tls() != null) {
            TlsCheck.check(place.field("tls"), backend.tls());
        }
        AccessCheck.check(place, backend.access(), providers);
    }

    static void route(Place place, RouteSettings route) {
        place.field("timeouts").field("request").duration(route.timeouts().request());
        place.field("timeouts")
                .field("backendRequest")
                .duration(route.timeouts().backendRequest());
        RetryPolicy retry = route.retry();
        if (retry != null) {
            Place at = place.field("retry");
            at.field("attempts").integer(retry.attempts(), 0, 10);
            at.field("backoff").duration(retry.backoff());
            codes(at.field("codes"), retry.codes());
        }
        HedgePolicy hedge = route.hedge();
        if (hedge != null) {
            hedge(place.field("hedge"), hedge);
        }
    }

    private static void hedge(Place place, HedgePolicy hedge) {
        place.field("maxAttempts").integer(hedge.maxAttempts(), 1, 5);
        place.field("delay").durationAboveZero(hedge.delay());
        place.field("minDelay").durationAboveZero(hedge.minDelay());
        if (hedge.delay() != null && hedge.minDelay() != null) {
            place.field("minDelay")
                    .wrong(hedge.minDelay(), "nothing beside a fixed delay: it limits \"delay\": \"p95\"");
        }
    }

    /** The bounds of sizes bound the memory of a breaker; those of durations keep its arithmetic within 64 bits. */
    private static void circuitBreaker(Place place, @Nullable CircuitBreakerPolicy breaker) {
        if (breaker == null) {
            return;
        }
        place.field("failureRateThreshold").integer(breaker.failureRateThreshold(), 0, 100);
        place.field("slowCallRateThreshold").integer(breaker.slowCallRateThreshold(), 0, 100);
        place.field("slowCallDurationThreshold").durationWithin(breaker.slowCallDurationThreshold(), DAY);
        place.field("slidingWindowSize").integer(breaker.slidingWindowSize(), 1, MAX_WINDOW);
        place.field("minimumNumberOfCalls").integer(breaker.minimumNumberOfCalls(), 1, 1_000_000);
        place.field("waitDurationInOpenState").durationWithin(breaker.waitDurationInOpenState(), DAY);
        place.field("permittedNumberOfCallsInHalfOpenState")
                .integer(breaker.permittedNumberOfCallsInHalfOpenState(), 1, MAX_WINDOW);
        codes(place.field("ignoredStatusCodes"), breaker.ignoredStatusCodes());
    }

    private static void rateLimit(Place place, @Nullable RateLimitPolicy limit) {
        if (limit == null) {
            return;
        }
        place.field("limitForPeriod").integer(limit.limitForPeriod(), 1, 1_000_000_000);
        place.field("limitRefreshPeriod").durationWithin(limit.limitRefreshPeriod(), DAY);
        place.field("timeoutDuration").duration(limit.timeoutDuration());
        if (limit.timeoutDuration().compareTo(DAY) > 0) {
            place.field("timeoutDuration").wrong(limit.timeoutDuration(), "a duration of at most \"24h\"");
        }
    }

    private static void codes(Place place, @Nullable Set<Integer> codes) {
        int i = 0;
        for (int code : codes == null ? Set.<Integer>of() : codes) {
            place.item(i++).integer(code, 400, 599);
        }
    }

    private static void retryConstraint(Place place, RetryConstraint constraint) {
        place.field("budget").field("percent").integer(constraint.percent(), 0, 100);
        place.field("budget").field("interval").durationAboveZero(constraint.interval());
        place.field("minRetryRate").field("count").integer(constraint.minRetryCount(), 0, 1_000_000);
        place.field("minRetryRate").field("interval").durationAboveZero(constraint.minRetryInterval());
    }

    private static void limits(Place place, Limits limits) {
        place.field("maxRequests").integer(limits.maxRequests(), 0, MAX_UNSIGNED_INT);
        place.field("maxPendingRequests").integer(limits.maxPendingRequests(), 0, MAX_PENDING);
        place.field("maxRequestsPerEndpoint").integer(limits.maxRequestsPerEndpoint(), 1, MAX_UNSIGNED_INT);
        place.field("maxConnectionsPerEndpoint").integer(limits.maxConnectionsPerEndpoint(), 1, MAX_UNSIGNED_INT);
        place.field("maxRetries").integer(limits.maxRetries(), 0, MAX_UNSIGNED_INT);
    }

    private static void healthCheck(Place place, HealthCheck check) {
        place.field("path")
                .text(check.path(), MAX_PATH, HEALTH_PATH, "a path such as \"/healthz\", of at most 2048 characters");
        place.field("interval").duration(check.interval());
        place.field("timeout").durationAboveZero(check.timeout());
        place.field("unhealthyThreshold").integer(check.unhealthyThreshold(), 1, MAX_THRESHOLD);
        place.field("healthyThreshold").integer(check.healthyThreshold(), 1, MAX_THRESHOLD);
        place.field("noTrafficInterval").durationAboveZero(check.noTrafficInterval());
        Place statuses = place.field("expectedStatuses");
        List<String> expected = check.expectedStatuses();
        statuses.each(expected == null ? List.of() : expected, 0, MAX_RANGES, SettingsCheck::statuses);
    }

    private static void statuses(Place place, String range) {
        place.text(range, 7, STATUSES, "a status such as \"204\", or a range such as \"200-299\"");
        int to = range.indexOf('-');
        if (STATUSES.matcher(range).matches()
                && to > 0
                && range.substring(0, to).compareTo(range.substring(to + 1)) > 0) {
            place.wrong(range, "the lower status first, such as \"200-299\"");
        }
    }

    private static void outlierDetection(Place place, OutlierDetection detection) {
        place.field("consecutive5xxErrors").integer(detection.consecutive5xxErrors(), 0, MAX_UNSIGNED_INT);
        place.field("consecutiveGatewayErrors").integer(detection.consecutiveGatewayErrors(), 0, MAX_UNSIGNED_INT);
        place.field("consecutiveLocalOriginFailures")
                .integer(detection.consecutiveLocalOriginFailures(), 0, MAX_UNSIGNED_INT);
        place.field("successRateMinimumHosts").integer(detection.successRateMinimumHosts(), 1, MAX_UNSIGNED_INT);
        place.field("successRateRequestVolume").integer(detection.successRateRequestVolume(), 1, MAX_UNSIGNED_INT);
        place.field("successRateStdevFactor").integer(detection.successRateStdevFactor(), 0, MAX_UNSIGNED_INT);
        place.field("failurePercentageThreshold").integer(detection.failurePercentageThreshold(), 0, 100);
        place.field("failurePercentageMinimumHosts")
                .integer(detection.failurePercentageMinimumHosts(), 1, MAX_UNSIGNED_INT);
        place.field("failurePercentageRequestVolume")
                .integer(detection.failurePercentageRequestVolume(), 1, MAX_UNSIGNED_INT);
        place.field("interval").durationAboveZero(detection.interval());
        place.field("maxEjectionTimeJitter").duration(detection.maxEjectionTimeJitter());
        place.field("baseEjectionTime").durationAboveZero(detection.baseEjectionTime());
        place.field("maxEjectionTime").durationAboveZero(detection.maxEjectionTime());
        place.field("maxEjectionPercent").integer(detection.maxEjectionPercent(), 0, 100);
        place.field("minHealthPercent").integer(detection.minHealthPercent(), 0, 100);
    }
}
