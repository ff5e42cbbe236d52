package dev.meshclient.policy;

/**
 * A cluster that endpoints may belong to.
 *
 * @param name the name that {@code endpoints[].cluster} refers to
 * @param priority lower is preferred; default 0
 */
public record Cluster(String name, int priority) {}
