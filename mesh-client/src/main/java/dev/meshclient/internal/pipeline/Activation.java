package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.internal.outlier.Detector;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.RequestAuthentication;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the previous state by a compiled one. All changes of a policy to state that outlives it are made here. {@link
 * #prepare} contains all that may fail (threads, timers) and changes nothing that calls use. {@link #begin} and {@link #end} only write
 * fields, so that they fail at most for lack of memory; each step runs even then.
 */
final class Activation {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.endpoints");

    /** Of a service: whether it was logged that none of its endpoints is in the caller's zone. */
    private static final Slot<AtomicBoolean> FAR = Slot.of(AtomicBoolean::new);

    private final MeshState before;
    private final MeshState next;
    private final LocalWorkload self;
    private final DnsCache names;
    private final long now;
    private final ActivationSteps steps;
    private final List<CompiledBackend> fresh;
    private final Map<String, ResolvedEndpoints.Lookups> lookups = new HashMap<>(); // by service
    private final List<EndpointHealth> gone = new ArrayList<>();
    private final List<String> compiled = new ArrayList<>(); // the services that are not as before

    private Activation(MeshState before, MeshState next, LocalWorkload self, DnsCache names, long now, boolean repeat) {
        this.before = before;
        this.next = next;
        this.self = self;
        this.names = names;
        this.now = now;
        this.steps = new ActivationSteps(next.revision());
        this.fresh = new ArrayList<>();
        for (CompiledBackend backend : next.backends()) {
            if (repeat || before.backend(backend.name()) != backend) {
                fresh.add(backend);
            }
        }
    }

    /**
     * Starts the lookups of names and the fetches of keys. If it throws, {@link #drop} stops those that it started.
     *
     * @param repeat whether a step of the previous activation failed, so that unchanged backends are activated again
     */
    static Activation prepare(
            MeshState before, MeshState next, LocalWorkload self, DnsCache names, long now, boolean repeat) {
        Activation activation = new Activation(before, next, self, names, now, repeat);
        for (CompiledBackend backend : activation.fresh) {
            if (backend.named() != null) {
                activation.lookUp(backend);
            }
        }
        self.keys().prepare(issuers(next, self)); // last: a fetch that has begun cannot be taken back
        return activation;
    }

    private void lookUp(CompiledBackend backend) {
        AcceptedService accepted =
                Objects.requireNonNull(next.policy().services().get(backend.service()));
        lookups.computeIfAbsent(backend.service(), service -> {
            Gateways gateways = new Gateways(service, accepted, self.workload().cluster());
            return ResolvedEndpoints.Lookups.start(
                    accepted.service().endpoints().stream()
                            .map(e -> new ResolvedEndpoints.Entry(e, accepted.cluster(e), gateways.of(e)))
                            .toList(),
                    names);
        });
    }

    /** Drops the names and issuers that a state does not use. */
    static void drop(MeshState inForce, LocalWorkload self, DnsCache names) {
        retainNames(inForce, names);
        self.keys().inForce(issuers(inForce, self));
    }

    private static Collection<JwtProvider> issuers(MeshState state, LocalWorkload self) {
        AcceptedService own = state.policy().services().get(self.workload().service());
        RequestAuthentication authentication =
                own == null ? null : own.service().settings().backend().access().requestAuthentication();
        return authentication == null ? List.of() : authentication.providers().values();
    }

    private static void retainNames(MeshState state, DnsCache names) {
        if (names.isEmpty()) {
            return;
        }
        Set<String> used = new HashSet<>();
        state.states().forEachService(service -> {
            ResolvedEndpoints resolved = service.find(ResolvedEndpoints.SLOT);
            if (resolved != null) {
                resolved.addNamesTo(used);
            }
        });
        names.retain(used);
    }

    MeshState next() {
        return next;
    }

    ActivationSteps steps() {
        return steps;
    }

    /** Before the swap: writes the state that the next layers rely on. */
    void begin() {
        Set<String> listed = new HashSet<>();
        for (CompiledBackend backend : fresh) {
            if (listed.add(backend.service())) {
                steps.run("the endpoints of " + backend.service(), () -> list(backend));
            }
        }
        steps.run("the endpoints that metrics show", () -> showToMetrics(listed));
        for (CompiledBackend backend : fresh) {
            backend.activate(steps, now);
        }
        steps.run("the issuers of tokens", () -> self.keys().inForce(issuers(next, self)));
        steps.run(
                "the revisions of unchanged services",
                () -> next.policy().services().forEach(this::revise));
    }

    private void revise(String name, AcceptedService accepted) {
        CompiledService now = Objects.requireNonNull(next.service(name));
        if (now == before.service(name)) {
            now.revision().text(accepted.revision());
        } else {
            compiled.add(name);
        }
    }

    private void showToMetrics(Set<String> services) {
        Map<ServiceState, SlowStart> longest = new HashMap<>();
        Map<ServiceState, List<EndpointSet>> sets = new HashMap<>();
        for (CompiledBackend backend : next.backends()) {
            if (services.contains(backend.service())) {
                longest.merge(backend.serviceState(), backend.planner().slowStart(), SlowStart::longer);
                sets.computeIfAbsent(backend.serviceState(), s -> new ArrayList<>())
                        .add(backend.endpoints());
            }
        }
        longest.forEach(ServiceState::slowStart);
        sets.forEach((service, all) -> service.sets(List.copyOf(all)));
    }

    /** Lists the endpoints of the backend's service. */
    private void list(CompiledBackend backend) {
        ServiceState service = backend.serviceState();
        ResolvedEndpoints.Lookups names = lookups.get(backend.service());
        if (names != null) {
            service.get(ResolvedEndpoints.SLOT).list(service, names, now, gone::add);
        } else {
            ResolvedEndpoints resolved = service.find(ResolvedEndpoints.SLOT);
            if (resolved != null) {
                resolved.clear();
            }
            service.endpoints(backend.endpoints().whole(), now, gone::add);
        }
    }

    /**
     * After the swap: drops state that the next policy does not need; the consumer gets every endpoint that no call can reach.
     */
    void end(Consumer<EndpointHealth> unreachable) {
        before.states()
                .follow(next.states(), gone::add, step -> steps.runOnce("drop the state of the previous policy", step));
        for (EndpointHealth endpoint : gone) {
            steps.runOnce("close the connections of " + endpoint.name(), () -> unreachable.accept(endpoint));
        }
        for (ServiceState service : judged()) {
            steps.run("return endpoints that no rule ejects", () -> Detector.readmitUnjudged(service, now));
        }
        steps.run("stop the lookups of the previous policy", () -> retainNames(next, names));
        for (String name : compiled) {
            steps.run("compare the zones of " + name, () -> logIfFar(name));
        }
    }

    /** The services whose ejection rules may be others: those of new backends, and those that have lost one. */
    private Collection<ServiceState> judged() {
        Set<ServiceState> judged = new LinkedHashSet<>();
        for (CompiledBackend backend : fresh) {
            judged.add(backend.serviceState());
        }
        for (CompiledBackend backend : before.backends()) {
            ServiceState service =
                    next.backend(backend.name()) == null ? next.states().service(backend.service()) : null;
            if (service != null) {
                judged.add(service);
            }
        }
        return judged;
    }

    /** Logs it once for each service, as long as the mesh has it. */
    private void logIfFar(String name) {
        AcceptedService accepted =
                Objects.requireNonNull(next.policy().services().get(name));
        ServiceState state = next.states().service(name);
        String why = DistantEndpoints.why(name, accepted, self.workload());
        if (state != null && why != null && !state.get(FAR).getAndSet(true)) {
            LOG.info(why);
        }
    }
}
