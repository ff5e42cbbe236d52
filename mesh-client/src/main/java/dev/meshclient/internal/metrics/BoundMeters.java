package dev.meshclient.internal.metrics;

import dev.meshclient.MeshStatus;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** The metrics of a mesh with a registry. Equal rules keep their series over policies. */
final class BoundMeters implements Meters {
    private static final String NONE = "none";

    /** The identity in the mesh, which has no name in the policy. */
    private static final String OWN = "workload";

    private final SafeRegistry registry;
    private final Map<CallSeries.Key, CallSeries> calls = new ConcurrentHashMap<>();
    private final LiveMeters live;
    private final LazyCounters<CallSeries.Refused> refused;
    private final LazyCounters<Ejected> ejections;
    private final LazyCounters<Checked> checks;
    private final LazyCounters<CallSeries.Shadow> shadows;
    private final Authorizations authorizations;
    private final LazyCounters<DocumentResult> documents;
    private final LazyCounters<MeteredRotations.Key> rotations;
    private final PolicyInfo info;
    private final @Nullable ConventionSeries conventions;
    private final @Nullable IstioSeries istio;
    private final Set<Meter> others = ConcurrentHashMap.newKeySet();
    private final Map<String, AttemptSeries> attempts = new ConcurrentHashMap<>(); // by backend

    private record Ejected(String service, EjectionDetector detector) {
        Tags tags() {
            return Tags.of("service", service, "detector", detector.tag());
        }
    }

    private record Checked(String service, CheckResult result) {
        Tags tags() {
            return Tags.of("service", service, "result", result.tag());
        }
    }

    /** @param istio the same by Istio's names; null: not asked for */
    BoundMeters(SafeRegistry registry, Time time, @Nullable IstioSeries istio) {
        this.registry = registry;
        this.live = new LiveMeters(registry, time);
        this.refused = new LazyCounters<>(registry, Metric.RETRIES_REFUSED, CallSeries.Refused::tags);
        this.ejections = new LazyCounters<>(registry, Metric.EJECTIONS, Ejected::tags);
        this.checks = new LazyCounters<>(registry, Metric.HEALTH_CHECKS, Checked::tags);
        this.shadows = new LazyCounters<>(registry, Metric.SHADOW, CallSeries.Shadow::tags);
        this.authorizations = new Authorizations(registry);
        this.documents =
                new LazyCounters<>(registry, Metric.POLICY_DOCUMENTS, result -> Tags.of("result", result.tag()));
        this.rotations = new LazyCounters<>(registry, Metric.IDENTITY_ROTATIONS, MeteredRotations.Key::tags);
        this.info = new PolicyInfo(registry);
        this.conventions = registry.hasOpenTelemetryNames() ? new ConventionSeries(registry) : null;
        this.istio = istio;
    }

    @Override
    public CallMeter calls(String service, String rule, String backend) {
        return series(new CallSeries.Key(service, rule, backend));
    }

    private CallSeries series(CallSeries.Key key) {
        return calls.computeIfAbsent(key, k -> new CallSeries(registry, refused, shadows, istio, k));
    }

    @Override
    public CallLayer ofUntargeted(String service, CallLayer next) {
        return new UntargetedCalls(series(new CallSeries.Key(service, NONE, NONE)), next);
    }

    @Override
    public AttemptLayer ofAttempts(String service, String backend, Locality own, AttemptLayer next) {
        return new MeteredAttempts(
                attempts.computeIfAbsent(backend, name -> new AttemptSeries(registry, live, service, name)),
                conventions,
                own,
                next);
    }

    @Override
    public void inForce(Map<String, ListedService> services, Collection<Target> targets, Live now) {
        live.inForce(now);
        Set<CallSeries.Key> keys = new HashSet<>();
        Set<String> backends = new HashSet<>();
        services.keySet().forEach(service -> keys.add(new CallSeries.Key(service, NONE, NONE)));
        keys.add(new CallSeries.Key(UNKNOWN, NONE, NONE));
        targets.forEach(target -> {
            keys.add(new CallSeries.Key(
                    target.service(), target.rule(), target.backend().name()));
            backends.add(target.backend().name());
        });
        calls.forEach((key, series) -> {
            if (!keys.contains(key)) {
                calls.remove(key);
                series.close();
            }
        });
        attempts.forEach((name, series) -> {
            if (!backends.contains(name)) {
                attempts.remove(name);
                series.close();
            }
        });
        refused.keep(key -> backends.contains(key.backend()));
        ejections.keep(key -> services.containsKey(key.service()));
        checks.keep(key -> services.containsKey(key.service()));
        shadows.keep(key -> services.containsKey(key.service()));
        authorizations.inForce(services);
        if (conventions != null) {
            conventions.keep(Set.copyOf(services.keySet()));
        }
        if (istio != null) {
            istio.inForce(services, targets, now);
        }
    }

    @Override
    public void ejected(String service, EjectionDetector detector) {
        ejections.increment(new Ejected(service, detector));
    }

    @Override
    public void checked(String service, CheckResult result) {
        checks.increment(new Checked(service, result));
    }

    @Override
    public void authorization(AuthorizationEvent event) {
        authorizations.decided(event);
    }

    @Override
    public void allowed(String service, String policy) {
        authorizations.allowed(service, policy);
    }

    @Override
    public InboundExchange begin(InboundRequest request) {
        return istio == null ? Meters.super.begin(request) : istio.begin(request);
    }

    @Override
    public void policyInfo(String source, String revision, MeshStatus.From freshness) {
        info.show(source, revision, freshness);
    }

    @Override
    public LiveIdentity.News ofRotations(String name, LiveIdentity.News next) {
        return new MeteredRotations(tag(name), rotations, next);
    }

    @Override
    public void policy(String source, DoubleSupplier age, DoubleSupplier confirmedAge) {
        Tags tags = Tags.of("source", source);
        gauge(Metric.POLICY_AGE, tags, age);
        gauge(Metric.POLICY_CONFIRMED_AGE, tags, confirmedAge);
        List.of(DocumentResult.values()).forEach(documents::show);
    }

    @Override
    public void identity(String name, DoubleSupplier secondsLeft) {
        gauge(Metric.IDENTITY_EXPIRY, Tags.of("identity", tag(name)), secondsLeft);
    }

    private static String tag(String identity) {
        return identity.isEmpty() ? OWN : identity;
    }

    private void gauge(Metric metric, Tags tags, DoubleSupplier value) {
        Meter gauge = registry.gauge(metric, tags, value);
        if (gauge != null) {
            others.add(gauge);
        }
    }

    @Override
    public void document(DocumentResult result) {
        documents.increment(result);
    }

    @Override
    public void close() {
        others.forEach(registry::remove);
        List.of(refused, ejections, checks, shadows, documents, rotations).forEach(LazyCounters::close);
        authorizations.close();
        info.close();
        if (conventions != null) {
            conventions.close();
        }
        if (istio != null) {
            istio.close();
        }
        live.close();
        calls.values().forEach(CallSeries::close);
        attempts.values().forEach(AttemptSeries::close);
    }
}
