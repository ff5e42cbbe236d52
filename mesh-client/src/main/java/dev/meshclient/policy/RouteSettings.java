package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * Time limits and retries of a call. The settings of a rule take precedence over those of its service, and these over the
 * defaults; a subset states settings for calls to its own service.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param timeouts limits of the call and of an attempt
 * @param retry which outcomes are retried; null: not stated
 */
public record RouteSettings(Timeouts timeouts, @Nullable RetryPolicy retry) {
    /** Nothing is stated. */
    public static final RouteSettings NONE = new RouteSettings(Timeouts.NONE, null);

    /** These settings; what is not stated is taken from {@code base}: timeouts field by field, retry as a whole. */
    public RouteSettings over(RouteSettings base) {
        return new RouteSettings(timeouts.over(base.timeouts), retry != null ? retry : base.retry);
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

        private Builder() {}

        public Builder timeouts(Timeouts timeouts) {
            this.timeouts = timeouts;
            return this;
        }

        public Builder retry(@Nullable RetryPolicy retry) {
            this.retry = retry;
            return this;
        }

        public RouteSettings build() {
            return new RouteSettings(timeouts, retry);
        }
    }
}
