package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import java.io.IOException;
import okhttp3.Response;

/** Records each call to a backend: only endpoints in use are checked, and as calls reach them. */
public final class BackendUse implements CallLayer {
    private final HealthChecks checks;
    private final CheckSettings settings;
    private final CallLayer next;

    private BackendUse(HealthChecks checks, CheckSettings settings, CallLayer next) {
        this.checks = checks;
        this.settings = settings;
        this.next = next;
    }

    /** @param rules if they check no endpoint the layer is left out */
    public static CallLayer create(CheckRules rules, CallLayer next) {
        CheckSettings settings = rules.settings();
        HealthChecks checks = rules.checks();
        return settings == null || checks == null ? next : new BackendUse(checks, settings, next);
    }

    @Override
    public Response call(Call call) throws IOException {
        checks.used(call);
        return next.call(call);
    }

    @Override
    public String toString() {
        return "health check(" + settings + ")";
    }
}
