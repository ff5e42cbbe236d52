package dev.meshclient.internal.pipeline;

import dev.meshclient.Decision;
import dev.meshclient.MeshStatus;
import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.authz.Inbound;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Entrance;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
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
    private final InForce policy;
    private final long initialFetchNanos;
    private final boolean registryOnly;
    private final long madeAt;
    private final Claims claims = new Claims();
    private final Set<CallContext> waiting = ConcurrentHashMap.newKeySet();
    private final Layer unlisted;
    private final Layer afterClose;
    private final Layer awaitPolicy;
    private final UnaryOperator<Layer> refusals;
    private final Inbound inbound;

    private volatile @Nullable Problem lastProblem;
    private volatile boolean closed;

    /** What the source said last, and when. */
    record Problem(IOException failure, long at) {}

    /** As below, for policies without names to resolve. */
    public Router(
            Time time,
            Workload workload,
            List<MeshListener> listeners,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout,
            Duration staleTtl) {
        this(
                time,
                name -> {
                    throw new UnknownHostException("no resolver for " + name);
                },
                Self.of(workload, time),
                listeners,
                claimed,
                registryOnly,
                initialFetchTimeout,
                staleTtl);
    }

    /**
     * @param resolver finds the addresses of names
     * @param self who we are
     * @param claimed hosts that are the mesh's whatever policy says
     * @param registryOnly all other hosts are refused, whatever policy says
     * @param initialFetchTimeout how long the first calls wait for the first policy; 0 = not at all
     * @param staleTtl how long a service that documents do not have any more is kept; 0 = not at all
     */
    public Router(
            Time time,
            Resolver resolver,
            Self self,
            List<MeshListener> listeners,
            List<String> claimed,
            boolean registryOnly,
            Duration initialFetchTimeout,
            Duration staleTtl) {
        List<MeshListener> told = List.copyOf(listeners);
        this.time = time;
        this.policy = new InForce(time, resolver, self, told, staleTtl);
        this.initialFetchNanos = Time.nanos(initialFetchTimeout);
        this.registryOnly = registryOnly;
        this.madeAt = time.now();
        claims.add(claimed);
        Layer refuse = this::refuse;
        Outbound outbound =
                new Outbound(time, told, new Balance.Origin(self.workload().locality(), Map.of()), self, refuse);
        this.unlisted = outbound.refusal(refuse);
        this.afterClose = outbound.refusal(this::refuseClosed);
        this.awaitPolicy = this::awaitPolicy;
        this.refusals = outbound::refusal;
        this.inbound = new Inbound(this::boundary, event -> Events.authorization(told, event));
    }

    /**
     * Puts a document in force: all of its services that are good. Calls under way go on with the policy that they began with;
     * the consumer is told of endpoints that go.
     *
     * @throws PolicyException if it is older than what was in force: then nothing changes
     */
    public synchronized Applied apply(PolicyDocument document, Layer transport, Consumer<EndpointState> gone)
            throws PolicyException {
        Applied applied = policy.apply(document, transport, gone);
        document.policy().services().values().forEach(s -> claims.add(s.hosts()));
        document.refused().values().forEach(s -> claims.add(s.hosts()));
        lastProblem = null;
        waiting.forEach(CallContext::raise);
        return applied;
    }

    /** Why there is no newer policy. */
    public void problem(IOException e) {
        lastProblem = new Problem(e, time.now());
    }

    /** Whether a policy is in force. */
    public boolean isReady() {
        return policy.state() != null;
    }

    /** {@code epoch/version} of the policy in force; empty before the first. */
    public String revision() {
        MeshState now = policy.state();
        return now == null ? "" : now.revision();
    }

    /** The boundary for requests that come in. */
    public Inbound inbound() {
        return inbound;
    }

    private Inbound.Boundary boundary() {
        MeshState now = policy.state();
        return now == null
                ? Inbound.Boundary.closed("", "there is no policy yet that could say who may call us")
                : now.boundary();
    }

    /** What is in force, and what is not and why. */
    public MeshStatus status(String source) {
        return policy.survey().status(source, lastProblem);
    }

    /** Tells the consumer of every endpoint that is known. */
    public void forEachEndpoint(Consumer<EndpointState> consumer) {
        policy.survivors().forEachEndpoint(consumer);
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
            MeshState now = policy.state();
            Layer found = find(now, host, port);
            if (found != unlisted || now == policy.state()) { // or a policy that lists it came meanwhile
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
        policy.close();
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
            while (!isReady() && !closed && time.now() < until) {
                call.await(until);
            }
        } finally {
            waiting.remove(call);
        }
        HttpUrl url = call.request().url();
        Layer layers = !isReady() && !closed ? tooLate(call) : layers(url.host(), url.port());
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
        Problem problem = lastProblem;
        if (problem != null) {
            e.initCause(problem.failure);
        }
        return refusals.apply(refused -> {
            throw e;
        });
    }

    @Override
    public String toString() {
        MeshState now = policy.state();
        return now == null ? "no policy yet" : now.toString();
    }
}
