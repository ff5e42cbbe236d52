package dev.meshclient.internal.metrics;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.time.Time;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Counts the endpoints of a service by their state, at most once a second: a scrape asks once for each state, and a service may
 * have 100,000 endpoints.
 */
final class EndpointCounts {
    private static final long SECOND = 1_000_000_000L;

    private final Time time;
    private final ServiceState service;
    private Map<EndpointState, Integer> counts = Map.of();
    private long countedAt = -SECOND;

    EndpointCounts(Time time, ServiceState service) {
        this.time = time;
        this.service = service;
    }

    synchronized int of(EndpointState state) {
        long now = time.now();
        if (now - countedAt >= SECOND) {
            Map<EndpointState, Integer> fresh = new EnumMap<>(EndpointState.class);
            SlowStart slowStart = service.slowStart();
            Set<EndpointHealth> kept = service.kept();
            service.endpoints().endpoints().forEach(e -> {
                EndpointState known = EndpointState.of(e, true, slowStart, now);
                boolean unused = kept != null && known.admitsCalls() && !kept.contains(e.state());
                fresh.merge(unused ? EndpointState.UNUSED : known, 1, Integer::sum);
            });
            counts = fresh;
            countedAt = now;
        }
        return counts.getOrDefault(state, 0);
    }
}
