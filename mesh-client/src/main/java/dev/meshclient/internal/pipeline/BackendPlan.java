package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.balance.BalanceSettings;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.outlier.Duty;
import dev.meshclient.internal.outlier.Outlier;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.TrafficDistribution;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the calls of a rule reach a backend: the route is the rule's over the called service's, the settings are the backend's. */
record BackendPlan(
        Backend backend,
        RouteSettings route,
        BackendSettings settings,
        Balance.Members members,
        Duty duty,
        ResolvedEndpoints.@Nullable Part names, // then it has no members before the names are resolved
        InFlight inFlight,
        RetryBudget budget) {
    /** Envoy's panic threshold. */
    private static final int PANIC_PERCENT = 50;

    BackendPlan with(List<Endpoint> endpoints) {
        Balance.Members found =
                new Balance.Members(members.backend(), endpoints, members.fleet(), members.homecoming());
        return new BackendPlan(backend, route, settings, found, duty, null, inFlight, budget);
    }

    /** Nothing is built in for a service whose endpoints are not listed. */
    boolean neutral() {
        return !backend.hasEndpoints();
    }

    BalanceSettings balance() {
        Integer minHealth = settings.outlierDetection().minHealthPercent();
        return new BalanceSettings(
                settings.loadBalancer() == null ? LoadBalancer.LEAST_REQUEST : settings.loadBalancer(),
                settings.trafficDistribution() != TrafficDistribution.ANY,
                settings.localityLbSetting() == null ? LocalityLbSetting.NONE : settings.localityLbSetting(),
                settings.failoverMode() == null ? FailoverMode.SPILL : settings.failoverMode(),
                minHealth == null ? PANIC_PERCENT : minHealth,
                Outlier.isOn(settings.outlierDetection()));
    }
}
