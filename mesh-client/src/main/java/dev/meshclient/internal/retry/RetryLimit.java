package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.policy.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The limit of retries in flight to a backend, beside its budget. Envoy's {@code max_retries}; a repetition of what no endpoint
 * processed is no load and does not count.
 */
final class RetryLimit {
    private final RetriesInFlight inFlight;
    private final long max;
    private final boolean shadow;
    private final NoRetry refusal;
    private final Runnable leave;

    private RetryLimit(RetriesInFlight inFlight, long max, boolean shadow) {
        this.inFlight = inFlight;
        this.max = max;
        this.shadow = shadow;
        this.refusal = new NoRetry(NoRetry.Why.LIMIT, "limits.maxRetries: " + max + " retries are in flight");
        this.leave = inFlight::leave;
    }

    /** Null: the policy states no limit. */
    static @Nullable RetryLimit of(Limits stated, BackendState backend) {
        Long max = stated.maxRetries();
        return max == null
                ? null
                : new RetryLimit(backend.get(RetriesInFlight.SLOT), max, Boolean.TRUE.equals(stated.shadow()));
    }

    long max() {
        return max;
    }

    /** Why a call that is not retried yet may not be retried now; null: it may. */
    @Nullable
    NoRetry objection() {
        return shadow || inFlight.isBelow(max) ? null : refusal;
    }

    /**
     * Counts the call until it ends.
     *
     * @return why not; null: it is counted
     */
    @Nullable
    NoRetry enter(Call call) {
        if (inFlight.enter(max)) {
            call.onEnd(leave);
            return null;
        }
        if (shadow) {
            call.recordShadow(ShadowAction.REFUSE_RETRY_ABOVE_LIMIT, refusal.text());
            return null;
        }
        return refusal;
    }
}
