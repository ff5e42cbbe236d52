package dev.meshclient;

import dev.meshclient.authz.Inbound;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.call.DecisionNote;
import dev.meshclient.internal.control.PolicyFeed;
import dev.meshclient.internal.control.PolicySink;
import dev.meshclient.internal.control.Status;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.events.IdentityEvents;
import dev.meshclient.internal.okhttp.Engine;
import dev.meshclient.internal.okhttp.SystemResolver;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshListener;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service mesh in this process. It wraps an {@link OkHttpClient}; calls of the wrapped client to hosts that policy lists
 * are routed, balanced, retried and bounded in time as policy says, and all others are the client's own as before.
 *
 * <pre>{@code
 * Mesh mesh = Mesh.builder()
 *     .workload(Workload.of("checkout").zone("eu-1a"))
 *     .policy(PolicySource.http(URI.create("https://registry:8443/mesh/policy")))
 *     .claim("orders")
 *     .build();
 * OkHttpClient http = mesh.wrap(new OkHttpClient());
 * }</pre>
 *
 * <p>Thread-safe. Close it when the process ends.
 */
public final class Mesh implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);

    private final Time time;
    private final Runnable stopTime;
    private final Router router;
    private final Identities identities;
    private final Engine engine;
    private final PolicySource source;
    private final PolicyFeed policy;
    private final Duration drainTimeout;
    private final Set<Signal> readiness = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Mesh(Builder builder) {
        Time given = builder.time;
        if (given == null) {
            RealTime real = RealTime.create("mesh");
            this.time = real;
            this.stopTime = real::close;
        } else {
            this.time = given;
            this.stopTime = () -> {};
        }
        this.drainTimeout = builder.drainTimeout;
        Events events = Events.of(time, builder.observers, builder.listeners);
        this.identities = Identities.start(
                time,
                builder.identity,
                builder.certificates,
                new IdentityEvents(events),
                time.now() + Time.nanos(builder.initialFetchTimeout));
        this.router = new Router(
                time,
                builder.resolver,
                LocalWorkload.of(builder.workload, identities::spiffeId, time, builder.tokens, this::download),
                events,
                builder.claims,
                builder.outboundTrafficPolicy == OutboundTrafficPolicy.REGISTRY_ONLY,
                builder.initialFetchTimeout,
                builder.staleTtl);
        this.engine = new Engine(time, router, identities);
        identities.onTrustChange(() -> {
            router.control().current().forEachEndpoint(engine::trustChanged);
            readiness.forEach(Signal::raise);
        });
        PolicySink sink =
                new PolicySink(router.control(), engine::retire, () -> readiness.forEach(Signal::raise), time, LOG);
        this.source = Objects.requireNonNull(builder.policy);
        this.policy = PolicyFeed.start(
                time,
                source,
                router.control(),
                router.wanted(),
                sink,
                builder.initialFetchTimeout,
                builder.snapshotDirectory);
    }

    /** A mesh needs a {@link Builder#policy}; everything else has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A client like this one whose calls go through the mesh. Wrap it last: interceptors that are there already run above
     * the mesh, once a call; its network interceptors run once an attempt.
     */
    public OkHttpClient wrap(OkHttpClient client) {
        return engine.wrap(client);
    }

    /**
     * For libraries that take a {@link Call.Factory}: as {@link #wrap}, and asynchronous calls are not held to OkHttp's five
     * for each logical host, since the mesh spreads them over its endpoints.
     */
    public Call.Factory callFactory(OkHttpClient client) {
        return engine.callFactory(client);
    }

    /**
     * Waits until the mesh {@link #isReady}.
     *
     * @return whether they are; false: the time is up, or the mesh was closed
     * @throws java.io.InterruptedIOException if the thread is interrupted
     */
    public boolean awaitReady(Duration timeout) throws IOException {
        long until = time.now() + Time.nanos(timeout);
        Signal signal = time.signal("ready");
        readiness.add(signal);
        try {
            while (!isReady() && !closed && time.now() < until) {
                if (!signal.await(until)) {
                    break;
                }
            }
        } finally {
            readiness.remove(signal);
        }
        return isReady();
    }

    /** Whether a policy is in force and, if the mesh was given an identity, the first certificate is there. Never waits. */
    public boolean isReady() {
        return router.control().isReady() && identities.isReady();
    }

    /**
     * Whether requests that come in may go on, by the policy of the service that this workload is. Before the first policy, and if
     * policy does not list this service, none may.
     */
    public Inbound inbound() {
        return router.inbound();
    }

    private byte[] download(URI uri, int maxBytes, Duration timeout) throws IOException {
        return engine.download(uri, maxBytes, timeout);
    }

    /** {@code epoch/version} of the policy in force; empty before the first. */
    public String policyRevision() {
        return router.control().revision();
    }

    /** What is in force, what is refused or kept from before, and how each endpoint stands; as text for people, too. */
    public MeshStatus status() {
        return router.control()
                .status(source.toString())
                .with(policy.freshness(), policy.problem())
                .with(certificates());
    }

    private Map<String, MeshStatus.Identity> certificates() {
        Map<String, MeshStatus.Identity> all = new LinkedHashMap<>();
        identities.status().forEach((name, now) -> {
            Svid svid = now.svid();
            all.put(
                    name,
                    new Status.IdentityFacts(
                            now.source(), svid == null ? "" : svid.name(), now.age(), now.expiresIn(), now.problem()));
        });
        return all;
    }

    /** Why this response came from where it came; {@link Decision#NONE} for one that did not come through a mesh, or from the cache. */
    public static Decision decision(Response response) {
        Response network = response.networkResponse();
        var call = network == null ? null : network.request().tag(dev.meshclient.internal.call.Call.class);
        return call == null ? Decision.NONE : call.decision();
    }

    /** What was decided before this failure; {@link Decision#NONE} if no mesh threw it. */
    public static Decision decision(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof MeshFailure ours) {
                return ours.decision();
            }
            for (Throwable suppressed : e.getSuppressed()) {
                if (suppressed instanceof DecisionNote note) {
                    return note.decision();
                }
            }
        }
        return Decision.NONE;
    }

    /** The services in force with the layers of each rule, as text for people. */
    @Override
    public String toString() {
        return "mesh with " + router;
    }

    /**
     * Takes no more policy and no more calls, waits for the calls under way for the drain time (2 s unless said otherwise),
     * then closes connections and threads. What is left then may finish, within its deadlines. A second call does nothing.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        policy.close();
        try {
            identities.close();
        } catch (IOException e) {
            LOG.warn("the identity's source did not close: {}", e.toString());
        }
        router.close();
        readiness.forEach(Signal::raise);
        drain();
        router.control().current().forEachEndpoint(engine::retire);
        engine.close();
        stopTime.run();
    }

    /** Looks at what is in flight now and then: at the end of a process a pause of 10 ms costs nothing. */
    private void drain() {
        long until = time.now() + Time.nanos(drainTimeout);
        Signal pause = time.signal("drain");
        try {
            while (time.now() < until && engine.underWay() > 0) {
                pause.await(Math.min(until, time.now() + 10_000_000));
            }
        } catch (IOException interrupted) {
            LOG.debug("not drained: {}", interrupted.toString());
        }
        long left = engine.underWay();
        if (left > 0) {
            LOG.info("closed with {} call(s) in flight after {} ms", left, drainTimeout.toMillis());
        }
    }

    /** Says what a mesh is to do; {@link #build} makes it. */
    public static final class Builder {
        private Workload workload = Workload.unknown();
        private @Nullable PolicySource policy;
        private @Nullable WorkloadIdentity identity;
        private final Map<String, WorkloadIdentity> certificates = new LinkedHashMap<>();
        private final List<String> claims = new ArrayList<>();
        private final List<CallObserver.Factory> observers = new ArrayList<>();
        private final List<MeshListener> listeners = new ArrayList<>();
        private final Map<String, TokenSource> tokens = new LinkedHashMap<>();
        private OutboundTrafficPolicy outboundTrafficPolicy = OutboundTrafficPolicy.ALLOW_ANY;
        private Duration initialFetchTimeout = Duration.ofSeconds(5);
        private Duration staleTtl = Duration.ofHours(1);
        private Duration drainTimeout = Duration.ofSeconds(2);
        private @Nullable Path snapshotDirectory = SnapshotDirectory.offered(System::getenv);
        private Resolver resolver = new SystemResolver();
        private @Nullable Time time;

        private Builder() {}

        /** Who we are. Default: unknown, without a zone to prefer. */
        public Builder workload(Workload workload) {
            this.workload = workload;
            return this;
        }

        /** Where policy comes from. */
        public Builder policy(PolicySource source) {
            this.policy = source;
            return this;
        }

        /**
         * What this workload proves to its peers, and which authorities it trusts: certificate, key and trust bundles, watched
         * while they rotate. Default: none; calls that policy sends by MESH_MUTUAL or MUTUAL TLS then fail with
         * {@link IdentityUnavailable}, and never go in the clear.
         */
        public Builder identity(WorkloadIdentity source) {
            this.identity = source;
            return this;
        }

        /**
         * The certificate that policy names in {@code tls.credentialName}: MUTUAL presents it, MUTUAL and SIMPLE trust its
         * authorities. The mesh watches its source as it does that of the identity. A second source of one name replaces the
         * first.
         *
         * @throws IllegalArgumentException if the name is empty
         */
        public Builder certificate(String name, WorkloadIdentity source) {
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "a certificate needs the name that policy gives it: tls.credentialName");
            }
            this.certificates.put(name, source);
            return this;
        }

        /**
         * Hosts that are the mesh's whatever policy says: they are never called past it. {@code orders} or
         * {@code *.svc.cluster.local}; a port does not narrow a claim.
         *
         * @throws IllegalArgumentException for anything else
         */
        public Builder claim(String... hosts) {
            for (String host : hosts) {
                try {
                    Router.checkClaim(host);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("claim takes 'host' or '*.suffix', not '" + host + "'", e);
                }
                claims.add(host);
            }
            return this;
        }

        /** Tightens what policy says: {@code REGISTRY_ONLY} here is not widened by a document. Default ALLOW_ANY. */
        public Builder outboundTrafficPolicy(OutboundTrafficPolicy atLeast) {
            this.outboundTrafficPolicy = atLeast;
            return this;
        }

        /** How long calls to hosts of the mesh wait for the first policy, from the build on. Default 5 s; zero = not at all. */
        public Builder initialFetchTimeout(Duration timeout) {
            this.initialFetchTimeout = positiveOrZero("initialFetchTimeout", timeout);
            return this;
        }

        /**
         * Where the policy in force is kept, so that a process that starts while the registry is down has one: one file for each
         * source, which only its owner may read. Give a directory that nobody else can write to. Null: nowhere.
         *
         * <p>Default: {@code mesh-client} in the directory that the environment variable {@code STATE_DIRECTORY} names, else
         * {@code XDG_CACHE_HOME}; without either, nowhere.
         */
        public Builder snapshotDirectory(@Nullable Path directory) {
            this.snapshotDirectory = directory;
            return this;
        }

        /**
         * How long a service is kept that documents do not have any more; a document that sets it to {@code null} ends it at
         * once. Default 1 h; zero = not at all.
         */
        public Builder staleTtl(Duration ttl) {
            this.staleTtl = positiveOrZero("staleTtl", ttl);
            return this;
        }

        /** How long {@link Mesh#close} waits for calls under way. Default 2 s; zero = not at all. */
        public Builder drainTimeout(Duration timeout) {
            this.drainTimeout = positiveOrZero("drainTimeout", timeout);
            return this;
        }

        /**
         * A token that policy may name in {@code credentials}, to be sent along with calls over TLS.
         *
         * @param name that policy calls it by; a second source of one name takes the place of the first
         */
        public Builder token(String name, TokenSource source) {
            tokens.put(name, source);
            return this;
        }

        /** Observes each call; may be called more than once. */
        public Builder observer(CallObserver.Factory factory) {
            observers.add(factory);
            return this;
        }

        /** Gets what happens beside calls; may be called more than once. */
        public Builder listener(MeshListener listener) {
            listeners.add(listener);
            return this;
        }

        /** For tests: another name service. */
        Builder resolver(Resolver resolver) {
            this.resolver = resolver;
            return this;
        }

        /** For tests: another clock. */
        Builder time(Time time) {
            this.time = time;
            return this;
        }

        /**
         * Makes the mesh and begins to ask for policy; never waits for it.
         *
         * @throws IllegalStateException if there is no policy source
         */
        public Mesh build() {
            if (policy == null) {
                throw new IllegalStateException("a mesh needs a policy: Mesh.builder().policy(PolicySource.http(uri))");
            }
            return new Mesh(this);
        }

        private static Duration positiveOrZero(String name, Duration timeout) {
            if (timeout.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative: " + timeout);
            }
            return timeout;
        }
    }
}
