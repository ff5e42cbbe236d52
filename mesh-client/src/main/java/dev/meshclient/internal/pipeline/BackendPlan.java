package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.RouteSettings;

/**
 * How the calls of a rule reach a backend.
 *
 * @param route the rule's settings on top of those of the called service
 * @param settings the backend's settings
 * @param shared the parts that it shares with other rules
 */
record BackendPlan(Backend backend, RouteSettings route, BackendSettings settings, CompiledBackend shared) {
    /** Whether no built-in settings apply, as for a service whose endpoints are not listed. */
    boolean neutral() {
        return !backend.hasEndpoints();
    }

    InFlight inFlight() {
        return shared.state().get(InFlight.SLOT);
    }
}
