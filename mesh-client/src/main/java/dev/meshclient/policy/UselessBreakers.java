package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.CircuitBreakerPolicy.SlidingWindowType;
import dev.meshclient.policy.SettingLevels.Combination;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds fields of circuit breakers that another field of the same breaker, or of timeouts, leaves without effect. */
final class UselessBreakers {
    private final Ineffective found = new Ineffective("circuitBreaker");
    private final SettingLevels levels;

    private UselessBreakers(SettingLevels levels) {
        this.levels = levels;
    }

    static void find(SettingLevels levels) {
        UselessBreakers breakers = new UselessBreakers(levels);
        levels.backends().forEach(breakers::slowAttempts);
        breakers.found.report();
        for (SettingLevels.Level level : levels.all().keySet()) {
            CircuitBreakerPolicy breaker = level.settings().backend().circuitBreaker();
            if (breaker != null && breaker.isOn()) {
                find(level.place().field("circuitBreaker"), breaker);
            }
        }
    }

    private static void find(Place place, CircuitBreakerPolicy breaker) {
        Integer minimum = breaker.minimumNumberOfCalls();
        int size = breaker.slidingWindowSize();
        if (minimum != null && minimum > size && breaker.slidingWindowType() == SlidingWindowType.COUNT_BASED) {
            place.field("minimumNumberOfCalls")
                    .wrong(
                            minimum,
                            "at most slidingWindowSize, which is " + size
                                    + ": the window holds no more attempts, so its percentages count from " + size
                                    + " on");
        }
        boolean stated =
                !breaker.slowCallDurationThreshold().equals(CircuitBreakerPolicy.BUILT_IN.slowCallDurationThreshold());
        if (stated && breaker.slowCallRateThreshold() == 0) {
            place.field("slowCallDurationThreshold")
                    .wrong(
                            breaker.slowCallDurationThreshold(),
                            "nothing: with slowCallRateThreshold 0 slow attempts do not open the breaker");
        }
    }

    /** An author who states something about slow attempts wants them to open the breaker. */
    private void slowAttempts(Combination of) {
        CircuitBreakerPolicy breaker = of.first(s -> s.backend().circuitBreaker());
        Duration longest = breaker == null || !breaker.isOn() ? null : longestAttempt(of.called());
        if (breaker == null || longest == null || breaker.slowCallRateThreshold() == 0) {
            return;
        }
        boolean never = breaker.slowCallDurationThreshold().compareTo(longest) >= 0;
        String limit = "timeouts, which end each attempt after " + Durations.shown(longest) + ": none is slow";
        boolean duration =
                !breaker.slowCallDurationThreshold().equals(CircuitBreakerPolicy.BUILT_IN.slowCallDurationThreshold());
        boolean rate = breaker.slowCallRateThreshold() != CircuitBreakerPolicy.BUILT_IN.slowCallRateThreshold();
        found.look(
                of,
                "slowCallDurationThreshold",
                s -> value(s, duration, CircuitBreakerPolicy::slowCallDurationThreshold),
                never ? "less than the " + limit : null);
        found.look(
                of,
                "slowCallRateThreshold",
                s -> value(s, rate && !duration, CircuitBreakerPolicy::slowCallRateThreshold),
                never ? "a slowCallDurationThreshold below the " + limit : null);
    }

    private static @Nullable Object value(Settings of, boolean stated, Function<CircuitBreakerPolicy, Object> value) {
        CircuitBreakerPolicy breaker = of.backend().circuitBreaker();
        return breaker == null || !stated ? null : value.apply(breaker);
    }

    /** Null: some attempts have no limit, or no rule calls the service. */
    private @Nullable Duration longestAttempt(Service called) {
        Duration longest = null;
        for (Combination route : levels.routes()) {
            if (route.called() == called) {
                Duration limit = longestAttempt(route);
                if (limit == null) {
                    return null;
                }
                longest = longest == null || limit.compareTo(longest) > 0 ? limit : longest;
            }
        }
        return longest;
    }

    private static @Nullable Duration longestAttempt(Combination route) {
        boolean shadow =
                Boolean.TRUE.equals(route.first(s -> s.route().timeouts().shadow()));
        Duration attempt = shadow ? null : route.first(s -> s.route().timeouts().backendRequest());
        Duration stated = shadow ? null : route.first(s -> s.route().timeouts().request());
        boolean neutral = route.called().resolution() == Resolution.NONE;
        Duration request = stated != null ? stated : neutral ? Duration.ZERO : Timeouts.BUILT_IN_REQUEST;
        if (attempt == null || attempt.isZero()) {
            return request.isZero() ? null : request;
        }
        return request.isZero() || attempt.compareTo(request) < 0 ? attempt : request;
    }
}
