package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.authz.Inbound;
import dev.meshclient.internal.authz.PolicyInbound;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.time.Time;
import java.util.function.Consumer;

/** The state that calls use. A policy is compiled first, and replaces the previous state only if all of it compiles. */
public final class CurrentState {
    private final Time time;
    private final LocalWorkload self;
    private final Telemetry telemetry;
    private final DnsCache names;
    private final RecentAttempts recent;
    private final Compiler compiler;

    private Consumer<String> ask = host -> {};
    private Consumer<EndpointHealth> unreachable = endpoint -> {};
    private boolean failed; // a step of the last activation
    private volatile MeshState state = MeshState.NONE;

    /** Makes the state of a policy; if it throws, nothing has changed. */
    interface Compiler {
        /** @param ask gets the host of each call to a service that the document does not cover */
        MeshState compile(
                AppliedPolicy policy, MeshState before, DnsCache names, RecentAttempts recent, Consumer<String> ask);
    }

    public CurrentState(Time time, Resolver resolver, LocalWorkload self, Telemetry telemetry) {
        this(time, resolver, self, telemetry, (policy, before, names, recent, ask) -> new StateCompiler(
                        policy, before, self, new Outbound(time, telemetry, self, names, recent, new Pipeline()))
                .compile(ask));
    }

    CurrentState(Time time, Resolver resolver, LocalWorkload self, Telemetry telemetry, Compiler compiler) {
        this.time = time;
        this.names = new DnsCache(time, resolver, this::refresh);
        this.recent = new RecentAttempts(time.now());
        this.self = self;
        this.telemetry = telemetry;
        this.compiler = compiler;
    }

    /** @param ask gets the hosts of calls to services that the document in force does not cover */
    public void onOutside(Consumer<String> ask) {
        this.ask = ask;
    }

    /** @param retire gets the endpoints that no call can reach any more */
    public void onUnreachable(Consumer<EndpointHealth> retire) {
        unreachable = retire;
    }

    /** {@link MeshState#NONE} before the first policy. */
    public MeshState now() {
        return state;
    }

    /**
     * Puts a policy in force. If it throws, the previous policy is in force, and nothing has changed.
     *
     * @return the steps of the activation, which all have run
     */
    public synchronized ActivationSteps replace(AppliedPolicy policy) {
        MeshState before = state;
        Activation activation;
        try {
            MeshState next = compiler.compile(policy, before, names, recent, ask);
            activation = Activation.prepare(before, next, self, names, time.now(), failed);
        } catch (RuntimeException | Error e) {
            try {
                Activation.drop(before, self, names);
            } catch (RuntimeException | Error another) {
                e.addSuppressed(another);
            }
            throw e;
        }
        activation.begin();
        state = activation.next();
        activation.end(unreachable);
        activation.steps().run("remove the metrics of the previous policy", () -> state.meter(telemetry.meters()));
        failed = activation.steps().problem() != null;
        return activation.steps();
    }

    /** Authorizes inbound requests; listeners are notified of its decisions. */
    public Inbound inbound() {
        return new PolicyInbound(() -> state.boundary(), telemetry);
    }

    /** This process. */
    public Workload workload() {
        return self.workload();
    }

    /** The attempts of the last minute. */
    public RecentAttempts recent() {
        return recent;
    }

    /** Hands every endpoint that a call can reach to the consumer. */
    public void forEachEndpoint(Consumer<EndpointHealth> consumer) {
        state.states().forEachEndpoint(consumer);
    }

    /** Names resolve to other addresses: refreshes the endpoints; the policy of their services stays. */
    private synchronized void refresh() {
        long now = time.now();
        state.states().forEachService(service -> ResolvedEndpoints.refresh(service, now, unreachable));
    }

    /** Stops the resolution of names and the health checks, and ends the calls that wait for a slot of their backend. */
    public synchronized void close() {
        names.close();
        state.backends().forEach(backend -> backend.checks().close());
        state.states().forEachBackend(backend -> {
            InFlight calls = backend.find(InFlight.SLOT);
            if (calls != null) {
                calls.close();
            }
            Balance.close(backend);
        });
    }
}
