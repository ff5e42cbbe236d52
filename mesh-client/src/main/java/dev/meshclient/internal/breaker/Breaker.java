package dev.meshclient.internal.breaker;

import dev.meshclient.BreakerOpen;
import dev.meshclient.Decision;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.policy.CircuitBreakerPolicy;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Response;

/**
 * Refuses a call whose attempts an open breaker would refuse, before any work. It takes no permission: the attempts do, one each,
 * so that none is held while a call waits or is refused below.
 */
public final class Breaker implements CallLayer {
    private final BackendBreaker rules;
    private final BreakerSlot state;
    private final CircuitBreakerPolicy policy;
    private final CallLayer next;

    private Breaker(BackendBreaker rules, CircuitBreakerPolicy policy, CallLayer next) {
        this.rules = rules;
        this.state = rules.state();
        this.policy = policy;
        this.next = next;
    }

    /** @param rules if they have no breaker the layer is left out */
    public static CallLayer create(BackendBreaker rules, CallLayer next) {
        CircuitBreakerPolicy policy = rules.policy();
        return policy == null ? next : new Breaker(rules, policy, next);
    }

    /** Takes permission for each attempt and counts its result; if the rules have no breaker the layer is left out. */
    public static AttemptLayer attempts(BackendBreaker rules, AttemptLayer next) {
        CircuitBreakerPolicy policy = rules.policy();
        return policy == null ? next : new BreakerAttempts(rules, policy, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        RunningBreaker running = state.running();
        if (running != null && !running.admitsCall(call.now())) {
            rules.notifyListeners();
            String refusal = BreakerWords.refusal(running.phase(), policy, call.now());
            if (!policy.shadow()) {
                call.note("circuitBreaker: " + refusal);
                throw open(running.phase(), call.now(), call.decision());
            }
            call.recordShadow(ShadowAction.BREAK, refusal);
        }
        return next.call(call);
    }

    private BreakerOpen open(Phase phase, long now, Decision decision) {
        return open(rules.backend(), phase, policy, now, decision);
    }

    static BreakerOpen open(String backend, Phase phase, CircuitBreakerPolicy policy, long now, Decision decision) {
        long left = phase.until() == Phase.UNKNOWN ? -1 : Math.max(0, phase.until() - now);
        return Failures.make()
                .breakerOpen(
                        left < 0 ? null : Duration.ofNanos(left),
                        "the circuit breaker of '" + backend + "' is " + BreakerWords.refusal(phase, policy, now),
                        "find out why its attempts fail or are slow: it closes when its probes succeed",
                        decision);
    }

    @Override
    public void explain(ExplanationSink to) {
        if (policy.shadow()) {
            to.shadowSetting("circuitBreaker", BreakerWords.of(policy));
        } else {
            to.setting("circuitBreaker", BreakerWords.of(policy));
        }
        RunningBreaker running = state.running();
        long now = rules.now();
        if (running == null || !running.refuses(now)) {
            return;
        }
        if (policy.shadow()) {
            to.remark(ShadowAction.BREAK.inWords(BreakerWords.refusal(running.phase(), policy, now)));
        } else {
            to.refuse(open(running.phase(), now, to.decision()));
        }
    }

    @Override
    public String toString() {
        return (policy.shadow() ? "shadow breaker(" : "breaker(") + BreakerWords.of(policy) + ")";
    }
}
