package dev.meshclient;

import dev.meshclient.authz.Inbound;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.accesslog.AccessLogWriter;
import dev.meshclient.internal.call.DecisionNote;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.control.PolicyFeed;
import dev.meshclient.internal.control.PolicySink;
import dev.meshclient.internal.control.Status;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.events.IdentityEvents;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.okhttp.Engine;
import dev.meshclient.internal.okhttp.OkHttpVersion;
import dev.meshclient.internal.okhttp.SystemResolver;
import dev.meshclient.internal.okhttp.attempt.OwnIdentityExplanation;
import dev.meshclient.internal.pipeline.CurrentState;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.source.ServiceOverride;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tracing.Tracing;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshListener;
import dev.meshclient.telemetry.MeshMetrics;
import dev.meshclient.telemetry.MeshTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
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
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service mesh in this process. It wraps an {@link OkHttpClient}: the mesh routes, balances, retries and limits in time the
 * calls to hosts that the policy lists; all other calls are unchanged.
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
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");

    private final Time time;
    private final Meters meters;
    private final Runnable stopTime;
    private final Router router;
    private final Identities identities;
    private final Engine engine;
    private final PolicySource source;
    private final PolicyFeed policy;
    private final Duration drainTimeout;
    private final @Nullable AccessLogWriter accessLog;
    private final Set<Signal> readiness = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Mesh(Builder builder, PolicySource source) {
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
        MeshMetrics metrics = builder.metrics;
        this.meters = metrics == null
                ? Meters.NONE
                : Meters.of( // as tracing below it may throw: no thread runs yet
                        time, metrics, builder.workload, this::spiffeId);
        List<CallObserver.Factory> observers = new ArrayList<>();
        if (builder.traces != null) {
            observers.add(Tracing.of(time, builder.traces)); // first: the others see its span as the current one
        }
        observers.addAll(builder.observers);
        Supplier<String> trace = builder.traces == null ? () -> "" : Tracing::currentId;
        this.accessLog = builder.accessLog == null ? null : AccessLogWriter.start(time, builder.accessLog, trace);
        if (accessLog != null) {
            observers.add(accessLog); // last: it writes the headers that the others set
        }
        Events events = Events.of(time, observers, builder.listeners);
        Telemetry telemetry = new Telemetry(events, meters);
        this.identities = Identities.start(
                time,
                builder.identity,
                builder.certificates,
                name -> meters.ofRotations(name, new IdentityEvents(events)),
                time.now() + Time.nanos(builder.initialFetchTimeout));
        LocalWorkload self = LocalWorkload.of(
                builder.workload,
                identities::spiffeId,
                time,
                builder.tokens,
                builder.scripted == null ? this::download : Mesh::refuseDownload,
                builder.scripted == null
                        ? new OwnIdentityExplanation(time, identities)::explain
                        : (backend, to) -> {}); // nothing is encrypted
        this.router = new Router(
                time,
                new PolicyControl(new CurrentState(time, builder.resolver, self, telemetry), time, builder.staleTtl),
                self,
                telemetry,
                new EntrySettings(
                        builder.claims,
                        builder.outboundTrafficPolicy == OutboundTrafficPolicy.REGISTRY_ONLY,
                        builder.initialFetchTimeout));
        this.engine = new Engine(time, router, identities, events.observers(), builder.scripted);
        identities.onTrustChange(() -> {
            router.control().current().forEachEndpoint(engine::trustChanged);
            readiness.forEach(Signal::raise);
        });
        PolicySink sink =
                new PolicySink(router.control(), engine::retire, () -> readiness.forEach(Signal::raise), time);
        sink.onConfirmed(
                from -> meters.policyInfo(source.toString(), router.control().revision(), from));
        this.source = source;
        this.policy = PolicyFeed.start(
                time,
                source,
                router.control(),
                router.wanted(),
                sink,
                builder.initialFetchTimeout,
                builder.snapshotDirectory);
        showFacts(builder);
    }

    private @Nullable String spiffeId() {
        return identities.spiffeId();
    }

    private void showFacts(Builder builder) {
        PolicyControl control = router.control();
        meters.policy(
                source.toString(),
                () -> control.isReady() ? (time.now() - control.applied().appliedAt()) / NANOS_PER_SECOND : Double.NaN,
                () -> {
                    MeshStatus.Freshness freshness = policy.freshness();
                    return freshness == null ? Double.NaN : freshness.age().toMillis() / 1e3;
                });
        List<String> names = new ArrayList<>(builder.certificates.keySet());
        if (builder.identity != null) {
            names.add("");
        }
        names.forEach(name -> meters.identity(name, () -> {
            LiveIdentity.Status now = identities.status().get(name);
            Duration left = now == null ? null : now.expiresIn();
            return left == null ? Double.NaN : left.toMillis() / 1e3;
        }));
    }

    /** A mesh needs a {@link Builder#policy}; everything else has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A client with the settings of this one whose calls use the mesh. Wrap it last: existing interceptors run above the mesh,
     * once for each call; network interceptors run once for each attempt.
     */
    public OkHttpClient wrap(OkHttpClient client) {
        Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient, such as new OkHttpClient()");
        return engine.wrap(client);
    }

    /**
     * For libraries that take a {@link Call.Factory}: like {@link #wrap}, but without OkHttp's limit of five asynchronous calls
     * for each logical host, since the mesh spreads them over its endpoints. In all else its calls are those of the client's
     * {@code Dispatcher}: its executor runs them, and it counts, limits and cancels them.
     */
    public Call.Factory callFactory(OkHttpClient client) {
        Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient, such as new OkHttpClient()");
        return engine.callFactory(client);
    }

    /**
     * Waits until the mesh {@link #isReady}.
     *
     * @return whether it is; false: the timeout has passed, or the mesh was closed
     * @throws java.io.InterruptedIOException if the thread is interrupted
     */
    public boolean awaitReady(Duration timeout) throws IOException {
        Objects.requireNonNull(timeout, "timeout must not be null: pass a Duration such as Duration.ofSeconds(5)");
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
        return !closed && isReady();
    }

    /** Whether a policy is in force and, if the mesh was given an identity, its first certificate has arrived. Never waits. */
    public boolean isReady() {
        return router.control().isReady() && identities.isReady();
    }

    /**
     * Authorizes inbound requests by the policy for the service of this workload. Before the first policy, and if the policy
     * does not list this service, it allows none.
     */
    public Inbound inbound() {
        return router.inbound();
    }

    private byte[] download(URI uri, int maxBytes, Duration timeout) throws IOException {
        return engine.download(uri, maxBytes, timeout);
    }

    private static byte[] refuseDownload(URI uri, int maxBytes, Duration timeout) throws IOException {
        throw new IOException("TestMesh fetches no keys: state them in the document, as jwks instead of jwksUri");
    }

    /** The revision of the policy in force, such as {@code 2026-11/1842}; empty before the first. */
    public String policyRevision() {
        return router.control().revision();
    }

    /**
     * The policy in force, refused and kept services, and the state of each endpoint; its {@code toString()} is a readable
     * report.
     */
    public MeshStatus status() {
        return router.control()
                .status(source.toString())
                .with(policy.freshness(), policy.problem())
                .with(certificates());
    }

    /**
     * What the mesh would do with this request now, and why: rule, backends, endpoints and settings. It sends nothing, counts
     * nothing and asks no source. The request's {@link MeshOptions} count, and the {@link InboundContext} of this thread.
     */
    public Explanation explain(Request request) {
        Objects.requireNonNull(request, "request must not be null: pass the request that a call would have");
        return router.explain(request, Engine.options(request));
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

    /** How the mesh got this response; {@link Decision#NONE} for a response from the cache or without a mesh. */
    public static Decision decision(Response response) {
        Objects.requireNonNull(response, "response must not be null: pass the response of a call");
        Response network = response.networkResponse();
        var call = network == null ? null : network.request().tag(dev.meshclient.internal.call.Call.class);
        return call == null ? Decision.NONE : call.decision();
    }

    /**
     * The decisions before this failure. {@link Decision#NONE}: no mesh threw it, or other calls of its HTTP/2 connection may have
     * the same exception, of a type that the mesh cannot copy.
     */
    public static Decision decision(Throwable failure) {
        Objects.requireNonNull(failure, "failure must not be null: pass what a call threw");
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

    /** The services in force with the layers of each rule, as readable text. */
    @Override
    public String toString() {
        return "mesh with " + router;
    }

    /**
     * Stops accepting policy and calls, waits for running calls up to the drain time (default 2 s), then closes connections and
     * threads. Calls that still run may finish within their deadlines. A second call does nothing.
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
        identities.close();
        router.close();
        readiness.forEach(Signal::raise);
        drain();
        router.control().current().forEachEndpoint(engine::retire);
        engine.close();
        if (accessLog != null) {
            accessLog.close(); // after the drain: the calls that end during it have lines too
        }
        meters.close();
        stopTime.run();
    }

    /** Polls the calls in flight: at the end of a process a pause of 10 ms costs nothing. */
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

    /** Collects the settings of a mesh; {@link #build} makes it. */
    public static final class Builder {
        private Workload workload = Workload.unknown();
        private @Nullable PolicySource policy;
        private @Nullable WorkloadIdentity identity;
        private final Map<String, WorkloadIdentity> certificates = new LinkedHashMap<>();
        private final List<String> claims = new ArrayList<>();
        private final List<CallObserver.Factory> observers = new ArrayList<>();
        private final List<MeshListener> listeners = new ArrayList<>();
        private @Nullable AccessLog accessLog;
        private @Nullable MeshTraces traces;
        private final Map<String, TokenSource> tokens = new LinkedHashMap<>();
        private OutboundTrafficPolicy outboundTrafficPolicy = OutboundTrafficPolicy.ALLOW_ANY;
        private @Nullable MeshMetrics metrics;
        private Duration initialFetchTimeout = Duration.ofSeconds(5);
        private Duration staleTtl = Duration.ofHours(1);
        private Duration drainTimeout = Duration.ofSeconds(2);
        private @Nullable Path snapshotDirectory = SnapshotDirectory.offered(System::getenv);
        private Resolver resolver = new SystemResolver();
        private @Nullable Time time;
        private @Nullable Wire scripted;

        private Builder() {}

        /** The service and locality of this process. Default: unknown, without a preferred zone. */
        public Builder workload(Workload workload) {
            Objects.requireNonNull(workload, "workload must not be null: pass Workload.of(service), or leave this out");
            this.workload = workload;
            return this;
        }

        /** The source of policy. */
        public Builder policy(PolicySource source) {
            Objects.requireNonNull(source, "source must not be null: pass PolicySource.http(uri), for example");
            this.policy = source;
            return this;
        }

        /**
         * The identity that this workload presents to peers, and the authorities it trusts: certificate, key and trust bundles,
         * watched for rotation. Default: none; calls with MESH_MUTUAL or MUTUAL TLS then fail with {@link IdentityUnavailable}
         * and are never sent in plaintext.
         */
        public Builder identity(WorkloadIdentity source) {
            Objects.requireNonNull(
                    source, "source must not be null: pass MountedIdentity.at(directory), or leave this out");
            this.identity = source;
            return this;
        }

        /**
         * The certificate that the policy names in {@code tls.credentialName}: MUTUAL presents it, MUTUAL and SIMPLE trust its
         * authorities. The mesh watches its source like that of the identity. A second source with the same name replaces the
         * first.
         *
         * @throws IllegalArgumentException if the name is empty
         */
        public Builder certificate(String name, WorkloadIdentity source) {
            Objects.requireNonNull(name, "name must not be null: pass that of tls.credentialName");
            Objects.requireNonNull(source, "source must not be null: pass MountedIdentity.at(directory), for example");
            if (name.isEmpty()) {
                throw new IllegalArgumentException(
                        "a certificate needs the name that policy gives it: tls.credentialName");
            }
            this.certificates.put(name, source);
            return this;
        }

        /**
         * Hosts that belong to the mesh whatever the policy states: calls to them never bypass it. {@code orders} or
         * {@code *.svc.cluster.local}; a port does not narrow a claim.
         *
         * @throws IllegalArgumentException for any other syntax
         */
        public Builder claim(String... hosts) {
            Objects.requireNonNull(hosts, "hosts must not be null: pass hosts, such as orders or *.svc.cluster.local");
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

        /**
         * A lower bound for the policy's setting: a document cannot widen {@code REGISTRY_ONLY} stated here. Default ALLOW_ANY.
         */
        public Builder outboundTrafficPolicy(OutboundTrafficPolicy atLeast) {
            Objects.requireNonNull(atLeast, "atLeast must not be null: pass ALLOW_ANY or REGISTRY_ONLY");
            this.outboundTrafficPolicy = atLeast;
            return this;
        }

        /**
         * How long calls to hosts of the mesh wait for the first policy, from the build on. Default 5 s; zero = they do not
         * wait.
         */
        public Builder initialFetchTimeout(Duration timeout) {
            Objects.requireNonNull(timeout, "timeout must not be null: pass a Duration such as Duration.ofSeconds(5)");
            this.initialFetchTimeout = positiveOrZero("initialFetchTimeout", timeout);
            return this;
        }

        /**
         * The directory for the policy in force, so that a process can start with it while the registry is unreachable: one
         * file for each source, readable by its owner only. Only this user should be able to write to the directory. Null:
         * nothing is stored.
         *
         * <p>Default: {@code mesh-client} in the directory of the environment variable {@code STATE_DIRECTORY}, otherwise of
         * {@code XDG_CACHE_HOME}; without either, nothing is stored.
         */
        public Builder snapshotDirectory(@Nullable Path directory) {
            this.snapshotDirectory = directory;
            return this;
        }

        /**
         * How long a service is kept that documents do not list any more; a document that sets it to {@code null} removes it at
         * once. Default 1 h; zero = it is not kept.
         */
        public Builder staleTtl(Duration ttl) {
            Objects.requireNonNull(ttl, "ttl must not be null: pass a Duration such as Duration.ofSeconds(5)");
            this.staleTtl = positiveOrZero("staleTtl", ttl);
            return this;
        }

        /** How long {@link Mesh#close} waits for running calls. Default 2 s; zero = it does not wait. */
        public Builder drainTimeout(Duration timeout) {
            Objects.requireNonNull(timeout, "timeout must not be null: pass a Duration such as Duration.ofSeconds(5)");
            this.drainTimeout = positiveOrZero("drainTimeout", timeout);
            return this;
        }

        /**
         * A token that the policy may name in {@code credentials}; it is sent with calls over TLS.
         *
         * @param name the name in the policy; a second source with the same name replaces the first
         */
        public Builder token(String name, TokenSource source) {
            Objects.requireNonNull(name, "name must not be null: pass that of credentials.token");
            Objects.requireNonNull(source, "source must not be null: pass TokenSource.file(path), for example");
            tokens.put(name, source);
            return this;
        }

        /** Observes each call; may be called more than once. */
        public Builder observer(CallObserver.Factory factory) {
            Objects.requireNonNull(
                    factory, "factory must not be null: pass what makes a CallObserver, or leave this out");
            observers.add(factory);
            return this;
        }

        /** Gets events outside calls; may be called more than once. */
        public Builder listener(MeshListener listener) {
            Objects.requireNonNull(listener, "listener must not be null: pass a MeshListener, or leave this out");
            listeners.add(listener);
            return this;
        }

        /**
         * Makes a client span of each attempt and sends its context to the peer, by the propagators of {@code openTelemetry}.
         * Default: no spans; headers that the caller sets are sent as they are. Nothing global is used unless it is given, as
         * {@code GlobalOpenTelemetry.get()}. Do not combine it with OpenTelemetry's OkHttp interceptor or agent: each
         * attempt would have two spans.
         */
        public Builder openTelemetry(OpenTelemetry openTelemetry) {
            Objects.requireNonNull(
                    openTelemetry, "openTelemetry must not be null: pass an OpenTelemetry, or leave this out");
            return openTelemetry(MeshTraces.of(openTelemetry));
        }

        /** As {@link #openTelemetry(OpenTelemetry)}, with further parts of the URL redacted. The last one counts. */
        public Builder openTelemetry(MeshTraces traces) {
            Objects.requireNonNull(traces, "traces must not be null: pass MeshTraces.of(openTelemetry)");
            this.traces = traces;
            return this;
        }

        /** Binds the metrics of the mesh to this registry: {@code metrics(MeshMetrics.bindTo(registry))}. */
        public Builder metrics(MeterRegistry registry) {
            Objects.requireNonNull(registry, "registry must not be null: pass a MeterRegistry, or leave this out");
            return metrics(MeshMetrics.bindTo(registry));
        }

        /** The registry of the metrics; a second one replaces the first. Default: none, and no call is counted. */
        public Builder metrics(MeshMetrics metrics) {
            Objects.requireNonNull(metrics, "metrics must not be null: pass MeshMetrics.bindTo(registry)");
            this.metrics = metrics;
            return this;
        }

        /** Writes a line for each call. Default: none is written. A second log replaces the first. */
        public Builder accessLog(AccessLog log) {
            Objects.requireNonNull(log, "log must not be null: pass an AccessLog, or leave this out");
            this.accessLog = log;
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

        /** For tests: no sockets. */
        Builder scripted(Wire wire) {
            this.scripted = wire;
            return this;
        }

        /**
         * Makes the mesh and starts to get policy; never waits for it. The system property {@code mesh.override} or the
         * environment variable {@code MESH_OVERRIDE} adds overrides to the policy, see {@link PolicySource#override}.
         *
         * @throws IllegalStateException if the OkHttp on the class path is older than 5.4
         * @throws IllegalArgumentException if that property or variable is no list of overrides
         * @throws IllegalStateException if there is no policy source, or the registry of its metrics has those of another mesh
         */
        public Mesh build() {
            if (policy == null) {
                throw new IllegalStateException("a mesh needs a policy: Mesh.builder().policy(PolicySource.http(uri))");
            }
            OkHttpVersion.check();
            return new Mesh(this, scripted == null ? overridden(policy) : policy);
        }

        private PolicySource overridden(PolicySource stated) {
            PolicySource source = stated;
            for (ServiceOverride override : ServiceOverride.ofEnvironment(workload.service())) {
                LOG.warn(
                        "calls to service '{}' are sent to {}; its TLS settings, access policies and tokens do not apply",
                        override.service(),
                        override.url());
                source =
                        PolicySource.override(override.service(), override.url().toString(), source);
            }
            return source;
        }

        private static Duration positiveOrZero(String name, Duration timeout) {
            if (timeout.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative: " + timeout);
            }
            return timeout;
        }
    }
}
