package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.internal.authz.Boundary;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.route.Route;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TrafficDistribution;
import dev.meshclient.telemetry.MeshListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what stands into the layers of its services. */
final class StateCompiler {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(StateCompiler.class);

    private final AppliedPolicy standing;
    private final Locality own;
    private final Survivors.Use survivors;
    private final LocalWorkload self;
    private final Outbound outbound;
    private final Map<String, List<Endpoint>> endpoints = new HashMap<>(); // by backend: rules share them
    private final Map<String, ResolvedEndpoints> rosters = new HashMap<>(); // by service: subsets share them

    StateCompiler(
            AppliedPolicy standing,
            LocalWorkload self,
            Survivors.Use survivors,
            Time time,
            List<MeshListener> listeners) {
        this.standing = standing;
        this.survivors = survivors;
        this.self = self;
        Workload workload = self.workload();
        this.own = workload.locality();
        this.outbound = new Outbound(
                time,
                listeners,
                new Balance.Origin(workload.locality(), workload.labels(), callers(standing, workload)),
                self);
    }

    /** @param ask is told the host of a call to a service that the document does not speak of */
    MeshState compile(Consumer<String> ask) {
        MeshState.Builder state = new MeshState.Builder();
        standing.services().forEach((name, accepted) -> {
            List<Route.Rule> rules = new ArrayList<>();
            List<Rule> stated = accepted.service().rules();
            for (int i = 0; i < stated.size(); i++) {
                rules.add(rule(name, stated.get(i), i));
            }
            if (stated.isEmpty()) {
                rules.add(new Route.Rule(
                        "default", List.of(), List.of(branch(name, "default", new BackendRef(name, null, 1), null))));
            }
            CallLayer layers = outbound.service(accepted.revision(), name, rules);
            boolean outside = standing.outside().contains(name);
            state.add(name, accepted.service().hosts(), layers, outside ? new OutOfScope(ask, layers) : layers);
            tellIfFar(name, accepted.service());
        });
        // Last: a host that a service with a policy lists is that one's.
        standing.refused().forEach((name, refused) -> {
            if (!standing.services().containsKey(name)) {
                CallLayer refusal = Refusal.ofService(standing.revision(), name, refused);
                state.add(name, refused.hosts(), outbound.refusal(refusal));
            }
        });
        state.boundary(boundary());
        return state.build(standing);
    }

    /** Of our own service: who may call us. */
    private Boundary boundary() {
        String own = self.workload().service();
        AcceptedService accepted = standing.services().get(own);
        Set<String> issuers = new HashSet<>();
        if (accepted == null) {
            self.keys().retain(issuers);
            String why = standing.refused().containsKey(own)
                    ? "the policy of '" + own + "', which is us, is refused, and there is no earlier one"
                    : "policy does not list '" + own + "', which is who we say we are (Mesh.builder().workload)";
            return Boundary.closed(own, why);
        }
        Access access = accepted.service().settings().backend().access();
        RequestAuthentication authentication = access.requestAuthentication();
        if (authentication != null) {
            authentication.providers().values().stream()
                    .map(JwtProvider::jwksUri)
                    .filter(Objects::nonNull)
                    .forEach(issuers::add);
        }
        self.keys().retain(issuers);
        return Boundary.of(own, access, accepted.trustDomain(), self.keys());
    }

    /** A zone that is misspelt, here or there, is else seen on the bill only. */
    private void tellIfFar(String name, Service service) {
        List<dev.meshclient.policy.Endpoint> all = service.endpoints();
        boolean counts =
                !own.zone().isEmpty() && service.settings().backend().trafficDistribution() != TrafficDistribution.ANY;
        boolean stated = all.stream().anyMatch(e -> !e.locality().equals(Locality.NONE));
        if (counts
                && stated
                && all.stream().noneMatch(e -> Distance.between(own, e.locality()) == Distance.SAME_ZONE)
                && survivors.fleet(name).isNewsThatFar()) {
            LOG.info(
                    "none of the {} endpoints of '{}' is in our zone {}: its calls leave it (Workload.zone and"
                            + " endpoints[].locality must say the same)",
                    all.size(),
                    name,
                    own.region().isEmpty() ? own.zone() : own.region() + "/" + own.zone());
        }
    }

