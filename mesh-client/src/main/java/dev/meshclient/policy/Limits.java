package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How much load one mesh may put on a backend; null where nothing is stated.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param maxRequests calls in flight, until the end of their bodies; 0 = every call is refused; built-in 1024
 * @param maxPendingRequests calls above {@code maxRequests} that wait for the end of another, in order of arrival and within
 *     their deadlines; 0 = such a call is refused at once; built-in 0
 * @param maxRequestsPerEndpoint attempts in flight at one endpoint; built-in: any number
 * @param maxConnectionsPerEndpoint connections to one endpoint, counted as its attempts in flight while it does not speak
 *     HTTP/2; built-in 1024
 * @param maxRetries retries in flight, beside the budget; 0 = no retries but of what no endpoint processed; built-in: any number
 * @param adaptive true: the limit of calls in flight follows the latency, up to {@code maxRequests}; built-in false
 * @param shadow true: what a limit would do to a call is counted and not done; built-in false
 */
public record Limits(
        @Nullable Long maxRequests,
        @Nullable Long maxPendingRequests,
        @Nullable Long maxRequestsPerEndpoint,
        @Nullable Long maxConnectionsPerEndpoint,
        @Nullable Long maxRetries,
        @Nullable Boolean adaptive,
        @Nullable Boolean shadow) {
    /** Nothing is stated. */
    public static final Limits NONE = new Limits(null, null, null, null, null, null, null);

    /** These values; each one that is not stated is taken from {@code base}. */
    public Limits over(Limits base) {
        Required.value(base, "base", "Limits.NONE for none");
        return new Limits(
                or(maxRequests, base.maxRequests),
                or(maxPendingRequests, base.maxPendingRequests),
                or(maxRequestsPerEndpoint, base.maxRequestsPerEndpoint),
                or(maxConnectionsPerEndpoint, base.maxConnectionsPerEndpoint),
                or(maxRetries, base.maxRetries),
                or(adaptive, base.adaptive),
                or(shadow, base.shadow));
    }

    private static <T> @Nullable T or(@Nullable T stated, @Nullable T otherwise) {
        return stated != null ? stated : otherwise;
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Limits}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable Long maxRequests = Limits.this.maxRequests;
        private @Nullable Long maxPendingRequests = Limits.this.maxPendingRequests;
        private @Nullable Long maxRequestsPerEndpoint = Limits.this.maxRequestsPerEndpoint;
        private @Nullable Long maxConnectionsPerEndpoint = Limits.this.maxConnectionsPerEndpoint;
        private @Nullable Long maxRetries = Limits.this.maxRetries;
        private @Nullable Boolean adaptive = Limits.this.adaptive;
        private @Nullable Boolean shadow = Limits.this.shadow;

        private Builder() {}

        public Builder maxRequests(@Nullable Long maxRequests) {
            this.maxRequests = maxRequests;
            return this;
        }

        public Builder maxPendingRequests(@Nullable Long maxPendingRequests) {
            this.maxPendingRequests = maxPendingRequests;
            return this;
        }

        public Builder maxRequestsPerEndpoint(@Nullable Long maxRequestsPerEndpoint) {
            this.maxRequestsPerEndpoint = maxRequestsPerEndpoint;
            return this;
        }

        public Builder maxConnectionsPerEndpoint(@Nullable Long maxConnectionsPerEndpoint) {
            this.maxConnectionsPerEndpoint = maxConnectionsPerEndpoint;
            return this;
        }

        public Builder maxRetries(@Nullable Long maxRetries) {
            this.maxRetries = maxRetries;
            return this;
        }

        public Builder adaptive(@Nullable Boolean adaptive) {
            this.adaptive = adaptive;
            return this;
        }

        public Builder shadow(@Nullable Boolean shadow) {
            this.shadow = shadow;
            return this;
        }

        public Limits build() {
            return new Limits(
                    maxRequests,
                    maxPendingRequests,
                    maxRequestsPerEndpoint,
                    maxConnectionsPerEndpoint,
                    maxRetries,
                    adaptive,
                    shadow);
        }
    }
}
