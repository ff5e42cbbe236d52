package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.endpoint.ZoneAttempts;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a backend, shared by all routes that send to it. The first call after a change of its endpoints or their
 * ejections makes a new plan and reuses the unchanged parts.
 */
public final class Planner {
    private final Time time;
    private final String backend;
    private final EndpointSet endpoints;
    private final ServiceState service;
    private final FailbackRamp ramp;
    private final EndpointLimits limits;
    private final WaitingBackends waiting;
    private final EndpointLimitSettings limitSettings;
    private final BalanceSettings settings;
    private final Balance.Origin origin;
    private final PlanSettings planSettings;
    private final @Nullable HashInput hashInput;
    private final AtomicBoolean tabulating = new AtomicBoolean();
    private final @Nullable PeakEwma latencies;
    private final @Nullable LoadWeights loadWeights;
    private volatile @Nullable Made made;

    private record Made(EndpointList from, ServiceState.EjectedEndpoints ejected, List<Tier> tiers, Plan plan) {}

    private Planner(
            Time time,
            String backend,
            EndpointSet endpoints,
            BackendState state,
            BalanceSettings settings,
            Balance.Origin origin) {
        this.time = time;
        this.backend = backend;
        this.endpoints = endpoints;
        this.service = endpoints.service();
        this.ramp = state.get(FailbackRamp.SLOT);
        this.limits = state.get(EndpointLimits.SLOT);
        this.waiting = service.get(WaitingBackends.SLOT);
        this.limitSettings = EndpointLimitSettings.of(settings.limits());
        this.settings = settings;
        this.origin = origin;
        ConsistentHash hash = settings.balancer().consistentHash();
        this.hashInput = hash == null ? null : new HashInput(hash);
        this.latencies =
                settings.balancer().simple() == LoadBalancer.Simple.PEAK_EWMA ? service.get(PeakEwma.SLOT) : null;
        this.loadWeights = settings.balancer().simple() == LoadBalancer.Simple.WEIGHTED_LOAD
                ? new LoadWeights(settings.balancer(), task -> time.startAt(time.now(), "mesh-load-weights", task))
                : null;
        this.planSettings = new PlanSettings(
                new LevelSettings(
                        settings.zoned(),
                        origin.locality(),
                        origin.callers(),
                        settings.balancer(),
                        hash == null ? GroupLoads.UNUSED : state.get(GroupLoads.SLOT),
                        latencies == null ? PeakEwma.UNUSED : latencies,
                        loadWeights == null ? LoadWeights.UNUSED : loadWeights,
                        ClientSubset.of(settings.balancer(), origin, service, time.random())),
                settings.failover(),
                settings.minHealthPercent(),
                settings.ejects());
    }

    /**
     * Plans for endpoints that the policy states. Changes no live state.
     *
     * @param backend its name, for messages
     * @param state the live state of the backend
     */
    public static Planner create(
            Time time,
            String backend,
            EndpointSet endpoints,
            BackendState state,
            BalanceSettings settings,
            Balance.Origin origin) {
        Planner planner = new Planner(time, backend, endpoints, state, settings, origin);
        if (endpoints.isStated()) {
            EndpointList list = endpoints.now();
            planner.made = planner.make(list, planner.service.ejected(), planner.tiers(list));
        }
        return planner;
    }

    /** Puts this planner in force: from now on only its plans move the failback ramp. */
    public void activate(long now) {
        limits.activate(limitSettings);
        ramp.follow(this);
        Made known = made;
        if (known != null) {
            moveRamp(known.plan, now);
        }
    }

    /** The plan for the current endpoints. */
    Plan current() {
        return latest().plan;
    }

    /** Whether calls may be sent to this endpoint now. */
    boolean admits(EndpointHealth endpoint) {
        Made now = latest();
        return now.plan.levels().stream().anyMatch(level -> level.has(endpoint, now.from));
    }

    private Made latest() {
        Made now = made;
        if (now != null && now.from == endpoints.now() && now.ejected == service.ejected()) {
            return now;
        }
        EndpointList list = endpoints.now();
        if (now == null || now.from == list || hashInput == null || now.plan.isEmpty()) {
            return anew(list);
        }
        if (tabulating.compareAndSet(false, true)) {
            try {
                time.startAt(time.now(), "mesh-hash-table", () -> tabulate(list));
            } catch (RuntimeException | Error e) {
                tabulating.set(false); // the next call tries again
                throw e;
            }
        }
        return anew(now.from);
    }

    /** Makes the tables of hashes of other endpoints, which takes milliseconds: until then calls use the endpoints before. */
    private void tabulate(EndpointList list) {
        try {
            List<Tier> tiers = tiers(list);
            synchronized (this) {
                use(make(list, service.ejected(), tiers));
            }
        } finally {
            tabulating.set(false);
        }
    }

