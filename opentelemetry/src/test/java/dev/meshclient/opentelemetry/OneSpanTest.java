package dev.meshclient.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.instrumentation.okhttp.v3_0.OkHttpTelemetry;
import io.opentelemetry.javaagent.OpenTelemetryAgent;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mesh beside the others that make spans of OkHttp calls: which of them makes one of each attempt of a call of two. */
class OneSpanTest {
    private static final String OURS = "dev.meshclient";
    private static final String THEIRS = "io.opentelemetry.okhttp-3.0";
    private static final String SWITCH = "-Dotel.instrumentation.okhttp.enabled=false"; // as docs/traces.md states it

    /** A client span as the agent's exporter prints it. */
    private static final Pattern SPAN =
            Pattern.compile("'[^']*' : ([0-9a-f]{32}) ([0-9a-f]{16}) CLIENT \\[tracer: ([^:]*):");

    private record Span(String context, String scope) {}

    private record Seen(List<Span> spans, List<String> sent) {
        List<String> scopes() {
            return spans.stream().map(Span::scope).toList();
        }

        /** The peer of each attempt gets the context of a span of that scope. */
        void continuesIn(String scope) {
            assertThat(sent.stream().map(header -> header.substring(3, header.length() - 3)))
                    .containsExactlyElementsOf(spans.stream()
                            .filter(span -> span.scope.equals(scope))
                            .map(Span::context)
                            .toList());
        }
    }

    private static Seen besideAgent(Path directory, List<String> options, String... arguments) throws Exception {
        Path agent = Path.of(OpenTelemetryAgent.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-javaagent:" + agent,
                "-Dotel.traces.exporter=logging",
                "-Dotel.metrics.exporter=none",
                "-Dotel.logs.exporter=none",
                "-Dotel.propagators=tracecontext",
                "-Djava.net.preferIPv4Stack=true",
                "-cp",
                List.of(classPath.split(File.pathSeparator)).stream()
                        .filter(entry -> !Path.of(entry).equals(agent))
                        .collect(Collectors.joining(File.pathSeparator))));
        command.addAll(options);
        command.add(RetriedCall.class.getName());
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue(); // the agent prints its last spans before that
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as(said).isZero();
        Seen seen = new Seen(
                SPAN.matcher(said).results().map(OneSpanTest::span).toList(),
                said.lines()
                        .filter(line -> line.startsWith(RetriedCall.SENT))
                        .map(line -> line.substring(RetriedCall.SENT.length()))
                        .toList());
        assertThat(seen.sent).as(said).hasSize(2);
        return seen;
    }

    private static Span span(MatchResult printed) {
        return new Span(printed.group(1) + "-" + printed.group(2), printed.group(3));
    }

    private static Seen besideInterceptor(boolean ofMesh, boolean ofInterceptor) throws Exception {
        InMemorySpanExporter exporter = InMemorySpanExporter.create();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build()) {
            UnaryOperator<Call.Factory> above = wrapped ->
                    ofInterceptor ? OkHttpTelemetry.create(sdk).newCallFactory((OkHttpClient) wrapped) : wrapped;
            List<String> sent = RetriedCall.make(ofMesh ? sdk : null, new OkHttpClient(), above);
            List<Span> spans = exporter.getFinishedSpanItems().stream()
                    .filter(span -> span.getKind() == SpanKind.CLIENT)
                    .map(span -> new Span(
                            span.getTraceId() + "-" + span.getSpanId(),
                            span.getInstrumentationScopeInfo().getName()))
                    .toList();
            return new Seen(spans, sent);
        }
    }

    @Test
    void the_agent_alone_makes_one_span_of_each_attempt(@TempDir Path directory) throws Exception {
        Seen seen = besideAgent(directory, List.of());
        assertThat(seen.scopes()).containsExactly(THEIRS, THEIRS);
        seen.continuesIn(THEIRS);
    }

    @Test
    void the_mesh_makes_one_span_of_each_attempt_if_the_switch_of_the_agent_is_set(@TempDir Path directory)
            throws Exception {
        Seen seen = besideAgent(directory, List.of(SWITCH), "mesh");
        assertThat(seen.scopes()).containsExactly(OURS, OURS);
        seen.continuesIn(OURS);
    }

    @Test
    void the_mesh_and_the_agent_make_more_without_the_switch(@TempDir Path directory) throws Exception {
        Seen seen = besideAgent(directory, List.of(), "mesh");
        // Two of each attempt, and the agent takes the call for one that was never sent.
        assertThat(seen.scopes()).containsExactlyInAnyOrder(OURS, OURS, THEIRS, THEIRS, THEIRS);
    }

    @Test
    void the_interceptor_alone_makes_one_span_of_each_attempt() throws Exception {
        Seen seen = besideInterceptor(false, true);
        assertThat(seen.scopes()).containsExactly(THEIRS, THEIRS);
        seen.continuesIn(THEIRS);
    }

    @Test
    void the_mesh_alone_makes_one_span_of_each_attempt() throws Exception {
        Seen seen = besideInterceptor(true, false);
        assertThat(seen.scopes()).containsExactly(OURS, OURS);
        seen.continuesIn(OURS);
    }

    @Test
    void the_mesh_and_the_interceptor_make_more() throws Exception {
        Seen seen = besideInterceptor(true, true);
        assertThat(seen.scopes()).containsExactlyInAnyOrder(OURS, OURS, THEIRS, THEIRS, THEIRS);
    }
}
