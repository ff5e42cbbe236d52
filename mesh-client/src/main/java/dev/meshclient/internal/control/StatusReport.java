package dev.meshclient.internal.control;

import dev.meshclient.Explanation;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.internal.endpoint.AttemptCounts;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.ShadowHealth;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.explain.ExplanationBuilder;
import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.MeshState;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.RefusedService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects the state of a mesh at one time. */
final class StatusReport {
    private final MeshState state;
    private final AppliedPolicy policy;
    private final RecentAttempts recent;
    private final Workload self;
    private final long now;
    private final long staleNanos;

    StatusReport(MeshState state, RecentAttempts recent, Workload self, long now, long staleNanos) {
        this.state = state;
        this.policy = state.policy();
        this.recent = recent;
        this.self = self;
        this.now = now;
        this.staleNanos = staleNanos;
    }

    Status status(String source) {
        Map<String, MeshStatus.Service> services = new HashMap<>();
        policy.services().forEach((name, accepted) -> services.put(name, service(name, accepted)));
        policy.refused().forEach((name, refused) -> services.computeIfAbsent(name, n -> refused(n, refused)));
        return new Status(
                source,
                policy.revision(),
                state == MeshState.NONE ? null : Duration.ofNanos(now - policy.appliedAt()),
                null,
                null,
                Map.of(),
                services,
                new ServiceMapReport(state, self, now).map());
    }

    private MeshStatus.Service service(String name, AcceptedService accepted) {
        RefusedService refused = policy.refused().get(name);
        Long absentSince = policy.absentSince().get(name);
        boolean absent = absentSince != null || policy.outside().contains(name);
        ServiceState live = state.states().service(name);
        return new Status.ServiceFacts(
                name,
                absent ? MeshStatus.State.ABSENT : refused != null ? MeshStatus.State.KEPT : MeshStatus.State.IN_FORCE,
                accepted.revision(),
                absentSince == null ? null : Duration.ofNanos(Math.max(0, absentSince + staleNanos - now)),
                accepted.service().hosts(),
                refused == null ? List.of() : refused.problems(),
                state.pipeline(name),
                state.pending(name),
                endpoints(accepted, live),
                state.circuitBreakers(name),
                traffic(live == null ? null : live.find(TrafficCounters.SLOT)),
                () -> explain(name));
    }

    private Explanation explain(String service) {
        ExplanationBuilder to = new ExplanationBuilder(null, state.revision(), state.sources(), MeshState.settings());
        state.explain(service, to);
        return to.build();
    }

    private MeshStatus.Service refused(String name, RefusedService refused) {
        return new Status.ServiceFacts(
                name,
                MeshStatus.State.REFUSED,
                "",
                null,
                refused.hosts(),
                refused.problems(),
                "",
                0,
                List.of(),
                List.of(),
                Status.TrafficFacts.NONE,
                () -> null);
    }

    private static MeshStatus.Traffic traffic(@Nullable TrafficCounters counters) {
        return counters == null
                ? Status.TrafficFacts.NONE
                : new Status.TrafficFacts(
                        volume(counters, Distance.SAME_ZONE),
                        volume(counters, Distance.CROSS_ZONE),
                        volume(counters, Distance.CROSS_REGION),
                        volume(counters, Distance.UNKNOWN),
                        counters.plaintext());
    }

    private static MeshStatus.Volume volume(TrafficCounters counters, Distance distance) {
        return new Status.VolumeFacts(
                counters.requests(distance), counters.sentBytes(distance), counters.receivedBytes(distance));
    }

    /** The endpoints that calls can reach, or that the policy lists if no rule sends calls to them. */
    private List<MeshStatus.Endpoint> endpoints(AcceptedService accepted, @Nullable ServiceState live) {
        return live == null
                ? accepted.service().endpoints().stream()
                        .map(e ->
                                endpoint(new Endpoint(e, Cluster.NONE, new EndpointHealth(e.address(), e.port())), ""))
                        .toList()
                : live.endpoints().endpoints().stream()
                        .map(e -> endpoint(e, ShadowHealth.reason(live, e.state())))
                        .toList();
    }

    private MeshStatus.Endpoint endpoint(Endpoint e, String wouldBeEjected) {
        EndpointHealth health = e.state();
        return new Status.EndpointFacts(
                e.name(),
                e.locality(),
                e.cluster(),
                e.clusterState(),
                e.statedHealth(),
                e.weight(),
                health.inFlight(),
                health.isEjected() ? health.reason() : "",
                health.failedCheck(),
                health.isProbed(),
                health.isEjected() ? Duration.ofNanos(Math.max(0, health.ejectedUntil() - now)) : null,
                wouldBeEjected,
                lastMinute(recent.at(health, now)));
    }

    private static MeshStatus.LastMinute lastMinute(AttemptCounts counts) {
        return new Status.LastMinuteFacts(
                counts.requests(),
                counts.failures(),
                counts.retries(),
                latency(counts.latencyNanos(50)),
                latency(counts.latencyNanos(99)));
    }

    /** Null: there is none. */
    static @Nullable Duration latency(long nanos) {
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }
}
