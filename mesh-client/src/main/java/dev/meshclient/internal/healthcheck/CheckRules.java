package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.HealthCheck;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The health checks of one policy for a backend, and what their results change. */
public final class CheckRules {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.healthcheck");

    private final Time time;
    private final Backend backend;
    private final EndpointSet endpoints;
    private final @Nullable CheckSettings settings; // null: no checks
    private final @Nullable HealthChecks checks; // null: there are none, and there were none
    private final CheckPlaces places;
    private final Watcher watcher;

    /** Is notified of results. */
    public interface Watcher {
        /** A check has ended. */
        void checked(String service, CheckResult result);

        /** The endpoint gets no calls until it passes its checks. */
        void unhealthy(String service, String endpoint, String why);

        /** The endpoint gets calls again. */
        void healthy(String service, String endpoint, String why);

        /** An ejected endpoint has passed its checks: it may return. */
        void passed(EndpointHealth endpoint, String why, long now);
    }

    private CheckRules(
            Time time,
            Backend backend,
            EndpointSet endpoints,
            @Nullable CheckSettings settings,
            @Nullable HealthChecks checks,
            Watcher watcher) {
        this.time = time;
        this.backend = backend;
        this.endpoints = endpoints;
        this.settings = settings;
        this.checks = checks;
        this.places = endpoints.service().mesh().get(CheckPlaces.SLOT);
        this.watcher = watcher;
    }

    /**
     * Rules that are not in force yet.
     *
     * @param state of the backend; outlives these rules
     * @param stated null: no checks
     */
    public static CheckRules create(
            Time time,
            Backend backend,
            EndpointSet endpoints,
            BackendState state,
            @Nullable HealthCheck stated,
            Watcher watcher) {
        CheckSettings of = stated == null || !backend.hasEndpoints() ? null : CheckSettings.of(stated);
        CheckSettings settings = of != null && of.isOn() ? of : null;
        HealthChecks checks = settings == null ? state.find(HealthChecks.SLOT) : state.get(HealthChecks.SLOT);
        return new CheckRules(time, backend, endpoints, settings, checks, watcher);
    }

    /** Puts these rules in force. */
    public void activate() {
        if (checks != null) {
            checks.inForce(this);
        }
    }

    /** Stops the checks: the mesh is closed. */
    public void close() {
        if (checks != null) {
            checks.close();
        }
    }

    @Nullable
    CheckSettings settings() {
        return settings;
    }

    @Nullable
    HealthChecks checks() {
        return checks;
    }

    CheckPlaces places() {
        return places;
    }

    Time time() {
        return time;
    }

    Backend backend() {
        return backend;
    }

    EndpointSet endpoints() {
        return endpoints;
    }

    void checked(CheckResult result) {
        watcher.checked(backend.service(), result);
    }

    /** The endpoint gets no calls from now on. Its checker holds its own lock, and runs {@link #notifyListeners} without it. */
    void unhealthy(EndpointHealth endpoint, String why) {
        synchronized (service()) {
            if (endpoint.failChecks(why)) {
                changed(endpoint, () -> {
                    LOG.info("endpoint {} of '{}' gets no calls: {}", endpoint.name(), backend.service(), why);
                    watcher.unhealthy(backend.service(), endpoint.name(), why);
                });
            }
        }
    }

    /** The endpoint gets calls again; as {@link #unhealthy}. */
    void healthy(EndpointHealth endpoint, String why) {
        synchronized (service()) {
            if (endpoint.passChecks(time.now())) {
                usable(endpoint, why);
            }
        }
    }

    /** The endpoint is not checked any more, and so does not fail its checks; as {@link #unhealthy}. */
    void release(EndpointHealth endpoint, String why) {
        synchronized (service()) {
            if (checks != null && endpoint.releaseChecks(checks)) {
                usable(endpoint, why);
            }
        }
    }

    private void usable(EndpointHealth endpoint, String why) {
        changed(endpoint, () -> {
            LOG.info("endpoint {} of '{}' gets calls again: {}", endpoint.name(), backend.service(), why);
            watcher.healthy(backend.service(), endpoint.name(), why);
        });
    }

    /** An ejected endpoint gets no calls anyway, nor one that drains: listeners are notified only when that changes. */
    private void changed(EndpointHealth endpoint, Runnable notice) {
        EndpointList listed = service().endpoints();
        if (listed.has(endpoint)) {
            if (!endpoint.isEjected() && listed.isInService(endpoint)) {
                service().queueNotification(notice);
            }
            service().changed(endpoint);
        }
    }

    private ServiceState service() {
        return endpoints.service();
    }

    void notifyListeners() {
        service().notifyListeners();
    }

    /** An ejected endpoint has passed its checks. */
    void passed(EndpointHealth endpoint, String why) {
        watcher.passed(endpoint, why, time.now());
    }
}
