package dev.meshclient.internal.ratelimit;

import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.RateLimitPolicy;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import org.jspecify.annotations.Nullable;

/** The rate limit that one policy states for a backend, or that it states none. */
public final class BackendRateLimit {
    private final Time time;
    private final RateRegistry registry;
    private final String backend;
    private final BackendState backendState;
    private final @Nullable RateLimitPolicy policy;

    private BackendRateLimit(
            Time time,
            RateRegistry registry,
            String backend,
            BackendState backendState,
            @Nullable RateLimitPolicy policy) {
        this.time = time;
        this.registry = registry;
        this.backend = backend;
        this.backendState = backendState;
        this.policy = policy;
    }

    /**
     * A limit that is not in force yet.
     *
     * @param backend {@code service} or {@code service/subset}
     * @param backendState its state outlives this policy
     * @param stated null: the policy states none
     */
    public static BackendRateLimit create(
            Time time,
            RateRegistry registry,
            String backend,
            BackendState backendState,
            @Nullable RateLimitPolicy stated) {
        return new BackendRateLimit(time, registry, backend, backendState, stated);
    }

    /** Puts it in force. */
    public void activate() {
        if (policy != null) {
            state().put(this, policy);
        } else {
            RateLimitState earlier = backendState.find(RateLimitState.SLOT);
            if (earlier != null) {
                earlier.stop();
            }
        }
    }

    /** Null: the policy states none. */
    @Nullable
    RateLimitPolicy policy() {
        return policy;
    }

    String backend() {
        return backend;
    }

    RateLimitState state() {
        return backendState.get(RateLimitState.SLOT);
    }

    /** Whether the limiter of these rules can have the limits of the other ones. */
    boolean hasPeriodOf(BackendRateLimit other) {
        return policy != null
                && other.policy != null
                && policy.limitRefreshPeriod().equals(other.policy.limitRefreshPeriod())
                && policy.shadow() == other.policy.shadow();
    }

    AtomicRateLimiter start(RateLimitPolicy limit) {
        RateLimiterConfig config = RateLimiterConfig.custom()
                .limitForPeriod(limit.limitForPeriod())
                .limitRefreshPeriod(limit.limitRefreshPeriod())
                .timeoutDuration(limit.timeoutDuration())
                .writableStackTraceEnabled(false)
                .build();
        // Dashboards would show a shadow as a limiter that refuses.
        return (limit.shadow() ? RateRegistry.NONE : registry).make(backend, config, time::now);
    }

    void unregister(RateLimiter limiter) {
        registry.remove(limiter);
    }
}