    private synchronized Made anew(EndpointList wanted) {
        Made before = made;
        EndpointList list = before != null && wanted != endpoints.now() ? before.from : wanted;
        ServiceState.EjectedEndpoints ejected = service.ejected();
        if (before == null || before.from != list || before.ejected != ejected) {
            return use(make(list, ejected, before != null && before.from == list ? before.tiers : tiers(list)));
        }
        return before;
    }

    private Made use(Made fresh) {
        made = fresh;
        moveRamp(fresh.plan, time.now());
        return fresh;
    }

    private List<Tier> tiers(EndpointList list) {
        List<Tier> tiers = new ArrayList<>();
        for (Plan.Priority priority : Priorities.of(list.endpoints(), origin, settings.localities())) {
            tiers.add(new Tier(priority, planSettings.zones()));
        }
        return tiers;
    }

    private Made make(EndpointList list, ServiceState.EjectedEndpoints ejected, List<Tier> tiers) {
        Plan plan = Plan.of(tiers, planSettings, new EjectedPositions(list, ejected.endpoints()));
        if (planSettings.zones().subset().isStated()) {
            endpoints.choose(plan.chosen(), plan.kept());
        }
        return new Made(list, ejected, tiers, plan);
    }

    /** An empty plan does not move the ramp: a backend whose endpoints are not known yet has not lost any. */
    private void moveRamp(Plan plan, long now) {
        if (!plan.isEmpty()) {
            ramp.plan(this, plan, now);
        }
    }

    /** The caller's locality. */
    Locality own() {
        return origin.locality();
    }

    /** The value whose hash chooses the endpoint; null: the policy states none. */
    @Nullable
    HashInput hashInput() {
        return hashInput;
    }

    EndpointLimits limits() {
        return limits;
    }

    /** The backends of the service that have attempts waiting. */
    WaitingBackends waiting() {
        return waiting;
    }

    /** The estimated latencies of the endpoints; null: the algorithm does not need them. */
    @Nullable
    PeakEwma latencies() {
        return latencies;
    }

    /** The weights by the load that endpoints report; null: the algorithm does not need them. */
    @Nullable
    LoadWeights loadWeights() {
        return loadWeights;
    }

    LoadReports loadReports() {
        return service.get(LoadReports.SLOT);
    }

    TrafficCounters traffic() {
        return service.get(TrafficCounters.SLOT);
    }

    ZoneAttempts zones() {
        return service.get(ZoneAttempts.SLOT);
    }

    FailbackRamp ramp() {
        return ramp;
    }

    String backend() {
        return backend;
    }

    /** The number of endpoints that the policy lists. */
    int known() {
        return endpoints.now().endpoints().size();
    }

    /** Why a subset has no endpoints although its service has some; null: another reason. */
    @Nullable
    String unmatched() {
        return endpoints.unmatched();
    }

    /** Whether the policy sends calls from this locality to any endpoint. */
    boolean hasPriorities() {
        Made now = made;
        return now != null && !now.tiers.isEmpty();
    }

    /** How an endpoint begins to get calls of the backend. */
    public SlowStart slowStart() {
        return planSettings.zones().slowStart();
    }

    int minHealthPercent() {
        return settings.minHealthPercent();
    }

    void explain(ExplanationSink to) {
        LoadBalancer.Simple simple = settings.balancer().simple();
        to.setting(
                "loadBalancer",
                simple != null && more().isEmpty() ? simple : Picker.words(settings.balancer()) + more());
        limitSettings.explain(to);
        to.setting("trafficDistribution", settings.zoned() ? "PreferSameZone" : "Any");
        to.setting(
                "localityLbSetting",
                settings.localities().equals(LocalityLbSetting.NONE) ? null : settings.localities());
        to.setting("failoverMode", settings.failover());
        to.setting(
                "outlierDetection.minHealthPercent",
                settings.minHealthPercent() == 0 ? null : settings.minHealthPercent());
        Made now = latest();
        now.plan.reasons().explain(to);
        new BalanceExplanation(service, now.plan, now.tiers, settings.ejects(), hashInput, time.now())
                .explain(to.call(), ramp, now.from.endpoints(), to);
    }

    /** What the policy states beside the algorithm. */
    private String more() {
        return (settings.balancer().weightedLoad() == null ? "" : ", " + loadWeights)
                + (settings.balancer().warmup() == null
                        ? ""
                        : ", " + settings.balancer().warmup());
    }

    @Override
    public String toString() {
        Plan plan = current();
        String progress = ramp.progress(time.now());
        return plan + (progress.isEmpty() ? "" : " (" + progress + ")") + ", " + settings.failover() + ", panic below "
                + settings.minHealthPercent() + " %" + limitSettings.inWords()
                + more();
    }
}
