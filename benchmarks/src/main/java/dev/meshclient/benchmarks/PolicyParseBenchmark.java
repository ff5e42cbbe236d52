package dev.meshclient.benchmarks;

import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures what it costs to read and check a document of 1,000 services with 100 endpoints each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PolicyParseBenchmark {
    private static final int SERVICES = 1000;
    private static final int ENDPOINTS = 100;

    private byte[] document = {};

    @Setup
    public void write() {
        StringBuilder services = new StringBuilder();
        for (int s = 0; s < SERVICES; s++) {
            services.append(s == 0 ? "" : ",")
                    .append("\"service-%1$d\": {\"hosts\": [\"service-%1$d\"], \"endpoints\": [".formatted(s));
            for (int e = 0; e < ENDPOINTS; e++) {
                int n = s * ENDPOINTS + e;
                services.append(e == 0 ? "" : ",")
                        .append("{\"address\":\"10.")
                        .append(n >> 16)
                        .append('.')
                        .append(n >> 8 & 255)
                        .append('.')
                        .append(n & 255)
                        .append("\",\"port\":8080,\"locality\":\"eu/eu-")
                        .append(e % 3)
                        .append("\",\"labels\":{\"version\":\"v")
                        .append(e % 2)
                        .append("\"}}");
            }
            services.append("]}");
        }
        document = """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "trustDomain": "shop.example", "services": {%s}}
                """.formatted(services).getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public PolicyDocument read() throws IOException {
        return PolicyCodec.read(document);
    }
}
