package dev.meshclient.internal.breaker;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.CircuitBreakerPolicy;
import dev.meshclient.policy.CircuitBreakerPolicy.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;

/** A breaker in sentences. */
final class BreakerWords {
    private BreakerWords() {}

    /** The settings of the policy. */
    static String of(CircuitBreakerPolicy policy) {
        String size = policy.slidingWindowSize()
                + (policy.slidingWindowType() == SlidingWindowType.COUNT_BASED ? " attempts" : " s");
        String slow = policy.slowCallRateThreshold() == 0
                ? ""
                : " or " + policy.slowCallRateThreshold() + " % slower than "
                        + Durations.shown(policy.slowCallDurationThreshold());
        return "opens at " + policy.failureRateThreshold() + " % failures" + slow + " in " + size + ", of at least "
                + policy.minimumInForce() + ", for " + Durations.shown(policy.waitDurationInOpenState()) + ", then "
                + policy.permittedNumberOfCallsInHalfOpenState() + " probes"
                + (policy.ignoredStatusCodes().isEmpty() ? "" : ", ignores " + policy.ignoredStatusCodes());
    }

    /** Why a breaker with these numbers opens; empty: they do not open it. */
    static String cause(CircuitBreakerPolicy policy, CircuitBreaker.Metrics numbers) {
        String of = " % of " + numbers.getNumberOfBufferedCalls() + " attempts ";
        if (numbers.getFailureRate() >= policy.failureRateThreshold()) {
            return Math.round(numbers.getFailureRate()) + of + "failed";
        }
        return policy.slowCallRateThreshold() > 0 && numbers.getSlowCallRate() >= policy.slowCallRateThreshold()
                ? Math.round(numbers.getSlowCallRate()) + of + "took longer than "
                        + Durations.shown(policy.slowCallDurationThreshold())
                : "";
    }

    /** The state that refuses attempts, such as {@code open for 12 s more (61 % of 100 attempts failed)}. */
    static String refusal(Phase phase, CircuitBreakerPolicy policy, long now) {
        String why = " (" + phase.why() + ")";
        return switch (phase.state()) {
            case OPEN ->
                phase.until() == Phase.UNKNOWN
                        ? "open" + why
                        : "open for " + inWords(phase.until() - now) + " more" + why;
            case HALF_OPEN ->
                "half-open, and " + policy.permittedNumberOfCallsInHalfOpenState() + " of "
                        + policy.permittedNumberOfCallsInHalfOpenState() + " probes are under way" + why;
            default -> phase.state() + why;
        };
    }

    /** Rounded up: at the end of 1 s more it is not open any more. */
    static String inWords(long nanos) {
        long left = Math.max(0, nanos);
        return left < 1_000_000_000
                ? (left + 999_999) / 1_000_000 + " ms"
                : Durations.rounded(Duration.ofSeconds((left + 999_999_999) / 1_000_000_000));
    }
}
