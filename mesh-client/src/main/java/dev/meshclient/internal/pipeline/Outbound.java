package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.authorize.Authorize;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.balance.BalanceSettings;
import dev.meshclient.internal.balance.Planner;
import dev.meshclient.internal.breaker.BackendBreaker;
import dev.meshclient.internal.breaker.Breaker;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.credentials.Bearer;
import dev.meshclient.internal.deadline.AttemptTimer;
import dev.meshclient.internal.deadline.Deadline;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.healthcheck.BackendUse;
import dev.meshclient.internal.healthcheck.CheckRules;
import dev.meshclient.internal.hedge.Hedge;
import dev.meshclient.internal.limit.Limit;
import dev.meshclient.internal.outlier.Ejections;
import dev.meshclient.internal.outlier.Outlier;
import dev.meshclient.internal.ratelimit.BackendRateLimit;
import dev.meshclient.internal.ratelimit.RateLimit;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.Resolve;
import dev.meshclient.internal.retry.Retry;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.retry.RetryPermits;
import dev.meshclient.internal.route.Route;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.OutlierDetection;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TrafficDistribution;
import java.util.List;

/** The table of contents: the layers of a call, in the order in which a request passes them. */
record Outbound(
        Time time, Telemetry telemetry, LocalWorkload self, DnsCache names, RecentAttempts recent, Pipeline pipeline) {
    /** Envoy's panic threshold. */
    private static final int PANIC_PERCENT = 50;

    /** Once for each call, above the rules. */
    CallLayer service(Revision revision, String name, List<Route.Rule> rules) {
        return pipeline
                // Observes all layers below, including failures that the mesh itself reports.
                .call(next -> telemetry.events().ofCalls(next))
                // Above the rules: counts the calls that find none. The rule counts the others, at the end of the body.
                .then(next -> telemetry.meters().ofUntargeted(name, next))
                // All other settings depend on the rule; the backend is drawn once for each call.
                .bottom(Route.create(time, revision, name, rules));
    }

    /** Where there are no rules: the same events and metrics, and a refusal. */
    static CallLayer refusal(Telemetry telemetry, String service, CallLayer refusal) {
        return new Pipeline()
                .call(next -> telemetry.events().ofCalls(next))
                .then(next -> telemetry.meters().ofUntargeted(service, next))
                .bottom(refusal);
    }

    /** Once for each call and then once for each attempt, below a rule. */
    CallLayer rule(BackendPlan plan) {
        BackendSettings s = plan.settings();
        return pipeline
                // ---- once for each call
                // Before any work for a call that would be refused.
                .call(next -> Authorize.create(
                        plan.backend().service(),
                        s.access().authorization(),
                        caller(plan),
                        telemetry.authorizations(),
                        next))
                // Next to deadline, whose limit applies instead.
                .then(next -> Deadline.shadow(time, plan.shadowTimeouts().request(), next))
                // One limit for all attempts, so above every layer that repeats or waits.
                .then(next -> Deadline.create(time, plan.timeouts().request(), plan.neutral(), next))
                // Above limit: a call that an open breaker refuses takes no place and waits for none.
                .then(next -> Breaker.create(plan.shared().breaker(), next))
                // Above retry: a call keeps its slot during all attempts, and a refusal is never retried. Below
                // deadline, which also ends the wait for a slot.
                .then(next ->
                        Limit.create(plan.shared().inFlight(), plan.shared().limits(), next))
                // Below limit, which bounds the calls that wait here and whose refused calls take no part of a period.
                // Above retry: the retry budget limits retries.
                .then(next -> RateLimit.create(plan.shared().rateLimit(), next))
                // Below limit: calls that it refuses do not need the endpoints.
                .then(next -> BackendUse.create(plan.shared().checks(), next))
                // Next to retry, whose attempts it judges.
                .then(next -> Retry.shadow(plan.shadowRetry(), plan.neutral(), next))
                // Above balance: each attempt may choose another endpoint.
                .bridge(
                        next -> Retry.create(
                                time,
                                plan.retry(),
                                plan.neutral(),
                                plan.shared().budget(),
                                next),
                        attempts(plan));
    }

    private AttemptLayer attempts(BackendPlan plan) {
        BackendSettings s = plan.settings();
        return pipeline
                // ---- once for each attempt
                // Below retry, which repeats what no hedge was better than; above balance: a hedge chooses another
                // endpoint. Not where no endpoints are listed.
                .attempt(next -> plan.neutral()
                        ? next
                        : Hedge.create(
                                time,
                                plan.route().hedge(),
                                plan.shared().state(),
                                Retry.forHedges(
                                        time,
                                        plan.retry(),
                                        plan.neutral(),
                                        plan.shared().budget()),
                                next))
                // Above balance, which has no endpoints before the names of the backend are resolved.
                .then(next -> Resolve.create(time, plan.shared().named(), names, next))
                // Zone, then algorithm. A backend without listed endpoints offers no choice.
                .then(next -> plan.neutral()
                        ? next
                        : Balance.create(time, plan.shared().planner(), recent, next))
                // Below balance, whose choice it judges or probes; above the timer, whose failures count.
                .then(next -> plan.neutral()
                        ? next
                        : Outlier.create(time, plan.shared().ejections(), next))
                // Below balance, whose endpoint the events name; above the timer, whose failures they report.
                .then(next -> telemetry.events().ofAttempts(next))
                // For the same reasons; below the events, so that the time of observers is not counted.
                .then(next -> telemetry
                        .meters()
                        .ofAttempts(
                                plan.backend().service(),
                                plan.backend().name(),
                                self.workload().locality(),
                                next))
                // For the same reasons as outlier; below the events, so that they report what it records.
                .then(next ->
                        plan.neutral() ? next : Outlier.shadow(plan.shared().ejections(), next))
                // Above the timer, so that the time to get a token is not counted as the peer's. Below outlier, since a
                // missing token does not count against the endpoint.
                .then(next -> Bearer.create(s.access().credentials(), self.tokens(), plan.backend(), next))
                // Once an attempt, so that the probes of a half-open breaker are attempts, retries and hedges included.
                // Below all layers that wait or refuse: permission is held only while the attempt is sent, and the
                // time to get a token is not slowness of the backend. Above the timer, whose failures count.
                .then(next -> Breaker.attempts(plan.shared().breaker(), next))
                // Below outlier and the token, so that it times the endpoint alone; above the timer, to see its limit.
                .then(next -> Limit.samples(
                        time, plan.shared().inFlight(), plan.shared().limits(), next))
                // Next to the wire: it limits the time to the response headers, and ends only this attempt.
                .then(next -> AttemptTimer.create(time, plan.timeouts().backendRequest(), next))
                // In the place of the timer: a policy has one of them.
                .then(next -> AttemptTimer.shadow(time, plan.shadowTimeouts().backendRequest(), next))
                .wire(to -> {
                    plan.explainShadows(to);
                    self.wire().accept(plan.backend(), to);
                });
    }

    /** The peer sees the identity only if this process presents its certificate. */
    Authorize.Caller caller(BackendPlan plan) {
        Tls tls = plan.backend().tls();
        boolean shown = plan.backend().hasEndpoints() // otherwise the caller's client connects
                && (tls.mode() == Tls.Mode.MESH_MUTUAL
                        || (tls.mode() == Tls.Mode.MUTUAL && tls.credentialName() == null));
        return new Authorize.Caller(
                shown && plan.shared().isAlike() ? self.identity() : () -> null,
                self.workload().locality().zone());
    }

    /** The plan of a backend, shared by its rules. */
    Planner planner(
            String backend, EndpointSet endpoints, BackendState state, BackendSettings settings, Balance.Origin from) {
        OutlierDetection ejection = settings.outlierDetection();
        Integer minHealth = Outlier.isShadow(ejection) ? null : ejection.minHealthPercent();
        BalanceSettings balance = new BalanceSettings(
                settings.loadBalancer() == null ? LoadBalancer.DEFAULT : settings.loadBalancer(),
                settings.trafficDistribution() != TrafficDistribution.ANY,
                settings.localityLbSetting() == null ? LocalityLbSetting.NONE : settings.localityLbSetting(),
                settings.failoverMode() == null ? FailoverMode.SPILL : settings.failoverMode(),
                minHealth == null ? PANIC_PERCENT : minHealth,
                Outlier.isOn(ejection),
                settings.limits());
        return Planner.create(time, backend, endpoints, state, balance, from);
    }

    /** The retry budget of a backend and its limit of retries in flight, shared by its rules. */
    RetryPermits budget(RetryBudget counts, BackendState state, BackendSettings settings) {
        return new RetryPermits(counts, settings.retryConstraint(), telemetry.events()::retryBudgetSpent)
                .with(settings.limits(), state);
    }

    /** The health checks of a backend, shared by its rules. */
    CheckRules checks(
            Backend backend, EndpointSet endpoints, BackendState state, BackendSettings settings, Ejections ejections) {
        return CheckRules.create(
                time, backend, endpoints, state, settings.healthCheck(), new CheckNews(telemetry, ejections));
    }

    /** The circuit breaker of a backend, shared by its rules. */
    BackendBreaker breaker(Backend backend, ServiceState service, BackendState state, BackendSettings settings) {
        return BackendBreaker.create(
                new BackendBreaker.Surroundings(time, self.registries().breakers(), telemetry),
                backend.service(),
                backend.name(),
                service,
                state,
                settings.circuitBreaker());
    }

    /** The rate limit of a backend, shared by its rules. */
    BackendRateLimit rateLimit(String backend, BackendState state, BackendSettings settings) {
        return BackendRateLimit.create(time, self.registries().rateLimiters(), backend, state, settings.rateLimit());
    }

    /** The ejection rules of a backend, shared by its rules. */
    Ejections ejections(String service, EndpointSet endpoints, BackendState state, BackendSettings settings) {
        return Ejections.create(time, service, endpoints, state, settings.outlierDetection(), telemetry);
    }
}
