package dev.meshclient.internal.ratelimit;

import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.policy.RateLimitPolicy;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import org.jspecify.annotations.Nullable;

/** The running rate limiter of a backend. It outlives the policy: what a period has left stays when a limit changes. */
final class RateLimitState {
    static final Slot<RateLimitState> SLOT = Slot.of(RateLimitState::new).whenDropped(RateLimitState::stop);

    private @Nullable BackendRateLimit rules; // guarded by this
    private volatile @Nullable AtomicRateLimiter running;

    /** Null: no policy in force limits the backend. */
    @Nullable
    AtomicRateLimiter running() {
        return running;
    }

    /** Puts rules in force. No call waits for it. */
    synchronized void put(BackendRateLimit next, RateLimitPolicy policy) {
        AtomicRateLimiter before = running;
        BackendRateLimit old = rules;
        rules = next;
        if (before != null && old != null && old.hasPeriodOf(next)) {
            before.changeLimitForPeriod(policy.limitForPeriod());
            before.changeTimeoutDuration(policy.timeoutDuration());
            return;
        }
        if (before != null && old != null) {
            old.unregister(before); // first: the new one gets its name
        }
        AtomicRateLimiter fresh = next.start(policy);
        try {
            if (before != null) {
                int left = Math.max(0, before.getMetrics().getAvailablePermissions());
                int used = policy.limitForPeriod() - Math.min(left, policy.limitForPeriod());
                if (used > 0) {
                    fresh.reservePermission(used);
                }
            }
        } finally { // a listener of the application may throw: its limit is in force all the same
            running = fresh;
        }
    }

    /** No policy limits the backend any more. */
    synchronized void stop() {
        RateLimiter before = running;
        if (before != null && rules != null) {
            rules.unregister(before);
        }
        running = null;
        rules = null;
    }
}
