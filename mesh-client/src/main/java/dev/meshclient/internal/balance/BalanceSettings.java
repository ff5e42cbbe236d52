package dev.meshclient.internal.balance;

import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;

/**
 * The balancing settings of a policy.
 *
 * @param zoned whether endpoints in the caller's zone are preferred
 * @param localities the settings for regions, zones and labels
 * @param minHealthPercent health is ignored while fewer percent of the endpoints are healthy; 0 = health always counts
 * @param limits those of endpoints
 * @param ejects whether ejections count; an endpoint may have been ejected by the rules of another subset
 */
public record BalanceSettings(
        LoadBalancer balancer,
        boolean zoned,
        LocalityLbSetting localities,
        FailoverMode failover,
        int minHealthPercent,
        boolean ejects,
        Limits limits) {
    /** With the built-in limits of endpoints. */
    public BalanceSettings(
            LoadBalancer balancer,
            boolean zoned,
            LocalityLbSetting localities,
            FailoverMode failover,
            int minHealthPercent,
            boolean ejects) {
        this(balancer, zoned, localities, failover, minHealthPercent, ejects, Limits.NONE);
    }
}
