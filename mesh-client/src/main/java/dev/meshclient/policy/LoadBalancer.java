package dev.meshclient.policy;

/** How an endpoint is chosen among equals. The words are Istio's. */
public enum LoadBalancer {
    /** Of two at random, the one with fewer calls in flight for its weight. */
    LEAST_REQUEST,
    /** In turn, by weight, from a random start. */
    ROUND_ROBIN,
    /** At random, by weight. */
    RANDOM
}
