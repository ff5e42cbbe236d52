package dev.meshclient.internal.balance;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Choice;
import dev.meshclient.internal.call.Ending;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.util.Map;
import java.util.random.RandomGenerator;
import okhttp3.Response;

/** Chooses the endpoint of an attempt and counts it in flight until the end of its body. */
public final class Balance implements Layer, Ending, Choice {
    private final Time time;
    private final Locality own;
    private final Planner planner;
    private final TrafficCounters traffic;
    private final Layer next;

    /**
     * Where the calls come from.
     *
     * @param locality our own
     * @param labels our own
     * @param callers instances of our own service by zone; empty if the policy does not list them
     */
    public record Origin(Locality locality, Map<String, String> labels, Map<String, Long> callers) {}

    private Balance(Time time, Planner planner, Layer next) {
        this.time = time;
        this.own = planner.own();
        this.planner = planner;
        this.traffic = planner.traffic();
        this.next = next;
    }

    /** @param planner of the backend */
    public static Layer create(Time time, Planner planner, Layer next) {
        return new Balance(time, planner, next);
    }

    @Override
    public Response call(CallContext attempt) throws IOException {
        Plan now = planner.current();
        Endpoint endpoint = choose(now, attempt);
        attempt.endpoint(endpoint);
        attempt.choice(this);
        attempt.alternative(now.usable() > attempt.number());
        endpoint.state().begin();
        traffic.begun(Distance.between(own, endpoint.locality()));
        Target target = attempt.target();
        if (target != null
                && target.backend().tlsMode(endpoint) == Tls.Mode.DISABLE
                && !attempt.request().isHttps()) {
            traffic.inTheClear();
        }
        attempt.onEnd(this);
        return next.call(attempt);
    }

    @Override
    public void ended(CallContext attempt) {
        Endpoint endpoint = attempt.endpoint();
        if (endpoint != null) {
            endpoint.state().end();
            traffic.carried(Distance.between(own, endpoint.locality()), attempt.sentBytes(), attempt.receivedBytes());
        }
    }

    @Override
    public Left after(CallContext attempt) {
        Plan now = planner.current();
        if (now.isEmpty() && !now.hasProbeAfter(attempt, time.now())) {
            return Left.NOBODY;
        }
        return planner.minHealthPercent() == 0 ? Left.SOMEBODY : Left.ALWAYS_SOMEBODY;
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
        return key == null ? plan.pick(random, planner.ramp(), time.now()) : plan.pickByKey(key);
    }

    private NoHealthyEndpoint noneUsable(Plan plan, CallContext attempt) {
        attempt.refused();
        int known = planner.known();
        NoHealthyEndpoint e = new NoHealthyEndpoint(
                "no endpoint of '" + planner.backend() + "' admits calls: " + known + " known, " + why(plan, known),
                known == 0
                        ? "add endpoints to the service or subset"
                        : !planner.hasPriorities()
                                ? "list their localities there, or state failover beside it"
                                : plan.out() == 0
                                        ? "see endpoints[].health and weight in the policy"
                                        : "see why they were ejected, or let outlierDetection.minHealthPercent be above 0",
                attempt.decision());
        attempt.failed(Outcome.REFUSED, e);
        return e;
    }

    private String why(Plan plan, int known) {
        if (known > 0 && !planner.hasPriorities()) {
            return "none of them where localityLbSetting.distribute sends the calls from here";
        }
        long wait = Math.max(0, plan.nextProbe() - time.now());
        return plan.out() == 0
                ? "none of them healthy"
                : plan.out() + " ejected (next probe in " + (wait + 999_999_999) / 1_000_000_000 + " s)";
    }

    @Override
    public String toString() {
        return "balance(" + planner + ")";
    }
}
