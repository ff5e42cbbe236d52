package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which outcomes are retried. A policy never extends what is safe: only a request that is idempotent, or was provably not
 * processed, is sent again.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param attempts number of retries after the first attempt; 0 = none, at most 10
 * @param codes status codes to retry; null if the document does not state them: 502, 503, 504, or none if {@code retryOn} is
 *     stated without {@link RetryOn#RETRIABLE_STATUS_CODES}
 * @param retryOn conditions without a status code; null if the document does not state them
 * @param backoff base of the exponential back-off; null: 25 ms
 * @param shadow true: where it differs from the built-in retries, it is counted; the built-in retries are made
 */
public record RetryPolicy(
        int attempts,
        @Nullable Set<Integer> codes,
        @Nullable List<RetryOn> retryOn,
        @Nullable Duration backoff,
        boolean shadow) {
    private static final RetryPolicy OFF = new RetryPolicy(0, null, null, null, false);

    public RetryPolicy {
        codes = codes == null ? null : Required.set(codes, "codes");
        retryOn = retryOn == null ? null : Required.list(retryOn, "retryOn");
    }

    /** Starts a builder of a policy without retries. */
    public static Builder builder() {
        return OFF.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link RetryPolicy}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private int attempts = RetryPolicy.this.attempts;
        private @Nullable Set<Integer> codes = RetryPolicy.this.codes;
        private @Nullable List<RetryOn> retryOn = RetryPolicy.this.retryOn;
        private @Nullable Duration backoff = RetryPolicy.this.backoff;
        private boolean shadow = RetryPolicy.this.shadow;

        private Builder() {}

        public Builder attempts(int attempts) {
            this.attempts = attempts;
            return this;
        }

        public Builder codes(@Nullable Set<Integer> codes) {
            this.codes = codes;
            return this;
        }

        public Builder retryOn(@Nullable List<RetryOn> retryOn) {
            this.retryOn = retryOn;
            return this;
        }

        public Builder backoff(@Nullable Duration backoff) {
            this.backoff = backoff;
            return this;
        }

        public Builder shadow(boolean shadow) {
            this.shadow = shadow;
            return this;
        }

        public RetryPolicy build() {
            return new RetryPolicy(attempts, codes, retryOn, backoff, shadow);
        }
    }
}
