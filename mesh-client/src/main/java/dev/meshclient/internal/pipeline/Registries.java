package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.breaker.BreakerRegistry;
import dev.meshclient.internal.ratelimit.RateRegistry;

/** The application's own registries of resilience4j, in which the mesh registers what it makes. */
public record Registries(BreakerRegistry breakers, RateRegistry rateLimiters) {
    /** The application has none. */
    public static final Registries NONE = new Registries(BreakerRegistry.NONE, RateRegistry.NONE);
}
