package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The retry budget of a backend; null where nothing is stated.
 *
 * @param percent retries are at most this share of the requests within the interval; built-in 20
 * @param interval the window; built-in 10 s
 * @param minRetryCount retries that are always allowed within {@code minRetryInterval}, whatever the share; built-in 10
 * @param minRetryInterval window of {@code minRetryCount}; built-in 1 s
 */
public record RetryConstraint(
        @Nullable Integer percent,
        @Nullable Duration interval,
        @Nullable Integer minRetryCount,
        @Nullable Duration minRetryInterval) {
    /** Nothing is stated. */
    public static final RetryConstraint NONE = new RetryConstraint(null, null, null, null);

    /** These values; each one that is not stated is taken from {@code base}. */
    public RetryConstraint over(RetryConstraint base) {
        return new RetryConstraint(
                percent != null ? percent : base.percent,
                interval != null ? interval : base.interval,
                minRetryCount != null ? minRetryCount : base.minRetryCount,
                minRetryInterval != null ? minRetryInterval : base.minRetryInterval);
    }
}
