package dev.meshclient.internal.retry;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptGate;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.HedgeBudget;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.NoRetry.Why;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Repeat;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.util.Objects;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Repeats failed attempts: above balance, so that each attempt may choose another endpoint; below limit, so that a retry keeps
 * its call's slot.
 */
public final class Retry implements CallLayer {
    private static final NoRetry PAUSE_TOO_LONG =
            new NoRetry(Why.RETRY_AFTER, "the peer asks for a longer pause than a retry waits");
    private static final NoRetry NO_TIME = new NoRetry(Why.DEADLINE, "no time left for a retry");
    private static final NoRetry NO_ENDPOINT = new NoRetry(Why.ENDPOINTS, "no endpoint is left for a retry");

    /**
     * A response that is kept during a pause occupies its connection and the peer, so it is kept only during built-in pauses.
     */
    private static final long KEPT_NANOS = 250_000_000;

    private final Time time;
    private final RetryConditions conditions;
    private final RetryPause pause;
    private final RetryPermits permits;
    private final AttemptLayer next;
    private final @Nullable AttemptGate gate;

    private Retry(Time time, RetryConditions conditions, RetryPause pause, RetryPermits permits, AttemptLayer next) {
        this.time = time;
        this.conditions = conditions;
        this.pause = pause;
        this.permits = permits;
        this.next = next;
        this.gate = next.gate();
    }

    /**
     * @param stated the policy's retry settings; null = not stated
     * @param neutral true = no built-in settings: without a stated policy a call has one attempt
     */
    public static CallLayer create(
            Time time, @Nullable RetryPolicy stated, boolean neutral, RetryPermits permits, AttemptLayer next) {
        RetryConditions conditions = RetryConditions.of(stated, neutral);
        return conditions == null
                ? new Once(next)
                : new Retry(time, conditions, new RetryPause(Backoff.of(stated)), permits, next);
    }

    /**
     * Records where a policy that is not enforced would retry otherwise than the built-in settings.
     *
     * @param stated null = there is none: the layer is left out
     * @param neutral true = no built-in settings
     */
    public static CallLayer shadow(@Nullable RetryPolicy stated, boolean neutral, CallLayer next) {
        return ShadowRetry.create(stated, neutral, next);
    }

    /** The retries' side of hedges: what is retried, and the budget. */
    public static HedgeBudget forHedges(
            Time time, @Nullable RetryPolicy stated, boolean neutral, RetryPermits permits) {
        boolean counts = RetryConditions.of(stated, neutral) != null;
        return permits.forHedges(time, new RetryRules(stated), counts);
    }

    @Override
    public Response call(Call call) throws IOException {
        IOException failure = null; // the last one
        boolean counted = permits.isUnlimited(); // in flight as a retry
        Attempt attempt = call.beginAttempt();
        permits.request(attempt.startedAt());
        while (true) {
            Response response = null;
            try {
                response = next.call(attempt);
                attempt = deciding(call, attempt);
            } catch (IOException e) {
                attempt = deciding(call, attempt);
                attempt.over();
                call.throwIfCancelled(); // cancelling the call is not a failure of the attempt
                if (failure != null && failure != e) {
                    attempt.attach(e, failure);
                }
                failure = e;
            }
            Repeat repeat = repeat(call, attempt, response, counted);
            if (repeat == null) {
                InboundSender.ended(call, attempt, response, conditions);
                if (response == null) {
                    throw Objects.requireNonNull(failure);
                }
                return response;
            }
            counted |= !UnprocessedRepeats.isUnprocessed(attempt);
            attempt = call.beginAttempt(repeat);
        }
    }

    /** The attempt that has the result: a hedge may have answered in place of this one. */
    static Attempt deciding(Call call, Attempt made) {
        Attempt decided = call.deciding();
        return decided == null ? made : decided;
    }

