package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.outlier.Detector;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.TrafficDistribution;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces the previous state by a compiled one. All changes of a policy to state that outlives it are made here. */
final class Activation {
    private static final Logger LOG = LoggerFactory.getLogger(StateCompiler.class);

    /** Of a service: whether it was logged that none of its endpoints is in the caller's zone. */
    private static final Slot<AtomicBoolean> FAR = Slot.of(AtomicBoolean::new);

    private final MeshState before;
    private final MeshState next;
    private final LocalWorkload self;
    private final DnsCache names;
    private final List<EndpointHealth> gone = new ArrayList<>();

    Activation(MeshState before, MeshState next, LocalWorkload self, DnsCache names) {
        this.before = before;
        this.next = next;
        this.self = self;
        this.names = names;
    }

    /** Prepares the state that the next layers rely on. */
    void begin() {
        List<CompiledBackend> fresh = next.backends().stream()
                .filter(backend -> before.backend(backend.name()) != backend)
                .toList();
        Set<String> listed = new HashSet<>();
        fresh.forEach(backend -> {
            if (listed.add(backend.service())) {
                list(backend);
            }
        });
        fresh.forEach(CompiledBackend::activate);
        issuers();
        next.policy().services().forEach((name, accepted) -> {
            CompiledService compiled = Objects.requireNonNull(next.service(name));
            if (compiled == before.service(name)) {
                compiled.revision().text(accepted.revision());
            } else {
                sayIfFar(name, accepted.service());
            }
        });
    }

    /** Lists the endpoints of the backend's service. */
    private void list(CompiledBackend backend) {
        ServiceState service = backend.serviceState();
        AcceptedService accepted =
                Objects.requireNonNull(next.policy().services().get(backend.service()));
        if (backend.named() != null) {
            List<ResolvedEndpoints.Entry> entries = accepted.service().endpoints().stream()
                    .map(e -> new ResolvedEndpoints.Entry(e, accepted.priority(e)))
                    .toList();
            service.get(ResolvedEndpoints.SLOT).list(service, entries, names, gone::add);
        } else {
            ResolvedEndpoints resolved = service.find(ResolvedEndpoints.SLOT);
            if (resolved != null) {
                resolved.clear();
            }
            service.endpoints(backend.endpoints().whole(), gone::add);
        }
    }

    private void issuers() {
        AcceptedService own = next.policy().services().get(self.workload().service());
        RequestAuthentication authentication =
                own == null ? null : own.service().settings().backend().access().requestAuthentication();
        self.keys()
                .inForce(
                        authentication == null
                                ? List.of()
                                : authentication.providers().values());
    }

    /** Warns, because a misspelt zone would otherwise show only on the bill. */
    private void sayIfFar(String name, Service service) {
        Locality own = self.workload().locality();
        List<Endpoint> all = service.endpoints();
        ServiceState state = next.states().service(name);
        if (state == null
                || own.zone().isEmpty()
                || service.settings().backend().trafficDistribution() == TrafficDistribution.ANY
                || all.stream().allMatch(e -> e.locality().equals(Locality.NONE))
                || all.stream().anyMatch(e -> Distance.between(own, e.locality()) == Distance.SAME_ZONE)
                || state.get(FAR).getAndSet(true)) {
            return;
        }
        LOG.info(
                "none of the {} endpoints of '{}' is in our zone {}: its calls leave it (Workload.zone and"
                        + " endpoints[].locality must match)",
                all.size(),
                name,
                own.region().isEmpty() ? own.zone() : own.region() + "/" + own.zone());
    }

    /**
     * After the swap: drops state that the next policy does not need; the consumer gets every endpoint that no call can reach.
     */
    void end(Consumer<EndpointHealth> unreachable) {
        before.states().follow(next.states(), gone::add);
        gone.forEach(unreachable);
        Set<String> used = new HashSet<>();
        next.states().forEachService(service -> {
            ResolvedEndpoints resolved = service.find(ResolvedEndpoints.SLOT);
            if (resolved != null) {
                resolved.addNamesTo(used);
            }
            Detector.returnUnjudged(service);
        });
        names.retain(used);
    }
}
