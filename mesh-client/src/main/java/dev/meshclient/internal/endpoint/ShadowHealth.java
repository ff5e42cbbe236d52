package dev.meshclient.internal.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The health that the endpoints of a service would have if its shadow ejection rules were enforced: for each endpoint that had
 * an attempt, statistics beside its own, which no call reads. Only services with such rules have it; it outlives policies.
 */
public final class ShadowHealth {
    /** The slot of a service. */
    public static final Slot<ShadowHealth> SLOT = Slot.of(ShadowHealth::new);

    private final Map<EndpointHealth, EndpointHealth> byEndpoint = new ConcurrentHashMap<>();
    private volatile List<EndpointHealth> ejected = List.of();

    /** The statistics of this endpoint; created on first use. */
    public EndpointHealth of(EndpointHealth endpoint) {
        EndpointHealth known = byEndpoint.get(endpoint);
        return known != null
                ? known
                : byEndpoint.computeIfAbsent(endpoint, e -> new EndpointHealth(e.address(), e.port()));
    }

    /** The statistics of this endpoint; null: it had no attempt. */
    public @Nullable EndpointHealth find(EndpointHealth endpoint) {
        return byEndpoint.get(endpoint);
    }

    /** The endpoints that would be ejected, in the order of their ejection. Each change makes a new list. */
    public List<EndpointHealth> ejected() {
        return ejected;
    }

    /** Records that this endpoint would be ejected now, or would have returned. The caller holds the lock of the service. */
    public void changed(EndpointHealth endpoint, boolean isEjected) {
        List<EndpointHealth> now = new ArrayList<>(ejected);
        now.remove(endpoint);
        if (isEjected) {
            now.add(endpoint);
        }
        ejected = List.copyOf(now);
    }

    /** Drops the statistics of all other endpoints. The caller holds the lock of the service. */
    public void retain(List<Endpoint> judged) {
        Set<EndpointHealth> retained = // compares by identity
                judged.stream().map(Endpoint::state).collect(Collectors.toSet());
        byEndpoint.keySet().retainAll(retained);
        List<EndpointHealth> left = ejected.stream().filter(retained::contains).toList();
        if (left.size() < ejected.size()) {
            ejected = left;
        }
    }

    /** Why this endpoint of a service would be ejected now; empty: it would not. */
    public static String reason(ServiceState service, EndpointHealth endpoint) {
        ShadowHealth shadow = service.find(SLOT);
        EndpointHealth statistics = shadow == null ? null : shadow.find(endpoint);
        return statistics != null && statistics.isEjected() ? statistics.reason() : "";
    }
}
