package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * Time limits, retries and hedges of a call. The settings of a rule take precedence over those of its service, and these over the
 * defaults; a subset states settings for calls to its own service.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param timeouts limits of the call and of an attempt
 * @param retry which outcomes are retried; null: not stated
 * @param hedge when a slow call is sent to a second endpoint; null: not stated, and never
 */
public record RouteSettings(
        Timeouts timeouts,
        @Nullable RetryPolicy retry,
        @Nullable HedgePolicy hedge) {
    public RouteSettings {
        Required.value(timeouts, "timeouts", "Timeouts.NONE for none");
    }

    /** Nothing is stated. */
    public static final RouteSettings NONE = new RouteSettings(Timeouts.NONE, null, null);

    /** These settings; what is not stated is taken from {@code base}: timeouts field by field, retry and hedge as a whole. */
    public RouteSettings over(RouteSettings base) {
        Required.value(base, "base", "RouteSettings.NONE for none");
        return new RouteSettings(
                timeouts.over(base.timeouts), retry != null ? retry : base.retry, hedge != null ? hedge : base.hedge);
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link RouteSettings}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private Timeouts timeouts = RouteSettings.this.timeouts;
        private @Nullable RetryPolicy retry = RouteSettings.this.retry;
        private @Nullable HedgePolicy hedge = RouteSettings.this.hedge;

        private Builder() {}

        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = Required.value(timeouts, "timeouts", "Timeouts.NONE for none");
            return this;
        }

        public Builder retry(@Nullable RetryPolicy retry) {
            this.retry = retry;
            return this;
        }

        public Builder hedge(@Nullable HedgePolicy hedge) {
            this.hedge = hedge;
            return this;
        }

        public RouteSettings build() {
            return new RouteSettings(timeouts, retry, hedge);
        }
    }
}
