package dev.meshclient.internal.breaker;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.CircuitBreakerPolicy;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker of resilience4j on the clock of all layers, and what resilience4j does not tell: until when it is open, why,
 * and which of its states admitted an attempt. A state has one {@link Phase}. Nothing is registered at its event publisher:
 * resilience4j would make an event of each attempt.
 */
final class RunningBreaker {
    private static final long ONE_REFUSAL_NANOS = 100_000_000;

    private final CircuitBreakerPolicy policy;
    private final MonotonicClock clock;
    private final CircuitBreaker breaker;
    private final BiConsumer<Phase, Phase> changes;
    private volatile long openUntil = Phase.UNKNOWN; // of the state that resilience4j enters just now
    private volatile Phase phase;
    private final AtomicLong refusedAt = new AtomicLong(-ONE_REFUSAL_NANOS);

    /** @param changes gets the phase before and the one after, under the lock of this object */
    RunningBreaker(
            Time time,
            String backend,
            CircuitBreakerPolicy policy,
            BreakerRegistry registry,
            BiConsumer<Phase, Phase> changes) {
        this.policy = policy;
        this.clock = new MonotonicClock(time);
        this.changes = changes;
        this.breaker = registry.make(backend, config(time));
        this.phase = new Phase(breaker.getState(), breaker.getMetrics(), Phase.UNKNOWN, "", new AtomicInteger());
    }

