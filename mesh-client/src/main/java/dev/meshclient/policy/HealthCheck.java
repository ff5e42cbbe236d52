package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that each endpoint of a called backend gets from time to time; an endpoint that fails several in a row gets no calls. The
 * names are Envoy's. Null where nothing is stated.
 *
 * <p>Made with {@link #builder(String)}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param path the path of the request, perhaps with a query; begins with one {@code /}
 * @param interval time between two checks of an endpoint, by up to a tenth longer or shorter; 0 = no checks; built-in 10 s
 * @param timeout a check without a response for so long has failed; built-in 1 s
 * @param unhealthyThreshold failed checks in a row after which the endpoint gets no calls; built-in 3
 * @param healthyThreshold passed checks in a row after which it gets calls again; built-in 2
 * @param expectedStatuses the statuses that pass, such as {@code 200} or {@code 200-299}; null or empty = 200 to 299
 * @param noTrafficInterval time between two checks while the backend is not called, once it was not for so long; built-in 60 s, at
 *     least the interval
 */
public record HealthCheck(
        String path,
        @Nullable Duration interval,
        @Nullable Duration timeout,
        @Nullable Integer unhealthyThreshold,
        @Nullable Integer healthyThreshold,
        @Nullable List<String> expectedStatuses,
        @Nullable Duration noTrafficInterval) {
    private static final Duration BUILT_IN_INTERVAL = Duration.ofSeconds(10);

    public HealthCheck {
        Required.value(path, "path", "a path, such as /healthz");
        expectedStatuses = expectedStatuses == null ? null : Required.list(expectedStatuses, "expectedStatuses");
    }

    /** The stated interval, or the built-in one. */
    public Duration intervalOrDefault() {
        return interval == null ? BUILT_IN_INTERVAL : interval;
    }

    /** Starts a builder with a path alone. */
    public static Builder builder(String path) {
        return new HealthCheck(path, null, null, null, null, null, null).toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    @Override
    public String toString() {
        return path + (interval == null ? "" : " each " + Durations.shown(interval));
    }

    /** Builds a {@link HealthCheck}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private String path = HealthCheck.this.path;
        private @Nullable Duration interval = HealthCheck.this.interval;
        private @Nullable Duration timeout = HealthCheck.this.timeout;
        private @Nullable Integer unhealthyThreshold = HealthCheck.this.unhealthyThreshold;
        private @Nullable Integer healthyThreshold = HealthCheck.this.healthyThreshold;
        private @Nullable List<String> expectedStatuses = HealthCheck.this.expectedStatuses;
        private @Nullable Duration noTrafficInterval = HealthCheck.this.noTrafficInterval;

        private Builder() {}

        public Builder path(String path) {
            this.path = Required.value(path, "path", "a path, such as /healthz");
            return this;
        }

        public Builder interval(@Nullable Duration interval) {
            this.interval = interval;
            return this;
        }

        public Builder timeout(@Nullable Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        public Builder unhealthyThreshold(@Nullable Integer unhealthyThreshold) {
            this.unhealthyThreshold = unhealthyThreshold;
            return this;
        }

        public Builder healthyThreshold(@Nullable Integer healthyThreshold) {
            this.healthyThreshold = healthyThreshold;
            return this;
        }

        public Builder expectedStatuses(@Nullable List<String> expectedStatuses) {
            this.expectedStatuses = expectedStatuses;
            return this;
        }

        public Builder noTrafficInterval(@Nullable Duration noTrafficInterval) {
            this.noTrafficInterval = noTrafficInterval;
            return this;
        }

        public HealthCheck build() {
            return new HealthCheck(
                    path, interval, timeout, unhealthyThreshold, healthyThreshold, expectedStatuses, noTrafficInterval);
        }
    }
}
