package dev.meshclient.policy;

/**
 * How an endpoint is chosen within a group. The names are Istio's. A service or subset that states it replaces all of it.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param simple the algorithm; built-in {@link Simple#LEAST_REQUEST}
 */
public record LoadBalancer(Simple simple) {
    /** The built-in load balancer. */
    public static final LoadBalancer DEFAULT = new LoadBalancer(Simple.LEAST_REQUEST);

    /** An algorithm that treats all requests alike. */
    public enum Simple {
        /** Of two random endpoints, the one with fewer calls in flight relative to its weight. */
        LEAST_REQUEST,
        /** In turn, by weight, from a random start. */
        ROUND_ROBIN,
        /** At random, by weight. */
        RANDOM
    }

    /** A load balancer that states only the algorithm. */
    public static LoadBalancer of(Simple simple) {
        return builder().simple(simple).build();
    }

    /** Starts a builder with the built-in values. */
    public static Builder builder() {
        return DEFAULT.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link LoadBalancer}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private Simple simple = LoadBalancer.this.simple;

        private Builder() {}

        public Builder simple(Simple simple) {
            this.simple = simple;
            return this;
        }

        public LoadBalancer build() {
            return new LoadBalancer(simple);
        }
    }
}