    /**
     * The lock-free windows of resilience4j ignore its clock, so the others are used: their lock is held for nanoseconds. No
     * thread of resilience4j's opens it half: the first attempt after the wait does.
     */
    private CircuitBreakerConfig config(Time time) {
        boolean slow = policy.slowCallRateThreshold() > 0;
        long waitMillis = policy.waitDurationInOpenState().toMillis();
        return CircuitBreakerConfig.custom()
                .failureRateThreshold(policy.failureRateThreshold())
                .slowCallRateThreshold(slow ? policy.slowCallRateThreshold() : 100)
                .slowCallDurationThreshold(slow ? policy.slowCallDurationThreshold() : Duration.ofNanos(Long.MAX_VALUE))
                .slidingWindow(
                        policy.slidingWindowSize(),
                        policy.minimumInForce(),
                        policy.slidingWindowType() == CircuitBreakerPolicy.SlidingWindowType.COUNT_BASED
                                ? SlidingWindowType.COUNT_BASED
                                : SlidingWindowType.TIME_BASED,
                        SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                .waitIntervalFunctionInOpenState(attempts -> {
                    openUntil = time.now() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
                    return waitMillis;
                })
                .permittedNumberOfCallsInHalfOpenState(policy.permittedNumberOfCallsInHalfOpenState())
                .automaticTransitionFromOpenToHalfOpenEnabled(false)
                .writableStackTraceEnabled(false)
                .clock(clock)
                .currentTimestampFunction(of -> time.now(), TimeUnit.NANOSECONDS)
                .build();
    }

    /** Takes over the state of an earlier breaker, which was made with other settings: an open one stays open until its time. */
    synchronized void follow(RunningBreaker earlier) {
        Phase was = earlier.phase();
        switch (was.state()) {
            case OPEN -> {
                if (was.until() == Phase.UNKNOWN) {
                    breaker.transitionToOpenState();
                } else {
                    openUntil = was.until();
                    breaker.transitionToOpenStateUntil(clock.at(was.until()));
                }
            }
            case HALF_OPEN -> {
                breaker.transitionToOpenState();
                breaker.transitionToHalfOpenState();
            }
            case FORCED_OPEN -> breaker.transitionToForcedOpenState();
            case DISABLED -> breaker.transitionToDisabledState();
            case METRICS_ONLY -> breaker.transitionToMetricsOnlyState();
            case CLOSED -> {}
        }
        phase = new Phase(breaker.getState(), breaker.getMetrics(), openUntil, was.why(), new AtomicInteger());
        openUntil = Phase.UNKNOWN;
    }

    CircuitBreaker breaker() {
        return breaker;
    }

    /** The phase of now; reports a change. */
    Phase phase() {
        Phase known = phase;
        return known.isOf(breaker.getState(), breaker.getMetrics()) ? known : changed();
    }

    private synchronized Phase changed() {
        CircuitBreaker.Metrics metrics;
        State state;
        do { // another thread may change it between the two
            metrics = breaker.getMetrics();
            state = breaker.getState();
        } while (metrics != breaker.getMetrics());
        Phase before = phase;
        if (before.isOf(state, metrics)) {
            return before;
        }
        Phase now = new Phase(
                state,
                metrics,
                state == State.OPEN ? openUntil : Phase.UNKNOWN,
                why(before, state, metrics),
                new AtomicInteger());
        openUntil = Phase.UNKNOWN;
        phase = now;
        changes.accept(before, now);
        return now;
    }

    private String why(Phase before, State state, CircuitBreaker.Metrics metrics) {
        return switch (state) {
            case OPEN -> {
                String cause = BreakerWords.cause(policy, metrics);
                yield cause.isEmpty() ? "opened through resilience4j" : cause;
            }
            case HALF_OPEN -> before.why();
            case CLOSED -> "";
            case FORCED_OPEN, DISABLED, METRICS_ONLY -> "set through resilience4j";
        };
    }

    /** Whether a call that comes now would have an attempt; a refusal is counted by resilience4j, too. */
    boolean admitsCall(long now) {
        if (!refuses(now)) {
            return true;
        }
        Phase held = acquire();
        if (held == null) {
            return false;
        }
        end(held, AttemptResult.IGNORED, 0, null);
        return true;
    }

    /** Whether an attempt would be refused now. Changes nothing. */
    boolean refuses(long now) {
        Phase here = phase();
        return switch (here.state()) {
            case OPEN -> now <= here.until();
            case FORCED_OPEN -> true;
            case HALF_OPEN ->
                here.probes().get() + here.metrics().getNumberOfBufferedCalls()
                        >= policy.permittedNumberOfCallsInHalfOpenState();
            case CLOSED, DISABLED, METRICS_ONLY -> false;
        };
    }

    /**
     * Permission for one attempt, which {@link #end} gives back; null: it is refused. One that is open, or half open, changes under
     * the lock alone, so that a permission belongs to the phase that is returned with it: one that went to another phase would
     * never come back, and the breaker would stay half open.
     */
    @Nullable
    Phase acquire() {
        Phase known = phase();
        return known.admitsAll() ? known : acquireInTurn();
    }

    private synchronized @Nullable Phase acquireInTurn() {
        boolean admitted = breaker.tryAcquirePermission(); // after the wait it opens the breaker half
        Phase held = phase();
        if (admitted && held.isHalfOpen()) {
            held.probes().incrementAndGet();
        }
        return admitted ? held : null;
    }

    /** Of the attempts that one GOAWAY refuses, and those of endpoints that stop at the same time: they are one failure. */
    boolean isFirstRefusal(long now) {
        long last = refusedAt.get();
        return now - last >= ONE_REFUSAL_NANOS && refusedAt.compareAndSet(last, now);
    }

    /**
     * Ends an attempt. If the breaker has left the phase that admitted it, its result does not count: it is of an earlier time, and
     * its permission went with that phase.
     */
    void end(Phase held, AttemptResult result, long nanos, @Nullable Throwable failure) {
        if (held.isHalfOpen()) {
            endProbe(held, result, nanos, failure);
        } else if (phase() == held) {
            count(result, nanos, failure);
        }
        phase();
    }

    private synchronized void endProbe(Phase held, AttemptResult result, long nanos, @Nullable Throwable failure) {
        try {
            if (phase() == held && !count(result, nanos, failure)) {
                breaker.releasePermission();
            }
        } finally {
            held.probes().decrementAndGet();
        }
    }

    /** Whether the result counts. */
    private boolean count(AttemptResult result, long nanos, @Nullable Throwable failure) {
        if (result == AttemptResult.SUCCESS) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        } else if (failure != null) {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
        }
        return result == AttemptResult.SUCCESS || failure != null;
    }
}
