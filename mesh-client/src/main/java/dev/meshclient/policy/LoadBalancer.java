package dev.meshclient.policy;

/** How an endpoint is chosen within a group. The names are Istio's. */
public enum LoadBalancer {
    /** Of two random endpoints, the one with fewer calls in flight relative to its weight. */
    LEAST_REQUEST,
    /** In turn, by weight, from a random start. */
    ROUND_ROBIN,
    /** At random, by weight. */
    RANDOM
}
