package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Timeouts;
import org.jspecify.annotations.Nullable;

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

    private boolean hasShadowTimeouts() {
        return Boolean.TRUE.equals(route.timeouts().shadow());
    }

    /** The limits in force. */
    Timeouts timeouts() {
        return hasShadowTimeouts() ? Timeouts.NONE : route.timeouts();
    }

    /** The limits that are evaluated and not enforced. */
    Timeouts shadowTimeouts() {
        return hasShadowTimeouts() ? route.timeouts() : Timeouts.NONE;
    }

    /** The stated retries in force. */
    @Nullable
    RetryPolicy retry() {
        RetryPolicy stated = route.retry();
        return stated == null || stated.shadow() ? null : stated;
    }

    /** The retries that are evaluated and not made. */
    @Nullable
    RetryPolicy shadowRetry() {
        RetryPolicy stated = route.retry();
        return stated == null || !stated.shadow() ? null : stated;
    }

    /** States each {@code shadow} and {@code healthCheck}, also where nothing is left to evaluate and the layer of the section is left out. */
    void explainShadows(ExplanationSink to) {
        to.setting("timeouts.shadow", route.timeouts().shadow());
        to.setting("limits.shadow", settings.limits().shadow());
        to.setting("retryConstraint.shadow", settings.retryConstraint().shadow());
        to.setting("outlierDetection.shadow", settings.outlierDetection().shadow());
        to.setting("healthCheck", settings.healthCheck());
    }
}
