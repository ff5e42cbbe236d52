package dev.meshclient.internal.retry;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Records where a retry policy that is not enforced would act differently: by its conditions and its number of attempts. */
final class ShadowRetry implements CallLayer {
    private final @Nullable RetryConditions shadow;
    private final @Nullable RetryConditions enforced;
    private final CallLayer next;

    private ShadowRetry(RetryPolicy stated, boolean neutral, CallLayer next) {
        this.shadow = RetryConditions.of(stated, neutral);
        this.enforced = RetryConditions.of(null, neutral);
        this.next = next;
    }

    /**
     * @param stated the policy that is not enforced; null: there is none, and the layer is left out
     * @param neutral without it a call has one attempt; otherwise the built-in retries are made
     */
    static CallLayer create(@Nullable RetryPolicy stated, boolean neutral, CallLayer next) {
        return stated == null ? next : new ShadowRetry(stated, neutral, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        Response response = null;
        try {
            response = next.call(call);
            return response;
        } finally {
            compare(call, response);
        }
    }

    /** All attempts but the last were repeated; the policy that is not enforced might have ended the call at one of them. */
    private void compare(Call call, @Nullable Response last) {
        Deque<Attempt> attempts = new ArrayDeque<>();
        for (Attempt attempt = call.latest(); attempt != null; attempt = attempt.previous()) {
            if (!attempt.isHedge() && attempt.outcome() != Outcome.SUPERSEDED) { // those are not for retries to decide
                attempts.push(attempt);
            }
        }
        while (!attempts.isEmpty()) {
            Attempt attempt = attempts.pop();
            boolean repeated = !attempts.isEmpty();
            Response response = repeated ? null : last;
            NoRetry objection = objection(shadow, attempt, response);
            if (repeated && objection != null) {
                call.recordShadow(ShadowAction.NOT_RETRY, inWords(attempt) + "; " + objection.text());
                return;
            }
            if (!repeated && objection == null && objection(enforced, attempt, response) != null) {
                call.recordShadow(ShadowAction.RETRY, inWords(attempt));
            }
        }
    }

    private static @Nullable NoRetry objection(
            @Nullable RetryConditions by, Attempt attempt, @Nullable Response response) {
        if (by == null) {
            return RetryConditions.NONE_STATED;
        }
        Outcome outcome = attempt.outcome();
        return outcome == null || !by.include(outcome, attempt.status())
                ? RetryConditions.NOT_LISTED
                : by.objection(attempt, attempt.number(), outcome, response);
    }

    private static String inWords(Attempt attempt) {
        return "number " + attempt.number() + ", "
                + (attempt.status() == 0 ? attempt.outcomeName() : "status " + attempt.status());
    }

    @Override
    public void explain(ExplanationSink to) {
        to.shadowSetting("retry", shadow == null ? null : shadow.inWords(MeshOptions.DEFAULT));
    }

    @Override
    public String toString() {
        return "retry(shadow: " + (shadow == null ? "none" : shadow) + ")";
    }
}
