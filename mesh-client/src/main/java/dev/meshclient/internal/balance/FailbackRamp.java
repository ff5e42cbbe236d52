package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: traffic that left the first priority, or the caller's zone in it, returns over half a minute: recovered endpoints are
 * cold and may fail again. After an absence of up to a second, in which no process restarts, it returns over as long a time as it
 * was away. Each backend has one ramp, which outlives policies.
 */
final class FailbackRamp {
    static final Slot<FailbackRamp> SLOT = Slot.of(FailbackRamp::new);

    private static final long RETURN_NANOS = 30_000_000_000L;
    private static final long BLINK_NANOS = 1_000_000_000L;

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

    /** Whether a return may be under way. */
    boolean isReturning() {
        return toPriority.returning || toZone.returning;
    }

    /** The progress of a return, for people; empty if none is under way. */
    String progress(long now) {
        String priority = toPriority.progress("the first priority", now);
        String zone = toZone.progress("the caller's zone", now);
        return priority.isEmpty() || zone.isEmpty() ? priority + zone : priority + ", " + zone;
    }

    /** The ramp from one share up to a greater one; a decrease takes effect at once. */
    private static final class Way {
        private double from = -1; // share of the calls; negative: no plan yet
        private double to;
        private long changedAt;
        private long awayNanos; // since the share was last whole, without the time of returns
        private boolean away;
        private volatile boolean returning;

        /** A plan with the same share, from another route or policy, does not restart the ramp. */
        synchronized void plan(double share, long now) {
            if (from >= 0 && Math.abs(share - to) < 1e-9) {
                return;
            }
            double current = from < 0 ? share : current(now);
            boolean up = share > to;
            if (away || (up && !isReturning(now))) {
                awayNanos = now - changedAt + (away ? awayNanos : 0);
            } else if (!isReturning(now)) {
                awayNanos = 0;
            }
            away = !up;
            from = Math.min(current, share);
            to = share;
            changedAt = now;
            returning = from < to;
        }

        boolean admits(long now, RandomGenerator random) {
            if (!returning) {
                return true;
            }
            double chance;
            synchronized (this) {
                if (!isReturning(now)) {
                    returning = false;
                    from = to;
                }
                chance = to == 0 ? 1 : current(now) / to;
            }
            return random.nextDouble() < chance;
        }

        private boolean isReturning(long now) {
            return returning && now - changedAt < length();
        }

        private long length() {
            return awayNanos <= BLINK_NANOS ? awayNanos : RETURN_NANOS;
        }

        private double current(long now) {
            double part = isReturning(now) ? (double) (now - changedAt) / length() : 1;
            return from + (to - from) * part;
        }

        synchronized String progress(String of, long now) {
            if (!isReturning(now)) {
                return "";
            }
            long left = changedAt + length() - now;
            return of + " returns: " + Math.round(100 * current(now) / to) + " % of its calls, all in "
                    + (left + 999_999_999) / 1_000_000_000 + " s";
        }
    }
}
