package dev.meshclient.examples.demo;

import com.sun.net.httpserver.Headers;
import dev.meshclient.Mesh;
import dev.meshclient.telemetry.AccessLog;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Records what meshes show of calls: access lines and metrics of the callers in one zone, and spans of all meshes. */
final class Recorder implements SpanExporter {
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();
    private final OpenTelemetrySdk traces = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(this))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private volatile boolean on;

    OpenTelemetry traces() {
        return traces;
    }

    /** Adds metrics and the access log to a mesh. */
    Mesh.Builder observe(Mesh.Builder mesh) {
        return mesh.metrics(metrics).accessLog(AccessLog.logfmt(line -> {
            if (on) {
                lines.add(line);
            }
        }));
    }

    /** The trace of a request, which instrumentation of a server would make current. */
    static Context trace(Headers request) {
        return W3CTraceContextPropagator.getInstance().extract(Context.root(), request, new TextMapGetter<Headers>() {
            @Override
            public @Nullable String get(@Nullable Headers headers, String key) {
                return headers == null ? null : headers.getFirst(key);
            }
        });
    }

    /** Drops all lines and spans, and records those that come. */
    void begin() {
        lines.clear();
        spans.clear();
        on = true;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    List<SpanData> spans() {
        return List.copyOf(spans);
    }

    /** The counts of all calls so far, by name and tags. */
    Map<String, Double> counts() {
        Map<String, Double> counts = new TreeMap<>();
        for (Meter meter : metrics.getMeters()) {
            meter.measure().forEach(measurement -> {
                if (measurement.getStatistic() == Statistic.COUNT) {
                    counts.put(name(meter.getId()), measurement.getValue());
                }
            });
        }
        return counts;
    }

    private static String name(Meter.Id id) {
        StringBuilder name = new StringBuilder(id.getName()).append('{');
        id.getTags().forEach(tag -> name.append(name.charAt(name.length() - 1) == '{' ? "" : ", ")
                .append(tag.getKey())
                .append('=')
                .append(tag.getValue()));
        return name.append('}').toString();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> ended) {
        if (on) {
            spans.addAll(ended);
        }
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
