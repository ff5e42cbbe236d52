package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.SlowStart;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Request;
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

/** What the choice of an endpoint within a zone costs, by algorithm and number of endpoints, with weights of 1 to 3. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBenchmark {
    private static final int REQUESTS = 1024;

    @Param({"10", "1000", "100000"})
    public int endpoints;

    @Param
    public Algorithm algorithm = Algorithm.LEAST_REQUEST;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Request[] requests = new Request[REQUESTS];
    private final Steps steps = new Steps();
    private int turn;
    private @Nullable Picker picker;
    private @Nullable HashedMembers hashed;

    /** The algorithms of a policy. */
    public enum Algorithm {
        LEAST_REQUEST,
        PEAK_EWMA,
        ROUND_ROBIN,
        RANDOM,
        WEIGHTED_LOAD,
        RING_HASH,
        MAGLEV,
        RING_HASH_BOUNDED
    }

    @Setup
    public void make() throws LoadReport.Malformed {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            String address = "10." + (i >> 16) + '.' + (i >> 8 & 255) + '.' + (i & 255);
            dev.meshclient.policy.Endpoint stated = new dev.meshclient.policy.Endpoint(
                    address, 8080, new Locality("eu", "a", ""), null, 1 + i % 3, Health.HEALTHY, Map.of(), null, null);
            all.add(new Endpoint(stated, Cluster.NONE, new EndpointHealth(address, 8080)));
        }
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = new Request.Builder()
                    .url("http://orders/")
                    .header("accept", "application/json")
                    .header("x-session", "session-0123456789-" + i)
                    .build();
        }
        if (algorithm == Algorithm.WEIGHTED_LOAD) { // reports that count since long ago
            LoadWeights weights = new LoadWeights(LoadBalancer.of(LoadBalancer.Simple.WEIGHTED_LOAD));
            for (Endpoint endpoint : all) {
                String report = "TEXT cpu_utilization=0.5,rps_fractional=" + (25 + endpoint.weight());
                weights.add(endpoint.state(), report, -60_000_000_000L);
                weights.add(endpoint.state(), report, -1_000_000_000L);
            }
        }
        ConsistentHash hash = hash();
        if (hash == null) {
            picker = Picker.of(
                    new LevelSettings(
                            false,
                            Locality.NONE,
                            Map.of(),
                            LoadBalancer.of(LoadBalancer.Simple.valueOf(algorithm.name())),
                            GroupLoads.UNUSED,
                            new PeakEwma()),
                    new Members(new Pool(all, null), new int[0]));
        } else {
            Pool pool = new Pool(all, hash);
            hashed = new HashedMembers(
                    new Members(pool, new int[0]),
                    Objects.requireNonNull(pool.hashes()),
                    hash,
                    new AtomicInteger(),
                    SlowStart.BUILT_IN);
        }
    }

    private @Nullable ConsistentHash hash() {
        ConsistentHash.Builder hash = ConsistentHash.builder().httpHeaderName("x-session");
        return switch (algorithm) {
            case RING_HASH -> hash.build();
            case MAGLEV -> hash.maglev(new ConsistentHash.Maglev(null)).build();
            case RING_HASH_BOUNDED -> hash.hashBalanceFactor(125).build();
            case LEAST_REQUEST, PEAK_EWMA, ROUND_ROBIN, RANDOM, WEIGHTED_LOAD -> null;
        };
    }

    @Benchmark
    public @Nullable Endpoint pick() {
        Picker simple = picker;
        if (simple != null) {
            return simple.pick(random, 0);
        }
        turn = turn + 1 & REQUESTS - 1;
        String value = HashInput.header(requests[turn].headers(), "x-session");
        return Objects.requireNonNull(hashed).pick(XxHash64.of(String.valueOf(value)), null, 0, steps);
    }
}
