package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.authz.Inbound;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.LiveStates;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.route.Route;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Tls;
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

/**
 * Turns a policy into the layers of its services. Reads the states of services and makes layers; what lives changes only when the
 * state that it makes is activated. What a policy says as the one before it did is not compiled again.
 */
final class StateCompiler {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final AppliedPolicy policy;
    private final MeshState before;
    private final LocalWorkload local;
    private final DnsCache names;
    private final Outbound outbound;
    private final Map<String, Long> callers;
    private final LiveStates.Next states;
    private final Activation activation = new Activation();
    private final Map<String, EndpointList> endpoints = new HashMap<>(); // by service: subsets share them
    private final Map<String, CompiledBackend> backends = new HashMap<>(); // by name: rules share them
    private final Map<String, Boolean> same = new HashMap<>(); // as the policy before has them

    StateCompiler(
            AppliedPolicy policy,
            MeshState before,
            LocalWorkload local,
            DnsCache names,
            Time time,
            List<MeshListener> listeners,
            Layer transport) {
        this.policy = policy;
        this.before = before;
        this.local = local;
        this.names = names;
        this.states = before.states().next();
        Workload workload = local.workload();
        this.callers = callers(policy, workload);
        this.outbound = new Outbound(
                time,
                listeners,
                new Balance.Origin(workload.locality(), workload.labels(), callers),
                local,
                names,
                transport);
    }

    /** @param ask is called with the host of a call to a service that the document does not speak of */
    MeshState compile(Consumer<String> ask) {
        MeshState.Builder state = new MeshState.Builder();
        policy.services().forEach((name, accepted) -> {
            CompiledService compiled = service(name, accepted);
            compiled.backends().forEach(this::use);
            Layer layers = compiled.layers();
            boolean outside = policy.outside().contains(name);
            state.add(name, compiled, outside ? new Outside(ask, layers) : layers);
        });
        // Last: a host that a service with a policy lists is that one's.
        policy.refused().forEach((name, refused) -> {
            if (!policy.services().containsKey(name)) {
                Layer refusal = Refusal.ofService(policy.revision(), name, refused);
                state.addRefused(name, refused.hosts(), outbound.refusal(refusal));
            }
        });
        Set<String> issuers = new HashSet<>();
        state.boundary(boundary(issuers));
        activation.add(() -> local.keys().retain(issuers));
        return state.build(policy, callers, backends, states.build(), activation);
    }

    private CompiledService service(String name, AcceptedService accepted) {
        CompiledService earlier = before.service(name);
        if (earlier != null && isSame(name) && earlier.backends().stream().allMatch(b -> isSame(b.service()))) {
            activation.add(() -> earlier.revision(accepted.revision()));
            return earlier;
        }
        List<CompiledBackend> used = new ArrayList<>();
        CompiledService.Revision revision = new CompiledService.Revision(accepted.revision());
        List<Route.Rule> rules = new ArrayList<>();
        List<Rule> stated = accepted.service().rules();
        for (int i = 0; i < stated.size(); i++) {
            rules.add(rule(name, stated.get(i), i));
        }
        if (stated.isEmpty()) {
            rules.add(new Route.Rule(
                    "default", List.of(), List.of(branch(name, "default", new BackendRef(name, null, 1), null))));
        }
        return null;
    }
}
