package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Endpoint.Health;
import java.util.Locale;

/** Which calls an endpoint may get now. The statement of the registry comes first. */
public enum EndpointState {
    USABLE,
    EJECTED,
    /** Ejected, and a request finds out whether it answers again. */
    PROBING,
    /** It has returned, or is new, and gets fewer calls at first. */
    SLOW_START,
    /** It gets the calls that healthy endpoints cannot serve. */
    DEGRADED,
    DRAINING,
    /** The registry states it, or it fails its health checks. */
    UNHEALTHY,
    /** The policy gives it no calls. */
    UNUSED;

    /** @param ejects whether ejections count */
    public static EndpointState of(Endpoint endpoint, boolean ejects, SlowStart slowStart, long now) {
        if (endpoint.isInDrainingCluster() && endpoint.health() != Health.UNHEALTHY) {
            return DRAINING;
        }
        return switch (endpoint.health()) {
            case UNHEALTHY -> UNHEALTHY;
            case DRAINING -> DRAINING;
            case HEALTHY, UNKNOWN -> endpoint.weight() == 0 ? UNUSED : of(endpoint.state(), ejects, slowStart, now);
            case DEGRADED -> {
                EndpointState state = endpoint.weight() == 0 ? UNUSED : of(endpoint.state(), ejects, slowStart, now);
                yield state == USABLE ? DEGRADED : state;
            }
        };
    }

    private static EndpointState of(EndpointHealth endpoint, boolean ejects, SlowStart slowStart, long now) {
        if (endpoint.failsChecks()) {
            return UNHEALTHY;
        }
        return ejects && endpoint.isEjected()
                ? endpoint.isProbed() ? PROBING : EJECTED
                : slowStart.part(endpoint, now) < 1 ? SLOW_START : USABLE;
    }

    /** Whether it may get calls at all. */
    public boolean admitsCalls() {
        return this == USABLE || this == SLOW_START || this == DEGRADED;
    }

    /** Its name in metrics and explanations: {@code slow-start}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
