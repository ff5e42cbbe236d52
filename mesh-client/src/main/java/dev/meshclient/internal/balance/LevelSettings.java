package dev.meshclient.internal.balance;

import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import java.util.Map;

/**
 * How calls are shared within a priority.
 *
 * @param zoned whether the own zone is preferred
 * @param own where we are
 * @param callers instances of our own service by zone; empty if the policy does not list them
 */
record LevelSettings(boolean zoned, Locality own, Map<String, Long> callers, LoadBalancer algorithm) {}
