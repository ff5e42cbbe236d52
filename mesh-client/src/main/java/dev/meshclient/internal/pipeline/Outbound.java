package dev.meshclient.internal.pipeline;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.internal.authorize.Authorize;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.credentials.Bearer;
import dev.meshclient.internal.deadline.AttemptTimer;
import dev.meshclient.internal.deadline.Deadline;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.limit.Limit;
import dev.meshclient.internal.outlier.Outlier;
import dev.meshclient.internal.resolve.Resolve;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.retry.Retry;
import dev.meshclient.internal.route.Route;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Tls;
import dev.meshclient.telemetry.MeshListener;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The table of contents: the layers of a call, in the order in which a request travels through them. */
record Outbound(Time time, List<MeshListener> listeners, Balance.Origin origin, LocalWorkload self) {
    /** Once a call, above the rules. */
    CallLayer service(String policy, String name, List<Route.Rule> rules) {
        return Pipeline
                // Sees everything below, also the answers that we make ourselves.
                .call(next -> Events.ofCalls(listeners, next))
                // Every other setting hangs on the rule, and the backend is drawn once a call.
                .bottom(Route.create(time, policy, name, rules));
    }

    /** For hosts without a service: the same events, and an answer of our own. */
    CallLayer refusal(CallLayer refusal) {
        return Pipeline.call(next -> Events.ofCalls(listeners, next)).bottom(refusal);
    }

    /** Once a call and then once an attempt, below a rule. */
    CallLayer rule(BackendPlan plan) {
        BackendSettings s = plan.settings();
        return Pipeline
                // ---- once a call
                // Before any work is spent on a call that would be refused.
                .call(next -> Authorize.create(
                        plan.backend().service(), s.access().authorization(), caller(plan), authorizations(), next))
                // One budget for all attempts, so above whatever repeats or waits.
                .then(next -> Deadline.create(time, plan.route().timeouts().request(), plan.neutral(), next))
                // Above retry: a call keeps its place over its attempts, and a refusal is never retried.
                .then(next -> Limit.create(plan.inFlight(), s.limits().maxRequests(), plan.neutral(), next))
                // Above balance: each attempt may take another endpoint.
                .bridge(
                        next -> Retry.create(time, plan.route().retry(), plan.neutral(), plan.budget(), s.retryConstraint(), next),
                        attempts(plan));
    }

    private AttemptLayer attempts(BackendPlan plan) {
        BackendSettings s = plan.settings();
        ResolvedEndpoints.Part names = plan.names();
        if (names != null) {
            // Above balance: an attempt chooses among the addresses that the names stand for by then.
            return Resolve.create(time, plan.backend().name(), names, endpoints -> attempts(plan.with(endpoints)));
        }
        return Pipeline
                // ---- once an attempt
                // Zone, then algorithm. Where nobody lists endpoints there is nothing to choose from.
                .attempt(next ->
                        plan.neutral() ? next : Balance.create(time, plan.members(), plan.balance(), origin, next))
                // Below balance, which chooses whom it judges, or whom this attempt probes; above the timer, whose
                // verdict counts.
                .then(next -> plan.neutral() ? next : outlier(plan, next))
                // Below balance, which chooses the endpoint that they name; above the timer, whose verdict they tell.
                .then(next -> Events.ofAttempts(listeners, next))
                // Above the timer: to fetch a token is no time of the peer's. Below what judges the peer, which did
                // nothing.
                .then(next -> Bearer.create(s.access().credentials(), self.tokens(), plan.backend(), next))
                // Next to the wire: headers must come within it, and only this attempt ends by it.
                .then(next -> AttemptTimer.create(time, plan.route().timeouts().backendRequest(), next))
                .wire();
    }

    /** Our identity is what the peer sees of us only where we show it. */
    Authorize.Caller caller(BackendPlan plan) {
        Tls tls = plan.backend().tls();
        boolean shown = plan.backend().hasEndpoints() // else it is the caller's client that connects
                && (tls.mode() == Tls.Mode.MESH_MUTUAL
                        || (tls.mode() == Tls.Mode.MUTUAL && tls.credentialName() == null));
        boolean alike =
                plan.names() == null && plan.members().endpoints().stream().allMatch(e -> e.tlsMode() == null);
        return new Authorize.Caller(
                shown && alike ? self.identity() : () -> null,
                self.workload().locality().zone());
    }

    private @Nullable Consumer<AuthorizationEvent> authorizations() {
        return listeners.isEmpty() ? null : event -> Events.authorization(listeners, event);
    }

    private AttemptLayer outlier(BackendPlan plan, AttemptLayer next) {
        Balance.Members members = plan.members();
        return Outlier.create(
                time,
                plan.settings().outlierDetection(),
                new Outlier.Judged(plan.backend().service(), members.endpoints(), members.fleet(), plan.duty()),
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
