package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Decider: the ramp from one share of the calls up to a greater one; a decrease takes effect at once. */
final class ShareRamp {
    private static final long RETURN_NANOS = 30_000_000_000L;

    private final ToDoubleFunction<Plan> share;
    private final Function<Plan, List<Endpoint>> endpoints;
    private final Map<Address, Long> left; // when each endpoint left; of the last 30 s
    private volatile Ramp ramp;

    private record Address(String host, int port) {
        static Set<Address> of(List<Endpoint> endpoints) {
            Set<Address> addresses = new HashSet<>();
            endpoints.forEach(e -> addresses.add(new Address(e.address(), e.port())));
            return addresses;
        }
    }

    /** The way from one share to another. */
    private record Ramp(double from, double to, long changedAt, long endsAt) {
        boolean ends(long now) {
            return from >= to || now >= endsAt;
        }

        double current(long now) {
            return ends(now) ? to : from + (to - from) * (now - changedAt) / (endsAt - changedAt);
        }
    }

    private ShareRamp(
            ToDoubleFunction<Plan> share,
            Function<Plan, List<Endpoint>> endpoints,
            Map<Address, Long> left,
            Ramp ramp) {
        this.share = share;
        this.endpoints = endpoints;
        this.left = left;
        this.ramp = ramp;
    }

    /** Begins at the share of this plan. */
    static ShareRamp at(Plan plan, long now, ToDoubleFunction<Plan> share, Function<Plan, List<Endpoint>> endpoints) {
        double planned = share.applyAsDouble(plan);
        return new ShareRamp(share, endpoints, new HashMap<>(), new Ramp(planned, planned, now, now));
    }

    /** Begins where this ramp is. */
    ShareRamp copy(ToDoubleFunction<Plan> otherShare, Function<Plan, List<Endpoint>> otherEndpoints) {
        return new ShareRamp(otherShare, otherEndpoints, new HashMap<>(left), ramp);
    }

    /**
     * Takes note of a new plan. A plan with the same share, from another route or policy, does not restart the ramp. A draining
     * endpoint ends: if its address returns, that is another process.
     *
     * @param current the share that the endpoints have now, of which the plan may take some away
     */
    void plan(Plan before, Plan plan, double current, long now) {
        double planned = share.applyAsDouble(plan);
        Ramp was = ramp;
        Set<Address> draining = Address.of(plan.draining());
        left.keySet().removeAll(draining);
        if (Math.abs(planned - was.to) < 1e-9 && Math.abs(current - was.current(now)) < 1e-9) {
            return;
        }
        long endsAt = was.endsAt;
        if (planned > was.to + 1e-9) {
            endsAt = Math.max(endsAt, now + length(before, plan, now));
        }
        Set<Address> leave = Address.of(endpoints.apply(before));
        leave.removeAll(draining);
        remember(leave, plan, now);
        ramp = new Ramp(Math.min(current, planned), planned, now, endsAt);
    }

    /** How long the return takes that the arriving endpoints bring about. Endpoints that got calls until now are warm. */
    private long length(Plan before, Plan plan, long now) {
        Set<Address> were = Address.of(endpoints.apply(before));
        Set<Address> called = Address.of(before.called());
        double nanos = 0;
        long weight = 0;
        for (Endpoint endpoint : endpoints.apply(plan)) {
            Address address = new Address(endpoint.address(), endpoint.port());
            if (!were.contains(address)) {
                long absence = called.contains(address) ? 0 : absence(endpoint, address, now);
                nanos += (double) endpoint.weight() * absence;
                weight += endpoint.weight();
            }
        }
        return weight == 0 ? RETURN_NANOS : (long) (nanos / weight);
    }

    private long absence(Endpoint endpoint, Address address, long now) {
        Long since = left.get(address);
        long ejected = endpoint.state().slowSince(); // or returned from that
        return since == null || (ejected != 0 && ejected >= since) ? RETURN_NANOS : Math.min(RETURN_NANOS, now - since);
    }

    /** Takes note of the endpoints that leave. */
    private void remember(Set<Address> leave, Plan plan, long now) {
        Set<Address> are = Address.of(endpoints.apply(plan));
        left.entrySet().removeIf(e -> now - e.getValue() >= RETURN_NANOS || are.contains(e.getKey()));
        leave.removeAll(are);
        leave.forEach(address -> left.put(address, now));
    }

    /** The share of the calls at this time. */
    double current(long now) {
        return ramp.current(now);
    }

    /** The current share as a part of the planned share. */
    double chance(long now) {
        Ramp known = ramp;
        return known.ends(now) || known.to == 0 ? 1 : known.current(now) / known.to;
    }

    boolean isReturning(long now) {
        return !ramp.ends(now);
    }

    /** Whether nothing has changed for so long that a new ramp would be the same. */
    boolean isAtRest(long now) {
        Ramp known = ramp;
        return known.ends(now) && now - known.changedAt >= RETURN_NANOS;
    }

    /** The time to the end of the return. */
    long left(long now) {
        return ramp.endsAt - now;
    }
}
