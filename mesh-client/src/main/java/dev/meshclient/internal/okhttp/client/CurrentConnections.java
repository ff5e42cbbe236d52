package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import java.time.Duration;
import okhttp3.Response;

/**
 * The connections that each endpoint uses now: replaced when they are old, silent, idle for longer than the peer keeps them, or
 * made before the ejection of their endpoint.
 */
public final class CurrentConnections {
    private static final Duration MAX_AGE = Duration.ofHours(1);

    private final Time time;
    private final Identities identities;
    private final Derivation derivation;

    public CurrentConnections(Time time, Identities identities, Derivation derivation) {
        this.time = time;
        this.identities = identities;
        this.derivation = derivation;
    }

    /** The connections of an endpoint, new ones if its are old. */
    public EndpointConnections of(Endpoint endpoint) {
        if (endpoint.state().transport() instanceof EndpointConnections now && !now.isOld(endpoint.state())) {
            return now;
        }
        EndpointConnections old;
        EndpointConnections fresh;
        synchronized (endpoint.state()) {
            old = endpoint.state().transport() instanceof EndpointConnections now ? now : null;
            if (old != null && !old.isOld(endpoint.state())) {
                return old;
            }
            fresh = replaced(endpoint, old == null ? Long.MAX_VALUE : old.keepAliveNanos());
        }
        if (old != null) { // without the lock: to close TLS is to write
            old.retire();
        }
        return fresh;
    }

    private EndpointConnections replaced(Endpoint endpoint, long keepAliveNanos) {
        double jitter = 0.9 + time.random().nextDouble() / 5;
        long retireAt = time.now() + (long) (MAX_AGE.toNanos() * jitter);
        EndpointConnections fresh =
                new EndpointConnections(time, identities, derivation, endpoint.name(), retireAt, keepAliveNanos);
        endpoint.state().transport(fresh);
        return fresh;
    }

    /** If the peer states when it closes idle connections, the mesh closes them one to two seconds earlier. */
    public void answered(Endpoint endpoint, EndpointConnections connections, Response response) {
        String header = response.header("Keep-Alive");
        long seconds = header == null ? -1 : KeepAlive.timeoutSeconds(header);
        if (seconds < 0) {
            return;
        }
        long nanos = Math.max(500_000_000L, (seconds - 2) * 1_000_000_000L);
        if (nanos < connections.keepAliveNanos()) {
            synchronized (endpoint.state()) {
                if (endpoint.state().transport() != connections) {
                    return;
                }
                replaced(endpoint, nanos);
            }
            connections.retire();
        }
    }
}
