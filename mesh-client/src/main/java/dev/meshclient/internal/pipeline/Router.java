package dev.meshclient.internal.pipeline;

import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Entrance;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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
    private final Duration initialFetchTimeout;
    private final boolean registryOnly;
    private final long madeAt;
    private final Claims claims = new Claims();
    private final Survivors survivors = new Survivors();
    private final Set<CallContext> waiting = ConcurrentHashMap.newKeySet();
    private final Layer unlisted;
    private final Layer awaitPolicy;
    private final UnaryOperator<Layer> refusals;

    private volatile @Nullable MeshState state;
    private volatile @Nullable IOException lastProblem;
    private volatile boolean closed;

    /**
     * @param claimed hosts that are the mesh's whatever policy says
     * @param registryOnly all other hosts are refused, whatever policy says
     * @param initialFetchTimeout how long the first calls wait for the first policy; 0 = not at all
     */
    public Router(
            Time time,
            Workload workload,
            List<MeshListener> listeners,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout) {
        this.time = time;
        this.workload = workload;
        this.listeners = List.copyOf(listeners);
        this.initialFetchTimeout = initialFetchTimeout;
        this.registryOnly = registryOnly;
        this.madeAt = time.now();
        claimed.forEach(claims::add);
        Outbound outbound =
                new Outbound(time, this.listeners, new Balance.Origin(workload.locality(), Map.of()), Router::refuse);
        this.unlisted = outbound.refusal(Router::refuse);
        this.awaitPolicy = this::awaitPolicy;
        this.refusals = outbound::refusal;
    }

    /** Puts a policy in force. Calls under way go on with the one they began with; the consumer is told of endpoints that go. */
    public synchronized void apply(MeshPolicy policy, Layer transport, Consumer<EndpointState> gone) {
        Survivors.Use use = survivors.new Use();
        MeshState next = new StateCompiler(policy, workload, use, time, listeners, transport).compile();
        policy.services().values().forEach(s -> s.hosts().forEach(claims::add));
        state = next;
        use.end(gone);
        waiting.forEach(CallContext::raise);
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

    @Override
    public @Nullable Layer layers(String requested, int port) {
        String host = Hosts.normal(requested);
        MeshState now = state;
        boolean listedOnly =
                registryOnly || (now != null && now.outboundTrafficPolicy() == OutboundTrafficPolicy.REGISTRY_ONLY);
        if (closed) {
            return listedOnly || claims.has(host) ? refusals.apply(Router::refuseClosed) : null;
        }
        if (now == null) {
            return listedOnly || claims.has(host) ? awaitPolicy : null;
        }
        Layer layers = now.find(host, port);
        if (layers != null) {
            return layers;
        }
        return listedOnly || claims.has(host) ? unlisted : null;
    }

    /** No more calls to hosts of the mesh. */
    public void close() {
        closed = true;
        waiting.forEach(CallContext::raise);
    }

    private static Response refuseClosed(CallContext call) throws IOException {
        throw new PolicyUnavailable(
                "the mesh was closed before the call to '"
                        + call.request().url().host() + "' began",
                "make calls before Mesh.close()",
                call.decision());
    }

    private static Response refuse(CallContext call) throws IOException {
        String authority =
                call.request().url().host() + ":" + call.request().url().port();
        throw new NoRoute(
                "no service of the policy lists " + authority + ", and it must not be called past the mesh",
                "add it to services.*.hosts, or do not claim it (Mesh.Builder.claim, outboundTrafficPolicy)",
                call.decision());
    }

    private Response awaitPolicy(CallContext call) throws IOException {
        long until = Math.min(madeAt + initialFetchTimeout.toNanos(), call.deadline());
        waiting.add(call);
        try {
            while (state == null && !closed && time.now() < until) {
                call.await(until);
            }
        } finally {
            waiting.remove(call);
        }
        if (state == null) {
            PolicyUnavailable e = new PolicyUnavailable(
                    "no policy for '" + call.request().url().host() + "' within " + initialFetchTimeout.toMillis()
                            + " ms of the start",
                    "see whether the policy source answers (the cause says what it said last)",
                    call.decision());
            IOException problem = lastProblem;
            if (problem != null) {
                e.initCause(problem);
            }
            return refusals.apply(refused -> {
                        throw e;
                    })
                    .call(call);
        }
        Layer layers = layers(call.request().url().host(), call.request().url().port());
        return (layers == null ? unlisted : layers).call(call);
    }

    @Override
    public String toString() {
        return String.valueOf(state);
    }
}
