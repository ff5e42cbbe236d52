package dev.meshclient.internal.pipeline;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.internal.authorize.Authorize;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.balance.BalanceSettings;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.credentials.Bearer;
import dev.meshclient.internal.deadline.AttemptTimer;
import dev.meshclient.internal.deadline.Deadline;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.limit.Limit;
import dev.meshclient.internal.outlier.Duty;
import dev.meshclient.internal.outlier.Outlier;
import dev.meshclient.internal.resolve.Resolve;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.retry.Retry;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.route.Route;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TrafficDistribution;
import dev.meshclient.telemetry.MeshListener;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The table of contents: the layers of a call, in the order in which a request travels through them. */
record Outbound(Time time, List<MeshListener> listeners, Balance.Origin origin, LocalWorkload self, Layer transport) {

    /** Envoy's panic threshold. */
    private static final int PANIC_PERCENT = 50;

    /** What a rule sends to a backend: the route is the rule's over the called service's, the settings are the backend's. */
    record To(
            Backend backend,
            RouteSettings route,
            BackendSettings settings,
            Balance.Members members,
            Duty duty,
            ResolvedEndpoints.@Nullable Part names, // then nobody is a member before the names are resolved
            InFlight inFlight,
            RetryBudget budget) {
        To with(List<Endpoint> endpoints) {
            Balance.Members found =
                    new Balance.Members(members.backend(), endpoints, members.fleet(), members.homecoming());
            return new To(backend, route, settings, found, duty, null, inFlight, budget);
        }

        /** Nothing is built in for a service whose endpoints nobody lists. */
        boolean neutral() {
            return !backend.hasEndpoints();
        }

        BalanceSettings balance() {
            Integer minHealth = settings.outlierDetection().minHealthPercent();
            return new BalanceSettings(
                    settings.loadBalancer() == null ? LoadBalancer.LEAST_REQUEST : settings.loadBalancer(),
                    settings.trafficDistribution() != TrafficDistribution.ANY,
                    settings.localityLbSetting() == null ? LocalityLbSetting.NONE : settings.localityLbSetting(),
                    settings.failoverMode() == null ? FailoverMode.SPILL : settings.failoverMode(),
                    minHealth == null ? PANIC_PERCENT : minHealth,
                    Outlier.isOn(settings.outlierDetection()));
        }
    }

    /** Once a call, above the rules. */
    Pipeline service(String policy, String name, List<Route.Rule> rules) {
        return Pipeline
                // Sees everything below, also the answers that we make ourselves.
                .top(next -> Events.ofCalls(listeners, next))
                // Every other setting hangs on the rule, and the backend is drawn once a call.
                .bottom(Route.create(time, policy, name, rules));
    }

    /** For hosts without a service: the same events, and an answer of our own. */
    Pipeline refusal(Layer refusal) {
        return Pipeline.top(next -> Events.ofCalls(listeners, next)).bottom(refusal);
    }

    /** Once a call and then once an attempt, below a rule. */
    Pipeline rule(To to) {
        BackendSettings s = to.settings();
        return Pipeline
                // ---- once a call
                // Before any work is spent on a call that would be refused.
                .top(next -> Authorize.create(
                        to.backend().service(), s.access().authorization(), caller(to), authorizations(), next))
                // One budget for all attempts, so above whatever repeats or waits.
                .then(next -> Deadline.create(time, to.route().timeouts().request(), to.neutral(), next))
                // Above retry: a call keeps its place over its attempts, and a refusal is never retried.
                .then(next -> Limit.create(to.inFlight(), s.limits().maxRequests(), to.neutral(), next))
                // Above balance: each attempt may take another endpoint.
                .then(next ->
                        Retry.create(time, to.route().retry(), to.neutral(), to.budget(), s.retryConstraint(), next))
                .bottom(attempt(to));
    }

    private Layer attempt(To to) {
        BackendSettings s = to.settings();
        ResolvedEndpoints.Part names = to.names();
        if (names != null) {
            // Above balance: an attempt chooses among the addresses that the names stand for by then.
            return Resolve.create(time, to.backend().name(), names, endpoints -> attempt(to.with(endpoints)));
        }
        return Pipeline
                // ---- once an attempt
                // Zone, then algorithm. Where nobody lists endpoints there is nothing to choose from.
                .top(next -> to.neutral() ? next : Balance.create(time, to.members(), to.balance(), origin, next))
                // Below balance, which chooses whom it judges, or whom this attempt probes; above the timer, whose
                // verdict counts.
                .then(next -> to.neutral() ? next : outlier(to, next))
                // Below balance, which chooses the endpoint that they name; above the timer, whose verdict they tell.
                .then(next -> Events.ofAttempts(listeners, next))
                // Above the timer: to fetch a token is no time of the peer's. Below what judges the peer, which did
                // nothing.
                .then(next -> Bearer.create(s.access().credentials(), self.tokens(), to.backend(), next))
                // Next to the wire: headers must come within it, and only this attempt ends by it.
                .then(next -> AttemptTimer.create(time, to.route().timeouts().backendRequest(), next))
                .bottom(transport);
    }

    /** Our identity is what the peer sees of us only where we show it. */
    Authorize.Caller caller(To to) {
        Tls tls = to.backend().tls();
        boolean shown = to.backend().hasEndpoints() // else it is the caller's client that connects
                && (tls.mode() == Tls.Mode.MESH_MUTUAL
                        || (tls.mode() == Tls.Mode.MUTUAL && tls.credentialName() == null));
        boolean alike = to.names() == null && to.members().endpoints().stream().allMatch(e -> e.tlsMode() == null);
        return new Authorize.Caller(
                shown && alike ? self.identity() : () -> null,
                self.workload().locality().zone());
    }

    private @Nullable Consumer<AuthorizationEvent> authorizations() {
        return listeners.isEmpty() ? null : event -> Events.authorization(listeners, event);
    }

    private Layer outlier(To to, Layer next) {
        Balance.Members members = to.members();
        return Outlier.create(
                time,
                to.settings().outlierDetection(),
                new Outlier.Judged(to.backend().service(), members.endpoints(), members.fleet(), to.duty()),
                new Watcher(listeners),
                next);
    }

    /** What happens to endpoints, told to those who are told what happens to calls. */
    private record Watcher(List<MeshListener> listeners) implements Outlier.Watcher {
        @Override
        public void ejected(String backend, String endpoint, String why) {
            Events.ejected(listeners, backend, endpoint, why);
        }

        @Override
        public void returned(String backend, String endpoint, String why) {
            Events.returned(listeners, backend, endpoint, why);
        }
    }
}
