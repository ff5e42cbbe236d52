package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointTable;
import dev.meshclient.internal.resolve.Roster;
import dev.meshclient.internal.route.Route;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.Tls;
import dev.meshclient.telemetry.MeshListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns a policy into the layers of its services. */
final class StateCompiler {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final MeshPolicy policy;
    private final Survivors.Use survivors;
    private final Outbound outbound;
    private final String revision;
    private final Map<String, Integer> priorities = new HashMap<>();
    private final Map<String, List<Endpoint>> endpoints = new HashMap<>(); // by backend: rules share them
    private final Map<String, Roster> rosters = new HashMap<>(); // by service: subsets share them

    StateCompiler(
            MeshPolicy policy,
            Workload workload,
            Survivors.Use survivors,
            Time time,
            List<MeshListener> listeners,
            Layer transport) {
        this.policy = policy;
        this.survivors = survivors;
        this.revision = revision(policy.metadata());
        this.outbound = new Outbound(
                time, listeners, new Balance.Origin(workload.locality(), callers(policy, workload)), transport);
        for (Cluster cluster : policy.clusters()) {
            priorities.put(cluster.name(), cluster.priority());
        }
    }

    MeshState compile() {
        MeshState.Builder state = new MeshState.Builder();
        policy.services().forEach((name, service) -> {
            List<Route.Rule> rules = new ArrayList<>();
            List<Rule> stated = service.rules();
            for (int i = 0; i < stated.size(); i++) {
                rules.add(rule(name, stated.get(i), i));
            }
            if (stated.isEmpty()) {
                rules.add(new Route.Rule(
                        "default", List.of(), List.of(branch(name, "default", new BackendRef(name, null, 1), null))));
            }
            state.add(name, service.hosts(), outbound.service(revision, name, rules));
        });
        return state.build(revision, policy.outboundTrafficPolicy());
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
    private Route.Branch branch(String service, String ruleName, BackendRef ref, @Nullable Rule rule) {
        Service backendService = service(ref.name());
        Subset subset = subset(backendService, ref.subset());
        Settings ofBackend = backendService.settings().over(policy.defaults());
        if (subset != null) {
            ofBackend = subset.settings().over(ofBackend);
        }
        Settings ofCaller = service.equals(ref.name())
                ? ofBackend
                : service(service).settings().over(policy.defaults());
        Settings settings = new Settings(
                rule == null ? ofCaller.timeouts() : rule.timeouts().over(ofCaller.timeouts()),
                rule == null || rule.retry() == null ? ofCaller.retry() : rule.retry(),
                ofBackend.retryConstraint(),
                ofBackend.limits(),
                ofBackend.outlierDetection(),
                ofBackend.failoverMode(),
                ofBackend.loadBalancer(),
                ofBackend.trafficDistribution(),
                ofBackend.tls());
        Backend backend = backend(ref, backendService, ofBackend.timeouts(), ofBackend.tls());
        boolean ownBudget =
                subset != null && !subset.settings().retryConstraint().equals(RetryConstraint.NONE);
        Outbound.To to = new Outbound.To(
                backend,
                settings,
                new Balance.Members(
                        backend.name(),
                        backend.resolution() == Resolution.DNS
                                ? List.of()
                                : endpoints.computeIfAbsent(
                                        backend.name(), b -> endpoints(ref.name(), backendService, subset)),
                        survivors.fleet(ref.name()),
                        survivors.homecoming(backend.name())),
                backend.resolution() == Resolution.DNS
                        ? new Roster.Part(
                                roster(ref.name(), backendService), subset == null ? Map.of() : subset.labels())
                        : null,
                survivors.inFlight(backend.name()),
                survivors.budget(ownBudget ? backend.name() : ref.name()));
        return new Route.Branch(new Target(revision, service, ruleName, backend), ref.weight(), outbound.rule(to));
    }

    private static Backend backend(BackendRef ref, Service service, Timeouts timeouts, @Nullable Tls stated) {
        boolean ours = service.resolution() != Resolution.NONE;
        boolean https = stated == null && service.appProtocol() == AppProtocol.HTTPS;
        return new Backend(
                ref.subset() == null ? ref.name() : ref.name() + "/" + ref.subset(),
                ref.name(),
                service.resolution(),
                service.appProtocol(),
                stated != null ? stated : new Tls(https ? Tls.Mode.SIMPLE : Tls.Mode.DISABLE, null),
                nanos(timeouts.connect(), ours ? CONNECT : Duration.ZERO),
                nanos(timeouts.idle(), ours ? IDLE : Duration.ZERO));
    }

    private static long nanos(@Nullable Duration stated, Duration builtIn) {
        return (stated == null ? builtIn : stated).toNanos();
    }

    private List<Endpoint> endpoints(String name, Service service, @Nullable Subset subset) {
        return service.endpoints().stream()
                .filter(e -> subset == null
                        || e.labels().entrySet().containsAll(subset.labels().entrySet()))
                .map(e -> new Endpoint(
                        e.address(),
                        e.port(),
                        e.locality(),
                        priority(e),
                        e.weight(),
                        e.health(),
                        survivors.endpoint(new EndpointTable.Key(
                                name, e.cluster() == null ? "" : e.cluster(), e.address(), e.port()))))
                .toList();
    }

    private Roster roster(String name, Service service) {
        return rosters.computeIfAbsent(
                name,
                n -> survivors.roster(
                        n,
                        (service.endpoints().isEmpty() ? byHosts(service) : service.endpoints())
                                .stream()
                                        .map(e -> new Roster.Entry(e, priority(e)))
                                        .toList()));
    }

    /** The hosts are the names; one without a port is taken at the port of what the policy says its endpoints speak. */
    private List<dev.meshclient.policy.Endpoint> byHosts(Service service) {
        Tls tls = service.settings().over(policy.defaults()).tls();
        boolean encrypted = tls == null ? service.appProtocol() == AppProtocol.HTTPS : tls.mode() != Tls.Mode.DISABLE;
        return service.hosts().stream()
                .map(Hosts::parse)
                .map(p -> new dev.meshclient.policy.Endpoint(
                        p.host(),
                        p.hasPort() ? p.port() : encrypted ? 443 : 80,
                        Locality.NONE,
                        null,
                        1,
                        dev.meshclient.policy.Endpoint.Health.UNKNOWN,
                        Map.of()))
                .distinct()
                .toList();
    }

    private int priority(dev.meshclient.policy.Endpoint endpoint) {
        String cluster = endpoint.cluster();
        return cluster == null ? 0 : priorities.getOrDefault(cluster, 0);
    }

    private Service service(String name) {
        Service service = policy.services().get(name);
        if (service == null) {
            throw new IllegalArgumentException("the policy was not checked: no service '" + name + "'");
        }
        return service;
    }

    private static @Nullable Subset subset(Service service, @Nullable String name) {
        return name == null
                ? null
                : service.subsets().stream()
                        .filter(s -> s.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () -> new IllegalArgumentException("the policy was not checked: no subset " + name));
    }

    /** Instances of our own service in our region, by zone. */
    private static Map<String, Long> callers(MeshPolicy policy, Workload workload) {
        Map<String, Long> callers = new TreeMap<>();
        Service own = policy.services().get(workload.service());
        if (own != null) {
            String region = workload.locality().region();
            own.endpoints().stream()
                    .filter(e -> region.isEmpty() || e.locality().region().equals(region))
                    .filter(e -> !e.locality().zone().isEmpty())
                    .forEach(e -> callers.merge(e.locality().zone(), 1L, Long::sum));
        }
        return callers;
    }

    private static String revision(Metadata metadata) {
        return (metadata.epoch() == null ? "-" : metadata.epoch()) + "/"
                + (metadata.version() == null ? "-" : metadata.version());
    }
}
