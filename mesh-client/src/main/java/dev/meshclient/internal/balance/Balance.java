package dev.meshclient.internal.balance;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Choice;
import dev.meshclient.internal.call.Ending;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import okhttp3.Response;

/** Chooses the endpoint of an attempt and counts it in flight until the end of its body. */
public final class Balance implements Layer, Ending, Choice {
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
    private final Layer next;
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

    private Balance(Time time, Members members, BalanceSettings terms, Origin origin, Layer next) {
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
    public static Layer create(Time time, Members members, BalanceSettings terms, Origin origin, Layer next) {
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
    public Response call(CallContext attempt) throws IOException {
        Plan now = current();
        Endpoint endpoint = choose(now, attempt);
        attempt.endpoint(endpoint);
        attempt.choice(this);
        attempt.alternative(now.usable() > attempt.number());
        endpoint.state().incrementAndGet();
        transit.begun(Distance.between(own, endpoint.locality()));
        Target target = attempt.target();
        if (target != null
                && target.backend().tlsMode(endpoint) == Tls.Mode.DISABLE
                && !attempt.request().isHttps()) {
            transit.inTheClear();
        }
        attempt.onEnd(this);
        return next.call(attempt);
    }

    @Override
    public void ended(CallContext attempt) {
        Endpoint endpoint = attempt.endpoint();
        if (endpoint != null) {
            endpoint.state().decrementAndGet();
            transit.carried(Distance.between(own, endpoint.locality()), attempt.sentBytes(), attempt.receivedBytes());
        }
    }

    @Override
    public Left after(CallContext attempt) {
        Plan now = current();
        if (now.isEmpty() && !now.hasProbeAfter(attempt, time.now())) {
            return Left.NOBODY;
        }
        return terms.minHealthPercent() == 0 ? Left.SOMEBODY : Left.ALWAYS_SOMEBODY;
    }

    private Endpoint choose(Plan plan, CallContext attempt) throws NoHealthyEndpoint {
        if (plan.nextProbe() != Long.MAX_VALUE) {
            Endpoint probed = plan.toProbe(attempt, time.now());
            if (probed != null) {
                attempt.probe(true);
                return probed;
            }
        }
        if (plan.isEmpty()) {
            throw noneUsable(plan, attempt);
        }
        if (plan.isPanic()) {
            attempt.note("panic: too few endpoints are healthy, health does not count");
        }
        RandomGenerator random = time.random();
        if (attempt.previous() != null) {
            return plan.pickUntried(random, new Tried(attempt));
        }
        String key = attempt.options().hashKey();
        return key == null ? plan.pick(random, homecoming, time.now()) : plan.pickByKey(key);
    }

    private NoHealthyEndpoint noneUsable(Plan plan, CallContext attempt) {
        attempt.refused();
        NoHealthyEndpoint e = Failures.make()
                .noHealthyEndpoint(
                        "no endpoint of '" + backend + "' admits calls: " + known + " known, " + why(plan),
                        known == 0
                                ? "add endpoints to the service or subset"
                                : priorities.isEmpty()
                                        ? "list their localities there, or state failover beside it"
                                        : plan.out() == 0
                                                ? "see endpoints[].health and weight in the policy"
                                                : "see why they were ejected, or let outlierDetection.minHealthPercent be above 0",
                        attempt.decision());
        attempt.failed(Outcome.REFUSED, e);
        return e;
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
