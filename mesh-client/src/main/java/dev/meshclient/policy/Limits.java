package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How much load one mesh may put on a backend; null where nothing is stated.
 *
 * @param maxRequests calls in flight, until the end of their bodies; built-in 1024
 * @param shadow true: a call above the limit is counted and not refused; built-in false
 */
public record Limits(@Nullable Long maxRequests, @Nullable Boolean shadow) {
    /** Nothing is stated. */
    public static final Limits NONE = new Limits(null, null);

    /** {@code shadow} is not stated. */
    public Limits(@Nullable Long maxRequests) {
        this(maxRequests, null);
    }

    /** These values; each one that is not stated is taken from {@code base}. */
    public Limits over(Limits base) {
        return new Limits(maxRequests != null ? maxRequests : base.maxRequests, shadow != null ? shadow : base.shadow);
    }
}
