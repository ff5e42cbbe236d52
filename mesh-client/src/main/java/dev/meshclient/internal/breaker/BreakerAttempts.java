package dev.meshclient.internal.breaker;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptGate;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.Result;
import dev.meshclient.policy.CircuitBreakerPolicy;
import java.io.IOException;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Takes permission for an attempt, and gives it back with the result of the attempt when its headers have arrived or it has
 * failed: a body that is never read holds none.
 */
final class BreakerAttempts implements AttemptLayer, AttemptGate {
    private static final NoRetry OPEN = new NoRetry(NoRetry.Why.BREAKER, "the circuit breaker is open");

    private final BackendBreaker rules;
    private final BreakerSlot state;
    private final CircuitBreakerPolicy policy;
    private final AttemptLayer next;

    BreakerAttempts(BackendBreaker rules, CircuitBreakerPolicy policy, AttemptLayer next) {
        this.rules = rules;
        this.state = rules.state();
        this.policy = policy;
        this.next = next;
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        RunningBreaker running = state.running();
        if (running == null) { // a later policy has no breaker
            return next.call(attempt);
        }
        Phase held = running.acquire();
        if (held == null) {
            rules.notifyListeners();
            if (policy.shadow()) { // with enforcement there would be no attempt: it does not count
                return next.call(attempt);
            }
            Phase refusing = running.phase();
            throw attempt.refuse(decision -> Breaker.open(rules.backend(), refusing, policy, attempt.now(), decision));
        }
        long began = attempt.now();
        try {
            return next.call(attempt);
        } finally {
            end(running, held, attempt, began);
        }
    }

    private void end(RunningBreaker running, Phase held, Attempt attempt, long began) {
        Result result = attempt.result();
        AttemptResult judged = AttemptResult.of(attempt, policy.ignoredStatusCodes());
        boolean failed = judged == AttemptResult.FAILURE
                || (judged == AttemptResult.UNPROCESSED && running.isFirstRefusal(attempt.now()));
        IOException failure = !failed || result == null
                ? null
                : result.failure() != null ? result.failure() : new FailedStatus(result.status());
        running.end(held, judged, result == null ? 0 : Math.max(0, attempt.decidedAt() - began), failure);
        rules.notifyListeners();
    }

    @Override
    public @Nullable AttemptGate gate() {
        return policy.shadow() ? null : this;
    }

    @Override
    public @Nullable NoRetry refusal(long now) {
        RunningBreaker running = state.running();
        return running != null && running.refuses(now) ? OPEN : null;
    }

    @Override
    public String toString() {
        return policy.shadow() ? "count for shadow breaker" : "count for breaker";
    }
}
