package dev.meshclient.internal.metrics;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.Time;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts the endpoints of a service by their state, at most once a second: a scrape asks once for each state, and a service may
 * have 100,000 endpoints.
 */
final class EndpointCounts {
    private static final long SECOND = 1_000_000_000L;

    private final Time time;
    private final ServiceState service;
    private Map<State, Integer> counts = Map.of();
    private long countedAt = -SECOND;

    /** The states; the registry's word is first. */
    enum State {
        USABLE,
        EJECTED,
        /** Ejected, and a request finds out whether it answers again. */
        PROBING,
        /** It has returned and gets fewer calls at first. */
        SLOW_START,
        DRAINING,
        UNHEALTHY;

        String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static State of(Endpoint endpoint, long now) {
            return switch (endpoint.health()) {
                case UNHEALTHY -> UNHEALTHY;
                case DRAINING -> DRAINING;
                case HEALTHY, UNKNOWN, DEGRADED -> of(endpoint.state(), now);
            };
        }

        private static State of(EndpointHealth endpoint, long now) {
            return endpoint.isEjected()
                    ? endpoint.isProbed() ? PROBING : EJECTED
                    : endpoint.slowStart(now) < 1 ? SLOW_START : USABLE;
        }
    }

    EndpointCounts(Time time, ServiceState service) {
        this.time = time;
        this.service = service;
    }

    synchronized int of(State state) {
        long now = time.now();
        if (now - countedAt >= SECOND) {
            Map<State, Integer> fresh = new EnumMap<>(State.class);
            service.endpoints().endpoints().forEach(e -> fresh.merge(State.of(e, now), 1, Integer::sum));
            counts = fresh;
            countedAt = now;
        }
        return counts.getOrDefault(state, 0);
    }
}
