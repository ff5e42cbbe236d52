package dev.meshclient.internal.breaker;

import dev.meshclient.MeshStatus;
import dev.meshclient.internal.text.Durations;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The state of a breaker at one time. */
record BreakerStatus(
        String backend,
        BreakerState state,
        String reason,
        @Nullable Duration nextProbeIn,
        int attempts,
        int failures,
        boolean isShadow)
        implements MeshStatus.CircuitBreaker {
    @Override
    public String toString() {
        return (isShadow ? "shadow circuit breaker of " : "circuit breaker of ") + backend + " "
                + state.name().toLowerCase(Locale.ROOT).replace('_', '-')
                + (nextProbeIn == null ? "" : " for " + Durations.rounded(nextProbeIn) + " more")
                + (reason.isEmpty() ? "" : " (" + reason + ")") + ", " + failures + " of " + attempts
                + " attempts in its window failed";
    }
}
