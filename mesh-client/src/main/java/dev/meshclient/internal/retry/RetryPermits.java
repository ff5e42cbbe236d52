package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.HedgeBudget;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.NoRetry.Why;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.RetryConstraint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The retries that a backend may have, hedges included: its budget, and the limit of its retries in flight. */
public final class RetryPermits {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.retries");
    private static final NoRetry EXHAUSTED = new NoRetry(Why.BUDGET, "retry budget exhausted");
    private static final NoRetry TOO_MANY_UNPROCESSED =
            new NoRetry(Why.UNPROCESSED, "too many requests were not processed");

    private final RetryBudget budget;
    private final BudgetSettings settings;
    private final Watcher watcher;
    private final @Nullable RetryLimit inFlight;

    /** Is notified when a budget refuses a retry, at most once a minute for each budget. */
    @FunctionalInterface
    public interface Watcher {
        /**
         * @param backend {@code service} or {@code service/subset}: the call that got no retry
         * @param why which budget is spent, and its limits
         */
        void spent(String service, String backend, String why);
    }

    /**
     * Without a limit of retries in flight.
     *
     * @param limits the limits of the budget that the policy states
     */
    public RetryPermits(RetryBudget budget, RetryConstraint limits, Watcher watcher) {
        this(budget, BudgetSettings.of(limits), watcher, null);
    }

    private RetryPermits(RetryBudget budget, BudgetSettings settings, Watcher watcher, @Nullable RetryLimit inFlight) {
        this.budget = budget;
        this.settings = settings;
        this.watcher = watcher;
        this.inFlight = inFlight;
    }

    /** With the limit of retries in flight that the policy states. */
    public RetryPermits with(Limits stated, BackendState backend) {
        return new RetryPermits(budget, settings, watcher, RetryLimit.of(stated, backend));
    }

    HedgeBudget forHedges(Time time, RetryRules rules, boolean counted) {
        return new HedgesInBudget(time, rules, this, counted);
    }

    /** The retries that may be made now. */
    public long available(long now) {
        return budget.available(settings, now);
    }

    /** Counts a request that is not a retry. */
    void request(long now) {
        budget.request(settings, now);
    }

    /** Whether no limit of retries in flight is stated. */
    boolean isUnlimited() {
        return inFlight == null;
    }

    /**
     * Takes a retry; it is in flight until the call ends.
     *
     * @param unprocessed the attempt before added no load to an endpoint
     * @param counted whether the limit of retries in flight counts the call already
     * @return why there is none; null: there is
     */
    @Nullable
    NoRetry take(Call call, boolean unprocessed, boolean counted, long now) {
        RetryLimit limit = unprocessed || counted ? null : inFlight;
        boolean entered = limit != null && limit.enter(); // before the budget, of which a refusal takes nothing
        NoRetry above = limit == null || entered ? null : limit.objection();
        if (above != null) {
            return above;
        }
        NoRetry spent = spend(call, unprocessed, now);
        if (limit != null) {
            limit.decided(call, entered, spent == null);
        }
        return spent;
    }

    private @Nullable NoRetry spend(Call call, boolean unprocessed, long now) {
        if (unprocessed) {
            return budget.takeUnprocessed(settings, now) ? null : TOO_MANY_UNPROCESSED;
        }
        if (budget.take(settings, now)) {
            return null;
        }
        if (settings.shadow()) {
            call.recordShadow(ShadowAction.REFUSE_RETRY, "the retry budget is spent: " + settings);
            return null;
        }
        return EXHAUSTED;
    }

    /** Reports that a call got no retry, if a budget is the reason. */
    void report(Call call, NoRetry refusal, long now) {
        if ((refusal != EXHAUSTED && refusal != TOO_MANY_UNPROCESSED) || !budget.mayReport(now)) {
            return;
        }
        Target target = call.target();
        String host = call.request().url().host();
        String backend = target == null ? host : target.backend().name();
        String why = refusal == EXHAUSTED
                ? "the retry budget is spent: " + settings + " (retryConstraint)"
                : "too many requests were not processed by the endpoints";
        LOG.warn("no more retries to '{}', outcomes are returned as they are: {} (logged once a minute)", backend, why);
        watcher.spent(target == null ? host : target.backend().service(), backend, why);
    }

    void explain(ExplanationSink to) {
        settings.explain(to);
        to.setting("limits.maxRetries", inFlight == null ? null : inFlight.max());
    }
}
