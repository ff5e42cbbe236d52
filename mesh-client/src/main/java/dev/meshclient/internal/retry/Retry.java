package dev.meshclient.internal.retry;

import dev.meshclient.InboundContext;
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
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repeats failed attempts: above balance, so that each attempt may choose another endpoint; below limit, so that a retry keeps
 * its call's slot.
 */
public final class Retry implements CallLayer {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.retries");
    private static final int TOO_MANY_REQUESTS = 429;

    private static final Repeat AFTER_IDLE = new Repeat(0, "the connection had been idle");
    private static final Repeat TO_ANOTHER = new Repeat(0, "another endpoint is left");

    private static final NoRetry PAUSE_TOO_LONG =
            new NoRetry(Why.RETRY_AFTER, "the peer asks for a longer pause than a retry waits");
    private static final NoRetry NO_TIME = new NoRetry(Why.DEADLINE, "no time left for a retry");
    private static final NoRetry NO_ENDPOINT = new NoRetry(Why.ENDPOINTS, "no endpoint is left for a retry");
    private static final NoRetry EXHAUSTED = new NoRetry(Why.BUDGET, "retry budget exhausted");
    private static final NoRetry TOO_MANY_UNPROCESSED =
            new NoRetry(Why.UNPROCESSED, "too many requests were not processed");

    /**
     * A response that is kept during a pause occupies its connection and the peer, so it is kept only during built-in pauses.
     */
    private static final long KEPT_NANOS = 250_000_000;

    private final Time time;
    private final RetryConditions conditions;
    private final Backoff backoff;
    private final RetryBudget budget;
    private final BudgetSettings settings;
    private final Watcher watcher;
    private final @Nullable RetryLimit inFlight;
    private final AttemptLayer next;
    private final @Nullable AttemptGate gate;

    /** Is notified when a budget refuses a retry, at most once a minute for each budget. */
    @FunctionalInterface
    public interface Watcher {
        /**
         * @param backend {@code service} or {@code service/subset}: the call that got no retry
         * @param why which budget is spent, and its limits
         */
        void spent(String service, String backend, String why);
    }

    /** The budget of a backend, and the limit of its retries in flight. */
    public static final class Budget {
        private final RetryBudget counts;
        private final RetryConstraint limits;
        private final Watcher watcher;
        private final @Nullable RetryLimit inFlight;

        /**
         * Without a limit of retries in flight.
         *
         * @param limits the limits that the policy states
         */
        public Budget(RetryBudget counts, RetryConstraint limits, Watcher watcher) {
            this(counts, limits, watcher, null);
        }

        Budget(RetryBudget counts, RetryConstraint limits, Watcher watcher, @Nullable RetryLimit inFlight) {
            this.counts = counts;
            this.limits = limits;
            this.watcher = watcher;
            this.inFlight = inFlight;
        }

        /** With the limit that the policy states. */
        public Budget with(Limits stated, BackendState backend) {
            return new Budget(counts, limits, watcher, RetryLimit.of(stated, backend));
        }

        /** Of hedges, which count as retries. */
        HedgeBudget forHedges(Time time, RetryRules rules, boolean counted) {
            return new HedgesInBudget(time, rules, counts, BudgetSettings.of(limits), inFlight, counted);
        }

        /** The retries that may be made now. */
        public long available(long now) {
            return counts.available(BudgetSettings.of(limits), now);
        }
    }

    private Retry(Time time, RetryConditions conditions, Backoff backoff, Budget budget, AttemptLayer next) {
        this.time = time;
        this.conditions = conditions;
        this.backoff = backoff;
        this.budget = budget.counts;
        this.settings = BudgetSettings.of(budget.limits);
        this.watcher = budget.watcher;
        this.inFlight = budget.inFlight;
        this.next = next;
        this.gate = next.gate();
    }

