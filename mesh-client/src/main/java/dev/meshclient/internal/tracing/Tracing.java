package dev.meshclient.internal.tracing;

import dev.meshclient.internal.text.KnownMethods;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshTraces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Makes a span of each attempt, with the names of OpenTelemetry's HTTP conventions, and sends its context to the peer. The parent
 * is the span that is current when the call is made.
 */
public final class Tracing implements CallObserver.Factory {
    private static final String SCOPE = "dev.meshclient";
    /** The conventions whose names for HTTP the spans have; later ones did not change them. */
    private static final String SCHEMA = "https://opentelemetry.io/schemas/1.37.0";

    private static final String EXCEPTIONS_VARIABLE = "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN";
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    private static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
    private static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    private static final TextMapSetter<CallObserver.OutgoingHeaders> SETTER = (headers, name, value) -> {
        if (headers != null) {
            headers.set(name, value);
        }
    };

    private final Time time;
    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final RedactedUrl urls;
    private final HttpMethods methods;
    private final boolean exceptions;

    private Tracing(Time time, MeshTraces traces, HttpMethods methods, boolean exceptions) {
        OpenTelemetry otel = traces.openTelemetry();
        this.time = time;
        this.urls = new RedactedUrl(traces.redacted(), traces.isQueryRedacted());
        this.tracer = otel.tracerBuilder(SCOPE)
                .setInstrumentationVersion(version())
                .setSchemaUrl(SCHEMA)
                .build();
        this.propagator = otel.getPropagators().getTextMapPropagator();
        this.methods = methods;
        this.exceptions = exceptions;
    }

    /** Makes these spans. */
    public static Tracing of(Time time, MeshTraces traces) {
        return new Tracing(
                time,
                traces,
                new HttpMethods(System.getenv(HttpMethods.VARIABLE)),
                wantsExceptions(System.getenv(EXCEPTIONS_VARIABLE)));
    }

    /** Empty: it is not known, as where resources of the jar are left out. */
    private static String version() {
        try (InputStream file = Tracing.class.getResourceAsStream("version.txt")) {
            return file == null ? "" : new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** The ID of the trace that is current on this thread; empty: there is none. */
    public static String currentId() {
        SpanContext current = Span.current().getSpanContext();
        return current.isValid() ? current.getTraceId() : "";
    }

    @Override
    public CallObserver observe(CallInfo call) {
        return new CallSpans(this, Context.current());
    }

    /**
     * Whether spans have an event for their exception.
     *
     * @param variable the value of {@link #EXCEPTIONS_VARIABLE}: with {@code logs}, exceptions are for logs alone
     */
    static boolean wantsExceptions(@Nullable String variable) {
        return variable == null
                || Arrays.stream(variable.split(",")).map(String::strip).noneMatch("logs"::equals);
    }

    boolean wantsExceptions() {
        return exceptions;
    }

    /**
     * Starts a span with the attributes that a sampler may look at.
     *
     * @param hedged the span of the attempt that this one is a hedge of: linked; otherwise invalid
     */
    Span start(CallInfo call, SpanKind kind, Context parent, SpanContext hedged) {
        Request request = call.request();
        String method = request.method();
        boolean known = methods.isKnown(method);
        SpanBuilder builder = tracer.spanBuilder(known ? method : "HTTP")
                .setSpanKind(kind)
                .setParent(parent)
                .setAttribute(METHOD, known ? method : KnownMethods.OTHER)
                .setAttribute(URL, urls.of(request.url()))
                .setAttribute(SERVER_ADDRESS, request.url().host())
                .setAttribute(SERVER_PORT, (long) request.url().port());
        if (!known) {
            builder.setAttribute(METHOD_ORIGINAL, method);
        }
        if (hedged.isValid()) {
            builder.addLink(hedged);
        }
        if (kind == SpanKind.INTERNAL) {
            builder.setStartTimestamp(startOf(call));
        }
        return builder.startSpan();
    }

    private Instant startOf(CallInfo call) {
        return time.wall().instant().minusNanos(call.elapsedNanos());
    }

    /**
     * Sets the headers that carry the context to the peer. Those of the request, perhaps of another trace, are removed even where
     * the context has no value for them.
     */
    void inject(Context context, Request request, CallObserver.OutgoingHeaders headers) {
        for (String name : propagator.fields()) {
            if (request.header(name) != null) {
                headers.remove(name);
            }
        }
        propagator.inject(context, headers, SETTER);
    }
}
