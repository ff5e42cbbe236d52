package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Slot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: traffic that left the first priority, or the caller's zone in it, returns by degrees: recovered and new endpoints are
 * cold and may fail again. Each endpoint whose arrival brings traffic back counts with the time of its absence, and with 30 s if
 * it is new, was ejected, drained or absent for longer; the return takes the mean of these times. Each backend has one ramp,
 * which outlives policies.
 */
final class FailbackRamp {
    static final Slot<FailbackRamp> SLOT = Slot.of(FailbackRamp::new);

    private static final long RETURN_NANOS = 30_000_000_000L;
    private static final long REMARK_NANOS = 100_000_000L;

    private final Way toPriority = new Way("the first priority", Plan::preferred, Plan::atFirst);
    private final Way toZone = new Way("the caller's zone", Plan::home, Plan::atHome);
    private @Nullable Object followed;
    private volatile Remark remark = new Remark("", -REMARK_NANOS);

    /** The progress at a time. */
    private record Remark(String text, long at) {}

    /** Accepts plans of this planner only. Calls that began under an earlier policy may still make plans with its planner. */
    synchronized void follow(Object planner) {
        followed = planner;
    }

    /**
     * Takes note of a new plan.
     *
     * @param planner the planner that made it
     */
    synchronized void plan(Object planner, Plan plan, long now) {
        if (planner != followed) {
            return;
        }
        toPriority.plan(plan, now);
        if (plan.preferred() > 0) { // otherwise there are no calls to take a share of
            toZone.plan(plan, now);
        }
    }

    /** Whether a call that the plan sends to the first priority is admitted there at this point of the ramp. */
    boolean admitsToPriority(long now, RandomGenerator random) {
        return toPriority.admits(now, random);
    }

    /**
     * As above, for a call with a hash.
     *
     * @param drawn from 0 (inclusive) to 1 (exclusive), always the same for the hash, so that hashes return one by one
     */
    boolean admitsToPriority(long now, double drawn) {
        return toPriority.admits(now, drawn);
    }

    /** Whether a call that the plan sends to the caller's zone is admitted there at this point of the ramp. */
    boolean admitsToZone(long now, RandomGenerator random) {
        return toZone.admits(now, random);
    }

    /** As above, for a call with a hash. */
    boolean admitsToZone(long now, double drawn) {
        return toZone.admits(now, drawn);
    }

    /** The chance that {@link #admitsToPriority} says yes. */
    double priorityChance(long now) {
        return toPriority.chance(now);
    }

    /** The chance that {@link #admitsToZone} says yes. */
    double zoneChance(long now) {
        return toZone.chance(now);
    }

    /** Whether a return may be under way. */
    boolean isReturning() {
        return toPriority.returning || toZone.returning;
    }

    /** The progress of a return, for people; empty if none is under way. */
    String progress(long now) {
        String priority = toPriority.progress(now);
        String zone = toZone.progress(now);
        return priority.isEmpty() || zone.isEmpty() ? priority + zone : priority + ", " + zone;
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

    /** The ramp from one share of the calls up to a greater one; a decrease takes effect at once. */
    private static final class Way {
        private final String name;
        private final ToDoubleFunction<Plan> share;
        private final Function<Plan, List<Endpoint>> endpoints;
        private final Map<Address, Long> left = new HashMap<>(); // when each endpoint left; of the last 30 s
        private @Nullable Plan last;
        private double from;
        private double to;
        private long changedAt;
        private long endsAt;
        private volatile boolean returning;

        private record Address(String host, int port) {
            static Address of(Endpoint endpoint) {
                return new Address(endpoint.address(), endpoint.port());
            }
        }

        Way(String name, ToDoubleFunction<Plan> share, Function<Plan, List<Endpoint>> endpoints) {
            this.name = name;
            this.share = share;
            this.endpoints = endpoints;
        }

        /**
         * A plan with the same share, from another route or policy, does not restart the ramp. A draining endpoint ends: if its
         * address returns, that is another process.
         */
        synchronized void plan(Plan plan, long now) {
            double planned = share.applyAsDouble(plan);
            Plan before = last;
            last = plan;
            Set<Address> draining = addresses(plan.draining());
            left.keySet().removeAll(draining);
            if (before == null) {
                from = planned;
                to = planned;
                endsAt = now;
                return;
            }
            if (Math.abs(planned - to) < 1e-9) {
                return;
            }
            double current = current(now);
            Set<Address> were = addresses(endpoints.apply(before));
            if (planned > to) {
                endsAt = Math.max(endsAt, now + length(plan, were, now));
            }
            were.removeAll(draining);
            remember(were, plan, now);
            from = Math.min(current, planned);
            to = planned;
            changedAt = now;
            returning = from < to;
        }

        private static Set<Address> addresses(List<Endpoint> endpoints) {
            Set<Address> addresses = new HashSet<>();
            endpoints.forEach(e -> addresses.add(Address.of(e)));
            return addresses;
        }

        /** How long the return takes that the arriving endpoints bring about. */
        private long length(Plan plan, Set<Address> were, long now) {
            double nanos = 0;
            long weight = 0;
            for (Endpoint endpoint : endpoints.apply(plan)) {
                Address address = Address.of(endpoint);
                if (!were.contains(address)) {
                    nanos += (double) endpoint.weight() * absence(endpoint, left.get(address), now);
                    weight += endpoint.weight();
                }
            }
            return weight == 0 ? RETURN_NANOS : (long) (nanos / weight);
        }

        private static long absence(Endpoint endpoint, @Nullable Long since, long now) {
            long ejected = endpoint.state().changedAt(); // or returned from that
            return since == null || (ejected != 0 && ejected >= since)
                    ? RETURN_NANOS
                    : Math.min(RETURN_NANOS, now - since);
        }

        /** Takes note of the endpoints that leave. */
        private void remember(Set<Address> were, Plan plan, long now) {
            Set<Address> are = addresses(endpoints.apply(plan));
            left.entrySet().removeIf(e -> now - e.getValue() >= RETURN_NANOS || are.contains(e.getKey()));
            were.removeAll(are);
            were.forEach(address -> left.put(address, now));
        }

        boolean admits(long now, RandomGenerator random) {
            return !returning || admits(now, random.nextDouble());
        }

        boolean admits(long now, double drawn) {
            if (!returning) {
                return true;
            }
            double chance;
            synchronized (this) {
                if (now >= endsAt) {
                    returning = false;
                    from = to;
                }
                chance = to == 0 ? 1 : current(now) / to;
            }
            return drawn < chance;
        }

        synchronized double chance(long now) {
            return returning && now < endsAt && to != 0 ? current(now) / to : 1;
        }

        private double current(long now) {
            boolean ramps = returning && now < endsAt;
            return ramps ? from + (to - from) * (now - changedAt) / (endsAt - changedAt) : to;
        }

        synchronized String progress(long now) {
            if (!returning || now >= endsAt) {
                return "";
            }
            return name + " returns: " + Math.round(100 * current(now) / to) + " % of its calls, all in "
                    + (endsAt - now + 999_999_999) / 1_000_000_000 + " s";
        }
    }
}
