package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: calls that left the first priority, or our zone in it, come back over half a minute, not at once: what returns is
 * cold, and may go again. One for each backend; it outlives the policy.
 */
final class FailbackRamp {
    static final Slot<FailbackRamp> SLOT = Slot.of(FailbackRamp::new);

    private static final long RETURN_NANOS = 30_000_000_000L;

    private final Way toPriority = new Way();
    private final Way toZone = new Way();
    private @Nullable Object followed;

    /** Only this planner's plans count from now on: calls of earlier policies may still plan with what they know. */
    synchronized void follow(Object planner) {
        followed = planner;
    }

    /**
     * A new plan.
     *
     * @param planner whose it is
     * @param preferred the share of the calls that go to the first priority
     * @param home the share of those that stay in our zone
     */
    synchronized void plan(Object planner, double preferred, double home, long now) {
        if (planner != followed) {
            return;
        }
        toPriority.plan(preferred, now);
        if (preferred > 0) { // else there is nothing that it is a share of
            toZone.plan(home, now);
        }
    }

    /** Whether a call that the plan sends to the first priority may go there yet. */
    boolean admitsToPriority(long now, RandomGenerator random) {
        return toPriority.admits(now, random);
    }

    /** Whether a call that the plan sends home may go there yet. */
    boolean admitsToZone(long now, RandomGenerator random) {
        return toZone.admits(now, random);
    }

    /** From one share to a greater one; less is at once. */
    private static final class Way {
        private double from = -1; // of the calls; negative: nothing was planned yet
        private double to;
        private long startedAt;
        private volatile boolean returning;

        /** The same plan again, by another rule or policy, does not begin anew. */
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
