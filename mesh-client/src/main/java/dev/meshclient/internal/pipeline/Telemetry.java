package dev.meshclient.internal.pipeline;

import dev.meshclient.MeshStatus;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.authz.PolicyInbound;
import dev.meshclient.internal.breaker.BackendBreaker;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.outlier.Outlier;
import dev.meshclient.internal.time.Time;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The observers and listeners of a mesh, and its metrics. */
public record Telemetry(Events events, Meters meters)
        implements Outlier.Watcher, BackendBreaker.Watcher, PolicyInbound.Watcher {
    /** No observers, no listeners, no metrics. */
    public static Telemetry none(Time time) {
        return of(Events.none(time));
    }

    /** No metrics. */
    public static Telemetry of(Events events) {
        return new Telemetry(events, Meters.NONE);
    }

    /** Gets decisions about calls; null: there are neither listeners nor metrics. */
    @Nullable
    Consumer<AuthorizationEvent> authorizations() {
        return events.hasListeners() || meters != Meters.NONE ? this::decided : null;
    }

    @Override
    public void decided(AuthorizationEvent event) {
        events.authorization(event);
        meters.authorization(event);
    }

    @Override
    public void allowed(String service, String policy) {
        meters.allowed(service, policy);
    }

    @Override
    public InboundExchange begin(InboundRequest request) {
        return meters.begin(request);
    }

    @Override
    public void ejected(String service, String endpoint, EjectionDetector detector, String why) {
        events.ejected(service, endpoint, why);
        meters.ejected(service, detector);
    }

    @Override
    public void breakerChanged(
            String service, String backend, MeshStatus.CircuitBreaker.BreakerState state, String why) {
        events.breakerChanged(service, backend, state, why);
    }

    @Override
    public void returned(String service, String endpoint, String why) {
        events.returned(service, endpoint, why);
    }
}