    private Route.Rule rule(String service, Rule rule, int place) {
        String name = rule.name() == null ? "#" + place : rule.name();
        return new Route.Rule(
                name,
                rule.matches(),
                rule.backendRefs().stream()
                        .map(ref -> branch(service, name, ref, rule))
                        .toList());
    }

    /** Timeouts and retry are the rule's and the called service's; everything else is the backend's. */
    private Route.WeightedBackend branch(String service, String ruleName, BackendRef ref, @Nullable Rule rule) {
        AcceptedService caller = Objects.requireNonNull(standing.services().get(service));
        AcceptedService called = standing.services().get(ref.name());
        if (called == null || !called.has(ref)) {
            return gone(caller, service, ruleName, ref);
        }
        Service backendService = called.service();
        Subset subset = called.subset(ref.subset());
        Settings ofBackend =
                subset == null ? backendService.settings() : subset.settings().over(backendService.settings());
        RouteSettings ofCalled = service.equals(ref.name())
                ? ofBackend.route()
                : caller.service().settings().route();
        RouteSettings route = rule == null ? ofCalled : rule.settings().over(ofCalled);
        Backend backend = backend(ref, backendService, ofBackend.backend());
        boolean named = backend.resolution() == Resolution.DNS;
        boolean ownBudget =
                subset != null && !subset.settings().backend().retryConstraint().equals(RetryConstraint.NONE);
        BackendPlan plan = new BackendPlan(
                backend,
                route,
                ofBackend.backend(),
                new Balance.Members(
                        backend.name(),
                        named
                                ? List.of()
                                : endpoints.computeIfAbsent(backend.name(), b -> endpoints(ref.name(), called, subset)),
                        survivors.fleet(ref.name()),
                        survivors.homecoming(backend.name())),
                survivors.duty(ref.name(), backend.name()),
                named
                        ? new ResolvedEndpoints.Part(
                                roster(ref.name(), called), subset == null ? Map.of() : subset.labels())
                        : null,
                survivors.inFlight(backend.name()),
                survivors.budget(ownBudget ? backend.name() : ref.name()));
        return new Route.WeightedBackend(
                new Target(caller.revision(), service, ruleName, backend), ref.weight(), outbound.rule(plan));
    }

    /** Only a kept service can send to what there is no more. */
    private static Route.WeightedBackend gone(AcceptedService caller, String service, String ruleName, BackendRef ref) {
        Backend backend = backend(ref, caller.service(), BackendSettings.NONE);
        Target target = new Target(caller.revision(), service, ruleName, backend);
        return new Route.WeightedBackend(target, ref.weight(), Refusal.ofBackend(service, ruleName, backend.name()));
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

    private List<Endpoint> endpoints(String name, AcceptedService accepted, @Nullable Subset subset) {
        return accepted.service().endpoints().stream()
                .filter(e -> subset == null
                        || e.labels().entrySet().containsAll(subset.labels().entrySet()))
                .map(e -> Endpoint.of(
                        e, e.address(), accepted.priority(e), survivors.endpoint(AcceptedService.key(name, e))))
                .toList();
    }

    private ResolvedEndpoints roster(String name, AcceptedService accepted) {
        return rosters.computeIfAbsent(
                name,
                n -> survivors.roster(
                        n,
                        accepted.service().endpoints().stream()
                                .map(e -> new ResolvedEndpoints.Entry(e, accepted.priority(e)))
                                .toList()));
    }

    /** Instances of our own service in our region, by zone. */
    private static Map<String, Long> callers(AppliedPolicy standing, Workload workload) {
        Map<String, Long> callers = new TreeMap<>();
        AcceptedService own = standing.services().get(workload.service());
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
