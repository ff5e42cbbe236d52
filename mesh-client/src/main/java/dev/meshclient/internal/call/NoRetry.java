package dev.meshclient.internal.call;

/**
 * Why the mesh did not repeat a failed attempt. The retry layers keep most of them as constants, so a call allocates nothing to
 * record one.
 *
 * @param why its kind, for counters
 * @param text for people
 */
public record NoRetry(Why why, String text) {
    /** The kinds. */
    public enum Why {
        /** The policy does not retry this outcome. */
        CONDITION("condition"),
        /** The policy states no retries, or the caller switched them off. */
        OFF("off"),
        /** The call has used its retries. */
        ATTEMPTS("attempts"),
        /** The request may have been processed and is not idempotent. */
        UNSAFE("unsafe"),
        /** The body of the request can be written only once. */
        BODY("body"),
        /** The response forbids it with {@code x-mesh-no-retry}. */
        NO_RETRY_HEADER("no-retry-header"),
        /** The inbound request of the call is a retry itself: its sender repeats it. */
        INBOUND_RETRY("inbound-retry"),
        /** The response asks for a longer pause than a retry waits. */
        RETRY_AFTER("retry-after"),
        /** The pause would outlast the deadline of the call. */
        DEADLINE("deadline"),
        /** No endpoint is left. */
        ENDPOINTS("endpoints"),
        /** The circuit breaker of the backend is open. */
        BREAKER("breaker"),
        /** The retry budget of the backend is exhausted. */
        BUDGET("budget"),
        /** As many retries as the policy allows are in flight to the backend. */
        LIMIT("limit"),
        /** The limits of repetitions that no endpoint processed are reached. */
        UNPROCESSED("unprocessed");

        private final String word;

        Why(String word) {
            this.word = word;
        }

        /** The name for tags of metrics. */
        public String word() {
            return word;
        }
    }
}
