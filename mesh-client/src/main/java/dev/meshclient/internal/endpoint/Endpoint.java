package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Endpoint.TlsMode;
import dev.meshclient.policy.Locality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An endpoint as one policy has it, with the state that outlives the policy. Immutable. */
public final class Endpoint {
    private final dev.meshclient.policy.Endpoint stated;
    private final int priority;
    private final EndpointHealth state;

    /**
     * @param stated what policy says of it, or of the name that its address was found by
     * @param priority of its cluster; lower is preferred
     * @param state its address and its live numbers
     */
    public Endpoint(dev.meshclient.policy.Endpoint stated, int priority, EndpointHealth state) {
        this.stated = stated;
        this.priority = priority;
        this.state = state;
    }

    /** An IP address or a name. */
    public String address() {
        return state.address();
    }

    /** 1 to 65535. */
    public int port() {
        return state.port();
    }

    /** Where it is. */
    public Locality locality() {
        return stated.locality();
    }

    /** The cluster that it belongs to; empty: none. */
    public String cluster() {
        return cluster(stated);
    }

    private static String cluster(dev.meshclient.policy.Endpoint stated) {
        return stated.cluster() == null ? "" : stated.cluster();
    }

    /** As the policy states them. */
    public Map<String, String> labels() {
        return stated.labels();
    }

    /** Of its cluster; lower is preferred. */
    public int priority() {
        return priority;
    }

    /** Its share; 0 = no traffic. */
    public int weight() {
        return stated.weight();
    }

    /** As the registry sees it. */
    public Health health() {
        return stated.health();
    }

    /** The SPIFFE ID that it proves; null: that of its backend. */
    public @Nullable String serviceAccount() {
        return stated.serviceAccount();
    }

    /** Whether it takes part in the mesh's TLS; null: as its backend's {@code tls} says. */
    public @Nullable TlsMode tlsMode() {
        return stated.tlsMode();
    }

    /** Its live numbers. */
    public EndpointHealth state() {
        return state;
    }

    /** Whether it is what policy says of this address: then it can stay. */
    boolean is(dev.meshclient.policy.Endpoint other, int itsPriority) {
        return priority == itsPriority && stated.equals(other);
    }

    /** Whether it is this address of this cluster, whatever else policy says of it. */
    boolean isAt(dev.meshclient.policy.Endpoint other, String address) {
        return port() == other.port() && address().equals(address) && cluster().equals(cluster(other));
    }

    /** {@code address:port}. */
    public String name() {
        return state.name();
    }

    @Override
    public String toString() {
        return name();
    }
}
