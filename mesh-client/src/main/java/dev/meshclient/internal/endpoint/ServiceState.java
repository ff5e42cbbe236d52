package dev.meshclient.internal.endpoint;

import dev.meshclient.internal.time.Notifications;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What outlives a policy of a service: its endpoints in force, which of them are ejected, and the slots of concepts. */
public final class ServiceState extends BackendState {
    private final Notifications news = new Notifications();
    private volatile EndpointList endpoints = EndpointList.NONE;
    private volatile Ejected ejected = new Ejected(List.of());

    /** Which endpoints are ejected. Another one after every ejection, return and failed probe: compared by identity. */
    public static final class Ejected {
        private final List<EndpointHealth> endpoints;

        Ejected(List<EndpointHealth> endpoints) {
            this.endpoints = endpoints;
        }

        /** In the order of their ejection. */
        public List<EndpointHealth> endpoints() {
            return endpoints;
        }
    }

    /** Those in force. */
    public EndpointList endpoints() {
        return endpoints;
    }

    /** These are in force now; the consumer gets each that is not any more. */
    public synchronized void endpoints(EndpointList now, Consumer<EndpointHealth> gone) {
        EndpointList before = endpoints;
        if (before == now) {
            return;
        }
        now.inForce();
        endpoints = now;
        List<EndpointHealth> left =
                ejected.endpoints.stream().filter(now::hasInPlace).toList();
        if (left.size() < ejected.endpoints.size()) {
            ejected = new Ejected(left);
        }
        before.endpoints().forEach(e -> {
            if (!now.hasInPlace(e.state())) {
                gone.accept(e.state());
            }
        });
    }

    /** Those that are ejected. */
    public Ejected ejected() {
        return ejected;
    }

    /** This one was ejected or has returned, or it stays ejected after a probe. The caller holds this state's lock. */
    public synchronized void changed(EndpointHealth endpoint) {
        List<EndpointHealth> now = new ArrayList<>(ejected.endpoints);
        boolean known = now.contains(endpoint);
        if (known && !endpoint.isOut()) {
            now.remove(endpoint);
        } else if (!known && endpoint.isOut()) {
            now.add(endpoint);
        }
        ejected = new Ejected(List.copyOf(now));
    }

    /** Notes what happened and waits for nothing: {@link #tell} runs it. They are run in the order of these calls. */
    public void happened(Runnable told) {
        news.add(told);
    }

    /** Runs what {@link #happened}, one after the other, here or on the thread that does so just now; under no lock. */
    public void tell() {
        news.deliver();
    }
}
