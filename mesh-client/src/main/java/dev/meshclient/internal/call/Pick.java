package dev.meshclient.internal.call;

import dev.meshclient.internal.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/** The endpoint that balance chose for an attempt. Immutable: it is published by one write. */
public interface Pick {
    /** Of a service whose endpoints are not listed, and of an attempt that has no endpoint yet. */
    Pick NONE = () -> null;

    /** Null for {@link #NONE} only. */
    @Nullable
    Endpoint endpoint();

    /** Whether this attempt decides if its endpoint comes back. */
    default boolean isProbe() {
        return false;
    }

    /** Whether another endpoint, untried, could have taken this attempt. */
    default boolean hasAlternative() {
        return false;
    }

    /** For a further attempt, as of now. */
    default EndpointsLeft left() {
        return EndpointsLeft.ALWAYS_SOME;
    }
}
