package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How long a call may take and which outcomes are repeated. A rule states it over its service, the service over the defaults; a
 * subset states it for calls to its own service.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param timeouts of the call and of an attempt
 * @param retry which outcomes are repeated; null: not stated
 */
public record RouteSettings(Timeouts timeouts, @Nullable RetryPolicy retry) {
    /** Nothing is stated. */
    public static final RouteSettings NONE = new RouteSettings(Timeouts.NONE, null);

    /** These settings, and where they say nothing, those of {@code base}: timeouts leaf by leaf, retry as a whole. */
    public RouteSettings over(RouteSettings base) {
        return new RouteSettings(timeouts.over(base.timeouts), retry != null ? retry : base.retry);
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.timeouts = timeouts;
        builder.retry = retry;
        return builder;
    }

    /** Makes a {@link RouteSettings}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private Timeouts timeouts = Timeouts.NONE;
        private @Nullable RetryPolicy retry;

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
