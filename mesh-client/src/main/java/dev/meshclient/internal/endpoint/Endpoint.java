package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Endpoint.TlsMode;
import dev.meshclient.policy.Locality;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An endpoint as one policy states it, with the state that outlives the policy. Immutable. */
public sealed class Endpoint {
    private final dev.meshclient.policy.Endpoint stated;
    private final Cluster cluster;
    private final EndpointHealth state;

    /** A gateway reaches it, at the address of the state. A class of its own, as few of many endpoints have a gateway. */
    private static final class Behind extends Endpoint {
        private final Gateway gateway;

        Behind(dev.meshclient.policy.Endpoint stated, Cluster cluster, Gateway gateway, EndpointHealth state) {
            super(stated, cluster, state);
            this.gateway = gateway;
        }

        @Override
        public Gateway gateway() {
            return gateway;
        }
    }

    /**
     * @param stated the policy's entry for it, or for the name that resolves to its address
     * @param cluster its cluster
     * @param state its address and live statistics
     */
    public Endpoint(dev.meshclient.policy.Endpoint stated, Cluster cluster, EndpointHealth state) {
        this.stated = stated;
        this.cluster = cluster;
        this.state = state;
    }

    /** @param gateway reaches it at the address of the state; null: that is its own */
    static Endpoint of(
            dev.meshclient.policy.Endpoint stated, Cluster cluster, @Nullable Gateway gateway, EndpointHealth state) {
        return gateway == null ? new Endpoint(stated, cluster, state) : new Behind(stated, cluster, gateway, state);
    }

    /** An IP address or a name. */
    public String address() {
        return state.address();
    }

    /** 1 to 65535. */
    public int port() {
        return state.port();
    }

    /** Its own address, whether or not a gateway reaches it; if the policy states a name, an address of the name. */
    public String ownAddress() {
        return gateway() == null ? state.address() : stated.address();
    }

    /** The port of {@link #ownAddress}. */
    public int ownPort() {
        return stated.port();
    }

    /** The locality of the endpoint. */
    public Locality locality() {
        return stated.locality();
    }

    /** The cluster of the endpoint; empty: none. */
    public String cluster() {
        return cluster(stated);
    }

    private static String cluster(dev.meshclient.policy.Endpoint stated) {
        return stated.cluster() == null ? "" : stated.cluster();
    }

    /** The labels that the policy states. */
    public Map<String, String> labels() {
        return stated.labels();
    }

    /** The priority of its cluster; lower is preferred. */
    public int priority() {
        return cluster.priority();
    }

    /** Whether its cluster gets no new calls as long as another has a usable endpoint. */
    public boolean isInDrainingCluster() {
        return cluster.state() == Cluster.State.DRAINING;
    }

    /** Its weight; 0 = no traffic. */
    public int weight() {
        return stated.weight();
    }

    /** The gateway that reaches it; null: it is reached by its address. */
    public @Nullable Gateway gateway() {
        return null;
    }

    /** Whether it has no TLS by which its gateway could choose the service: it cannot be reached from here. */
    public boolean isBeyondReach() {
        Gateway gateway = gateway();
        return gateway != null && (tlsMode() == null ? gateway.plain() : tlsMode() == TlsMode.DISABLED);
    }

    /** Its weight; that of all endpoints behind the gateway if they share the state. */
    public long weightOfState() {
        Gateway gateway = gateway();
        return gateway == null ? weight() : gateway.weight();
    }

    /** The state of its cluster. */
    public Cluster.State clusterState() {
        return cluster.state();
    }

    /** Its health as the registry states it, whatever the state of its cluster. */
    public Health statedHealth() {
        return stated.health();
    }

    /** Its health as the registry states it; UNHEALTHY if its cluster is down, or cannot be reached. */
    public Health health() {
        return cluster.state() == Cluster.State.DOWN || isBeyondReach() ? Health.UNHEALTHY : stated.health();
    }

    /** Whether it gets calls as long as it is well: it has a weight, and the registry states neither UNHEALTHY nor DRAINING. */
    public boolean isInService() {
        return weight() > 0
                && switch (health()) {
                    case HEALTHY, UNKNOWN, DEGRADED -> true;
                    case UNHEALTHY, DRAINING -> false;
                };
    }

    /** The SPIFFE ID that its certificate must carry; null: the ID of its backend applies. */
    public @Nullable String serviceAccount() {
        return stated.serviceAccount();
    }

    /** Whether it takes part in the mesh's TLS; null: its backend's {@code tls} decides. */
    public @Nullable TlsMode tlsMode() {
        return stated.tlsMode();
    }

    /** Its live statistics. */
    public EndpointHealth state() {
        return state;
    }

    /** Whether the policy's entry for this address is unchanged, so that this object can stay. */
    boolean is(dev.meshclient.policy.Endpoint other, Cluster itsCluster, @Nullable Gateway itsGateway) {
        return cluster.equals(itsCluster) && Objects.equals(gateway(), itsGateway) && stated.equals(other);
    }

    /** Whether it has this address in this cluster, whatever else the policy states of it. */
    boolean isAt(dev.meshclient.policy.Endpoint other, String address, int port) {
        return port() == port && address().equals(address) && cluster().equals(cluster(other));
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
