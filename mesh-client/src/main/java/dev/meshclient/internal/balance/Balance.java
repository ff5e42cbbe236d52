package dev.meshclient.internal.balance;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.Pick;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Tls;
import dev.meshclient.internal.call.Failures;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import okhttp3.Response;

/** Chooses the endpoint of an attempt and counts it in flight until the end of its body. */
public final class Balance implements AttemptLayer {
    private final Time time;
    private final String backend;
    private final int known;
    private final Locality own;
    private final List<Plan.Priority> priorities;
    private final PlanSettings terms;
    private final ServiceState fleet;
    private final TrafficCounters transit;
    private final FailbackRamp homecoming;
    private final Object generation; // the rules of one policy share it
    private final AttemptLayer next;
    private volatile Plan plan;

    /**
     * Where the calls come from.
     *
     * @param locality our own
     * @param labels our own
     * @param callers instances of our own service by zone; empty if the policy does not list them
     */
    public record Origin(Locality locality, Map<String, String> labels, Map<String, Long> callers) {}

    /**
     * The endpoints of a backend.
     *
     * @param fleet says when one went out or came back
     * @param homecoming how far calls that left our zone are back
     */
    public record Members(String backend, List<Endpoint> endpoints, ServiceState fleet, FailbackRamp homecoming) {}

    private Balance(Time time, Members members, BalanceSettings terms, Origin origin, AttemptLayer next) {
        this.time = time;
        this.backend = members.backend;
        this.known = members.endpoints.size();
        this.own = origin.locality;
        this.priorities = Priorities.of(members.endpoints, origin, terms.localities());
        this.terms = new PlanSettings(
                new LevelSettings(terms.zoned(), origin.locality, origin.callers, terms.algorithm()),
                terms.failover(),
                terms.minHealthPercent(),
                terms.ejects());
        this.fleet = members.fleet;
        this.transit = members.fleet.transit();
        this.homecoming = members.homecoming;
        this.generation = members.endpoints;
        this.next = next;
        homecoming.takenOver(generation);
        this.plan = plan(fleet.changes());
    }

    /** Compiles the endpoints of a backend. */
    public static AttemptLayer create(
            Time time, Members members, BalanceSettings terms, Origin origin, AttemptLayer next) {
        return new Balance(time, members, terms, origin, next);
    }

    private Plan plan(int changes) {
        Plan fresh = Plan.of(priorities, terms, changes);
        if (!fresh.isEmpty()) { // who has nobody yet has left nobody
            homecoming.plan(generation, fresh.preferred(), fresh.home(), time.now());
        }
        return fresh;
    }

    /** The plan for who is in now; made anew by the first call after a change. */
    private Plan current() {
        Plan now = plan;
        if (now.changes() == fleet.changes()) {
            return now;
        }
        synchronized (this) {
            int changes = fleet.changes();
            if (plan.changes() != changes) {
                plan = plan(changes);
            }
            return plan;
        }
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        Plan now = current();
        Endpoint probed = now.nextProbe() == Long.MAX_VALUE ? null : now.toProbe(attempt, time.now());
        Endpoint endpoint = probed == null ? choose(now, attempt) : probed;
        Picked picked = new Picked(this, attempt, endpoint, probed != null, now.usable() > attempt.number());
        attempt.pick(picked);
        endpoint.state().incrementAndGet();
        transit.begun(Distance.between(own, endpoint.locality()));
        Target target = attempt.call().target();
        if (target != null
                && target.backend().tlsMode(endpoint) == Tls.Mode.DISABLE
                && !attempt.call().request().isHttps()) {
            transit.inTheClear();
        }
        attempt.onEnd(picked);
        return next.call(attempt);
    }

    /** The choice for an attempt, and what is given back at its end. */
    private record Picked(Balance balance, Attempt attempt, Endpoint endpoint, boolean isProbe, boolean hasAlternative)
            implements Pick, Runnable {
        @Override
        public EndpointsLeft left() {
            return balance.leftAfter(attempt);
        }

        @Override
        public void run() {
            balance.ended(attempt, endpoint);
        }
    }

    private void ended(Attempt attempt, Endpoint endpoint) {
        endpoint.state().decrementAndGet();
        transit.carried(Distance.between(own, endpoint.locality()), attempt.sentBytes(), attempt.receivedBytes());
    }

    private EndpointsLeft leftAfter(Attempt attempt) {
        Plan now = current();
        if (now.isEmpty() && !now.hasProbeAfter(attempt, time.now())) {
            return EndpointsLeft.NONE;
        }
        return terms.minHealthPercent() == 0 ? EndpointsLeft.SOME : EndpointsLeft.ALWAYS_SOME;
    }

    private Endpoint choose(Plan plan, Attempt attempt) throws NoHealthyEndpoint {
        if (plan.isEmpty()) {
            throw noneUsable(plan, attempt);
        }
        if (plan.isPanic()) {
            attempt.call().note("panic: too few endpoints are healthy, health does not count");
        }
        RandomGenerator random = time.random();
        if (attempt.previous() != null) {
            return plan.pickUntried(random, new Tried(attempt));
        }
        String key = attempt.call().options().hashKey();
        return key == null ? plan.pick(random, homecoming, time.now()) : plan.pickByKey(key);
    }

    private NoHealthyEndpoint noneUsable(Plan plan, Attempt attempt) {
        return attempt.refuse(decision -> Failures.make().noHealthyEndpoint(
                "no endpoint of '" + backend + "' admits calls: " + known + " known, " + why(plan),
                known == 0
                        ? "add endpoints to the service or subset"
                        : priorities.isEmpty()
                                ? "list their localities there, or state failover beside it"
                                : plan.out() == 0
                                        ? "see endpoints[].health and weight in the policy"
                                        : "see why they were ejected, or let outlierDetection.minHealthPercent be above 0",
                decision));
    }

    private String why(Plan plan) {
        if (known > 0 && priorities.isEmpty()) {
            return "none of them where localityLbSetting.distribute sends the calls from here";
        }
        long wait = Math.max(0, plan.nextProbe() - time.now());
        return plan.out() == 0
                ? "none of them healthy"
                : plan.out() + " ejected (next probe in " + (wait + 999_999_999) / 1_000_000_000 + " s)";
    }

    @Override
    public String toString() {
        return "balance(" + plan + ", " + terms.failover() + ", panic below " + terms.minHealthPercent() + " %)";
    }
}
