package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * A backend of a rule.
 *
 * @param name a service of the document
 * @param subset one of its subsets; null: all endpoints
 * @param weight relative to the other backends of the rule; default 1, 0 = no calls
 */
public record BackendRef(String name, @Nullable String subset, int weight) {}
