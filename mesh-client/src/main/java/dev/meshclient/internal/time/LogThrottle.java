package dev.meshclient.internal.time;

import org.jspecify.annotations.Nullable;

/**
 * Decider: whether to log a message again. A message that differs from the last one is logged at once, the same message after an
 * interval. Thread-safe.
 */
public final class LogThrottle {
    private final long intervalNanos;
    private @Nullable String last;
    private long nextAt;

    /** @param intervalNanos after which the same message is logged again; {@link Time#NEVER} = it is logged once */
    public LogThrottle(long intervalNanos) {
        this.intervalNanos = intervalNanos;
    }

    /** Whether to log this message now; if so, it counts as logged. */
    public synchronized boolean allows(String text, long now) {
        if (text.equals(last) && now < nextAt) {
            return false;
        }
        last = text;
        nextAt = intervalNanos > Time.NEVER - now ? Time.NEVER : now + intervalNanos;
        return true;
    }

    /** The situation has ended: the next message is logged at once. */
    public synchronized void reset() {
        last = null;
    }
}
