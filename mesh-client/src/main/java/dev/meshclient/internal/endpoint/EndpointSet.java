package dev.meshclient.internal.endpoint;

import java.util.Map;

/**
 * The current endpoints of a backend, as the balance layer reads them: an immutable list behind one volatile reference. The
 * policy states them, or they follow the endpoints that the service resolves to.
 */
public final class EndpointSet {
    private final ServiceState service;
    private final Map<String, String> labels;
    private final boolean follows;
    private volatile Part part;

    private record Part(EndpointList whole, EndpointList endpoints) {}

    private EndpointSet(ServiceState service, Map<String, String> labels, EndpointList first, boolean follows) {
        this.service = service;
        this.labels = labels;
        this.follows = follows;
        this.part = new Part(first, first.with(labels));
    }

    /** Endpoints that the policy states for a service; only those with these labels if there are any. */
    public static EndpointSet stated(ServiceState service, EndpointList whole, Map<String, String> labels) {
        return new EndpointSet(service, labels, whole, false);
    }

    /** Endpoints that the service resolves to at the time of the call; only those with these labels if there are any. */
    public static EndpointSet found(ServiceState service, Map<String, String> labels) {
        return new EndpointSet(service, labels, EndpointList.NONE, true);
    }

    /** The service of these endpoints. */
    public ServiceState service() {
        return service;
    }

    /** Whether the policy states them, so that they never change. */
    public boolean isStated() {
        return !follows;
    }

    /** All endpoints of the service that the policy states. */
    public EndpointList whole() {
        return part.whole;
    }

    /** The current endpoints. */
    public EndpointList now() {
        Part now = part;
        if (follows && now.whole != service.endpoints()) {
            EndpointList whole = service.endpoints();
            now = new Part(whole, whole.with(labels));
            part = now;
        }
        return now.endpoints;
    }
}
