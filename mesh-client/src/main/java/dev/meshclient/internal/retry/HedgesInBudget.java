package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.HedgeBudget;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.time.Time;
import org.jspecify.annotations.Nullable;

/** Hedges count as retries: they take from the same budget, and an outcome that is retried does not win over one that may be better. */
final class HedgesInBudget implements HedgeBudget {
    private final Time time;
    private final RetryRules rules;
    private final RetryBudget counts;
    private final BudgetSettings settings;
    private final @Nullable RetryLimit limit;
    private final boolean counted;

    /** @param counted whether retries count the requests */
    HedgesInBudget(
            Time time,
            RetryRules rules,
            RetryBudget counts,
            BudgetSettings settings,
            @Nullable RetryLimit limit,
            boolean counted) {
        this.time = time;
        this.rules = rules;
        this.counts = counts;
        this.settings = settings;
        this.limit = limit;
        this.counted = counted;
    }

    @Override
    public boolean isRetried(int status) {
        return rules.wants(Outcome.RESPONSE, status);
    }

    @Override
    public void begin(long now) {
        if (!counted) {
            counts.request(settings, now);
        }
    }

    @Override
    public boolean take(Call call) {
        boolean entered = limit != null && limit.enter(); // before the budget, of which a refusal takes nothing
        if (limit != null && !entered && limit.objection() != null) {
            return false;
        }
        boolean taken = counts.take(settings, time.now());
        if (!taken && settings.shadow()) {
            call.recordShadow(ShadowAction.REFUSE_RETRY, "the retry budget is spent: " + settings);
        }
        boolean made = taken || settings.shadow();
        if (limit != null) {
            limit.decided(call, entered, made);
        }
        return made;
    }
}
