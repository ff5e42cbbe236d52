package dev.meshclient.internal.retry;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.NoRetry.Why;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.policy.RetryPolicy;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Decider: whether an attempt may be repeated, whatever the budget, the endpoints and the time allow. */
final class RetryConditions {
    static final NoRetry NONE_STATED = new NoRetry(Why.OFF, "the policy states no retries (retry.attempts)");
    static final NoRetry NOT_LISTED =
            new NoRetry(Why.CONDITION, "the policy does not retry this outcome (retry.codes, retry.retryOn)");

    private static final int BUILT_IN_ATTEMPTS = 2;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final NoRetry WITHOUT_RETRIES =
            new NoRetry(Why.OFF, "the caller asks for MeshOptions.withoutRetries()");
    private static final NoRetry UNANSWERED =
            new NoRetry(Why.OFF, "the caller's client has retryOnConnectionFailure(false)");
    private static final NoRetry FORBIDDEN =
            new NoRetry(Why.NO_RETRY_HEADER, "the response forbids a retry (x-mesh-no-retry)");
    private static final NoRetry OF_RETRY =
            new NoRetry(Why.INBOUND_RETRY, "the call is made for a request that is a retry itself");

    private final int retries;
    private final NoRetry used;
    private final RetryRules rules;

    private RetryConditions(@Nullable RetryPolicy stated) {
        this.retries = stated == null ? BUILT_IN_ATTEMPTS : stated.attempts();
        this.used = new NoRetry(Why.ATTEMPTS, "the retries are used up (" + retries + ", retry.attempts)");
        this.rules = new RetryRules(stated);
    }

    /**
     * @param stated the policy's retry settings; null = not stated
     * @param neutral true = no built-in settings
     * @return null: a call has one attempt
     */
    static @Nullable RetryConditions of(@Nullable RetryPolicy stated, boolean neutral) {
        boolean once = stated == null ? neutral : stated.attempts() == 0;
        return once ? null : new RetryConditions(stated);
    }

    /** Whether the policy retries this outcome. */
    boolean include(Outcome outcome, int status) {
        return rules.wants(outcome, status);
    }

    /** Whether the outcome needs an explanation; an attempt that the mesh or the caller ended has one. */
    static boolean isFailure(@Nullable Outcome outcome, int status) {
        return outcome != null
                && switch (outcome) {
                    case RESPONSE -> status >= 500 || status == TOO_MANY_REQUESTS;
                    case CACHED, DEADLINE, LOCAL, CANCELLED, SUPERSEDED, REFUSED -> false;
                    case CONNECT_FAILURE,
                            TLS_REFUSED,
                            REFUSED_STREAM,
                            RESET_BEFORE_REQUEST,
                            STALE,
                            RESET,
                            ATTEMPT_TIMEOUT,
                            PROTOCOL_ERROR -> true;
                };
    }

    /** Whether the policy retries this outcome and a repetition is safe. */
    boolean again(Call call, Outcome outcome, int status) {
        return rules.again(call.request(), call.options(), outcome, status);
    }

    /**
     * Why the call, the attempt or the response forbids another attempt after this outcome; null: they do not.
     *
     * @param made the number of attempts that the call has made
     */
    @Nullable
    NoRetry objection(Attempt attempt, int made, Outcome outcome, @Nullable Response response) {
        Call call = attempt.call();
        if (call.options().isWithoutRetries()) {
            return WITHOUT_RETRIES;
        }
        if (response != null && response.header("x-mesh-no-retry") != null) {
            return FORBIDDEN;
        }
        boolean unprocessed = UnprocessedRepeats.isUnprocessed(attempt);
        int repeats = UnprocessedRepeats.before(attempt);
        if (!unprocessed && made - repeats > retries) {
            return used;
        }
        int most = call.options().maxAttempts();
        if (most > 0 && attempt.number() >= most) {
            return new NoRetry(Why.ATTEMPTS, "the caller asks for at most " + most + " attempts");
        }
        if (outcome.processed() != Outcome.Processed.NO && isForRetry(call)) {
            return OF_RETRY;
        }
        NoRetry objection = RetryRules.objection(call.request(), call.options(), outcome);
        if (objection != null) {
            return objection;
        }
        if (outcome != Outcome.RESPONSE && !call.repeatsUnanswered()) {
            return UNANSWERED;
        }
        return !unprocessed || UnprocessedRepeats.allows(attempt)
                ? null
                : new NoRetry(Why.UNPROCESSED, "refused without being processed in " + (repeats + 1) + " attempts");
    }

    /** Whether the call is made for a request that is a retry itself: its sender repeats what may have been processed. */
    static boolean isForRetry(Call call) {
        InboundContext inbound = call.options().inbound();
        return inbound != null && inbound.attempt() > 1;
    }

    /** Whether the caller allows fewer retries than the policy. */
    boolean isLimitedBy(MeshOptions options) {
        return options.maxAttempts() > 0 && options.maxAttempts() <= retries;
    }

    /** In the words of a document, with as many retries as the caller allows. */
    String inWords(MeshOptions options) {
        int allowed = isLimitedBy(options) ? options.maxAttempts() - 1 : retries;
        return allowed + (allowed == 1 ? " retry" : " retries") + " on " + rules.inWords();
    }

    @Override
    public String toString() {
        return retries + " on " + rules;
    }
}
