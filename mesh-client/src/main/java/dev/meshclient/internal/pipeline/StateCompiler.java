package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.internal.authz.Boundary;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.Gateway;
import dev.meshclient.internal.endpoint.LiveStates;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.limit.LimitSettings;
import dev.meshclient.internal.outlier.Ejections;
import dev.meshclient.internal.resolve.Resolve;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.route.Route;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Tls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a policy into the layers of its services. Reads live state but changes none before the result is activated. Services
 * that equal those of the previous policy are not compiled again.
 */
final class StateCompiler {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final AppliedPolicy policy;
    private final MeshState before;
    private final LocalWorkload self;
    private final Outbound outbound;
    private final Balance.Origin origin;
    private final boolean sameOrigin; // as before
    private final LiveStates.Next states;
    private final Map<String, EndpointList> endpoints = new HashMap<>(); // by service: shared by its subsets
    private final Map<String, CompiledBackend> backends; // by name: shared by rules
    // of services that are not the same object: whether the previous policy states the service in the same way
    private final Map<String, Boolean> same = new HashMap<>();

    /** @param before the state in force: equal parts are reused */
    StateCompiler(AppliedPolicy policy, MeshState before, LocalWorkload self, Outbound outbound) {
        this.policy = policy;
        this.before = before;
        this.self = self;
        this.outbound = outbound;
        this.states = before.states().next();
        this.backends = new HashMap<>(2 * before.backends().size());
        Workload workload = self.workload();
        this.origin = new Balance.Origin(
                workload.locality(), workload.labels(), callers(policy, workload), workload.instance());
        this.sameOrigin = !before.backends().isEmpty() && origin.equals(before.origin());
    }

    /** @param ask gets the host of each call to a service that the document does not cover */
    MeshState compile(Consumer<String> ask) {
        MeshState.Builder state = new MeshState.Builder();
        policy.services().forEach((name, accepted) -> {
            CompiledService compiled = service(name, accepted);
            boolean outside = policy.outside().contains(name);
            state.add(name, compiled, outside ? new OutOfScope(ask, compiled.layers()) : compiled.layers());
        });
        // Last: a host that a service with a policy lists belongs to that service.
        policy.refused().forEach((name, refused) -> {
            if (!policy.services().containsKey(name)) {
                CallLayer refusal = Refusal.ofService(policy.revision(), name, refused);
                state.refused(name, refused.hosts(), Outbound.refusal(outbound.telemetry(), name, refusal));
            }
        });
        return state.build(policy, origin, backends, states.build(), boundary());
    }

    private CompiledService service(String name, AcceptedService accepted) {
        CompiledService known = before.service(name);
        if (known != null && isSame(name) && accepted.allReferenced(this::isSame)) {
            known.backends().forEach(this::use);
            return known;
        }
        Revision revision = new Revision(accepted.revision());
        List<CompiledBackend> used = new ArrayList<>();
        List<Route.Rule> rules = new ArrayList<>();
        List<Rule> stated = accepted.service().rules();
        for (int i = 0; i < stated.size(); i++) {
            Rule rule = stated.get(i);
            String ruleName = rule.name() == null ? "#" + i : rule.name();
            From from = new From(name, accepted, revision, ruleName, rule);
            List<Route.WeightedBackend> branches = new ArrayList<>();
            for (BackendRef ref : rule.backendRefs()) {
                branches.add(branch(from, ref, used));
            }
            rules.add(new Route.Rule(ruleName, rule.matches(), branches));
        }
        if (stated.isEmpty()) {
            From from = new From(name, accepted, revision, "default", null);
            rules.add(new Route.Rule("default", List.of(), List.of(branch(from, new BackendRef(name, null, 1), used))));
        }
        List<HostPattern> hosts = new ArrayList<>();
        for (String host : accepted.service().hosts()) {
            hosts.add(HostPattern.parse(host));
        }
        List<Target> targets = new ArrayList<>();
        for (Route.Rule rule : rules) {
            for (Route.WeightedBackend backend : rule.backends()) {
                targets.add(backend.target());
            }
        }
        CallLayer layers = outbound.service(revision, name, rules);
        return new CompiledService(revision, List.copyOf(hosts), layers, List.copyOf(used), List.copyOf(targets));
    }

    /** Whether all inputs of its layers are unchanged. */
    private boolean isSame(String service) {
        if (!sameOrigin) {
            return false;
        }
        AcceptedService was = before.policy().services().get(service);
        AcceptedService is = policy.services().get(service);
        if (was == null || is == null) {
            return was == is;
        }
        return was.isMadeOfTheSameAs(is) || same.computeIfAbsent(service, name -> was.saysTheSameAs(is));
    }

    /** Reuses an unchanged backend. */
    private void use(CompiledBackend known) {
        backends.put(known.name(), known);
        states.keepService(known.service(), known.serviceState());
        states.keepBackend(known.name(), known.state());
    }

    /** The rule that sends calls to a backend; null: the implicit rule of a service without rules. */
    private record From(
            String service,
            AcceptedService caller,
            Revision revision,
            String ruleName,
            @Nullable Rule rule) {
        Target target(Backend backend, CallMeter meter) {
            return new Target(revision, service, ruleName, backend, rule != null && rule.stream(), meter);
        }
    }

