package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A slow call is sent to a second endpoint beside the first; the first answer wins and the other attempt is cancelled. Only requests
 * that are idempotent and have a repeatable body, and only within the budget of retries. gRFC A6, "The Tail at Scale".
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param delay how long a call has no answer before it is hedged, more than 0; null: the 95th percentile of the latencies of its
 *     backend ({@code p95}), once 100 are known
 * @param minDelay the least delay by percentile, more than 0; null: 10 ms
 * @param maxAttempts at most so many attempts run side by side, the first included; 1 = no hedges, at most 5
 * @param shadow true: the hedges that would be sent are counted, and none is
 */
public record HedgePolicy(
        @Nullable Duration delay, @Nullable Duration minDelay, int maxAttempts, boolean shadow) {
    private static final HedgePolicy BUILT_IN = new HedgePolicy(null, null, 2, false);

    /** Starts a builder of a policy with one hedge after the 95th percentile. */
    public static Builder builder() {
        return BUILT_IN.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link HedgePolicy}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable Duration delay = HedgePolicy.this.delay;
        private @Nullable Duration minDelay = HedgePolicy.this.minDelay;
        private int maxAttempts = HedgePolicy.this.maxAttempts;
        private boolean shadow = HedgePolicy.this.shadow;

        private Builder() {}

        public Builder delay(@Nullable Duration delay) {
            this.delay = delay;
            return this;
        }

        public Builder minDelay(@Nullable Duration minDelay) {
            this.minDelay = minDelay;
            return this;
        }

        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        public Builder shadow(boolean shadow) {
            this.shadow = shadow;
            return this;
        }

        public HedgePolicy build() {
            return new HedgePolicy(delay, minDelay, maxAttempts, shadow);
        }
    }
}
