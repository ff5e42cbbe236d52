package dev.meshclient.internal.pipeline;

import dev.meshclient.MeshStatus;
import dev.meshclient.internal.authz.Boundary;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.endpoint.LiveStates;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.OutboundTrafficPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One compiled policy: the layers for the requests of each host. Immutable, replaced as a whole. */
public final class MeshState {
    /** Before the first policy. */
    public static final MeshState NONE = new Builder()
            .build(
                    AppliedPolicy.NONE,
                    new Balance.Origin(Locality.NONE, Map.of(), Map.of()),
                    Map.of(),
                    LiveStates.NONE,
                    Boundary.closed("", "there is no policy yet, so no request is allowed"));

    private final AppliedPolicy policy;
    private final Balance.Origin origin;
    private final Map<String, CompiledService> services;
    private final Map<String, CompiledBackend> backends;
    private final Map<String, List<Entry>> hosts;
    private final Suffixes<List<Entry>> suffixes;
    private final LiveStates states;
    private final Boundary boundary;

    private record Entry(HostPattern pattern, Admission.Routed routed) {}

    private MeshState(
            Builder made,
            AppliedPolicy policy,
            Balance.Origin origin,
            Map<String, CompiledBackend> backends,
            LiveStates states,
            Boundary boundary) {
        this.policy = policy;
        this.origin = origin;
        this.services = made.services;
        this.backends = backends;
        this.hosts = made.hosts;
        this.suffixes = Suffixes.of(made.suffixes);
        this.states = states;
        this.boundary = boundary;
    }

    /** Collects services and builds a state. */
    static final class Builder {
        private final Map<String, CompiledService> services = new LinkedHashMap<>();
        private final Map<String, List<Entry>> hosts = new HashMap<>();
        private final Map<String, List<Entry>> suffixes = new HashMap<>();

        /**
         * Adds a service; the first service that lists a host gets it.
         *
         * @param entrance the entry to its layers
         */
        void add(String service, CompiledService compiled, CallLayer entrance) {
            services.put(service, compiled);
            Admission.Routed routed = new Admission.Routed(entrance);
            compiled.hosts().forEach(pattern -> add(pattern, routed));
        }

        /** Adds the hosts of a service without a policy, and its name: it may be a host that could not be read. */
        void refused(String service, List<String> authorities, CallLayer refusal) {
            Admission.Routed routed = new Admission.Routed(refusal);
            authorities.forEach(authority -> add(HostPattern.parse(authority), routed));
            HostPattern name = HostPattern.ofName(service);
            if (name != null) {
                add(name, routed);
            }
        }

        private void add(HostPattern pattern, Admission.Routed routed) {
            List<Entry> entries = pattern.isSuffix()
                    ? suffixes.computeIfAbsent(pattern.suffix(), s -> new ArrayList<>(1))
                    : hosts.computeIfAbsent(pattern.host(), h -> new ArrayList<>(1));
            for (Entry earlier : entries) {
                if (earlier.pattern.equals(pattern)) {
                    return;
                }
            }
            entries.add(new Entry(pattern, routed));
        }

        /**
         * @param origin where the calls come from
         * @param backends the backends of all services, by name
         */
        MeshState build(
                AppliedPolicy policy,
                Balance.Origin origin,
                Map<String, CompiledBackend> backends,
                LiveStates states,
                Boundary boundary) {
            // A host with its port is more specific than the host alone.
            for (List<Entry> list : hosts.values()) {
                if (list.size() > 1) {
                    list.sort((a, b) -> Integer.compare(b.pattern.port(), a.pattern.port()));
                }
            }
            return new MeshState(this, policy, origin, backends, states, boundary);
        }
    }

    /**
     * The layers of the service that lists this host and port; null if none does. A host that is listed by name, but only with
     * another port, is not matched against patterns; otherwise the longest suffix wins.
     */
    public Admission.@Nullable Routed find(String host, int port) {
        List<Entry> exact = hosts.get(host);
        if (exact != null) {
            return take(exact, port);
        }
        Admission.Routed found = take(suffixes.find(host), port);
        return found != null ? found : take(hosts.get("*"), port);
    }

    /** Whether a service lists this host, with this or another port. */
    public boolean lists(String host) {
        return hosts.containsKey(host) || suffixes.find(host) != null || hosts.containsKey("*");
    }

