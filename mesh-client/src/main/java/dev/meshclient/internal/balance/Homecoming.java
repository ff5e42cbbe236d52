package dev.meshclient.internal.balance;

import java.util.random.RandomGenerator;

/**
 * Decider: calls that left our zone come back to it over half a minute, not at once: what returns is cold, and may go again.
 * One for each backend; it outlives the policy.
 */
public final class Homecoming {
    private static final long RETURN_NANOS = 30_000_000_000L;

    private double from = -1; // of the calls; negative: nothing was planned yet
    private double to;
    private long startedAt;
    private volatile boolean returning;

    /** A new plan sends this share of the calls home. */
    synchronized void plan(double share, long now) {
        double current = from < 0 ? share : current(now);
        from = Math.min(current, share);
        to = share;
        startedAt = now;
        returning = from < to;
    }

    /** Whether a call that the plan sends home may go there yet. */
    boolean admits(long now, RandomGenerator random) {
        if (!returning) {
            return true;
        }
        double chance;
        synchronized (this) {
            if (now - startedAt >= RETURN_NANOS) {
                returning = false;
                from = to;
            }
            chance = to == 0 ? 1 : current(now) / to;
        }
        return random.nextDouble() < chance;
    }

    private double current(long now) {
        double part = Math.min(1, (double) (now - startedAt) / RETURN_NANOS);
        return from + (to - from) * part;
    }
}
