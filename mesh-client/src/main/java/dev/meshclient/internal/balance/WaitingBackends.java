package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Slot;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The backends of a service for whose endpoints attempts wait. They share endpoints: the end of any attempt may serve each, and of
 * the attempts that an endpoint can serve the earliest begins.
 */
final class WaitingBackends {
    static final Slot<WaitingBackends> SLOT = Slot.of(WaitingBackends::new);

    private final Set<EndpointLimits> backends = ConcurrentHashMap.newKeySet();

    void add(EndpointLimits backend) {
        backends.add(backend);
    }

    void remove(EndpointLimits backend) {
        backends.remove(backend);
    }

    /** An endpoint of the service may have come free: lets the first attempts of each backend choose again. */
    void lookAgain() {
        if (!backends.isEmpty()) {
            backends.forEach(EndpointLimits::wakeFirst);
        }
    }

    /**
     * Whether an attempt of another planner that arrived earlier could begin at this endpoint.
     *
     * @param inFlight the attempts in flight at the endpoint
     * @param by plans the attempt that asks
     */
    boolean isClaimed(EndpointHealth endpoint, int inFlight, Planner by, long arrivedAt) {
        if (!backends.isEmpty()) {
            for (EndpointLimits backend : backends) {
                if (backend.claims(endpoint, inFlight, by, arrivedAt)) {
                    return true;
                }
            }
        }
        return false;
    }
}
