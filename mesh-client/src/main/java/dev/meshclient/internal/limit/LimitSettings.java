package dev.meshclient.internal.limit;

import dev.meshclient.policy.Limits;

/**
 * The limits of a backend.
 *
 * @param max calls in flight; {@link #UNLIMITED}: any number
 * @param maxPending calls that wait for the end of another
 * @param adaptive the limit follows the latency, up to {@code max}
 * @param shadow nothing is enforced
 */
public record LimitSettings(long max, long maxPending, boolean adaptive, boolean shadow) {
    static final long UNLIMITED = Long.MAX_VALUE;

    /** The built-in limit: Envoy's and Istio's default. */
    private static final long BUILT_IN = 1024;

    /** Nothing is limited. */
    static final LimitSettings NONE = new LimitSettings(UNLIMITED, 0, false, false);

    /** @param neutral there is no built-in limit */
    public static LimitSettings of(Limits stated, boolean neutral) {
        Long max = stated.maxRequests();
        Long pending = stated.maxPendingRequests();
        return new LimitSettings(
                max != null ? max : neutral ? UNLIMITED : BUILT_IN,
                pending == null ? 0 : pending,
                Boolean.TRUE.equals(stated.adaptive()),
                Boolean.TRUE.equals(stated.shadow()));
    }

    boolean isNone() {
        return max == UNLIMITED && !adaptive;
    }
}