    /** Whether the document covers this host: if it covers but does not list a host, the host has no policy. */
    public boolean speaksOf(String host) {
        DocumentScope scope = policy.scope();
        return scope == null || scope.covers(HostPattern.spelled(host));
    }

    /** Whether the document covers every host. */
    public boolean isWhole() {
        return policy.scope() == null;
    }

    private static Admission.@Nullable Routed take(@Nullable List<Entry> entries, int port) {
        if (entries != null) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i).pattern.takes(port)) {
                    return entries.get(i).routed;
                }
            }
        }
        return null;
    }

    /** The authorization of inbound requests. */
    Boundary boundary() {
        return boundary;
    }

    /** The policy that it was compiled from. */
    public AppliedPolicy policy() {
        return policy;
    }

    /** Where the calls come from. */
    Balance.Origin origin() {
        return origin;
    }

    /** The layers of a service; null: it has none. */
    @Nullable
    CompiledService service(String name) {
        return services.get(name);
    }

    /** The parts that all rules with this backend share; null: no rule has it. */
    @Nullable
    CompiledBackend backend(String name) {
        return backends.get(name);
    }

    Collection<CompiledBackend> backends() {
        return backends.values();
    }

    /** The circuit breakers of a service and its subsets, by name. */
    public List<MeshStatus.CircuitBreaker> circuitBreakers(String service) {
        return backends.values().stream()
                .filter(backend -> backend.service().equals(service))
                .sorted(Comparator.comparing(CompiledBackend::name))
                .map(backend -> backend.breaker().status())
                .filter(Objects::nonNull)
                .toList();
    }

    /** Puts its metrics in force, and removes those of services and rules that it does not have. */
    void meter(Meters meters) {
        if (meters != Meters.NONE) {
            Map<String, Meters.ListedService> listed = new HashMap<>();
            policy.refused()
                    .keySet()
                    .forEach(service -> listed.put(service, new Meters.ListedService(Set.of(), List.of())));
            policy.services().forEach((name, accepted) -> {
                CompiledService compiled = services.get(name);
                List<String> hosts = compiled == null
                        ? List.of()
                        : compiled.hosts().stream().map(HostPattern::host).toList();
                listed.put(name, new Meters.ListedService(accepted.authorizationPolicies(), hosts));
            });
            meters.inForce(
                    listed,
                    services.values().stream()
                            .flatMap(s -> s.targets().stream())
                            .toList(),
                    live());
        }
    }

    private Meters.Live live() {
        Map<String, ServiceState> ofServices = new HashMap<>();
        Map<String, Meters.LiveBackend> ofBackends = new HashMap<>();
        backends.forEach((name, backend) -> {
            if (backend.hasEndpoints()) {
                ofServices.put(backend.service(), backend.serviceState());
            }
            InFlight calls = backend.inFlight();
            ofBackends.put(
                    name,
                    new Meters.LiveBackend(
                            calls,
                            backend.limits().maxPending() == 0 ? null : backend::pending,
                            backend.budget()::available));
        });
        return new Meters.Live(ofServices, ofBackends);
    }

    /** The state that outlives it. */
    public LiveStates states() {
        return states;
    }

    /** The revision of the document. */
    public String revision() {
        return policy.revision();
    }

    public OutboundTrafficPolicy outboundTrafficPolicy() {
        return policy.outboundTrafficPolicy();
    }

    /** The calls to a service that wait for a slot of one of its backends. */
    public int pending(String service) {
        return backends.values().stream()
                .filter(backend -> backend.service().equals(service))
                .mapToInt(CompiledBackend::pending)
                .sum();
    }

    /** The layers of a service, as readable text; empty if it has none. */
    public String pipeline(String service) {
        CompiledService compiled = services.get(service);
        return compiled == null ? "" : compiled.layers().toString();
    }

    /** Where the settings of its services are stated. */
    public ExplanationSink.Sources sources() {
        return (service, rule, backend) -> SettingSources.of(policy, service, rule, backend)::of;
    }

    /** All settings that calls may have, in the order of the document. */
    public static List<String> settings() {
        return SettingSources.fields();
    }

    /** States the rules and settings of a service. */
    public void explain(String service, ExplanationSink to) {
        CompiledService compiled = services.get(service);
        if (compiled != null) {
            compiled.layers().explain(to);
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("policy ").append(policy.revision());
        services.values().forEach(compiled -> text.append('\n').append(compiled.layers()));
        return text.toString();
    }
}
