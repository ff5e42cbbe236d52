package dev.meshclient.internal.pipeline;

import dev.meshclient.authz.Inbound;
import dev.meshclient.internal.authz.PolicyInbound;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.resolve.ResolvedEndpoints;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.version.VersionOrder;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The policy in force: which document may follow, what of it is taken, and when what no document has any more goes. */
public final class PolicyControl {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyControl.class);

    private final Time time;
    private final LocalWorkload self;
    private final long staleNanos;
    private final VersionOrder order = new VersionOrder();
    private final DnsCache names;
    private final Compiler compiler;

    private @Nullable PolicyDocument document;
    private Consumer<String> ask = host -> {};
    private Consumer<EndpointHealth> gone = endpoint -> {};
    private volatile Runnable afterDrop = () -> {};
    private Time.@Nullable Timer nextStale;
    private volatile MeshState state = MeshState.NONE;
    private boolean closed;

    /** Makes the state of a policy; may fail, and then nothing has changed. */
    interface Compiler {
        /** @param ask is called with the host of a call to a service that the document does not speak of */
        MeshState compile(AppliedPolicy policy, MeshState before, DnsCache names, Consumer<String> ask);
    }

    /** @param staleTtl how long a service that documents do not have any more is kept */
    public PolicyControl(Time time, Resolver resolver, LocalWorkload self, Events events, Duration staleTtl) {
        this(time, resolver, self, staleTtl, (policy, before, names, ask) -> new StateCompiler(
                        policy, before, self, new Outbound(time, events, self, names))
                .compile(ask));
    }

    PolicyControl(Time time, Resolver resolver, LocalWorkload self, Duration staleTtl, Compiler compiler) {
        this.time = time;
        this.names = new DnsCache(time, resolver, this::refresh);
        this.self = self;
        this.staleNanos = Time.nanos(staleTtl);
        this.compiler = compiler;
    }

    /** Who is told the hosts of calls to services that the document in force does not speak of. */
    public void onOutside(Consumer<String> told) {
        ask = told;
    }

    /** Null before the first document. */
    public @Nullable MeshState state() {
        MeshState now = state;
        return now == MeshState.NONE ? null : now;
    }

    /** What is in force, and what is not and why. */
    public Status status(String source) {
        return new StatusReport(state, time.now(), staleNanos).status(source);
    }

    /** The boundary for requests that come in; listeners are notified of its decisions. */
    public Inbound inbound(Events events) {
        return new PolicyInbound(() -> state.boundary(), events::authorization);
    }

    /** Hands every endpoint that a call can reach to the consumer. */
    public void forEachEndpoint(Consumer<EndpointHealth> consumer) {
        state.states().forEachEndpoint(consumer);
    }

    /**
     * Puts a document in force.
     *
     * @throws PolicyException if the document is older than what was in force; nothing changes
     */
    public synchronized Applied apply(PolicyDocument read, Consumer<EndpointHealth> gone) throws PolicyException {
        PolicyProblem problem = order.problem(read.policy().metadata());
        if (problem != null) {
            throw new PolicyException(List.of(problem));
        }
        PolicyDocument last = document;
        PolicyDocument next = last == null ? read : SharedParts.of(read, last);
        if (next.equals(last)) {
            return Applied.NOTHING_NEW;
        }
        boolean again = differs(last, next) && order.isAgain(next.policy().metadata());
        AppliedPolicy before = state.policy();
        put(LastGoodMerge.after(before, next, time.now()), gone);
        order.applied(next.policy().metadata());
        document = next;
        return again ? Applied.SAME_VERSION : Applied.IN_FORCE;
    }

    /**
     * Puts in force again what was in force before a restart.
     *
     * @param versions that no document may go back behind
     * @return whether it did: not after the first document
     */
    public synchronized boolean resume(AppliedPolicy left, List<Metadata> versions, Consumer<EndpointHealth> gone) {
        if (state != MeshState.NONE) {
            return false;
        }
        put(left, gone);
        versions.forEach(order::applied);
        return true;
    }

    public AppliedPolicy applied() {
        return state.policy();
    }

    public synchronized List<Metadata> order() {
        return order.remembered();
    }

    /** Runs after services went that documents had not had for long; holds no lock. */
    public void onDropped(Runnable run) {
        afterDrop = run;
    }

    /** Of what a process before this one had, the version alone is known; parts of one version differ anyway. */
    private static boolean differs(@Nullable PolicyDocument one, PolicyDocument other) {
        return one != null
                && !one.equals(other)
                && Objects.equals(
                        one.policy().metadata().scope(),
                        other.policy().metadata().scope());
    }

    private void put(AppliedPolicy standing, Consumer<EndpointHealth> gone) {
        AppliedPolicy fresh = LastGoodMerge.withoutStale(standing, time.now(), staleNanos);
        MeshState before = state;
        MeshState next = compiler.compile(fresh, before, names, ask);
        Activation activation = new Activation(before, next, self, names);
        activation.begin();
        state = next;
        activation.end(gone);
        this.gone = gone;
        Set<String> dropped = new HashSet<>(standing.services().keySet());
        dropped.removeAll(fresh.services().keySet());
        if (!dropped.isEmpty()) {
            LOG.warn("dropped, since no document had them for {} min: {}", staleNanos / 60_000_000_000L, dropped);
        }
        if (nextStale != null) {
            nextStale.cancel();
        }
        nextStale = fresh.absentSince().values().stream()
                .min(Long::compare)
                .map(since -> time.at(
                        since + staleNanos,
                        "stale services",
                        () -> time.start("stale services", () -> dropStale(gone))))
                .orElse(null);
    }

    private void dropStale(Consumer<EndpointHealth> gone) {
        synchronized (this) {
            if (closed) {
                return;
            }
            put(state.policy(), gone);
        }
        afterDrop.run();
    }

    /** Names stand for other addresses: their services go on with the same policy. */
    private synchronized void refresh() {
        state.states().forEachService(service -> ResolvedEndpoints.refresh(service, gone));
    }

    /** Nothing is dropped and no name is looked up any more. */
    public void close() {
        synchronized (this) {
            closed = true;
            if (nextStale != null) {
                nextStale.cancel();
            }
        }
        names.close();
    }
}
