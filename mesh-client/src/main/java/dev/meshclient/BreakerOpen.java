package dev.meshclient;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The circuit breaker of the backend is open, or half-open with all its probes under way: no attempt was made. */
public final class BreakerOpen extends MeshRefusal {
    private static final long serialVersionUID = 1;

    private final @Nullable Duration nextProbeIn;

    BreakerOpen(@Nullable Duration nextProbeIn, String what, String advice, Decision decision) {
        super(OVERLOADED, what, advice, decision);
        this.nextProbeIn = nextProbeIn;
    }

    /** The time from the refusal until attempts may probe the backend; null: it is not known, as they probe it now. */
    public @Nullable Duration nextProbeIn() {
        return nextProbeIn;
    }
}
