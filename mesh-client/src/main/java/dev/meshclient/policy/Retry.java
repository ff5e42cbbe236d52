package dev.meshclient.policy;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which outcomes are retried. A policy never extends what is safe: only a request that is idempotent, or was provably not
 * processed, is sent again.
 *
 * @param attempts number of retries after the first attempt; 0 = none, at most 10
 * @param codes status codes to retry; null if the document does not state them: 502, 503, 504, or none if {@code retryOn} is
 *     stated without {@link RetryOn#RETRIABLE_STATUS_CODES}
 * @param retryOn conditions without a status code; null if the document does not state them
 * @param backoff base of the exponential back-off; null: 25 ms
 */
public record Retry(
        int attempts,
        @Nullable Set<Integer> codes,
        @Nullable List<RetryOn> retryOn,
        @Nullable Duration backoff) {
    public Retry {
        codes = codes == null ? null : Collections.unmodifiableSet(new LinkedHashSet<>(codes));
        retryOn = retryOn == null ? null : List.copyOf(retryOn);
    }
}
