package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The retry budget of a backend; null where nothing is stated.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param percent retries are at most this share of the requests within the interval; built-in 20
 * @param interval the window; built-in 10 s
 * @param minRetryCount retries that are always allowed within {@code minRetryInterval}, whatever the share; built-in 10
 * @param minRetryInterval window of {@code minRetryCount}; built-in 1 s
 * @param shadow true: a retry that the budget would refuse is counted and not refused; built-in false
 */
public record RetryConstraint(
        @Nullable Integer percent,
        @Nullable Duration interval,
        @Nullable Integer minRetryCount,
        @Nullable Duration minRetryInterval,
        @Nullable Boolean shadow) {
    /** Nothing is stated. */
    public static final RetryConstraint NONE = new RetryConstraint(null, null, null, null, null);

    /** These values; each one that is not stated is taken from {@code base}. */
    public RetryConstraint over(RetryConstraint base) {
        Required.value(base, "base", "RetryConstraint.NONE for none");
        return new RetryConstraint(
                percent != null ? percent : base.percent,
                interval != null ? interval : base.interval,
                minRetryCount != null ? minRetryCount : base.minRetryCount,
                minRetryInterval != null ? minRetryInterval : base.minRetryInterval,
                shadow != null ? shadow : base.shadow);
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link RetryConstraint}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable Integer percent = RetryConstraint.this.percent;
        private @Nullable Duration interval = RetryConstraint.this.interval;
        private @Nullable Integer minRetryCount = RetryConstraint.this.minRetryCount;
        private @Nullable Duration minRetryInterval = RetryConstraint.this.minRetryInterval;
        private @Nullable Boolean shadow = RetryConstraint.this.shadow;

        private Builder() {}

        public Builder percent(@Nullable Integer percent) {
            this.percent = percent;
            return this;
        }

        public Builder interval(@Nullable Duration interval) {
            this.interval = interval;
            return this;
        }

        public Builder minRetryCount(@Nullable Integer minRetryCount) {
            this.minRetryCount = minRetryCount;
            return this;
        }

        public Builder minRetryInterval(@Nullable Duration minRetryInterval) {
            this.minRetryInterval = minRetryInterval;
            return this;
        }

        public Builder shadow(@Nullable Boolean shadow) {
            this.shadow = shadow;
            return this;
        }

        public RetryConstraint build() {
            return new RetryConstraint(percent, interval, minRetryCount, minRetryInterval, shadow);
        }
    }
}
