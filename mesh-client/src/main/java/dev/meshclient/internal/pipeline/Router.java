package dev.meshclient.internal.pipeline;

import dev.meshclient.Decision;
import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Entrance;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.resolve.Names;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The state in force, and who may pass without one. A host that is the mesh's never leaves it: without a policy that lists
 * it, its calls are refused.
 */
public final class Router implements Entrance {
    private final Time time;
    private final Workload workload;
    private final List<MeshListener> listeners;
    private final long initialFetchNanos;
    private final boolean registryOnly;
    private final long madeAt;
    private final Claims claims = new Claims();
    private final Names names;
    private final Survivors survivors;
    private final Set<CallContext> waiting = ConcurrentHashMap.newKeySet();
    private final Layer unlisted;
    private final Layer afterClose;
    private final Layer awaitPolicy;
    private final UnaryOperator<Layer> refusals;

    private Consumer<EndpointState> gone = endpoint -> {};
    private volatile @Nullable MeshState state;
    private volatile @Nullable IOException lastProblem;
    private volatile boolean closed;

    /** As below, for policies without names to resolve. */
    public Router(
            Time time,
            Workload workload,
            List<MeshListener> listeners,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout) {
        this(
                time,
                name -> {
                    throw new UnknownHostException("no resolver for " + name);
                },
                workload,
                listeners,
                claimed,
                registryOnly,
                initialFetchTimeout);
    }

    /**
     * @param resolver finds the addresses of names
     * @param claimed hosts that are the mesh's whatever policy says
     * @param registryOnly all other hosts are refused, whatever policy says
     * @param initialFetchTimeout how long the first calls wait for the first policy; 0 = not at all
     */
    public Router(
            Time time,
            Resolver resolver,
            Workload workload,
            List<MeshListener> listeners,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout) {
        this.time = time;
        this.names = new Names(time, resolver, this::refresh);
        this.survivors = new Survivors(names);
        this.workload = workload;
        this.listeners = List.copyOf(listeners);
        this.initialFetchNanos = Time.nanos(initialFetchTimeout);
        this.registryOnly = registryOnly;
        this.madeAt = time.now();
        claims.add(claimed);
        Layer refuse = this::refuse;
        Outbound outbound =
                new Outbound(time, this.listeners, new Balance.Origin(workload.locality(), Map.of()), refuse);
        this.unlisted = outbound.refusal(refuse);
        this.afterClose = outbound.refusal(this::refuseClosed);
        this.awaitPolicy = this::awaitPolicy;
        this.refusals = outbound::refusal;
    }

    /** Puts a policy in force. Calls under way go on with the one they began with; the consumer is told of endpoints that go. */
    public synchronized void apply(MeshPolicy policy, Layer transport, Consumer<EndpointState> gone) {
        Survivors.Use use = survivors.new Use();
        MeshState next = new StateCompiler(policy, workload, use, time, listeners, transport).compile();
        state = next; // before its hosts are claimed: a host that is new is never refused
        this.gone = gone;
        policy.services().values().forEach(s -> claims.add(s.hosts()));
        use.end(gone);
        waiting.forEach(CallContext::raise);
    }

    /** Names stand for other addresses: their services go on with the same policy. */
    private synchronized void refresh() {
        survivors.refresh(gone);
    }

    /** Why there is no policy yet. */
    public void problem(IOException e) {
        lastProblem = e;
    }

    /** Whether a policy is in force. */
    public boolean isReady() {
        return state != null;
    }

    /** {@code epoch/version} of the policy in force; empty before the first. */
    public String revision() {
        MeshState now = state;
        return now == null ? "" : now.revision();
    }

    /** Tells the consumer of every endpoint that is known. */
    public void forEachEndpoint(Consumer<EndpointState> consumer) {
        survivors.forEachEndpoint(consumer);
    }

    /**
     * Whether a builder may claim this.
     *
     * @throws IllegalArgumentException if not
     */
    public static void checkClaim(String authority) {
        Hosts.check(authority);
    }

    @Override
    public @Nullable Layer layers(String requested, int port) {
        String host = Hosts.normal(requested);
        while (true) {
            MeshState now = state;
            Layer found = find(now, host, port);
            if (found != unlisted || now == state) { // or a policy that lists it came meanwhile
                return found;
            }
        }
    }

    private @Nullable Layer find(@Nullable MeshState now, String host, int port) {
        if (closed) {
            return mayPass(now, host) ? null : afterClose;
        }
        if (now == null) {
            return mayPass(null, host) ? null : awaitPolicy;
        }
        Layer layers = now.find(host, port);
        return layers != null ? layers : mayPass(now, host) ? null : unlisted;
    }

    private boolean mayPass(@Nullable MeshState now, String host) {
        return !registryOnly
                && (now == null
                        || (now.outboundTrafficPolicy() != OutboundTrafficPolicy.REGISTRY_ONLY && !now.lists(host)))
                && !claims.has(host);
    }

    /** No more calls to hosts of the mesh, and no name is looked up any more. */
    public void close() {
        closed = true;
        names.close();
        waiting.forEach(CallContext::raise);
    }

    private Response refuseClosed(CallContext call) throws IOException {
        throw new PolicyUnavailable(
                "the mesh was closed before the call to '"
                        + call.request().url().host() + "' began",
                "make calls before Mesh.close()",
                unrouted(call));
    }

    private Response refuse(CallContext call) throws IOException {
        HttpUrl url = call.request().url();
        String host = url.host().indexOf(':') < 0 ? url.host() : "[" + url.host() + "]";
        throw new NoRoute(
                "no service of the policy lists " + host + ":" + url.port()
                        + ", and it must not be called past the mesh",
                "add it to services.*.hosts, or do not claim it (Mesh.Builder.claim, outboundTrafficPolicy)",
                unrouted(call));
    }

    private Decision unrouted(CallContext call) {
        return new Decision(revision(), "", "", "", call.decision().attempts(), "");
    }

    private Response awaitPolicy(CallContext call) throws IOException {
        long until = Math.min(madeAt + initialFetchNanos, call.deadline());
        waiting.add(call);
        try {
            while (state == null && !closed && time.now() < until) {
                call.await(until);
            }
        } finally {
            waiting.remove(call);
        }
        HttpUrl url = call.request().url();
        Layer layers = state == null && !closed ? tooLate(call) : layers(url.host(), url.port());
        return (layers == null ? unlisted : layers).call(call);
    }

    private Layer tooLate(CallContext call) {
        boolean caller = call.deadline() < madeAt + initialFetchNanos;
        PolicyUnavailable e = new PolicyUnavailable(
                "no policy for '" + call.request().url().host() + "' within "
                        + (caller ? call.deadline() - call.startedAt() : initialFetchNanos) / 1_000_000
                        + (caller ? " ms, which is all that the caller gives it" : " ms of the start"),
                "see whether the policy source answers (the cause says what it said last)",
                unrouted(call));
        IOException problem = lastProblem;
        if (problem != null) {
            e.initCause(problem);
        }
        return refusals.apply(refused -> {
            throw e;
        });
    }

    @Override
    public String toString() {
        return String.valueOf(state);
    }
}
