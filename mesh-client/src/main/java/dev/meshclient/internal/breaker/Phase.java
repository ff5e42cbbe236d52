package dev.meshclient.internal.breaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One stay of a breaker in a state. Attempts belong to the phase that admitted them: their results say nothing about a later one.
 *
 * @param metrics resilience4j makes new ones for each state but OPEN, which keeps those of the state before
 * @param until when an open breaker lets attempts probe the backend; {@link #UNKNOWN} = not open, or it was opened by others
 * @param why why it is not closed; empty: it is closed
 * @param probes attempts of a half-open breaker that are running
 */
record Phase(State state, CircuitBreaker.Metrics metrics, long until, String why, AtomicInteger probes) {
    static final long UNKNOWN = -1;

    boolean isOf(State now, CircuitBreaker.Metrics current) {
        return state == now && metrics == current;
    }

    /** Whether attempts need no permission. */
    boolean admitsAll() {
        return state == State.CLOSED || state == State.DISABLED || state == State.METRICS_ONLY;
    }

    boolean isHalfOpen() {
        return state == State.HALF_OPEN;
    }

    boolean isOpen() {
        return state == State.OPEN || state == State.FORCED_OPEN;
    }
}