    /**
     * Waits until the next attempt and closes the response; keeps it open until the end of the pause if no endpoint may be left
     * by then. A failure is kept whatever the pause.
     *
     * @param counted whether the limit of retries in flight counts the call already
     * @return null: there is no next attempt, and the response is still open
     */
    private @Nullable Repeat repeat(Call call, Attempt attempt, @Nullable Response response, boolean counted)
            throws IOException {
        Repeat repeat = repeatAfter(call, attempt, response, counted);
        if (repeat == null) {
            return null;
        }
        long wait = repeat.pauseNanos();
        boolean kept = (response == null || wait <= KEPT_NANOS)
                && (attempt.pick().left() == EndpointsLeft.SOME || gate != null);
        if (response != null && !kept) {
            response.close();
        }
        boolean goesOn = true;
        try {
            if (wait > 0) {
                call.pause(wait);
                goesOn = !kept || isAdmitted(call, attempt);
            }
            return goesOn ? repeat : null;
        } finally {
            if (response != null && goesOn) {
                response.close();
            }
        }
    }

    /** An attempt that is refused would only hide the result of this attempt. */
    private boolean isAdmitted(Call call, Attempt attempt) {
        NoRetry refusal = gate == null ? null : gate.refusal(time.now());
        if (refusal == null && attempt.pick().left() == EndpointsLeft.NONE) { // no endpoint admits it
            refusal = NO_ENDPOINT;
        }
        if (refusal != null) {
            call.noRetry(refusal);
        }
        return refusal == null;
    }

    /** The pause before the next attempt; null: there is no next attempt, and the call states why if this one failed. */
    private @Nullable Repeat repeatAfter(Call call, Attempt attempt, @Nullable Response response, boolean counted) {
        Outcome outcome = attempt.outcome();
        if (outcome == null || !conditions.include(outcome, attempt.status())) {
            return RetryConditions.isFailure(outcome, attempt.status()) ? no(call, RetryConditions.NOT_LISTED) : null;
        }
        NoRetry objection = conditions.objection(attempt, call.attempts(), outcome, response);
        if (objection != null) {
            return no(call, objection);
        }
        Repeat repeat = pause.after(attempt, outcome, response, time.wall().instant(), time.random());
        if (repeat == null) {
            return no(call, PAUSE_TOO_LONG);
        }
        long now = time.now();
        if (now + repeat.pauseNanos() >= call.deadline()) {
            return no(call, NO_TIME);
        }
        if (!isAdmitted(call, attempt)) {
            return null;
        }
        boolean unprocessed = UnprocessedRepeats.isUnprocessed(attempt);
        NoRetry refusal = permits.take(call, unprocessed, counted, now);
        if (refusal == null) {
            return repeat;
        }
        permits.report(call, refusal, now);
        if (!unprocessed) {
            InboundSender.retriesUsed(call);
        }
        return no(call, refusal);
    }

    private static @Nullable Repeat no(Call call, NoRetry why) {
        call.noRetry(why);
        return null;
    }

    @Override
    public void explain(ExplanationSink to) {
        Call call = to.call();
        MeshOptions options = call == null ? MeshOptions.DEFAULT : call.options();
        if (options.isWithoutRetries()) {
            to.settingOfCaller("retry", "at most one attempt");
            return;
        }
        String retries = conditions.inWords(options) + ", " + pause;
        if (conditions.isLimitedBy(options)) {
            to.settingOfCaller("retry", retries);
        } else {
            to.setting("retry", retries);
        }
        permits.explain(to);
        if (call != null && RetryConditions.isForRetry(call)) {
            to.remark("the inbound request is a retry itself, so only what was not processed is sent again");
        } else if (call != null && !Idempotence.isRepeatable(call.request(), call.options())) {
            to.remark(call.request().method()
                    + " is not idempotent, or its body is sent once: only what was not processed" + " is sent again");
        }
    }

    @Override
    public String toString() {
        return "retry(" + conditions + ")";
    }
}
