package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How much of a backend one mesh may use; null where nothing is stated.
 *
 * @param maxRequests calls in flight, until the end of their bodies; built-in 1024
 */
public record Limits(@Nullable Long maxRequests) {
    /** Nothing is stated. */
    public static final Limits NONE = new Limits((Long) null);

    /** Leaf by leaf: this, and where it says nothing, {@code base}. */
    public Limits over(Limits base) {
        return new Limits(maxRequests != null ? maxRequests : base.maxRequests);
    }
}
