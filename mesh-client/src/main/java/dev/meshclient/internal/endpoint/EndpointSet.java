package dev.meshclient.internal.endpoint;

import java.util.Map;

/**
 * What balance reads: the endpoints of a backend as they are now, an immutable list behind one volatile reference. A policy
 * states them, or they follow those that the service is found to have.
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

    /** Those that policy states for a service, or those of them with these labels. */
    public static EndpointSet stated(ServiceState service, EndpointList whole, Map<String, String> labels) {
        return new EndpointSet(service, labels, whole, false);
    }

    /** Those that the service has by then, or those of them with these labels. */
    public static EndpointSet found(ServiceState service, Map<String, String> labels) {
        return new EndpointSet(service, labels, EndpointList.NONE, true);
    }

    /** The service that they belong to. */
    public ServiceState service() {
        return service;
    }

    /** Whether policy states them, so that they never change. */
    public boolean isStated() {
        return !follows;
    }

    /** All of the service that policy states. */
    public EndpointList whole() {
        return part.whole;
    }

    /** As they are now. */
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
