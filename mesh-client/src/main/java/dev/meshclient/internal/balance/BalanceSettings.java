package dev.meshclient.internal.balance;

import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;

/**
 * What policy says.
 *
 * @param zoned whether our own zone is preferred
 * @param localities what is said of regions, zones and labels
 * @param minHealthPercent below it health does not count; 0 = it always counts
 * @param ejects whether it counts who is out: another subset may have taken them out
 */
public record BalanceSettings(
        LoadBalancer algorithm,
        boolean zoned,
        LocalityLbSetting localities,
        FailoverMode failover,
        int minHealthPercent,
        boolean ejects) {}
