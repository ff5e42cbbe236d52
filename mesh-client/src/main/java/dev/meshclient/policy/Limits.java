package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How much load one mesh may put on a backend; null where nothing is stated.
 *
 * @param maxRequests calls in flight, until the end of their bodies; built-in 1024
 */
public record Limits(@Nullable Long maxRequests) {
    /** Nothing is stated. */
    public static final Limits NONE = new Limits((Long) null);

    /** These values; each one that is not stated is taken from {@code base}. */
    public Limits over(Limits base) {
        return new Limits(maxRequests != null ? maxRequests : base.maxRequests);
    }
}
