package dev.meshclient.internal.call;

import dev.meshclient.internal.endpoint.Endpoint;
import org.jspecify.annotations.Nullable;

/** The endpoint that balance chose for an attempt. Immutable: one write publishes it. */
public interface Pick {
    /** For a service whose endpoints are not listed, and for an attempt without an endpoint yet. */
    Pick NONE = () -> null;

    /** Null for {@link #NONE} only. */
    @Nullable
    Endpoint endpoint();

    /** Whether this attempt is a probe that may return its endpoint. */
    default boolean isProbe() {
        return false;
    }

    /**
     * Why this endpoint, for people; empty if the mesh did not choose it. Not for the hot path.
     *
     * @param remark what only the time of the choice knew; empty: nothing
     */
    default String why(String remark) {
        return remark;
    }

    /** How many endpoints admitted calls when this one was chosen; 0: not known. */
    default int usable() {
        return 0;
    }

    /** Whether an endpoint is left for a further attempt, as of now. */
    default EndpointsLeft left() {
        return EndpointsLeft.ALWAYS_SOME;
    }
}
