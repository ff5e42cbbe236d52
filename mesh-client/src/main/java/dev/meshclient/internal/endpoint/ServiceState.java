package dev.meshclient.internal.endpoint;

import dev.meshclient.internal.time.Notifications;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state of a service that outlives policies: its endpoints in force, the ejected ones, and the slots of concepts. */
public final class ServiceState extends BackendState {
    private final BackendState mesh;
    private final Notifications news = new Notifications();
    private volatile EndpointList endpoints = EndpointList.NONE;
    private volatile EjectedEndpoints ejected = new EjectedEndpoints(List.of());
    private volatile List<EndpointSet> sets = List.of();
    private volatile SlowStart slowStart = SlowStart.BUILT_IN;

    /**
     * The ejected endpoints, and those that fail their health checks. Every ejection, return and failed probe makes a new object:
     * compare by identity.
     */
    public static final class EjectedEndpoints {
        private final List<EndpointHealth> endpoints;

        EjectedEndpoints(List<EndpointHealth> endpoints) {
            this.endpoints = endpoints;
        }

        /** In the order of their ejection. */
        public List<EndpointHealth> endpoints() {
            return endpoints;
        }
    }

    /** A service of a mesh of its own. */
    public ServiceState() {
        this(new BackendState());
    }

    ServiceState(BackendState mesh) {
        this.mesh = mesh;
    }

    /** The state that all services of the mesh share. */
    public BackendState mesh() {
        return mesh;
    }

    /** The endpoints in force. */
    public EndpointList endpoints() {
        return endpoints;
    }

    /** Puts these endpoints in force, and records those that begin to get calls; the consumer gets each removed endpoint. */
    public synchronized void endpoints(EndpointList list, long now, Consumer<EndpointHealth> gone) {
        if (list != endpoints) {
            list.begin(endpoints, now);
        }
        endpoints(list, gone);
    }

    /** Puts these endpoints in force, none of which is new; the consumer gets each removed endpoint. */
    public synchronized void endpoints(EndpointList now, Consumer<EndpointHealth> gone) {
        EndpointList before = endpoints;
        if (before == now) {
            return;
        }
        before.notInForce();
        now.inForce();
        endpoints = now;
        List<EndpointHealth> left = new ArrayList<>(ejected.endpoints);
        if (left.removeIf(endpoint -> !now.hasInPlace(endpoint))) {
            ejected = new EjectedEndpoints(List.copyOf(left));
        }
        before.endpoints().forEach(e -> {
            if (!now.hasInPlace(e.state())) {
                gone.accept(e.state());
            }
        });
    }

    /** Replaces the endpoints of its backends. */
    public void sets(List<EndpointSet> now) {
        sets = now;
    }

    /** The endpoints that one of its backends does not leave out; null: none leaves out any. Only metrics need it. */
    public @Nullable Set<EndpointHealth> kept() {
        List<EndpointSet> now = sets;
        if (now.stream().allMatch(set -> set.kept() == null)) {
            return null;
        }
        Set<EndpointHealth> kept = new HashSet<>(); // compares by identity
        for (EndpointSet set : now) {
            List<Endpoint> some = set.kept();
            (some == null ? set.now().endpoints() : some).forEach(e -> kept.add(e.state()));
        }
        return kept;
    }

    /** That of its backends; the longest, if they differ. Only metrics need it. */
    public SlowStart slowStart() {
        return slowStart;
    }

    /** Replaces the slow start of its backends. */
    public void slowStart(SlowStart now) {
        slowStart = now;
    }

    /** The ejected endpoints. */
    public EjectedEndpoints ejected() {
        return ejected;
    }

    /**
     * Records that this endpoint was ejected, has returned, stays ejected after a probe, or fails or passes its health checks. The
     * caller holds this state's lock.
     */
    public synchronized void changed(EndpointHealth endpoint) {
        List<EndpointHealth> now = new ArrayList<>(ejected.endpoints);
        boolean known = now.contains(endpoint);
        if (known && !endpoint.isOut()) {
            now.remove(endpoint);
        } else if (!known && endpoint.isOut()) {
            now.add(endpoint);
        }
        ejected = new EjectedEndpoints(List.copyOf(now));
    }

    /** Queues a notification without waiting; {@link #notifyListeners} runs the queue in the order of these calls. */
    public void queueNotification(Runnable notification) {
        news.add(notification);
    }

    /**
     * Runs the queued notifications one after the other, on this thread or on the thread that already runs them; holds no lock
     * meanwhile.
     */
    public void notifyListeners() {
        news.deliver();
    }
}
