package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** The metrics of a mesh with a registry. Equal rules keep their series over policies. */
final class BoundMeters implements Meters {
    private static final String NONE = "none";

    /** The identity in the mesh, which has no name in the policy. */
    private static final String OWN = "workload";

    private final SafeRegistry registry;
    private final Map<CallSeries.Key, CallSeries> calls = new ConcurrentHashMap<>();
    private final LiveMeters live;
    private final Set<Meter> others = ConcurrentHashMap.newKeySet();
    private final Map<String, AttemptSeries> attempts = new ConcurrentHashMap<>(); // by backend

    BoundMeters(SafeRegistry registry, Time time) {
        this.registry = registry;
        this.live = new LiveMeters(registry, time);
    }

    @Override
    public CallMeter calls(String service, String rule, String backend) {
        return calls.computeIfAbsent(new CallSeries.Key(service, rule, backend), key -> new CallSeries(registry, key));
    }

    @Override
    public CallLayer ofUntargeted(String service, CallLayer next) {
        CallSeries.Key key = new CallSeries.Key(service, NONE, NONE);
        return new UntargetedCalls(calls.computeIfAbsent(key, k -> new CallSeries(registry, k)), next);
    }

    @Override
    public AttemptLayer ofAttempts(String service, String backend, Locality own, AttemptLayer next) {
        return new MeteredAttempts(
                attempts.computeIfAbsent(backend, name -> new AttemptSeries(registry, live, service, name)), own, next);
    }

    @Override
    public void inForce(Collection<String> services, Collection<Target> targets, Live now) {
        live.inForce(now);
        Set<CallSeries.Key> keys = new HashSet<>();
        Set<String> backends = new HashSet<>();
        services.forEach(service -> keys.add(new CallSeries.Key(service, NONE, NONE)));
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
    }

    @Override
    public void policy(String source, DoubleSupplier age, DoubleSupplier confirmedAge) {
        Tags tags = Tags.of("source", source);
        gauge(Metric.POLICY_AGE, tags, age);
        gauge(Metric.POLICY_CONFIRMED_AGE, tags, confirmedAge);
    }

    @Override
    public void identity(String name, DoubleSupplier secondsLeft) {
        gauge(Metric.IDENTITY_EXPIRY, Tags.of("identity", name.isEmpty() ? OWN : name), secondsLeft);
    }

    private void gauge(Metric metric, Tags tags, DoubleSupplier value) {
        Meter gauge = registry.gauge(metric, tags, value);
        if (gauge != null) {
            others.add(gauge);
        }
    }

    /** Documents are few: a lookup for each is cheap. */
    @Override
    public void document(DocumentResult result) {
        Meter counter = registry.increment(Metric.POLICY_DOCUMENTS, Tags.of("result", result.tag()));
        if (counter != null) {
            others.add(counter);
        }
    }

    @Override
    public void close() {
        others.forEach(registry::remove);
        live.close();
        calls.values().forEach(CallSeries::close);
        attempts.values().forEach(AttemptSeries::close);
    }
}
