package dev.meshclient.internal.pipeline;

import dev.meshclient.MeshStatus;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.HostPort;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.RefusedService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes down how things stand at one moment. */
final class StatusReport {
    private final @Nullable MeshState state;
    private final AppliedPolicy standing;
    private final Survivors survivors;
    private final long now;
    private final long staleNanos;

    StatusReport(@Nullable MeshState state, Survivors survivors, long now, long staleNanos) {
        this.state = state;
        this.standing = state == null ? AppliedPolicy.NONE : state.standing();
        this.survivors = survivors;
        this.now = now;
        this.staleNanos = staleNanos;
    }

    MeshStatus status(String source) {
        Map<String, MeshStatus.Service> services = new HashMap<>();
        standing.services().forEach((name, accepted) -> services.put(name, service(name, accepted)));
        standing.refused().forEach((name, refused) -> services.computeIfAbsent(name, n -> refused(refused)));
        return new MeshStatus(
                source,
                standing.revision(),
                state == null ? null : Duration.ofNanos(now - standing.appliedAt()),
                null,
                null,
                Map.of(),
                services);
    }

    private MeshStatus.Service service(String name, AcceptedService accepted) {
        RefusedService refused = standing.refused().get(name);
        Long absentSince = standing.absentSince().get(name);
        boolean absent = absentSince != null || standing.outside().contains(name);
        List<MeshStatus.Endpoint> endpoints = new ArrayList<>();
        ResolvedEndpoints roster = survivors.roster(name);
        List<Endpoint> listed = roster == null ? accepted.service().endpoints() : roster.found();
        listed.forEach(e -> endpoints.add(endpoint(name, e)));
        return new MeshStatus.Service(
                absent ? MeshStatus.State.ABSENT : refused != null ? MeshStatus.State.KEPT : MeshStatus.State.IN_FORCE,
                accepted.revision(),
                absentSince == null ? null : Duration.ofNanos(Math.max(0, absentSince + staleNanos - now)),
                accepted.service().hosts(),
                refused == null ? List.of() : refused.problems(),
                pipeline(name),
                endpoints,
                traffic(survivors.fleet(name)));
    }

    private MeshStatus.Service refused(RefusedService refused) {
        return new MeshStatus.Service(
                MeshStatus.State.REFUSED,
                "",
                null,
                refused.hosts(),
                refused.problems(),
                "",
                List.of(),
                MeshStatus.Traffic.NONE);
    }

    private static MeshStatus.Traffic traffic(@Nullable ServiceState fleet) {
        return fleet == null
                ? MeshStatus.Traffic.NONE
                : new MeshStatus.Traffic(
                        volume(fleet.transit(), Distance.SAME_ZONE),
                        volume(fleet.transit(), Distance.CROSS_ZONE),
                        volume(fleet.transit(), Distance.CROSS_REGION),
                        volume(fleet.transit(), Distance.UNKNOWN),
                        fleet.transit().plaintext());
    }

    private static MeshStatus.Volume volume(TrafficCounters transit, Distance distance) {
        return new MeshStatus.Volume(
                transit.requests(distance), transit.sentBytes(distance), transit.receivedBytes(distance));
    }

    private String pipeline(String name) {
        return state == null ? "" : state.pipeline(name);
    }

    private MeshStatus.Endpoint endpoint(String service, Endpoint e) {
        EndpointState live = survivors.endpoint(AcceptedService.key(service, e));
        EndpointHealth out = live != null && live.record().isOut() ? live.record() : null;
        return new MeshStatus.Endpoint(
                HostPort.of(e.address(), e.port()),
                e.locality(),
                e.cluster() == null ? "" : e.cluster(),
                e.health(),
                live == null ? 0 : live.inFlight(),
                out == null ? "" : out.reason(),
                out == null ? null : Duration.ofNanos(Math.max(0, out.outUntil() - now)));
    }
}
