package dev.meshclient.internal.balance;

import dev.meshclient.Decision;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Result;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.endpoint.ZoneAttempts;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Chooses the endpoint of an attempt, counts it in flight until the end of its body, and counts its result. */
public final class Balance implements AttemptLayer {
    private static final int TOO_MANY_REQUESTS = 429;

    private final Time time;
    private final Locality own;
    private final Planner planner;
    private final TrafficCounters traffic;
    private final ZoneAttempts zones;
    private final EndpointLimits limits;
    private final WaitingBackends waiting;
    private final RecentAttempts recent;
    private final AttemptLayer next;

    /**
     * Where the calls come from.
     *
     * @param locality the caller's locality
     * @param labels the labels of the calling workload
     * @param callers number of instances of the calling service by zone; empty if the policy does not list them
     * @param instance the name of this instance of the calling service; empty: not stated
     */
    public record Origin(Locality locality, Map<String, String> labels, Map<String, Long> callers, String instance) {
        /** Without an instance. */
        public Origin(Locality locality, Map<String, String> labels, Map<String, Long> callers) {
            this(locality, labels, callers, "");
        }
    }

    private Balance(Time time, Planner planner, RecentAttempts recent, AttemptLayer next) {
        this.time = time;
        this.own = planner.own();
        this.planner = planner;
        this.traffic = planner.traffic();
        this.zones = planner.zones();
        this.limits = planner.limits();
        this.waiting = planner.waiting();
        this.recent = recent;
        this.next = next;
    }

    /** Attempts that wait for an endpoint of the backend below its limit. */
    public static int pending(BackendState backend) {
        EndpointLimits limits = backend.find(EndpointLimits.SLOT);
        return limits == null ? 0 : limits.pending();
    }

    /** Ends the waits for an endpoint of the backend. */
    public static void close(BackendState backend) {
        EndpointLimits.close(backend);
    }

