package dev.meshclient.internal.metrics;

import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopDistributionSummary;
import io.micrometer.core.instrument.noop.NoopTimer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry of the application. What it throws, or its filters, is logged at most once a minute and harms no call. */
final class SafeRegistry {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.telemetry");
    private static final String MESH = "mesh";
    private static final long MINUTE = 60_000_000_000L;

    /** The boundaries that OpenTelemetry's conventions for HTTP state, in milliseconds. */
    private static final Duration[] BUCKETS = LongStream.of(
                    5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    /** The buckets of Envoy's histograms, which Istio's proxies keep. */
    private static final double[] MILLISECONDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
        3_600_000
    };

    private final Time time;
    private final Logger log;
    private final MeterRegistry registry;
    private final Tags common;
    private final boolean conventions;
    private final LogThrottle throttle = new LogThrottle(MINUTE);

    SafeRegistry(Time time, MeshMetrics metrics) {
        this(time, metrics, LOG);
    }

    SafeRegistry(Time time, MeshMetrics metrics, Logger log) {
        this.time = time;
        this.log = log;
        this.registry = metrics.registry();
        this.conventions = metrics.hasOpenTelemetryNames();
        this.common = metrics.mesh().isEmpty() ? Tags.empty() : Tags.of(MESH, metrics.mesh());
    }

    /** Whether attempts are also recorded by OpenTelemetry's name. */
    boolean hasOpenTelemetryNames() {
        return conventions;
    }

    /** A timer that the registry refuses is replaced by one without effect. */
    Timer timer(Metric metric, Tags tags) {
        Tags all = common.and(tags);
        try {
            return Timer.builder(metric.meterName())
                    .description(metric.meaning())
                    .tags(all)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
            return new NoopTimer(new Meter.Id(metric.meterName(), all, null, null, Meter.Type.TIMER));
        }
    }

    /** A summary of milliseconds, with Envoy's buckets. One that the registry refuses is replaced by one without effect. */
    DistributionSummary summary(Metric metric, Tags tags) {
        Tags all = common.and(tags);
        try {
            return DistributionSummary.builder(metric.meterName())
                    .description(metric.meaning())
                    .baseUnit(metric.unit())
                    .tags(all)
                    .serviceLevelObjectives(MILLISECONDS)
                    .register(registry);
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
            return new NoopDistributionSummary(
                    new Meter.Id(metric.meterName(), all, null, null, Meter.Type.DISTRIBUTION_SUMMARY));
        }
    }

    /** Null: the registry refuses it. */
    @Nullable
    Meter gauge(Metric metric, Tags tags, DoubleSupplier value) {
        return guarded(() -> Gauge.builder(metric.meterName(), value::getAsDouble)
                .description(metric.meaning())
                .baseUnit(metric.unit().isEmpty() ? null : metric.unit())
                .tags(common.and(tags))
                .register(registry));
    }

    /** Null: the registry refuses it. */
    <T> @Nullable Meter counter(Metric metric, Tags tags, T state, ToLongFunction<T> count) {
        return guarded(() -> FunctionCounter.builder(metric.meterName(), state, count::applyAsLong)
                .description(metric.meaning())
                .baseUnit(metric.unit())
                .tags(common.and(tags))
                .register(registry));
    }

    /** A counter that the registry refuses is replaced by one without effect. */
    Counter counter(Metric metric, Tags tags) {
        Tags all = common.and(tags);
        try {
            return Counter.builder(metric.meterName())
                    .description(metric.meaning())
                    .tags(all)
                    .register(registry);
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
            return new NoopCounter(new Meter.Id(metric.meterName(), all, null, null, Meter.Type.COUNTER));
        }
    }

    private @Nullable Meter guarded(Supplier<Meter> register) {
        try {
            return register.get();
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
            return null;
        }
    }

    /** @throws IllegalStateException if the registry has the metrics of another mesh with this name */
    void checkUnused() {
        String name = common.stream().map(Tag::getValue).findFirst().orElse("");
        for (Meter meter : registry.find(Metric.POLICY_AGE.meterName()).meters()) {
            String other = meter.getId().getTag(MESH);
            if (name.equals(other == null ? "" : other)) {
                throw new IllegalStateException(
                        "the registry has the metrics of another mesh "
                                + (name.isEmpty() ? "without a name" : "with the name '" + name + "'")
                                + ": close that mesh first, or give each a name, MeshMetrics.bindTo(registry).withMesh(\"billing\")");
            }
        }
    }

    void record(Timer timer, long nanos) {
        try {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
        }
    }

    void record(DistributionSummary summary, double amount) {
        try {
            summary.record(amount);
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
        }
    }

    void increment(Counter counter) {
        try {
            counter.increment();
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
        }
    }

    void remove(Meter meter) {
        try {
            registry.remove(meter);
        } catch (Throwable e) { // Kotlin may throw any
            failed(e);
        }
    }

    private void failed(Throwable e) {
        Interrupts.keep(e);
        String name = registry.getClass().getName();
        if (throttle.allows(name, time.now())) {
            log.warn("{} failed; calls go on, and the next of its failures is logged in a minute", name, e);
        }
    }
}
