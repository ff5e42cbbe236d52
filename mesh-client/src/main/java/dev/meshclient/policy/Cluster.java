package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * A cluster that endpoints may belong to.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param name the name that {@code endpoints[].cluster} refers to
 * @param priority lower is preferred; default 0
 * @param state whether its endpoints get calls; default {@link State#UP}
 * @param gateway {@code host:port} by which workloads of other clusters reach its endpoints, over the endpoints' own TLS; null: by
 *     their addresses
 * @param gatewaySni the SNI by which the gateway chooses the service; null: {@link #GATEWAY_SNI}
 */
public record Cluster(
        String name,
        int priority,
        State state,
        @Nullable String gateway,
        @Nullable String gatewaySni) {
    public Cluster {
        Required.value(name, "name", "the name of the cluster");
        Required.value(state, "state", "one of Cluster.State");
    }

    /**
     * The name of the subset and the first host of the service. Without a subset, <code>{subset}</code> is empty, and a dot after
     * it is left out.
     */
    public static final String GATEWAY_SNI = "{subset}.{host}";

    /** The cluster of an endpoint that states none, or one that the policy does not list. */
    public static final Cluster NONE = new Cluster("", 0, State.UP, null, null);

    /** Whether the endpoints of a cluster get calls. Calls in flight end normally in each state. */
    public enum State {
        /** The health of each endpoint decides. */
        UP,
        /** No new calls as long as another cluster has a usable endpoint, whatever {@code failoverMode} and panic would give it. */
        DRAINING,
        /** No calls, whatever the health of its endpoints, and in a panic neither. */
        DOWN
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Cluster}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private String name = Cluster.this.name;
        private int priority = Cluster.this.priority;
        private State state = Cluster.this.state;
        private @Nullable String gateway = Cluster.this.gateway;
        private @Nullable String gatewaySni = Cluster.this.gatewaySni;

        private Builder() {}

        public Builder name(String name) {
            this.name = Required.value(name, "name", "the name of the cluster");
            return this;
        }

        public Builder priority(int priority) {
            this.priority = priority;
            return this;
        }

        public Builder state(State state) {
            this.state = Required.value(state, "state", "one of Cluster.State");
            return this;
        }

        public Builder gateway(@Nullable String gateway) {
            this.gateway = gateway;
            return this;
        }

        public Builder gatewaySni(@Nullable String gatewaySni) {
            this.gatewaySni = gatewaySni;
            return this;
        }

        public Cluster build() {
            return new Cluster(name, priority, state, gateway, gatewaySni);
        }
    }
}
