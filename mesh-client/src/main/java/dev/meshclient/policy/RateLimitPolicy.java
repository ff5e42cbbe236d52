package dev.meshclient.policy;

import java.time.Duration;

/**
 * How many calls of a period one mesh sends to a backend. The names are those of resilience4j.
 *
 * @param limitForPeriod calls in each period
 * @param limitRefreshPeriod the period
 * @param timeoutDuration how long a call may wait for the next period; 0, which is built in = it is refused at once
 * @param shadow true: a call above the limit is counted and not refused; built-in false
 */
public record RateLimitPolicy(
        int limitForPeriod, Duration limitRefreshPeriod, Duration timeoutDuration, boolean shadow) {
    public RateLimitPolicy {
        Required.value(limitRefreshPeriod, "limitRefreshPeriod", "a duration");
        Required.value(timeoutDuration, "timeoutDuration", "a duration");
    }

    /** A call above the limit is refused at once. */
    public RateLimitPolicy(int limitForPeriod, Duration limitRefreshPeriod) {
        this(limitForPeriod, limitRefreshPeriod, Duration.ZERO, false);
    }
}
