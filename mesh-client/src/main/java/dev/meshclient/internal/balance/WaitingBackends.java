package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The backends of a service for whose endpoints attempts wait. They share endpoints: the end of any attempt may serve each. */
final class WaitingBackends {
    static final Slot<WaitingBackends> SLOT = Slot.of(WaitingBackends::new);

    private final Set<EndpointLimits> backends = ConcurrentHashMap.newKeySet();

    void add(EndpointLimits backend) {
        backends.add(backend);
    }

    void remove(EndpointLimits backend) {
        backends.remove(backend);
    }

    /** An attempt at an endpoint of the service has ended. */
    void attemptEnded() {
        if (!backends.isEmpty()) {
            backends.forEach(EndpointLimits::wakeFirst);
        }
    }
}
