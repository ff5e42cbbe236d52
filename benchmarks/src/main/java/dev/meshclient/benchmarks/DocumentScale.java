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
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.policy.json.PolicyReader;
import dev.meshclient.telemetry.MeshEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Measures what a change costs in a large mesh: a document with one service of 1,000 changed, one with one endpoint of 100,000 changed, the
 * next call after one endpoint of 100,000 was ejected or has returned, and the memory that an endpoint keeps. Times are the thread's
 * own processor time, so that other processes do not count.
 */
final class DocumentScale {
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

    private final int rounds;
    private int ejected; // events
    private int returned;
    private final List<Figure> figures = new ArrayList<>();

    private DocumentScale(Effort effort) {
        rounds = effort.isWhole() ? 21 : 5;
    }

    /** A document of 1,000 services with 100 endpoints each, and one of a service with 100,000 endpoints. */
    static List<Figure> changes(Effort effort) throws IOException {
        DocumentScale scale = new DocumentScale(effort);
        scale.warmUp();
        scale.changes(1000, 100, true);
        scale.changes(1, 100_000, true);
        scale.changes(1000, 100, false);
        return scale.figures;
    }

    /** One of 100,000 endpoints. */
    static List<Figure> ejections(Effort effort) throws IOException {
        DocumentScale scale = new DocumentScale(effort);
        scale.ejections();
        return scale.figures;
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

    private Router router(RealTime time) {
        return Router.withoutNames(
                time,
                Workload.of("caller").zone("eu/a"),
                Telemetry.of(Events.of(time, List.of(), List.of(this::count))),
                EntrySettings.NONE,
                Duration.ofHours(1));
    }

    private void count(MeshEvent event) {
        if (event instanceof MeshEvent.EndpointEjected) {
            ejected++;
        } else if (event instanceof MeshEvent.EndpointReturned) {
            returned++;
        }
    }

    /** Each round ejects one endpoint, which returns before the next round: another state is not what is to be measured. */
    private void require(int wantedEjected, int wantedReturned) throws IOException {
        if (ejected != wantedEjected || returned != wantedReturned) {
            throw new IOException("%d endpoints were ejected and %d have returned, not %d and %d"
                    .formatted(ejected, returned, wantedEjected, wantedReturned));
        }
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
            router(time).control().apply(PolicyCodec.read(document(1, 2, 1)));
        }
    }

    /** @param known whether the reader knows the last document, as that of a source does */
    private void changes(int services, int endpoints, boolean known) throws IOException {
        double[] parse = new double[rounds];
        double[] parsed = new double[rounds];
        double[] millis = new double[rounds];
        double[] megabytes = new double[rounds];
        try (RealTime time = RealTime.create("scale")) {
            long before = Jvm.usedHeap();
            Router router = router(time);
            PolicyReader reader = new PolicyReader(Long.MAX_VALUE);
            router.control().apply(reader.read(document(services, endpoints, 1)));
            long kept = Jvm.usedHeap() - before;
            for (int i = 0; i < rounds; i++) {
                byte[] json = document(services, endpoints, i + 2);
                long bytes = bytes();
                long start = cpu();
                PolicyDocument next = known ? reader.read(json) : PolicyCodec.read(json);
                parse[i] = (cpu() - start) / 1e6;
                parsed[i] = (bytes() - bytes) / 1e6;
                bytes = bytes();
                start = cpu();
                router.control().apply(next);
                millis[i] = (cpu() - start) / 1e6;
                megabytes[i] = (bytes() - bytes) / 1e6;
            }
            String document = "%,d x %,d".formatted(services, endpoints);
            String read = document + (known ? ", one changed: parse" : ", one changed: parse, last document not known");
            add(Scenario.DOCUMENT, read, Quantity.MILLIS, parse);
            add(Scenario.DOCUMENT, read, Quantity.MEGABYTES, parsed);
            if (known) {
                String swap = document + ", one changed: compile and swap";
                add(Scenario.DOCUMENT, swap, Quantity.MILLIS, millis);
                add(Scenario.DOCUMENT, swap, Quantity.MEGABYTES, megabytes);
                add(Scenario.DOCUMENT, document, Quantity.KEPT_BYTES, (double) kept / services / endpoints);
            }
            Objects.requireNonNull(router.control().revision()); // both are in use until here
            Objects.requireNonNull(reader.read(document(services, endpoints, 1)));
        }
    }

    private void ejections() throws IOException {
        double[] out = new double[rounds];
        double[] outBytes = new double[rounds];
        double[] back = new double[rounds];
        double[] backBytes = new double[rounds];
        try (RealTime time = RealTime.create("scale")) {
            Router router = router(time);
            router.control().apply(PolicyCodec.read(document(1, 100_000, 1)));
            if (!(router.admit("s0", 80) instanceof Admission.Routed routed)) {
                throw new IOException("the policy lists no service for 's0'");
            }
            CallLayer layers = routed.layers();
            for (int i = 0; i < 20_000; i++) {
                call(time, layers);
            }
            for (int i = 0; i < rounds; i++) {
                status.set(500);
                call(time, layers);
                require(i + 1, i);
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
                require(i + 1, i + 1);
                bytes = bytes();
                start = cpu();
                call(time, layers);
                back[i] = (cpu() - start) / 1e6;
                backBytes[i] = bytes() - bytes;
            }
        }
        add(Scenario.EJECTION, "one of 100,000 ejected: the next call", Quantity.MILLIS, out);
        add(Scenario.EJECTION, "one of 100,000 ejected: the next call", Quantity.BYTES, outBytes);
        add(Scenario.EJECTION, "one of 100,000 returned: the next call", Quantity.MILLIS, back);
        add(Scenario.EJECTION, "one of 100,000 returned: the next call", Quantity.BYTES, backBytes);
    }

    private void add(Scenario scenario, String subject, Quantity quantity, double... rounds) {
        figures.add(Figure.of(scenario, CallPath.DIRECT, subject, quantity, rounds));
    }

    private void call(RealTime time, CallLayer layers) throws IOException {
        new Call(time, request, MeshOptions.DEFAULT, wire).run(layers).close();
    }
}
