package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: traffic that left the first priority, or the caller's zone in it, returns over half a minute and not at once:
 * recovered endpoints are cold and may fail again. Each backend has one ramp, which outlives policies.
 */
final class FailbackRamp {
    static final Slot<FailbackRamp> SLOT = Slot.of(FailbackRamp::new);

    private static final long RETURN_NANOS = 30_000_000_000L;

    private final Way toPriority = new Way();
    private final Way toZone = new Way();
    private @Nullable Object followed;

    /** Accepts plans of this planner only. Calls that began under an earlier policy may still make plans with its planner. */
    synchronized void follow(Object planner) {
        followed = planner;
    }

    /**
     * Takes note of a new plan.
     *
     * @param planner the planner that made it
     * @param preferred the share of the calls for the first priority
     * @param home the share of the calls of the first priority that stay in the caller's zone
     */
    synchronized void plan(Object planner, double preferred, double home, long now) {
        if (planner != followed) {
            return;
        }
        toPriority.plan(preferred, now);
        if (preferred > 0) { // otherwise there are no calls to take a share of
            toZone.plan(home, now);
        }
    }

    /** Whether a call that the plan sends to the first priority is admitted there at this point of the ramp. */
    boolean admitsToPriority(long now, RandomGenerator random) {
        return toPriority.admits(now, random);
    }

    /** Whether a call that the plan sends to the caller's zone is admitted there at this point of the ramp. */
    boolean admitsToZone(long now, RandomGenerator random) {
        return toZone.admits(now, random);
    }

    /** The ramp from one share up to a greater one; a decrease takes effect at once. */
    private static final class Way {
        private double from = -1; // share of the calls; negative: no plan yet
        private double to;
        private long startedAt;
        private volatile boolean returning;

        /** A plan with the same share, from another route or policy, does not restart the ramp. */
        synchronized void plan(double share, long now) {
            if (from >= 0 && Math.abs(share - to) < 1e-9) {
                return;
            }
            double current = from < 0 ? share : current(now);
            from = Math.min(current, share);
            to = share;
            startedAt = now;
            returning = from < to;
        }

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
}
