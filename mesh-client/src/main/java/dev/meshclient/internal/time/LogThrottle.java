package dev.meshclient.internal.time;

import org.jspecify.annotations.Nullable;

/**
 * Decider: whether the log says something again. A text that differs from the last one is said at once, the same one after an
 * interval. Thread-safe.
 */
public final class LogThrottle {
    private final long intervalNanos;
    private @Nullable String last;
    private long nextAt;

    /** @param intervalNanos after which the same text is said again; {@link Time#NEVER} = it is said once */
    public LogThrottle(long intervalNanos) {
        this.intervalNanos = intervalNanos;
    }

    /** Whether to say this text now; then it counts as said. */
    public synchronized boolean allows(String text, long now) {
        if (text.equals(last) && now < nextAt) {
            return false;
        }
        last = text;
        nextAt = intervalNanos > Time.NEVER - now ? Time.NEVER : now + intervalNanos;
        return true;
    }

    /** The situation is over: whatever comes next is said at once. */
    public synchronized void reset() {
        last = null;
    }
}