    /**
     * @param stated the policy's retry settings; null = not stated
     * @param neutral true = no built-in settings: without a stated policy a call has one attempt
     */
    public static CallLayer create(
            Time time, @Nullable RetryPolicy stated, boolean neutral, Budget budget, AttemptLayer next) {
        RetryConditions conditions = RetryConditions.of(stated, neutral);
        return conditions == null ? new Once(next) : new Retry(time, conditions, Backoff.of(stated), budget, next);
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
    public static HedgeBudget forHedges(Time time, @Nullable RetryPolicy stated, boolean neutral, Budget budget) {
        boolean counts = RetryConditions.of(stated, neutral) != null;
        return budget.forHedges(time, new RetryRules(stated), counts);
    }

    /** Without retries: the call has one attempt. */
    private record Once(AttemptLayer next) implements CallLayer {
        @Override
        public Response call(Call call) throws IOException {
            Attempt first = call.beginAttempt();
            try {
                Response response = next.call(first);
                if (isNotToBeRetried(response)) {
                    noteRetriesUsed(call);
                }
                return response;
            } finally {
                Attempt attempt = deciding(call, first);
                if (isFailure(attempt.outcome(), attempt.status())) {
                    call.noRetry(RetryConditions.NONE_STATED);
                }
            }
        }

        @Override
        public String toString() {
            return "once";
        }
    }

    @Override
    public Response call(Call call) throws IOException {
        budget.request(settings, time.now());
        IOException earlier = null;
        boolean counted = inFlight == null; // in flight as a retry
        Attempt attempt = call.beginAttempt();
        while (true) {
            Response response;
            Repeat repeat;
            try {
                response = next.call(attempt);
                attempt = deciding(call, attempt);
            } catch (IOException e) {
                attempt = deciding(call, attempt);
                attempt.over();
                call.throwIfCancelled(); // cancelling the call is not a failure of the attempt
                if (earlier != null && earlier != e) {
                    attempt.attach(e, earlier);
                }
                earlier = e;
                repeat = repeat(call, attempt, null, counted);
                if (repeat == null) {
                    informSender(call, attempt, null);
                    throw e;
                }
                counted |= !UnprocessedRepeats.isUnprocessed(attempt);
                attempt = call.beginAttempt(repeat);
                continue;
            }
            repeat = repeat(call, attempt, response, counted);
            if (repeat == null) {
                informSender(call, attempt, response);
                return response;
            }
            counted |= !UnprocessedRepeats.isUnprocessed(attempt);
            attempt = call.beginAttempt(repeat);
        }
    }

    /** The attempt that has the result: a hedge may have answered in place of this one. */
    private static Attempt deciding(Call call, Attempt made) {
        Attempt decided = call.deciding();
        return decided == null ? made : decided;
    }

    /**
     * Waits until the next attempt and closes the response; keeps it open until the end of the pause if no endpoint may be left
     * by then.
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
        boolean kept = wait <= KEPT_NANOS && (attempt.pick().left() == EndpointsLeft.SOME || gate != null);
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
        if (refusal != null) {
            call.noRetry(refusal);
            return false;
        }
        return isEndpointLeft(call, attempt);
    }

    /** An attempt that no endpoint admits would only hide the result of this attempt. */
    private static boolean isEndpointLeft(Call call, Attempt attempt) {
        if (attempt.pick().left() != EndpointsLeft.NONE) {
            return true;
        }
        call.noRetry(NO_ENDPOINT);
        return false;
    }

    private static boolean isNotToBeRetried(Response response) {
        return response.code() >= 400 && response.header("x-mesh-no-retry") != null;
    }

    /**
     * The sender of the inbound request need not repeat a failure that was repeated here. If no endpoint can have processed any
     * attempt, the reason may be this process, and another one may succeed.
     */
    private void informSender(Call call, Attempt attempt, @Nullable Response response) {
        InboundContext inbound = call.options().inbound();
        Outcome outcome = attempt.outcome();
        if (inbound == null || outcome == null) {
            return;
        }
        boolean repeated =
                attempt.announcedNumber() > inbound.attempt() && conditions.again(call, outcome, attempt.status());
        if (repeated || (response != null && isNotToBeRetried(response))) {
            inbound.noteRetriesUsed();
        }
    }

    private static void noteRetriesUsed(Call call) {
        InboundContext inbound = call.options().inbound();
        if (inbound != null) {
            inbound.noteRetriesUsed();
        }
    }

    /** The pause before the next attempt; null: there is no next attempt, and the call states why if this one failed. */
    private @Nullable Repeat repeatAfter(Call call, Attempt attempt, @Nullable Response response, boolean counted) {
        Outcome outcome = attempt.outcome();
        if (outcome == null || !conditions.include(outcome, attempt.status())) {
            return isFailure(outcome, attempt.status()) ? no(call, RetryConditions.NOT_LISTED) : null;
        }
        NoRetry objection = conditions.objection(attempt, call.attempts(), outcome, response);
        if (objection != null) {
            return no(call, objection);
        }
        boolean unprocessed = UnprocessedRepeats.isUnprocessed(attempt);
        Repeat repeat = backoff(attempt, outcome, response);
        if (repeat == null) {
            return no(call, PAUSE_TOO_LONG);
        }
        if (time.now() + repeat.pauseNanos() >= call.deadline()) {
            return no(call, NO_TIME);
        }
        if (!isAdmitted(call, attempt)) {
            return null;
        }
        RetryLimit limit = unprocessed || counted ? null : inFlight;
        boolean entered = limit != null && limit.enter(); // before the budget, of which a refusal takes nothing
        NoRetry above = limit == null || entered ? null : limit.objection();
        if (above != null) {
            noteRetriesUsed(call);
            return no(call, above);
        }
        NoRetry spent = spend(call, unprocessed);
        if (limit != null) {
            limit.decided(call, entered, spent == null);
        }
        return spent == null ? repeat : no(call, spent);
    }

    /** Takes one retry of the budget; otherwise states why not. */
    private @Nullable NoRetry spend(Call call, boolean unprocessed) {
        if (unprocessed ? budget.takeUnprocessed(settings, time.now()) : budget.take(settings, time.now())) {
            return null;
        }
        if (!unprocessed && settings.shadow()) {
            call.recordShadow(ShadowAction.REFUSE_RETRY, "the retry budget is spent: " + settings);
            return null;
        }
        reportSpent(call, unprocessed);
        if (!unprocessed) {
            noteRetriesUsed(call);
        }
        return unprocessed ? TOO_MANY_UNPROCESSED : EXHAUSTED;
    }

    private static @Nullable Repeat no(Call call, NoRetry why) {
        call.noRetry(why);
        return null;
    }

    /** Whether the outcome needs an explanation; an attempt that the mesh or the caller ended has one. */
    private static boolean isFailure(@Nullable Outcome outcome, int status) {
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

    private void reportSpent(Call call, boolean unprocessed) {
        if (!budget.mayReport(time.now())) {
            return;
        }
        Target target = call.target();
        String host = call.request().url().host();
        String backend = target == null ? host : target.backend().name();
        String why = unprocessed
                ? "too many requests were not processed by the endpoints"
                : "the retry budget is spent: " + settings + " (retryConstraint)";
        LOG.warn("no more retries to '{}', outcomes are returned as they are: {} (logged once a minute)", backend, why);
        watcher.spent(target == null ? host : target.backend().service(), backend, why);
    }

    /** Null: the peer asks for too long a pause. */
    private @Nullable Repeat backoff(Attempt attempt, Outcome outcome, @Nullable Response response) {
        if (response != null) {
            Duration stated = RetryAfter.of(response, time.wall().instant());
            if (stated != null && !(isOfEndpointAlone(attempt) && hasAlternative(attempt))) {
                return RetryAfter.isUsable(stated)
                        ? new Repeat(
                                (long) (stated.toNanos() * (1 + time.random().nextDouble() / 2)),
                                "the response asks for a pause")
                        : null;
            }
        }
        if (outcome == Outcome.STALE && UnprocessedRepeats.before(attempt) == 0) {
            return AFTER_IDLE;
        }
        if (outcome == Outcome.CONNECT_FAILURE && hasAlternative(attempt)) {
            return TO_ANOTHER;
        }
        return new Repeat(backoff.before(attempt.number(), time.random()), "back-off");
    }

    /** A server error shows the state of one endpoint; 429 and other client errors are the wish of the service. */
    private static boolean isOfEndpointAlone(Attempt attempt) {
        return attempt.status() >= 500;
    }

    /** Whether an endpoint is left that the call has not tried. */
    private static boolean hasAlternative(Attempt attempt) {
        return attempt.pick().usable() > attempt.call().attempts();
    }

    @Override
    public void explain(ExplanationSink to) {
        Call call = to.call();
        MeshOptions options = call == null ? MeshOptions.DEFAULT : call.options();
        if (options.isWithoutRetries()) {
            to.settingOfCaller("retry", "at most one attempt");
            return;
        }
        String retries = conditions.inWords(options) + ", back-off from " + backoff.baseNanos() / 1_000_000 + " ms";
        if (conditions.isLimitedBy(options)) {
            to.settingOfCaller("retry", retries);
        } else {
            to.setting("retry", retries);
        }
        settings.explain(to);
        to.setting("limits.maxRetries", inFlight == null ? null : inFlight.max());
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
