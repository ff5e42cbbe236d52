package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is chosen within a group: exactly one of an algorithm and session affinity, perhaps with a warm-up. The names are Istio's. A service or
 * subset that states it replaces all of it.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param simple the algorithm; null: {@code consistentHash} is stated
 * @param consistentHash session affinity; null: {@code simple} is stated
 * @param subsetSize this client calls at most so many endpoints, chosen by an order of its own (rendezvous hashing, gRFC A68); those
 *     that are ejected or fail their health checks are replaced. 0 or null: all endpoints. Not with {@code consistentHash}
 * @param weightedLoad the settings of {@link Simple#WEIGHTED_LOAD}; null: its built-in ones, or another algorithm is stated
 * @param warmup how new and returned endpoints get their share gradually; null: only those that return from an ejection or failed
 *     health checks do, within 30 s
 */
public record LoadBalancer(
        @Nullable Simple simple,
        @Nullable ConsistentHash consistentHash,
        @Nullable Integer subsetSize,
        @Nullable WeightedLoad weightedLoad,
        @Nullable Warmup warmup) {
    private static final LoadBalancer NONE = new LoadBalancer(null, null, null, null, null);

    /** The built-in load balancer: {@link Simple#LEAST_REQUEST}. */
    public static final LoadBalancer DEFAULT = of(Simple.LEAST_REQUEST);

    /** An algorithm that treats all requests alike. */
    public enum Simple {
        /** Of two random endpoints, the one with fewer calls in flight relative to its weight. */
        LEAST_REQUEST,
        /**
         * Of two random endpoints, the one with the lower latency times its calls in flight: a moving average of the time to the
         * response headers that takes a higher value at once and forgets it within some 10 s. A failure or a 429 counts as 5 s. An
         * endpoint without history has the median of the service. The rule is Linkerd's.
         */
        PEAK_EWMA,
        /** In turn, by weight, from a random start. */
        ROUND_ROBIN,
        /** At random, by weight. */
        RANDOM,
        /**
         * In turn, by weights that follow from the load that endpoints report in the response header {@code endpoint-load-metrics}
         * (ORCA): requests a second for each unit of utilization. The rule is that of gRFC A58.
         */
        WEIGHTED_LOAD
    }

    /** A load balancer that states only the algorithm. */
    public static LoadBalancer of(Simple simple) {
        return builder()
                .simple(Required.value(simple, "simple", "one of LoadBalancer.Simple"))
                .build();
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return NONE.toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link LoadBalancer}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable Simple simple = LoadBalancer.this.simple;
        private @Nullable ConsistentHash consistentHash = LoadBalancer.this.consistentHash;
        private @Nullable Integer subsetSize = LoadBalancer.this.subsetSize;
        private @Nullable WeightedLoad weightedLoad = LoadBalancer.this.weightedLoad;
        private @Nullable Warmup warmup = LoadBalancer.this.warmup;

        private Builder() {}

        public Builder simple(@Nullable Simple simple) {
            this.simple = simple;
            return this;
        }

        public Builder consistentHash(@Nullable ConsistentHash consistentHash) {
            this.consistentHash = consistentHash;
            return this;
        }

        public Builder subsetSize(@Nullable Integer subsetSize) {
            this.subsetSize = subsetSize;
            return this;
        }

        public Builder weightedLoad(@Nullable WeightedLoad weightedLoad) {
            this.weightedLoad = weightedLoad;
            return this;
        }

        public Builder warmup(@Nullable Warmup warmup) {
            this.warmup = warmup;
            return this;
        }

        public LoadBalancer build() {
            return new LoadBalancer(simple, consistentHash, subsetSize, weightedLoad, warmup);
        }
    }
}
