package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.balance.Planner;
import dev.meshclient.internal.breaker.BackendBreaker;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.healthcheck.CheckRules;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.limit.LimitSettings;
import dev.meshclient.internal.outlier.Ejections;
import dev.meshclient.internal.ratelimit.BackendRateLimit;
import dev.meshclient.internal.resolve.Resolve;
import dev.meshclient.internal.retry.RetryPermits;
import org.jspecify.annotations.Nullable;

/**
 * The parts that all rules with the same backend share.
 *
 * @param name {@code service} or {@code service/subset}
 * @param service the service of the backend
 * @param hasEndpoints whether the policy has endpoints for it
 * @param named how calls wait for its names; null: it has none
 */
record CompiledBackend(
        String name,
        String service,
        ServiceState serviceState,
        BackendState state,
        EndpointSet endpoints,
        boolean hasEndpoints,
        Resolve.@Nullable NamedBackend named,
        LimitSettings limits,
        RetryPermits budget,
        Planner planner,
        Ejections ejections,
        CheckRules checks,
        BackendBreaker breaker,
        BackendRateLimit rateLimit) {
    /** Puts its limits, its plan, its ejection rules, its health checks, its breaker and its rate limit in force. */
    void activate(ActivationSteps steps, long now) {
        steps.run("the limits of " + name, () -> inFlight().activate(limits));
        steps.run("the plan of " + name, () -> planner.activate(now));
        steps.run("the ejection rules of " + name, () -> ejections.activate(now));
        steps.run("the health checks of " + name, checks::activate);
        steps.run("the circuit breaker of " + name, breaker::activate);
        steps.run("the rate limit of " + name, rateLimit::activate);
    }

    /** Its calls in flight, and those that wait for a slot. */
    InFlight inFlight() {
        return state.get(InFlight.SLOT);
    }

    /** Its calls that wait: for a slot, or for an endpoint below its limit. */
    int pending() {
        return inFlight().pending() + Balance.pending(state);
    }

    /** Whether all its endpoints use the TLS mode of its settings. */
    boolean isAlike() {
        return named == null && endpoints.now().endpoints().stream().allMatch(e -> e.tlsMode() == null);
    }
}
