package dev.meshclient.internal.ratelimit;

import dev.meshclient.Decision;
import dev.meshclient.Overloaded;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.RateLimitPolicy;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.io.IOException;
import okhttp3.Response;

/**
 * Limits the calls to a backend in each period. A call above the limit is refused, or waits for its part of a later period: on
 * the clock of all layers, and never in resilience4j, which would park its thread.
 */
public final class RateLimit implements CallLayer {
    private final BackendRateLimit rules;
    private final RateLimitState state;
    private final RateLimitPolicy policy;
    private final long longestWait;
    private final CallLayer next;

    private RateLimit(BackendRateLimit rules, RateLimitPolicy policy, CallLayer next) {
        this.rules = rules;
        this.state = rules.state();
        this.policy = policy;
        this.longestWait = Time.nanos(policy.timeoutDuration());
        this.next = next;
    }

    /** @param rules if they have no limit the layer is left out */
    public static CallLayer create(BackendRateLimit rules, CallLayer next) {
        RateLimitPolicy policy = rules.policy();
        return policy == null ? next : new RateLimit(rules, policy, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        AtomicRateLimiter limiter = state.running();
        if (limiter == null) { // a later policy has no limit
            return next.call(call);
        }
        long wait = isTooLate(limiter, call) ? -1 : limiter.reservePermission();
        if (policy.shadow()) {
            if (wait != 0) {
                call.recordShadow(wait < 0 ? ShadowAction.REFUSE_RATE : ShadowAction.DELAY, figures(limiter));
            }
        } else if (wait < 0) {
            String figures = figures(limiter);
            call.note("rateLimit: " + figures);
            throw limited(figures, call.decision());
        } else if (wait > 0) {
            call.note("rateLimit: waited " + millis(wait) + " ms");
            call.pause(wait);
        }
        return next.call(call);
    }

    /** Whether the call would wait beyond its deadline: it must not take a part that another call can use. */
    private boolean isTooLate(AtomicRateLimiter limiter, Call call) {
        long left = call.deadline() - call.now();
        return left <= longestWait && limiter.getDetailedMetrics().getNanosToWait() >= left;
    }

    private String figures(AtomicRateLimiter limiter) {
        return policy.limitForPeriod() + " calls in " + Durations.shown(policy.limitRefreshPeriod())
                + ", the next one may pass in "
                + millis(limiter.getDetailedMetrics().getNanosToWait()) + " ms";
    }

    private static long millis(long nanos) {
        return (nanos + 999_999) / 1_000_000;
    }

    private Overloaded limited(String figures, Decision decision) {
        return Failures.make()
                .rateLimited(
                        "'" + rules.backend() + "' has had its " + figures,
                        "raise rateLimit.limitForPeriod if it can serve more, or call it less",
                        decision);
    }

    private String inWords() {
        return policy.limitForPeriod() + " calls in " + Durations.shown(policy.limitRefreshPeriod())
                + (policy.timeoutDuration().isZero()
                        ? ""
                        : ", others wait up to " + Durations.shown(policy.timeoutDuration()));
    }

    @Override
    public void explain(ExplanationSink to) {
        if (policy.shadow()) {
            to.shadowSetting("rateLimit", inWords());
        } else {
            to.setting("rateLimit", inWords());
        }
        AtomicRateLimiter limiter = state.running();
        if (limiter == null) {
            return;
        }
        var now = limiter.getDetailedMetrics();
        long wait = now.getNanosToWait();
        if (wait == 0) {
            to.remark("rateLimit: " + now.getAvailablePermissions() + " of " + policy.limitForPeriod()
                    + " calls are left in this period");
            return;
        }
        boolean refused = wait > longestWait;
        if (policy.shadow()) {
            to.remark((refused ? ShadowAction.REFUSE_RATE : ShadowAction.DELAY).inWords(figures(limiter)));
        } else if (refused) {
            to.refuse(limited(figures(limiter), to.decision()));
        } else {
            to.remark("the call would wait " + millis(wait) + " ms for the rate limit");
        }
    }

    @Override
    public String toString() {
        return (policy.shadow() ? "shadow rate limit(" : "rate limit(") + inWords() + ")";
    }
}
