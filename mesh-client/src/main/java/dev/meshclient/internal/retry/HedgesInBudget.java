package dev.meshclient.internal.retry;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.HedgeBudget;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.Time;

/**
 * Hedges count as retries: they take from the same budget, and an outcome that is retried does not win over one that may be better.
 *
 * @param counted whether retries count the requests
 */
record HedgesInBudget(Time time, RetryRules rules, RetryPermits permits, boolean counted) implements HedgeBudget {
    @Override
    public boolean isRetried(int status) {
        return rules.wants(Outcome.RESPONSE, status);
    }

    @Override
    public void begin(long now) {
        if (!counted) {
            permits.request(now);
        }
    }

    @Override
    public boolean take(Call call) {
        return permits.take(call, false, false, time.now()) == null;
    }
}