    /** Timeouts and retry come from the rule and the called service, all other settings from the backend. */
    private Route.WeightedBackend branch(From from, BackendRef ref, List<CompiledBackend> used) {
        AcceptedService called = policy.services().get(ref.name());
        if (called == null || !called.has(ref)) {
            return gone(from, ref);
        }
        Subset subset = called.subset(ref.subset());
        Settings ofBackend = called.service().settings();
        if (subset != null) {
            ofBackend = subset.settings().over(ofBackend);
        }
        RouteSettings ofCalled = from.service.equals(ref.name())
                ? ofBackend.route()
                : from.caller.service().settings().route();
        RouteSettings route =
                from.rule == null ? ofCalled : from.rule.settings().over(ofCalled);
        Backend backend = backend(ref, called.service(), ofBackend.backend());
        CompiledBackend shared = shared(backend, called, subset, ofBackend.backend());
        used.add(shared);
        BackendPlan plan = new BackendPlan(backend, route, ofBackend.backend(), shared);
        return new Route.WeightedBackend(target(from, backend), ref.weight(), outbound.rule(plan));
    }

    private Target target(From from, Backend backend) {
        return from.target(backend, outbound.telemetry().meters().calls(from.service, from.ruleName, backend.name()));
    }

    private CompiledBackend shared(
            Backend backend, AcceptedService called, @Nullable Subset subset, BackendSettings settings) {
        CompiledBackend known = backends.get(backend.name());
        if (known != null) {
            return known;
        }
        CompiledBackend earlier = before.backend(backend.name());
        if (earlier != null && isSame(backend.service())) {
            use(earlier);
            return earlier;
        }
        ServiceState service = states.service(backend.service());
        BackendState state = states.backend(backend.name());
        Map<String, String> labels = subset == null ? Map.of() : subset.labels();
        boolean named = backend.resolution() == Resolution.DNS;
        EndpointSet set = named
                ? EndpointSet.found(service, labels)
                : EndpointSet.stated(service, endpoints(backend.service(), called, service), labels);
        boolean ownBudget =
                subset != null && !subset.settings().backend().retryConstraint().equals(RetryConstraint.NONE);
        RetryBudget budget = (ownBudget ? state : service).get(RetryBudget.SLOT);
        Ejections ejections = outbound.ejections(backend.service(), set, state, settings);
        CompiledBackend fresh = new CompiledBackend(
                backend.name(),
                backend.service(),
                service,
                state,
                set,
                backend.hasEndpoints(),
                named ? new Resolve.NamedBackend(backend.name(), set, labels) : null,
                LimitSettings.of(settings.limits(), !backend.hasEndpoints()),
                outbound.budget(budget, state, settings),
                outbound.planner(backend.name(), set, state, settings, origin),
                ejections,
                outbound.checks(backend, set, state, settings, ejections),
                outbound.breaker(backend, service, state, settings),
                outbound.rateLimit(backend.name(), state, settings));
        backends.put(fresh.name(), fresh);
        return fresh;
    }

    private EndpointList endpoints(String name, AcceptedService accepted, ServiceState state) {
        return endpoints.computeIfAbsent(name, n -> {
            EndpointList.Next next = state.endpoints().next();
            Gateways gateways = new Gateways(name, accepted, self.workload().cluster());
            accepted.service().endpoints().forEach(e -> {
                Gateway gateway = gateways.of(e);
                if (gateway == null) {
                    next.add(e, e.address(), accepted.cluster(e));
                } else {
                    next.add(e, accepted.cluster(e), gateway);
                }
            });
            return next.build();
        });
    }

    /** Only a kept service can send calls to a backend that does not exist any more. */
    private Route.WeightedBackend gone(From from, BackendRef ref) {
        Backend backend = backend(ref, from.caller.service(), BackendSettings.NONE);
        return new Route.WeightedBackend(
                target(from, backend), ref.weight(), Refusal.ofBackend(from.service, from.ruleName, backend.name()));
    }

    private static Backend backend(BackendRef ref, Service service, BackendSettings settings) {
        Tls stated = settings.tls();
        boolean ours = service.resolution() != Resolution.NONE;
        boolean https = stated == null && service.appProtocol() == AppProtocol.HTTPS;
        return new Backend(
                ref.subset() == null ? ref.name() : ref.name() + "/" + ref.subset(),
                ref.name(),
                service.resolution(),
                service.appProtocol(),
                stated != null ? stated : Tls.of(https ? Tls.Mode.SIMPLE : Tls.Mode.DISABLE),
                settings.serviceAccount(),
                nanos(settings.timeouts().connect(), ours ? CONNECT : Duration.ZERO),
                nanos(settings.timeouts().idle(), ours ? IDLE : Duration.ZERO));
    }

    private static long nanos(@Nullable Duration stated, Duration builtIn) {
        return (stated == null ? builtIn : stated).toNanos();
    }

    /** The authorization of inbound requests to the service of this process. */
    private Boundary boundary() {
        String own = self.workload().service();
        AcceptedService accepted = policy.services().get(own);
        if (accepted == null) {
            String why = policy.refused().containsKey(own)
                    ? "the policy of '" + own
                            + "', the service of this process, is refused, and there is no earlier one"
                    : "policy does not list '" + own
                            + "', the service of this process (Mesh.builder().workload, in Spring Boot mesh.service)";
            return Boundary.closed(own, why);
        }
        return Boundary.of(own, accepted.service().settings().backend().access(), accepted.trustDomain(), self.keys());
    }

    /** The instances of the calling service in the caller's region, by zone. */
    private static Map<String, Long> callers(AppliedPolicy policy, Workload workload) {
        Map<String, Long> callers = new TreeMap<>();
        AcceptedService own = policy.services().get(workload.service());
        if (own != null) {
            String region = workload.locality().region();
            own.service().endpoints().stream()
                    .filter(e -> region.isEmpty() || e.locality().region().equals(region))
                    .filter(e -> !e.locality().zone().isEmpty())
                    .forEach(e -> callers.merge(e.locality().zone(), 1L, Long::sum));
        }
        return callers;
    }
}
