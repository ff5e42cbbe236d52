package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the choice of one of 1000 endpoints costs while a part of them is a second old. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WarmupBenchmark {
    private static final int ENDPOINTS = 1000;
    private static final long ADDED = 1_000_000_000L;

    @Param({"0", "10", "90"})
    public int percentNew;

    private final SplittableRandom random = new SplittableRandom(1);
    private final FailbackRamp ramp = new FailbackRamp();
    private @Nullable Plan plan;
    private @Nullable Picked picked;

    @Setup
    public void make() {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < ENDPOINTS; i++) {
            dev.meshclient.policy.Endpoint stated = new dev.meshclient.policy.Endpoint(
                    "10.0." + (i >> 8) + '.' + (i & 255),
                    8080,
                    Locality.NONE,
                    null,
                    1,
                    Health.HEALTHY,
                    Map.of(),
                    null,
                    null);
            all.add(new Endpoint(stated, Cluster.NONE, new EndpointHealth(stated.address(), 8080)));
        }
        EndpointList list = EndpointList.of(all);
        ServiceState service = new ServiceState();
        service.endpoints(EndpointList.of(all.subList(0, ENDPOINTS - ENDPOINTS * percentNew / 100)), 0, gone -> {});
        service.endpoints(list, ADDED, gone -> {});
        LevelSettings settings = new LevelSettings(
                false,
                Locality.NONE,
                Map.of(),
                LoadBalancer.builder()
                        .simple(LoadBalancer.Simple.LEAST_REQUEST)
                        .warmup(dev.meshclient.policy.Warmup.builder(Duration.ofMinutes(1))
                                .build())
                        .build(),
                GroupLoads.UNUSED,
                new PeakEwma());
        Tier tier = new Tier(new Plan.Priority(0, all, true, Map.of()), settings);
        plan = Plan.of(
                List.of(tier),
                new PlanSettings(settings, FailoverMode.SPILL, 50, true),
                new EjectedPositions(list, List.of()));
        picked = picked(plan);
    }

    @SuppressWarnings("NullAway") // its steps are recorded, and its reason is not asked for
    private static Picked picked(Plan plan) {
        return new Picked(null, null, plan);
    }

    @Benchmark
    public Endpoint pick() {
        return Objects.requireNonNull(plan).pick(random, ramp, 2 * ADDED, Objects.requireNonNull(picked));
    }
}
