package dev.meshclient;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.accesslog.AccessLogWriter;
import dev.meshclient.internal.breaker.BreakerRegistry;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.control.PolicyFeed;
import dev.meshclient.internal.control.PolicySink;
import dev.meshclient.internal.control.Status;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.events.IdentityEvents;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.okhttp.Engine;
import dev.meshclient.internal.okhttp.attempt.OwnIdentityExplanation;
import dev.meshclient.internal.pipeline.CurrentState;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.pipeline.Registries;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.ratelimit.RateRegistry;
import dev.meshclient.internal.source.ServiceOverride;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tls.VerifiedPeers;
import dev.meshclient.internal.tracing.Tracing;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a mesh, which are wired together here alone, and started and closed in order. */
final class MeshParts {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");

    final Router router;
    final Engine engine;
    final Identities identities;
    final VerifiedPeers peers;
    final PolicyFeed policy;
    final PolicySource source;
    private final Time time;
    private final Runnable stopTime;
    private final Meters meters;
    private final @Nullable AccessLogWriter accessLog;
    private final Duration drainTimeout;
    private final Set<Signal> readiness = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private MeshParts(Mesh.Builder builder, PolicySource stated, Time time, Runnable stopTime) {
        this.source = builder.scripted == null ? overridden(stated, builder.workload.service()) : stated;
        this.time = time;
        this.stopTime = stopTime;
        this.drainTimeout = builder.drainTimeout;
        this.meters = builder.metrics == null
                ? Meters.NONE
                : Meters.of(time, builder.metrics, builder.workload, this::spiffeId);
        List<CallObserver.Factory> observers = observers(builder);
        this.accessLog = builder.accessLog == null
                ? null
                : AccessLogWriter.start(
                        time, builder.accessLog, builder.traces == null ? () -> "" : Tracing::currentId);
        if (accessLog != null) {
            observers.add(accessLog); // last: it writes the headers that the others set
        }
        Events events = Events.of(time, observers, builder.listeners);
        this.identities = Identities.start(
                time,
                builder.identity,
                builder.certificates,
                name -> meters.ofRotations(name, new IdentityEvents(events)),
                time.now() + Time.nanos(builder.initialFetchTimeout));
        this.peers = VerifiedPeers.of(identities.workload(), time);
        this.router = router(builder, new Telemetry(events, meters));
        this.engine = new Engine(time, router, identities, events.observers(), builder.scripted);
        router.control().current().onUnreachable(engine::retire);
        identities.onTrustChange(this::trustChanged);
        this.policy = feed(builder);
        showFacts(builder);
    }

    /** If a part of the application throws, an identity for example, no thread of the mesh stays. */
    static MeshParts start(Mesh.Builder builder, PolicySource stated) {
        if (builder.time != null) {
            return new MeshParts(builder, stated, builder.time, () -> {});
        }
        RealTime real = RealTime.create("mesh");
        try {
            return new MeshParts(builder, stated, real, real::close);
        } catch (Throwable e) { // Kotlin may throw any
            real.close();
            throw e;
        }
    }

    /** For the metrics, which exist before the identities. */
    private @Nullable String spiffeId() {
        return identities.spiffeId();
    }

    private static PolicySource overridden(PolicySource stated, String ownService) {
        PolicySource source = stated;
        for (ServiceOverride override : ServiceOverride.ofEnvironment(ownService)) {
            LOG.warn(
                    "calls to service '{}' are sent to {}; its TLS settings, access policies and tokens do not apply",
                    override.service(),
                    override.url());
            source = PolicySource.override(override.service(), override.url().toString(), source);
        }
        return source;
    }

    private List<CallObserver.Factory> observers(Mesh.Builder builder) {
        List<CallObserver.Factory> observers = new ArrayList<>();
        if (builder.traces != null) {
            observers.add(Tracing.of(time, builder.traces)); // first: the others see its span as the current one
        }
        observers.addAll(builder.observers);
        return observers;
    }

    private void trustChanged() {
        router.control().current().forEachEndpoint(engine::trustChanged);
        readiness.forEach(Signal::raise);
    }

    private Router router(Mesh.Builder builder, Telemetry telemetry) {
        boolean isScripted = builder.scripted != null; // nothing is downloaded or encrypted
        LocalWorkload self = LocalWorkload.of(
                        builder.workload,
                        identities::spiffeId,
                        time,
                        builder.tokens,
                        isScripted ? MeshParts::refuseDownload : this::download,
                        isScripted ? (backend, to) -> {} : new OwnIdentityExplanation(time, identities)::explain)
                .with(new Registries(
                        BreakerRegistry.of(builder.circuitBreakers), RateRegistry.of(builder.rateLimiters)));
        return new Router(
                time,
                new PolicyControl(new CurrentState(time, builder.resolver, self, telemetry), time, builder.staleTtl),
                self,
                telemetry,
                new EntrySettings(
                        builder.claims,
                        builder.outboundTrafficPolicy == OutboundTrafficPolicy.REGISTRY_ONLY,
                        builder.initialFetchTimeout));
    }

    private byte[] download(URI uri, int maxBytes, Duration timeout) throws IOException {
        return engine.download(uri, maxBytes, timeout);
    }

    private static byte[] refuseDownload(URI uri, int maxBytes, Duration timeout) throws IOException {
        throw new IOException("TestMesh fetches no keys: state them in the document, as jwks instead of jwksUri");
    }

    private PolicyFeed feed(Mesh.Builder builder) {
        PolicyControl control = router.control();
        PolicySink sink = new PolicySink(control, () -> readiness.forEach(Signal::raise), time);
        sink.onConfirmed(from -> meters.policyInfo(source.toString(), control.revision(), from));
        return PolicyFeed.start(
                time, source, control, router.wanted(), sink, builder.initialFetchTimeout, builder.snapshotDirectory);
    }

    private void showFacts(Mesh.Builder builder) {
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

    boolean isReady() {
        return router.control().isReady() && identities.isReady();
    }

    boolean awaitReady(Duration timeout) throws IOException {
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

    MeshStatus status() {
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

    void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        step("stop the policy source", policy::close);
        step("stop the identities", identities::close);
        step("refuse calls", router::close);
        step("wake those that wait for readiness", () -> readiness.forEach(Signal::raise));
        step("wait for running calls", this::drain);
        router.control()
                .current()
                .forEachEndpoint(
                        endpoint -> step("close the connections of " + endpoint.name(), () -> engine.retire(endpoint)));
        step("drop the clients of endpoints", engine::close);
        if (accessLog != null) {
            // After the drain: the calls that end during it have lines too.
            step("end the access log", accessLog::close);
        }
        step("remove the metrics", meters::close);
        step("write the snapshot of the policy", policy::awaitWritten);
        step("stop the threads", stopTime);
    }

    /** Whatever a part of the application throws, the other steps of closing follow. */
    private static void step(String what, Runnable step) {
        try {
            step.run();
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            LOG.warn("the mesh is closed, but this step failed: {}", what, e);
        }
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
}
