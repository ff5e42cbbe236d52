package dev.meshclient.benchmarks;

import com.sun.management.ThreadMXBean;
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
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.policy.json.PolicyReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * What a change costs in a large mesh: a document with one service of 1,000 changed, one with one endpoint of 100,000 changed, the
 * next call after one endpoint of 100,000 was ejected or has returned, and the memory that an endpoint keeps. Prints the median of the
 * thread's own processor time.
 */
public final class DocumentScale {
    private static final int ROUNDS = 41;

    private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Request request = new Request.Builder().url("http://s0/").build();
    private final AtomicInteger status = new AtomicInteger(200);

    private final Wire wire = attempt -> {
        int code = status.getAndSet(200);
        attempt.responded(code);
        attempt.over();
        return new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(code)
                .message("")
                .build();
    };

    private DocumentScale() {}

    /** Runs all. */
    public static void main(String[] args) throws IOException {
        DocumentScale scale = new DocumentScale();
        scale.warmUp();
        for (boolean known : new boolean[] {true, false}) {
            scale.changes(1000, 100, known);
            scale.changes(1, 100_000, known);
        }
        scale.ejections();
    }

    private static byte[] document(int services, int endpoints, int version) {
        StringBuilder text = new StringBuilder("{\"apiVersion\": \"meshclient.dev/v1\", \"kind\": \"MeshPolicy\",")
                .append(" \"metadata\": {\"mesh\": \"scale\", \"version\": ")
                .append(version)
                .append("}, \"services\": {");
        for (int s = 0; s < services; s++) {
            text.append(s == 0 ? "" : ", ")
                    .append("\"s%1$d\": {\"hosts\": [\"s%1$d\"], \"retry\": {\"attempts\": 0},".formatted(s))
                    .append(" \"outlierDetection\": {\"consecutive5xxErrors\": 1, \"baseEjectionTime\": \"1ms\"},")
                    .append(" \"endpoints\": [");
            for (int i = 0; i < endpoints; i++) {
                boolean changed = s == services / 2 && i == endpoints / 2;
                text.append(i == 0 ? "" : ", ")
                        .append("{\"address\": \"10.%d.%d.%d\", \"port\": 80, \"locality\": \"eu/%s\", \"weight\": %d}"
                                .formatted(
                                        i >> 16,
                                        (i >> 8) & 255,
                                        i & 255,
                                        "abc".charAt(i % 3),
                                        changed ? 2 - version % 2 : 1));
            }
            text.append("]}");
        }
        return text.append("}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Router router(RealTime time) {
        return Router.withoutNames(
                time,
                Workload.of("caller").zone("eu/a"),
                Telemetry.none(time),
                EntrySettings.NONE,
                Duration.ofHours(1));
    }

    /** The thread's own processor time, so that other processes do not count. */
    private long cpu() {
        return memory.getCurrentThreadCpuTime();
    }

    /** The thread's own bytes; a document is compiled on it. */
    private long bytes() {
        return memory.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** Loads the classes, whose constants would be counted as memory of the first document otherwise. */
    private void warmUp() throws IOException {
        try (RealTime time = RealTime.create("scale")) {
            router(time).control().apply(PolicyCodec.read(document(1, 2, 1)), gone -> {});
        }
    }

    /** @param known whether the reader knows the last document, as that of a source does */
    private void changes(int services, int endpoints, boolean known) throws IOException {
        double[] parse = new double[ROUNDS];
        double[] parsed = new double[ROUNDS];
        double[] millis = new double[ROUNDS];
        double[] megabytes = new double[ROUNDS];
        try (RealTime time = RealTime.create("scale")) {
            long before = used();
            Router router = router(time);
            PolicyReader reader = new PolicyReader(Long.MAX_VALUE);
            router.control().apply(reader.read(document(services, endpoints, 1)), gone -> {});
            long kept = used() - before;
            for (int i = 0; i < ROUNDS; i++) {
                byte[] json = document(services, endpoints, i + 2);
                long bytes = bytes();
                long start = cpu();
                PolicyDocument next = known ? reader.read(json) : PolicyCodec.read(json);
                parse[i] = (cpu() - start) / 1e6;
                parsed[i] = (bytes() - bytes) / 1e6;
                bytes = bytes();
                start = cpu();
                router.control().apply(next, gone -> {});
                millis[i] = (cpu() - start) / 1e6;
                megabytes[i] = (bytes() - bytes) / 1e6;
            }
            System.out.printf(
                    "%,d x %,d, one changed, %s: parse %.1f ms, %.2f MB; compile and swap %.2f ms, %.2f MB; kept %.0f B an endpoint%n",
                    services,
                    endpoints,
                    known ? "last document known" : "read alone",
                    median(parse),
                    median(parsed),
                    median(millis),
                    median(megabytes),
                    (double) kept / services / endpoints);
            Objects.requireNonNull(router.control().revision()); // both are in use until here
            Objects.requireNonNull(reader.read(document(services, endpoints, 1)));
        }
    }

    private void ejections() throws IOException {
        double[] out = new double[ROUNDS];
        double[] outBytes = new double[ROUNDS];
        double[] back = new double[ROUNDS];
        double[] backBytes = new double[ROUNDS];
        try (RealTime time = RealTime.create("scale")) {
            Router router = router(time);
            router.control().apply(PolicyCodec.read(document(1, 100_000, 1)), gone -> {});
            if (!(router.admit("s0", 80) instanceof Admission.Routed routed)) {
                throw new IOException("the policy lists no service for 's0'");
            }
            CallLayer layers = routed.layers();
            for (int i = 0; i < 20_000; i++) {
                call(time, layers);
            }
            for (int i = 0; i < ROUNDS; i++) {
                status.set(500);
                call(time, layers);
                long bytes = bytes();
                long start = cpu();
                call(time, layers);
                out[i] = (cpu() - start) / 1e6;
                outBytes[i] = bytes() - bytes;
                long due = System.nanoTime() + 5_000_000;
                while (System.nanoTime() < due) {
                    Thread.onSpinWait();
                }
                call(time, layers); // the probe
                bytes = bytes();
                start = cpu();
                call(time, layers);
                back[i] = (cpu() - start) / 1e6;
                backBytes[i] = bytes() - bytes;
            }
        }
        System.out.printf(
                "one of 100,000 ejected: the next call %.3f ms, %.0f B; returned: %.3f ms, %.0f B%n",
                median(out), median(outBytes), median(back), median(backBytes));
    }

    private void call(RealTime time, CallLayer layers) throws IOException {
        new Call(time, request, MeshOptions.DEFAULT, wire).run(layers).close();
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
