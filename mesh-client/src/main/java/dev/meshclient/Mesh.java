package dev.meshclient;

import dev.meshclient.authz.Inbound;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.call.DecisionNote;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.okhttp.Engine;
import dev.meshclient.internal.okhttp.OkHttpVersion;
import dev.meshclient.internal.okhttp.SystemResolver;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshListener;
import dev.meshclient.telemetry.MeshMetrics;
import dev.meshclient.telemetry.MeshTraces;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

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
    private final MeshParts parts;

    private Mesh(MeshParts parts) {
        this.parts = parts;
    }

    /** A mesh needs a {@link Builder#policy}; everything else has a default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Loads the about 900 classes that the first mesh of a process needs, on this thread: a program with other work at its start
     * runs it on a thread of its own and waits for the end of that before {@link Builder#build}, as mesh-client-spring does. It has
     * no other effect, and never fails.
     */
    public static void preload() {
        Preload.run();
    }

    /**
     * A client with the settings of this one whose calls use the mesh. Wrap it last: existing interceptors run above the mesh,
     * once for each call; network interceptors run once for each attempt.
     */
    public OkHttpClient wrap(OkHttpClient client) {
        Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient, such as new OkHttpClient()");
        return parts.engine.wrap(client);
    }

    /**
     * For libraries that take a {@link Call.Factory}: like {@link #wrap}, but without OkHttp's limit of five asynchronous calls
     * for each logical host, since the mesh spreads them over its endpoints. In all else its calls are those of the client's
     * {@code Dispatcher}: its executor runs them, and it counts, limits and cancels them.
     */
    public Call.Factory callFactory(OkHttpClient client) {
        Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient, such as new OkHttpClient()");
        return parts.engine.callFactory(client);
    }

    /**
     * Waits until the mesh {@link #isReady}.
     *
     * @return whether it is; false: the timeout has passed, or the mesh was closed
     * @throws java.io.InterruptedIOException if the thread is interrupted
     */
    public boolean awaitReady(Duration timeout) throws IOException {
        Objects.requireNonNull(timeout, "timeout must not be null: pass a Duration such as Duration.ofSeconds(5)");
        return parts.awaitReady(timeout);
    }

    /** Whether a policy is in force and, if the mesh was given an identity, its first certificate has arrived. Never waits. */
    public boolean isReady() {
        return parts.isReady();
    }

    /**
     * Authorizes inbound requests by the policy for the service of this workload. Before the first policy, and if the policy
     * does not list this service, it allows none.
     */
    public Inbound inbound() {
        return parts.router.inbound();
    }

    /**
     * The SPIFFE ID of the client with this certificate chain, for {@link dev.meshclient.authz.InboundRequest.Builder#peer}: for a
     * server whose TLS may trust other authorities than the mesh, since each authority can issue a certificate with any SPIFFE ID. The
     * authorities are those of {@link Builder#identity}, now; without an identity every peer is unknown. That the client has the key of
     * the certificate is for the server to verify. A result is kept until the trust changes or a certificate
     * expires, also if the own certificate is renewed. Never waits.
     *
     * @param chain leaf first, as in the handshake; empty: the client has no certificate
     * @return null: the certificate has no SPIFFE ID or several URIs, or the mesh does not trust it; a WARN of
     *     {@code dev.meshclient.identity}, once a minute, states why. Only the first is a peer without an ID for policies, see
     *     {@link dev.meshclient.identity.SpiffeId#isStatedBy}
     */
    public @Nullable String verifiedPeer(X509Certificate... chain) {
        Objects.requireNonNull(chain, "chain must not be null: pass the certificates of the client, or none");
        return parts.peers.id(chain);
    }

    /** The revision of the policy in force, such as {@code 2026-11/1842}; empty before the first. */
    public String policyRevision() {
        return parts.router.control().revision();
    }

    /**
     * The policy in force, refused and kept services, and the state of each endpoint; its {@code toString()} is a readable
     * report.
     */
    public MeshStatus status() {
        return parts.status();
    }

    /**
     * What the mesh would do with this request now, and why: rule, backends, endpoints and settings. It sends nothing, counts
     * nothing and asks no source. The request's {@link MeshOptions} count, and the {@link InboundContext} of this thread.
     */
    public Explanation explain(Request request) {
        Objects.requireNonNull(request, "request must not be null: pass the request that a call would have");
        return parts.router.explain(request, Engine.options(request));
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
        return "mesh with " + parts.router;
    }

    /**
     * Stops accepting policy and calls, waits for running calls up to the drain time (default 2 s), then closes connections and
     * threads. The snapshot of the last policy is on disk when it returns, unless the disk takes longer than 2 s. Calls that
     * still run may finish within their deadlines. A second call does nothing.
     */
    @Override
    public void close() {
        parts.close();
    }

    /** Collects the settings of a mesh; {@link #build} makes it. */
    public static final class Builder {
        Workload workload = Workload.unknown();

        @Nullable
        PolicySource policy;

        @Nullable
        WorkloadIdentity identity;

        final Map<String, WorkloadIdentity> certificates = new LinkedHashMap<>();
        final List<String> claims = new ArrayList<>();
        final List<CallObserver.Factory> observers = new ArrayList<>();
        final List<MeshListener> listeners = new ArrayList<>();

        @Nullable
        AccessLog accessLog;

        @Nullable
        MeshTraces traces;

        final Map<String, TokenSource> tokens = new LinkedHashMap<>();
        OutboundTrafficPolicy outboundTrafficPolicy = OutboundTrafficPolicy.ALLOW_ANY;

        @Nullable
        MeshMetrics metrics;

        @Nullable
        CircuitBreakerRegistry circuitBreakers;

        @Nullable
        RateLimiterRegistry rateLimiters;

        Duration initialFetchTimeout = Duration.ofSeconds(5);
        Duration staleTtl = Duration.ofHours(1);
        Duration drainTimeout = Duration.ofSeconds(2);

        @Nullable
        Path snapshotDirectory = SnapshotDirectory.offered(System::getenv);

        Resolver resolver = new SystemResolver();

        @Nullable
        Time time;

        @Nullable
        Wire scripted;

        private Builder() {}

        /** The service and locality of this process. Default: unknown, without a preferred zone. */
        public Builder workload(Workload workload) {
            this.workload = Objects.requireNonNull(
                    workload, "workload must not be null: pass Workload.of(service), or leave this out");
            return this;
        }

        /** The source of policy. */
        public Builder policy(PolicySource source) {
            this.policy =
                    Objects.requireNonNull(source, "source must not be null: pass PolicySource.http(uri), for example");
            return this;
        }

        /**
         * The identity that this workload presents to peers, and the authorities it trusts: certificate, key and trust bundles,
         * watched for rotation. Default: none; calls with MESH_MUTUAL or MUTUAL TLS then fail with {@link IdentityUnavailable}
         * and are never sent in plaintext.
         */
        public Builder identity(WorkloadIdentity source) {
            this.identity = Objects.requireNonNull(
                    source, "source must not be null: pass MountedIdentity.at(directory), or leave this out");
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
            this.outboundTrafficPolicy =
                    Objects.requireNonNull(atLeast, "atLeast must not be null: pass ALLOW_ANY or REGISTRY_ONLY");
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
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a token needs the name that policy gives it: credentials.token");
            }
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
            this.traces = Objects.requireNonNull(traces, "traces must not be null: pass MeshTraces.of(openTelemetry)");
            return this;
        }

        /** Binds the metrics of the mesh to this registry: {@code metrics(MeshMetrics.bindTo(registry))}. */
        public Builder metrics(MeterRegistry registry) {
            Objects.requireNonNull(registry, "registry must not be null: pass a MeterRegistry, or leave this out");
            return metrics(MeshMetrics.bindTo(registry));
        }

        /** The registry of the metrics; a second one replaces the first. Default: none, and no call is counted. */
        public Builder metrics(MeshMetrics metrics) {
            this.metrics =
                    Objects.requireNonNull(metrics, "metrics must not be null: pass MeshMetrics.bindTo(registry)");
            return this;
        }

        /**
         * The registry in which the mesh registers its circuit breakers, by the name of the service or {@code service/subset}, so
         * that its dashboards and event consumers show them: code that asks it for such a name gets the mesh's breaker. If the
         * registry has an entry of that name already, that stays, and the mesh's is named {@code mesh:NAME}. Breakers with
         * {@code shadow} are not registered. Default: none.
         */
        public Builder circuitBreakers(CircuitBreakerRegistry registry) {
            this.circuitBreakers = Objects.requireNonNull(
                    registry, "registry must not be null: pass a CircuitBreakerRegistry, or leave this out");
            return this;
        }

        /** As {@link #circuitBreakers}, for rate limiters. */
        public Builder rateLimiters(RateLimiterRegistry registry) {
            this.rateLimiters = Objects.requireNonNull(
                    registry, "registry must not be null: pass a RateLimiterRegistry, or leave this out");
            return this;
        }

        /** Writes a line for each call. Default: none is written. A second log replaces the first. */
        public Builder accessLog(AccessLog log) {
            this.accessLog = Objects.requireNonNull(log, "log must not be null: pass an AccessLog, or leave this out");
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
            return new Mesh(MeshParts.start(this, policy));
        }

        private static Duration positiveOrZero(String name, Duration timeout) {
            if (timeout.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative: " + timeout);
            }
            return timeout;
        }
    }
}
