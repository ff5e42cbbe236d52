package dev.meshclient.internal.endpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The states of all services and backends of a policy, by name. The next policy takes over those that it needs. Immutable. */
public final class LiveStates {
    /** Before the first policy. */
    public static final LiveStates NONE = new LiveStates(null, Map.of(), Map.of());

    private final @Nullable BackendState mesh; // null: before the first policy
    private final Map<String, ServiceState> services;
    private final Map<String, BackendState> backends;

    private LiveStates(
            @Nullable BackendState mesh, Map<String, ServiceState> services, Map<String, BackendState> backends) {
        this.mesh = mesh;
        this.services = services;
        this.backends = backends;
    }

    /** Begins the states of the next policy. */
    public Next next() {
        return new Next();
    }

    /** Collects the states that a policy needs, existing and new ones. Changes none of them. */
    public final class Next {
        private final BackendState ofMesh = mesh == null ? new BackendState() : mesh;
        private final Map<String, ServiceState> nextServices = new HashMap<>(2 * services.size());
        private final Map<String, BackendState> nextBackends = new HashMap<>(2 * backends.size());

        private Next() {}

        /** The state of this service; created if there is none. */
        public ServiceState service(String name) {
            return nextServices.computeIfAbsent(name, n -> {
                ServiceState known = services.get(n);
                return known == null ? new ServiceState(ofMesh) : known;
            });
        }

        /** The state of this service or subset; created if there is none. */
        public BackendState backend(String name) {
            return nextBackends.computeIfAbsent(name, n -> {
                BackendState known = backends.get(n);
                return known == null ? new BackendState() : known;
            });
        }

        /** Keeps the state of this service, which the policy in force has. */
        public void keepService(String name, ServiceState state) {
            nextServices.put(name, state);
        }

        /** Keeps the state of this service or subset, which the policy in force has. */
        public void keepBackend(String name, BackendState state) {
            nextBackends.put(name, state);
        }

        /** The collected states, and the busy ones that the policy does not need. */
        public LiveStates build() {
            backends.forEach((name, state) -> {
                BackendState busy = nextBackends.containsKey(name) ? null : state.busyPart();
                if (busy != null) {
                    nextBackends.put(name, busy);
                }
            });
            return new LiveStates(ofMesh, nextServices, nextBackends);
        }
    }

    /**
     * Puts the states of the next policy in force.
     *
     * @param gone gets the endpoints of removed services
     * @param step runs each part of it
     */
    public void follow(LiveStates next, Consumer<EndpointHealth> gone, Consumer<Runnable> step) {
        backends.forEach((name, state) -> {
            BackendState now = next.backends.get(name);
            if (now != state) {
                state.drop(now, step);
            }
        });
        services.forEach((name, state) -> {
            if (next.services.get(name) != state) {
                step.accept(() -> state.endpoints(EndpointList.NONE, gone));
                state.drop(null, step);
            }
        });
    }

    /** The state of this service; null: no call can reach the service. */
    public @Nullable ServiceState service(String name) {
        return services.get(name);
    }

    /** Hands the state of every service to the consumer. */
    public void forEachService(Consumer<ServiceState> consumer) {
        services.values().forEach(consumer);
    }

    /** Hands the state of every backend to the consumer, also of those that only running calls need. */
    public void forEachBackend(Consumer<BackendState> consumer) {
        backends.values().forEach(consumer);
    }

    /** Hands every endpoint to the consumer. */
    public void forEachEndpoint(Consumer<EndpointHealth> consumer) {
        services.values().forEach(s -> s.endpoints().endpoints().forEach(e -> consumer.accept(e.state())));
    }
}
