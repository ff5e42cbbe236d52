package dev.meshclient.policy;

import dev.meshclient.policy.CircuitBreakerPolicy.SlidingWindowType;

/** Finds fields of circuit breakers that another field of the same breaker leaves without effect. */
final class UselessBreakers {
    private UselessBreakers() {}

    static void find(SettingLevels levels) {
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
}
