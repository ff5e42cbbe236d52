package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.ShadowHealth;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Explains the plan that a call would use now: the chances and states of the endpoints. */
final class BalanceExplanation {
    static final String BY_KEY = "the key of MeshOptions.withHashKey";

    private final ServiceState service;
    private final Plan plan;
    private final boolean ejects;
    private final @Nullable HashInput input;
    private final Map<Endpoint, Double> chances = new HashMap<>();
    private final Set<Endpoint> inPriorities = new HashSet<>();
    private final Set<Endpoint> unweighted = new HashSet<>(); // by load reports, as fewer than two of their zone count
    private final Set<Endpoint> called = new HashSet<>(); // or would be, if their priority or zone had calls
    private final long now;

    /**
     * @param ejects whether ejections count
     * @param input null: the policy states no hash
     */
    BalanceExplanation(
            ServiceState service, Plan plan, List<Tier> tiers, boolean ejects, @Nullable HashInput input, long now) {
        this.service = service;
        this.plan = plan;
        this.ejects = ejects;
        this.input = input;
        this.now = now;
        tiers.forEach(tier -> inPriorities.addAll(tier.known()));
        plan.levels().forEach(level -> called.addAll(level.endpoints(false)));
    }

    /** @param call null: no probe and no key decide */
    void explain(@Nullable Call call, FailbackRamp ramp, List<Endpoint> endpoints, ExplanationSink to) {
        Endpoint probed = call == null ? null : plan.probes().dueFor(call, now);
        String key = call == null ? null : call.options().hashKey();
        String hashed = call == null || input == null ? null : input.value(call);
        if (probed != null) {
            chances.put(probed, 1.0);
            to.remark("this call probes " + probed.name() + ", whose ejection has ended");
        } else if (hashed != null && !plan.isEmpty()) {
            chances.put(plan.hashed().pick(XxHash64.of(hashed), null, ramp, now, new Steps()), 1.0);
            to.remark((key != null ? BY_KEY : "the hash of " + input) + " decides on the endpoint");
        } else if (key != null && !plan.isEmpty()) {
            chances.put(plan.pickByKey(key), 1.0);
            to.remark(BY_KEY + " decides on the endpoint");
        } else if (!plan.isEmpty()) {
            chances.putAll(EndpointShares.of(plan, ramp, now));
        }
        String progress = ramp.progress(now);
        if (!progress.isEmpty() && probed == null && key == null && hashed == null) {
            to.remark(progress);
        }
        String subset = plan.reasons().subset();
        if (!subset.isEmpty()) {
            to.remark(subset);
        }
        for (Level.Group group :
                plan.levels().stream().flatMap(level -> level.groups().stream()).toList()) {
            if (group.picker() instanceof WeightedByLoad picker && picker.weights(now) == null) {
                unweighted.addAll(group.endpoints());
                String zone = group.zone().name();
                to.remark("fewer than two endpoints" + (zone.isEmpty() ? "" : " of " + zone)
                        + " have load reports that count: their stated weights decide");
            }
        }
        endpoints.forEach(endpoint -> state(endpoint, chances.getOrDefault(endpoint, 0.0), to));
    }

    private void state(Endpoint e, double chance, ExplanationSink to) {
        EndpointState state = EndpointState.of(e, ejects, plan.slowStart(), now);
        boolean preferred = inPriorities.contains(e);
        String shadow = ShadowHealth.reason(service, e.state());
        boolean outside = plan.isSubset() && preferred && !called.contains(e);
        boolean unused = (outside || !preferred) && state.admitsCalls();
        to.endpoint(
                e,
                chance,
                (unused ? EndpointState.UNUSED : state).word(),
                Stream.of(
                                e.gateway() == null ? "" : "reached by the gateway of its cluster " + e.cluster(),
                                unused ? unused(outside) : why(e, state, chance),
                                shadow.isEmpty() ? "" : "would be ejected (shadow): " + shadow,
                                unweighted.contains(e) ? "" : plan.reasons().estimate(e.state(), now))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    private static String unused(boolean outside) {
        return outside
                ? "this client calls others (loadBalancer.subsetSize)"
                : "localityLbSetting.distribute sends no calls to its locality";
    }

    private String why(Endpoint e, EndpointState state, double chance) {
        return switch (state) {
            case UNUSED -> "its weight is 0";
            case UNHEALTHY, DRAINING ->
                e.state().failsChecks()
                        ? e.state().failedCheck()
                                + (chance > 0 && plan.isPanic() ? "; called because health is ignored" : "")
                        : stated(e, chance);
            case EJECTED, PROBING ->
                nextProbe(e.state()) + "; " + e.state().reason()
                        + (chance > 0 && plan.isPanic() ? "; called because health is ignored" : "");
            case SLOW_START, USABLE, DEGRADED ->
                e.state().isEjectionAborted()
                        ? "too many endpoints are ejected, so that it is not; it gets a tenth of its share"
                        : state == EndpointState.SLOW_START || EndpointPart.isBusy(e.state(), now)
                                ? EndpointPart.inWords(e.state(), plan.slowStart(), now)
                                : e.health() == Health.DEGRADED
                                        ? "the registry states DEGRADED" + (chance > 0 ? "" : ", others are preferred")
                                        : chance > 0 ? "" : "others are preferred";
        };
    }

    private static String stated(Endpoint e, double chance) {
        return e.isBeyondReach()
                ? "its cluster " + e.cluster() + " is reached by a gateway, which needs TLS: state tls for it"
                : e.clusterState() == Cluster.State.DOWN
                        ? "its cluster " + e.cluster() + " is DOWN"
                        : e.isInDrainingCluster() && e.health() != Health.UNHEALTHY
                                ? "its cluster " + e.cluster() + " is DRAINING"
                                        + (chance > 0 ? ": called because no other cluster has a usable endpoint" : "")
                                : "the registry states " + e.health();
    }

    private String nextProbe(EndpointHealth state) {
        long left = state.ejectedUntil() - now;
        return state.isProbed()
                ? "a request probes it"
                : left > 0
                        ? "next probe in " + (left + 999_999_999) / 1_000_000_000 + " s"
                        : "the next request probes it that may be repeated";
    }
}
