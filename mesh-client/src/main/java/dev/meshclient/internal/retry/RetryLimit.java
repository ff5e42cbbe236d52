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

    /** Takes the place of a retry; false: none is free. */
    boolean enter() {
        return inFlight.enter(max);
    }

    /** Why there is no retry without a place; null: a shadow lets it pass. */
    @Nullable
    NoRetry objection() {
        return shadow ? null : refusal;
    }

    /**
     * Keeps the place until the call ends, or gives it back.
     *
     * @param entered whether the call has a place; a shadow records a retry without one
     * @param made whether the retry is made: the budget may refuse it
     */
    void decided(Call call, boolean entered, boolean made) {
        if (made && entered) {
            call.onEnd(leave);
        } else if (made) {
            call.recordShadow(ShadowAction.REFUSE_RETRY_ABOVE_LIMIT, refusal.text());
        } else if (entered) {
            leave.run();
        }
    }
}