    /**
     * @param planner makes the plans of the backend
     * @param recent counts the attempts of the last minute
     */
    public static AttemptLayer create(Time time, Planner planner, RecentAttempts recent, AttemptLayer next) {
        return new Balance(time, planner, recent, next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        Picked picked = limits.isWaitedFor(planner) ? null : pick(attempt);
        if (picked == null && attempt.isHedge()) { // it waits for nothing: another attempt runs
            throw attempt.refuse(this::noneForHedge);
        }
        if (picked == null) { // all endpoints are at their limits
            picked = limits.await(attempt, planner, this::pick);
        }
        Endpoint endpoint = picked.endpoint();
        attempt.pick(picked);
        AtomicInteger load = picked.groupLoad();
        if (load != null) {
            load.incrementAndGet();
        }
        traffic.begun(Distance.between(own, endpoint.locality()), isPlaintext(attempt.call(), endpoint));
        attempt.onEnd(picked);
        try {
            Response response = next.call(attempt);
            LoadWeights weights = planner.loadWeights();
            if (weights != null) {
                readLoad(attempt, endpoint, response, weights);
            }
            return response;
        } finally {
            count(attempt, endpoint);
        }
    }

    private static boolean isPlaintext(Call call, Endpoint endpoint) {
        Target target = call.target();
        return target != null
                && target.backend().tlsMode(endpoint) == Tls.Mode.DISABLE
                && !call.request().isHttps();
    }

    /** OkHttp's cache answers with a report of the past. */
    private void readLoad(Attempt attempt, Endpoint endpoint, Response response, LoadWeights weights) {
        Result result = attempt.result();
        if (result != null && result.outcome() == Outcome.RESPONSE) {
            planner.loadReports().add(planner.backend(), endpoint.state(), response, weights, attempt.decidedAt());
        }
    }

    /** Chooses an endpoint and counts the attempt there; null: all endpoints are at their limits. */
    private @Nullable Picked pick(Attempt attempt) throws NoHealthyEndpoint {
        Plan now = planner.current();
        Picked picked = new Picked(this, attempt, now);
        boolean mayProbe = now.nextProbe() != Long.MAX_VALUE && !attempt.isHedge();
        Endpoint probed = mayProbe ? now.probes().take(attempt, time.now()) : null;
        if (probed != null) { // no limit applies: it gets nothing but this
            picked.did(Picked.Step.PROBE);
            attempt.remark(probed.state().reason());
            probed.state().begin();
            picked.endpoint(probed);
            return picked;
        }
        String key = key(attempt.call());
        Endpoint endpoint = choose(now, attempt, key, picked);
        if (!limits.begin(endpoint.state(), attempt, planner)) {
            endpoint = FreeEndpoint.begin(now.levels(), endpoint, planner, attempt, numbers(key, picked), picked);
            if (endpoint == null) {
                return null;
            }
        } else if (limits.isExceeded(endpoint.state(), now)) {
            limits.recordExceeded(attempt.call(), planner.backend());
        }
        if (attempt.isHedge() && new Tried(attempt).has(endpoint)) {
            endpoint.state().end();
            throw attempt.refuse(this::noneForHedge);
        }
        picked.endpoint(endpoint);
        return picked;
    }

    /** Attempts that were not sent do not count. A limit that the caller set is no failure, and no latency of the endpoint. */
    private void count(Attempt attempt, Endpoint endpoint) {
        Result result = attempt.result();
        Outcome outcome = result == null ? Outcome.REFUSED : result.outcome();
        if (result == null || outcome == Outcome.REFUSED || outcome == Outcome.CACHED) {
            return;
        }
        long decidedAt = attempt.decidedAt();
        boolean answered = outcome == Outcome.RESPONSE;
        if (answered && result.status() == TOO_MANY_REQUESTS) {
            EndpointPart.answeredBusy(endpoint.state(), decidedAt);
        }
        boolean timed = answered || outcome == Outcome.ATTEMPT_TIMEOUT || outcome == Outcome.DEADLINE;
        boolean retry = attempt.number() > 1;
        boolean failed = answered
                ? result.status() >= 500
                : outcome != Outcome.CANCELLED && outcome != Outcome.SUPERSEDED && outcome != Outcome.LOCAL;
        long latency = timed ? decidedAt - attempt.startedAt() : RecentAttempts.NO_LATENCY;
        recent.add(endpoint.state(), retry, failed, latency, decidedAt);
        zones.add(endpoint.locality(), retry, failed, latency, decidedAt);
        PeakEwma latencies = planner.latencies();
        if (latencies != null && !attempt.isCutShort()) {
            latencies.add(endpoint.state(), result, decidedAt - attempt.startedAt(), decidedAt);
        }
    }

    void ended(Attempt attempt, Endpoint endpoint) {
        endpoint.state().end();
        waiting.lookAgain();
        traffic.carried(Distance.between(own, endpoint.locality()), attempt.sentBytes(), attempt.receivedBytes());
    }

    /**
     * @param open the endpoint that still counts the attempt, as its response is open: a retry closes it first; null: none
     */
    EndpointsLeft leftAfter(Attempt attempt, @Nullable EndpointHealth open) {
        Plan now = planner.current();
        if ((now.isEmpty() || limits.refuse(planner, now, open))
                && !now.probes().hasAfter(attempt, time.now())) {
            return EndpointsLeft.NONE;
        }
        return planner.minHealthPercent() == 0 || limits.inForce().isStated()
                ? EndpointsLeft.SOME
                : EndpointsLeft.ALWAYS_SOME;
    }

    private Endpoint choose(Plan plan, Attempt attempt, @Nullable String key, Picked picked) throws NoHealthyEndpoint {
        if (plan.isEmpty()) {
            String figures = figures(plan);
            attempt.call().note(figures);
            throw attempt.refuse(decision -> noneUsable(plan, figures, decision));
        }
        RandomGenerator random = time.random();
        if (planner.hashInput() != null) {
            return byHash(key, plan, attempt, picked);
        }
        if (attempt.previous() != null) {
            return plan.pickUntried(random, attempt.nowOrStart(), new Tried(attempt), picked);
        }
        if (key != null) {
            picked.did(Picked.Step.KEY);
            return plan.pickByKey(key);
        }
        long now = attempt.nowOrStart();
        remarkReturn(plan, attempt, now);
        return plan.pick(random, planner.ramp(), now, picked);
    }

    /** What keeps calls at one endpoint; null: nothing. It may ask the client's cookie jar, so once for each choice. */
    private @Nullable String key(Call call) {
        HashInput input = planner.hashInput();
        return input == null ? call.options().hashKey() : input.value(call);
    }

    private Endpoint byHash(@Nullable String value, Plan plan, Attempt attempt, Picked picked) {
        if (value != null) {
            picked.did(attempt.call().options().hashKey() == null ? Picked.Step.HASH : Picked.Step.HASH_OF_KEY);
        }
        long hash = value == null ? time.random().nextLong() : XxHash64.of(value);
        Tried tried = attempt.previous() == null ? null : new Tried(attempt);
        long now = attempt.nowOrStart();
        remarkReturn(plan, attempt, now);
        return plan.hashed().pick(hash, tried, planner.ramp(), now, picked);
    }

    /** The numbers that a search for another endpoint follows: a retry without a hash is random. */
    private RandomGenerator numbers(@Nullable String key, Picked picked) {
        boolean follows = planner.hashInput() != null || picked.has(Picked.Step.KEY);
        return key != null && follows ? new HashSequence(XxHash64.of(key)) : time.random();
    }

    private void remarkReturn(Plan plan, Attempt attempt, long now) {
        if (planner.ramp().isReturning(now) && !plan.isPanic()) {
            attempt.remark(planner.ramp().remark(now));
        }
    }

    private String figures(Plan plan) {
        int known = planner.known();
        String unmatched = planner.unmatched();
        return unmatched == null ? known + " known, " + why(plan, known) : unmatched;
    }

    private NoHealthyEndpoint noneUsable(Plan plan, String figures, Decision decision) {
        int known = planner.known();
        return Failures.make()
                .noHealthyEndpoint(
                        "no endpoint of '" + planner.backend() + "' admits calls: " + figures,
                        known == 0
                                ? planner.unmatched() == null
                                        ? "add endpoints to the service or subset"
                                        : "see endpoints[].labels and subsets[].labels in the policy"
                                : !planner.hasPriorities()
                                        ? "list their localities there, or state failover beside it"
                                        : plan.probes().count() == 0
                                                ? plan.probes().failingChecks() == 0
                                                        ? "see endpoints[].health and weight, and clusters[].state, in the policy"
                                                        : "see why they fail healthCheck, or let outlierDetection.minHealthPercent be above 0"
                                                : "see why they were ejected, or let outlierDetection.minHealthPercent be above 0",
                        decision);
    }

    /** The hedge layer keeps it from the caller: another attempt still runs. */
    private NoHealthyEndpoint noneForHedge(Decision decision) {
        return Failures.make()
                .noHealthyEndpoint(
                        "no other endpoint of '" + planner.backend() + "' admits a hedge",
                        "see retry and hedge in the policy",
                        decision);
    }

    private String why(Plan plan, int known) {
        if (known > 0 && !planner.hasPriorities()) {
            return "none of them where localityLbSetting.distribute sends the calls from here";
        }
        int failing = plan.probes().failingChecks();
        String checks = failing == 0 ? "none of them healthy" : failing + " fail their health checks";
        return plan.probes().count() == 0
                ? checks
                : plan.probes().count() + " ejected" + nextProbe(plan.nextProbe())
                        + (failing == 0 ? "" : ", " + checks);
    }

    /** Empty: an endpoint that was ejected in this plan returns just now. */
    private String nextProbe(long at) {
        long wait = Math.max(0, at - time.now());
        return at == Long.MAX_VALUE ? "" : " (next probe in " + (wait + 999_999_999) / 1_000_000_000 + " s)";
    }

    @Override
    public void explain(ExplanationSink to) {
        planner.explain(to);
        Plan plan = planner.current();
        Call call = to.call();
        boolean probes =
                call == null ? plan.nextProbe() <= time.now() : plan.probes().dueFor(call, time.now()) != null;
        if (plan.isEmpty() && !probes) {
            to.refuse(noneUsable(plan, figures(plan), to.decision()));
        } else if (!probes) {
            limits.explain(plan, planner.backend(), to);
        }
    }

    @Override
    public String toString() {
        return "balance(" + planner + ")";
    }
}
