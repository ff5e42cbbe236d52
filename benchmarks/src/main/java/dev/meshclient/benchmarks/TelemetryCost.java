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
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.tracing.Tracing;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshMetrics;
import dev.meshclient.telemetry.MeshTraces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Measures what metrics and traces cost a call of one attempt: all layers with a transport that answers at once, all variants in turn within each
 * round. The differences count; the nanoseconds are this machine's.
 *
 * <p>Arguments: calls a round and variant (default 200000), rounds (default 25).
 */
public final class TelemetryCost {
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Request REQUEST =
            new Request.Builder().url("http://orders/").build();
    private static final Response ANSWER = new Response.Builder()
            .request(REQUEST)
            .protocol(Protocol.HTTP_1_1)
            .code(200)
            .message("")
            .build();
    private static final Wire WIRE = attempt -> {
        attempt.responded(200);
        attempt.over();
        return ANSWER;
    };

    private TelemetryCost() {}

    /** One way to make a call. */
    @FunctionalInterface
    private interface Work {
        void once() throws IOException;
    }

    private static final class Variant {
        final String name;
        final Work work;
        final double[] cpu;
        long bytes = Long.MAX_VALUE;

        Variant(String name, Work work, int rounds) {
            this.name = name;
            this.work = work;
            this.cpu = new double[rounds];
        }

        void round(int number, int calls) throws IOException {
            long allocated = THREAD.getCurrentThreadAllocatedBytes();
            long started = THREAD.getCurrentThreadCpuTime();
            for (int i = 0; i < calls; i++) {
                work.once();
            }
            cpu[number] = (THREAD.getCurrentThreadCpuTime() - started) / (double) calls;
            bytes = Math.min(bytes, (THREAD.getCurrentThreadAllocatedBytes() - allocated) / calls);
        }
    }

    private static Work mesh(RealTime time, Meters meters, CallObserver.Factory... observers) throws IOException {
        Router router = Router.withoutNames(
                time,
                Workload.unknown(),
                new Telemetry(Events.of(time, List.of(observers), List.of()), meters),
                EntrySettings.NONE,
                Duration.ofHours(1));
        router.control().apply(PolicyCodec.read("""
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "services": {"orders": {"hosts": ["orders"], "endpoints": [
                   {"address": "10.0.0.1", "port": 80}, {"address": "10.0.0.2", "port": 80}, {"address": "10.0.0.3", "port": 80}]}}}
                """));
        if (!(router.admit("orders", 80) instanceof Admission.Routed routed)) {
            throw new IOException("the policy lists no service for 'orders'");
        }
        CallLayer layers = routed.layers();
        return () -> new Call(time, REQUEST, MeshOptions.DEFAULT, WIRE).run(layers);
    }

    private static Meters in(RealTime time, MeterRegistry registry) {
        return Meters.of(time, MeshMetrics.bindTo(registry), Workload.unknown(), () -> null);
    }

    private static Meters istio(RealTime time, MeterRegistry registry) {
        return Meters.of(time, MeshMetrics.bindTo(registry).withIstioNames(), Workload.unknown(), () -> null);
    }

    private static PrometheusMeterRegistry prometheus() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    /** An SDK that samples this share of traces; its spans are not exported. */
    private static OpenTelemetry traces(double share) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(share)))
                        .addSpanProcessor(SimpleSpanProcessor.create(SpanExporter.composite()))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
    }

    /** Prints a line for each variant. */
    public static void main(String[] args) throws IOException {
        int calls = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 25;
        try (RealTime time = RealTime.create("benchmark")) {
            List<Variant> variants = List.of(
                    new Variant("nothing bound", mesh(time, Meters.NONE), rounds),
                    new Variant("nothing bound, again", mesh(time, Meters.NONE), rounds),
                    new Variant("metrics, Prometheus", mesh(time, in(time, prometheus())), rounds),
                    new Variant(
                            "metrics, SimpleMeterRegistry", mesh(time, in(time, new SimpleMeterRegistry())), rounds),
                    new Variant("metrics, by Istio's names too", mesh(time, istio(time, prometheus())), rounds),
                    new Variant(
                            "metrics and no-op OpenTelemetry",
                            mesh(time, in(time, prometheus()), Tracing.of(time, MeshTraces.of(OpenTelemetry.noop()))),
                            rounds),
                    new Variant(
                            "metrics and 1 % of traces",
                            mesh(time, in(time, prometheus()), Tracing.of(time, MeshTraces.of(traces(0.01)))), rounds),
                    new Variant(
                            "metrics and all traces",
                            mesh(time, in(time, prometheus()), Tracing.of(time, MeshTraces.of(traces(1)))),
                            rounds));
            run(variants, calls, rounds);
        }
    }

    private static void run(List<Variant> variants, int calls, int rounds) throws IOException {
        for (int i = 0; i < 3; i++) {
            for (Variant variant : variants) {
                variant.round(0, calls);
                variant.bytes = Long.MAX_VALUE;
            }
        }
        List<Variant> order = new ArrayList<>(variants);
        Random random = new Random(1);
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (Variant variant : order) {
                variant.round(round, calls);
            }
        }
        Variant base = variants.get(0);
        System.out.printf(
                Locale.ROOT,
                "JDK %s, %d rounds of %d calls, CPU of the calling thread%n",
                Runtime.version(),
                rounds,
                calls);
        System.out.printf(
                Locale.ROOT, "%-34s %8s %7s %9s %9s %9s%n", "", "B/call", "more", "ns (min)", "ns (med)", "more");
        for (Variant variant : variants) {
            double[] more = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                more[i] = variant.cpu[i] - base.cpu[i];
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-34s %8d %+7d %9.0f %9.0f %+9.0f%n",
                    variant.name,
                    variant.bytes,
                    variant.bytes - base.bytes,
                    Arrays.stream(variant.cpu).min().orElse(0),
                    Figure.median(variant.cpu),
                    Figure.median(more));
        }
    }
}
