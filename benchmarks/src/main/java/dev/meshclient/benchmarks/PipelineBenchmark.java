package dev.meshclient.benchmarks;

import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what all layers together cost, with the built-in policy and a transport that answers at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PipelineBenchmark {
    /** How many endpoints the service has: the cost must not depend on it. */
    @Param({"10", "1000", "100000"})
    public int endpoints;

    private final RealTime time = RealTime.create("benchmark");
    private final Request request = new Request.Builder().url("http://orders/").build();
    private final Response answer = new Response.Builder()
            .request(request)
            .protocol(Protocol.HTTP_1_1)
            .code(200)
            .message("")
            .build();
    private final Wire wire = attempt -> {
        attempt.responded(200);
        attempt.over();
        return answer;
    };
    private CallLayer layers = call -> {
        throw new IOException("not set up");
    };

    /** Compiles a policy, as a mesh does. */
    @Setup
    public void compile() throws IOException {
        List<String> list = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            list.add("{\"address\": \"10.%d.%d.%d\", \"port\": 80}".formatted(i >> 16, (i >> 8) & 255, i & 255));
        }
        String document = """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "services": {"orders": {"hosts": ["orders"], "endpoints": %s}}}
                """.formatted(list);
        Router router = Router.withoutNames(
                time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
        router.control().apply(PolicyCodec.read(document));
        if (!(router.admit("orders", 80) instanceof Admission.Routed routed)) {
            throw new IOException("the policy lists no service for 'orders'");
        }
        layers = routed.layers();
    }

    /** Ends the timer's thread. */
    @TearDown
    public void close() {
        time.close();
    }

    /** One call. */
    @Benchmark
    public Response call() throws IOException {
        return new Call(time, request, MeshOptions.DEFAULT, wire).run(layers);
    }
}
