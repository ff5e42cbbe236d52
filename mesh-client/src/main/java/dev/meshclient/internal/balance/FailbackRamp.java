package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: traffic that left a priority, or the caller's zone in the first priority, returns by degrees: recovered and new
 * endpoints are cold and may fail again. Until a call is admitted, the priority that served the calls gets it. Each endpoint whose
 * arrival brings traffic back counts with the time of its absence, and with 30 s if it is new, was ejected, drained or absent for
 * longer; the return takes the mean of these times. Each backend has one ramp, which outlives policies. A return begins with the
 * plan that the first call after the arrival makes, or with the policy if that states the endpoints.
 */
final class FailbackRamp {
    static final Slot<FailbackRamp> SLOT = Slot.of(FailbackRamp::new);

    private static final long REMARK_NANOS = 100_000_000L;

    private final PriorityRamps priorities = new PriorityRamps();
    private @Nullable Object followed;
    private @Nullable Plan last; // that sends calls to the first priority
    private volatile @Nullable ShareRamp zone;
    private volatile Remark remark = new Remark("", -REMARK_NANOS);

    /** The progress at a time. */
    private record Remark(String text, long at) {}

    /** Accepts plans of this planner only. Calls that began under an earlier policy may still make plans with its planner. */
    synchronized void follow(Object planner) {
        followed = planner;
    }

    /**
     * Moves the ramps to a new plan.
     *
     * @param planner the planner that made it
     */
    synchronized void plan(Object planner, Plan plan, long now) {
        if (planner != followed) {
            return;
        }
        priorities.plan(plan, now);
        if (plan.preferred() > 0) { // otherwise there are no calls to take a share of
            ShareRamp known = zone;
            Plan before = last;
            last = plan;
            if (known == null || before == null) {
                zone = ShareRamp.at(plan, now, Plan::home, Plan::atHome);
            } else {
                known.plan(before, plan, known.current(now), now);
            }
        }
    }

    /** The index of the level for a call that the plan sends to a level. */
    int level(Plan plan, int planned, long now, RandomGenerator random) {
        return priorities.isReturning(plan.order(planned), now)
                ? priorities.level(plan, planned, now, random.nextDouble())
                : planned;
    }

    /**
     * As above, for a call with a hash.
     *
     * @param drawn from 0 (inclusive) to 1 (exclusive), always the same for the hash, so that hashes return one by one
     */
    int level(Plan plan, int planned, long now, double drawn) {
        return priorities.isReturning(plan.order(planned), now) ? priorities.level(plan, planned, now, drawn) : planned;
    }

    /** Whether a call that the plan sends to the caller's zone is admitted there at this point of the ramp. */
    boolean admitsToZone(long now, RandomGenerator random) {
        ShareRamp known = zone;
        return known == null || !known.isReturning(now) || admitsToZone(now, random.nextDouble());
    }

    /** As above, for a call with a hash. */
    boolean admitsToZone(long now, double drawn) {
        return drawn < zoneChance(now);
    }

    /** The share of the calls of each level of the plan. */
    double[] levelShares(Plan plan, long now) {
        return priorities.shares(plan, now);
    }

    /** The chance that {@link #admitsToZone} says yes. */
    double zoneChance(long now) {
        ShareRamp known = zone;
        return known == null ? 1 : known.chance(now);
    }

    /** Whether a return is under way. */
    boolean isReturning(long now) {
        ShareRamp known = zone;
        return priorities.isReturning(now) || (known != null && known.isReturning(now));
    }

    /** The progress of a return, for people; empty if none is under way. */
    String progress(long now) {
        List<String> progress = priorities.progress(now);
        ShareRamp known = zone;
        if (known != null && known.isReturning(now)) {
            progress.add(inWords("the caller's zone returns", "its", known, now));
        }
        return String.join(", ", progress);
    }

    static String inWords(String returns, String whose, ShareRamp ramp, long now) {
        return returns + ": " + Math.round(100 * ramp.chance(now)) + " % of " + whose + " calls, all in "
                + (ramp.left(now) + 999_999_999) / 1_000_000_000 + " s";
    }

    /** As {@link #progress}, and up to 100 ms old: each call has it in its decision during a return. */
    String remark(long now) {
        Remark known = remark;
        if (now - known.at >= REMARK_NANOS) {
            known = new Remark(progress(now), now);
            remark = known;
        }
        return known.text;
    }
}
