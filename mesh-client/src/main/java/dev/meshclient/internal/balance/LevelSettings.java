package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import java.util.Map;

/**
 * How calls are distributed within a priority.
 *
 * @param zoned whether endpoints in the caller's zone are preferred
 * @param own the caller's locality
 * @param callers number of instances of the calling service by zone; empty if the policy does not list them
 * @param loads the attempts in flight of the groups, for bounded loads
 * @param latencies the estimated latencies of the endpoints
 * @param loadWeights the weights by the load that endpoints report
 * @param subset the endpoints of each group that this client calls
 */
record LevelSettings(
        boolean zoned,
        Locality own,
        Map<String, Long> callers,
        LoadBalancer balancer,
        GroupLoads loads,
        PeakEwma latencies,
        LoadWeights loadWeights,
        ClientSubset subset) {
    /** All endpoints are called, and weights are computed by the call that needs them. */
    LevelSettings(
            boolean zoned,
            Locality own,
            Map<String, Long> callers,
            LoadBalancer balancer,
            GroupLoads loads,
            PeakEwma latencies) {
        this(zoned, own, callers, balancer, loads, latencies, new LoadWeights(balancer), ClientSubset.ALL);
    }

    /** How an endpoint begins. */
    SlowStart slowStart() {
        return SlowStart.of(balancer.warmup());
    }
}
