package dev.meshclient.internal.endpoint;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state of every endpoint that a policy in force lists, kept by service, cluster and address over changes of policy. */
public final class EndpointTable {
    /** Which endpoint it is. */
    public record Key(String service, String cluster, String address, int port) {}

    private final Map<Key, EndpointState> states = new ConcurrentHashMap<>();

    /** The state of this endpoint: the one that was, or a new one. */
    public EndpointState state(Key key) {
        return states.computeIfAbsent(key, k -> new EndpointState(HostPort.of(k.address, k.port)));
    }

    /** The state of this endpoint; null: there is none. */
    public @Nullable EndpointState find(Key key) {
        return states.get(key);
    }

    /** Forgets all but these. What an endpoint still has in flight finishes; the consumer is told of each that goes. */
    public void retain(Set<Key> listed, Consumer<EndpointState> gone) {
        states.entrySet().removeIf(e -> {
            boolean goes = !listed.contains(e.getKey());
            if (goes) {
                gone.accept(e.getValue());
            }
            return goes;
        });
    }

    /** Forgets this one. What it still has in flight finishes; the consumer is told if it was known. */
    public void forget(Key key, Consumer<EndpointState> gone) {
        EndpointState state = states.remove(key);
        if (state != null) {
            gone.accept(state);
        }
    }

    /** Tells the consumer of every endpoint. */
    public void forEach(Consumer<EndpointState> consumer) {
        states.values().forEach(consumer);
    }
}
