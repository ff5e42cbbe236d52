package dev.meshclient;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.meshclient.contract.RefusingPort;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshTraces;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The spans of calls through OkHttp, by OpenTelemetry's SDK. */
class MeshTracesTest {
    private final MockWebServer server = new MockWebServer();
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private OpenTelemetrySdk sdk(Sampler sampler) {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(new KeptSpans(spans)))
                        .build())
                .setPropagators(ContextPropagators.create(TextMapPropagator.composite(
                        W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
                .build();
    }

    private Mesh mesh(OpenTelemetrySdk sdk, int port) throws IOException {
        return Mesh.builder()
                .policy(Documents.mesh("t")
                        .epoch("e")
                        .version(1)
                        .services(Documents.service("orders")
                                .endpoint(port)
                                .with("'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders'}]}]"))
                        .source())
                .claim("stock")
                .openTelemetry(sdk)
                .snapshotDirectory(null)
                .build();
    }

    private static Mesh mesh(OpenTelemetrySdk sdk, Documents.Service service) throws IOException {
        return Mesh.builder()
                .policy(Documents.mesh("t").services(service).source())
                .openTelemetry(sdk)
                .snapshotDirectory(null)
                .build();
    }

    @Test
    void a_redirect_goes_on_with_the_count_of_resends() throws Exception {
        for (int status : List.of(503, 302, 503, 200)) {
            server.enqueue(new MockResponse.Builder()
                    .code(status)
                    .addHeader("Location", "http://orders/b")
                    .build());
        }
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(
                        sdk,
                        Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'retry': {'attempts': 1, 'codes': [503]}"))) {
            call(mesh, get("http://orders/a"));
        }
        assertThat(spans)
                .extracting(span -> attribute(span, "url.full"), span -> span.getAttributes()
                        .get(AttributeKey.longKey("http.request.resend_count")))
                .containsExactly(
                        tuple("http://orders/a", null),
                        tuple("http://orders/a", 1L),
                        tuple("http://orders/b", 2L),
                        tuple("http://orders/b", 3L));
    }

    @Test
    void further_parameters_of_a_query_are_redacted_on_request() throws Exception {
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn())) {
            MeshTraces all = MeshTraces.of(sdk);
            for (MeshTraces traces :
                    List.of(all, all.withRedacted("token").withRedacted("key"), all.withRedactedQuery())) {
                server.enqueue(new MockResponse.Builder().body("ok").build());
                try (Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("t")
                                .services(Documents.service("orders").endpoint(server.getPort()))
                                .source())
                        .snapshotDirectory(null)
                        .openTelemetry(traces)
                        .build()) {
                    call(mesh, get("http://orders/a?token=1&key=2&page=3&sig=4"));
                }
            }
        }
        assertThat(spans)
                .extracting(span -> attribute(span, "url.full"))
                .containsExactly(
                        "http://orders/a?token=1&key=2&page=3&sig=REDACTED",
                        "http://orders/a?token=REDACTED&key=REDACTED&page=3&sig=REDACTED",
                        "http://orders/a?token=REDACTED&key=REDACTED&page=REDACTED&sig=REDACTED");
        assertThat(server.takeRequest().getUrl().query()).isEqualTo("token=1&key=2&page=3&sig=4");
    }

    private static Request get(String url) {
        return new Request.Builder().url(url).build();
    }

    private static void call(Mesh mesh, Request request) throws IOException {
        try (Response response = mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
            response.body().string();
        }
    }

    private static Map<String, Object> attributes(SpanData span) {
        return span.getAttributes().asMap().entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().getKey(), Map.Entry::getValue));
    }

    private static String traceparent(SpanData span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                + span.getSpanContext().getTraceFlags().asHex();
    }

    private static String attribute(SpanData span, String key) {
        return String.valueOf(span.getAttributes().get(AttributeKey.stringKey(key)));
    }

    @Test
    @SuppressWarnings("try") // the scope is there for its close
    void a_call_is_one_client_span_below_the_span_of_the_caller() throws Exception {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            Span caller = sdk.getTracer("test").spanBuilder("caller").startSpan();
            try (Scope scope = caller.makeCurrent()) {
                call(mesh, get("http://jane:secret@orders/v1/orders/7?sig=4711"));
                assertThat(Span.current()).isSameAs(caller);
            }
            caller.end();

            SpanData span = spans.get(0);
            assertThat(span.getName()).isEqualTo("GET");
            assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(span.getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
            assertThat(span.getEvents()).isEmpty();
            assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("dev.meshclient");
            assertThat(span.getInstrumentationScopeInfo().getVersion()).isNotEmpty();
            assertThat(span.getInstrumentationScopeInfo().getSchemaUrl())
                    .isEqualTo("https://opentelemetry.io/schemas/1.37.0");
            assertThat(attributes(span))
                    .isEqualTo(Map.ofEntries(
                            Map.entry("http.request.method", "GET"),
                            Map.entry("url.full", "http://REDACTED:REDACTED@orders/v1/orders/7?sig=REDACTED"),
                            Map.entry("server.address", "orders"),
                            Map.entry("server.port", 80L),
                            Map.entry("http.response.status_code", 200L),
                            Map.entry("network.peer.address", "127.0.0.1"),
                            Map.entry("network.peer.port", (long) server.getPort()),
                            Map.entry("service.peer.name", "orders"),
                            Map.entry("mesh.route", "all"),
                            Map.entry("mesh.backend", "orders"),
                            Map.entry("mesh.policy", "e/1"),
                            Map.entry("mesh.pick", "the only endpoint")));
            assertThat(server.takeRequest().getHeaders().get("traceparent")).isEqualTo(traceparent(span));
            assertThat(spans).hasSize(2);
        }
    }

    @Test
    void a_retried_attempt_is_an_error_on_its_own_span_alone() throws Exception {
        server.enqueue(new MockResponse.Builder().code(503).build());
        server.enqueue(new MockResponse.Builder().body("ok").build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            Request stale = new Request.Builder()
                    .url("http://orders/")
                    .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                    .build();
            call(mesh, stale);
        }
        assertThat(spans).hasSize(2);
        assertThat(spans.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attribute(spans.get(0), "error.type")).isEqualTo("503");
        assertThat(spans.get(0).getAttributes().get(AttributeKey.longKey("http.request.resend_count")))
                .isNull();
        assertThat(spans.get(1).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(spans.get(1).getAttributes().get(AttributeKey.longKey("http.request.resend_count")))
                .isEqualTo(1);
        assertThat(attribute(spans.get(1), "mesh.retry"))
                .matches("response 503, repeated (at once|after \\d+ ms) \\(back-off\\)");
        assertThat(attribute(spans.get(1), "error.type")).isEqualTo("null");
        for (SpanData span : spans) {
            assertThat(server.takeRequest().getHeaders().values("traceparent")).containsExactly(traceparent(span));
        }
    }

    @Test
    void a_tracestate_of_another_trace_is_not_sent() throws Exception {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            Request foreign = new Request.Builder()
                    .url("http://orders/")
                    .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                    .header("TraceState", "vendor=old")
                    .header("other", "kept")
                    .build();
            call(mesh, foreign);
        }
        Headers sent = server.takeRequest().getHeaders();
        assertThat(sent.values("traceparent")).containsExactly(traceparent(spans.get(0)));
        assertThat(sent.get("tracestate")).isNull();
        assertThat(sent.get("other")).isEqualTo("kept");
    }

    @Test
    void a_refused_connection_names_its_exception_and_its_letters() throws Exception {
        int closed;
        try (RefusingPort port = RefusingPort.open();
                OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, port.port())) {
            closed = port.port();
            assertThatThrownBy(() -> call(mesh, get("http://orders/"))).isInstanceOf(ConnectException.class);
        }
        assertThat(spans).isNotEmpty().allSatisfy(span -> {
            assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getStatus().getDescription()).contains("127.0.0.1:" + closed);
            assertThat(attribute(span, "error.type")).isEqualTo("java.net.ConnectException");
            assertThat(attribute(span, "mesh.reason")).isEqualTo("UF");
            assertThat(span.getEvents()).singleElement().satisfies(event -> {
                assertThat(event.getName()).isEqualTo("exception");
                assertThat(event.getAttributes().get(AttributeKey.stringKey("exception.type")))
                        .isEqualTo("java.net.ConnectException");
            });
        });
        assertThat(spans.subList(1, spans.size())).isNotEmpty().allSatisfy(span -> assertThat(
                        attribute(span, "mesh.retry"))
                .matches("connect-failure, repeated (at once|after \\d+ ms) \\(back-off\\)"));
    }

    @Test
    void a_span_shows_the_zone_and_the_address_of_its_endpoint() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, Documents.service("orders").endpoint("::1", closed, "'locality': 'eu/eu-1a'"))) {
            assertThatThrownBy(() -> call(mesh, get("http://orders/"))).isInstanceOf(IOException.class);
        }
        assertThat(spans).isNotEmpty().allSatisfy(span -> {
            assertThat(attribute(span, "network.peer.address")).isEqualTo("::1");
            assertThat(span.getAttributes().get(AttributeKey.longKey("network.peer.port")))
                    .isEqualTo(closed);
            assertThat(attribute(span, "mesh.zone")).isEqualTo("eu-1a");
        });
    }

    @Test
    void a_call_whose_time_is_up_during_an_attempt_has_the_span_of_that_attempt_alone() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(
                        sdk,
                        Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'timeouts': {'request': '200ms'}"))) {
            assertThatThrownBy(() -> call(mesh, get("http://orders/"))).isInstanceOf(DeadlineExceeded.class);
        }
        assertThat(spans).singleElement().satisfies(span -> assertThat(span.getKind())
                .isEqualTo(SpanKind.CLIENT));
    }

    @Test
    void a_refusal_names_its_service_and_its_rule() throws Exception {
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(
                        sdk,
                        Documents.service("orders").endpoint(server.getPort()).with("'limits': {'maxRequests': 0}"))) {
            assertThatThrownBy(() -> call(mesh, get("http://orders/"))).isInstanceOf(Overloaded.class);
        }
        SpanData span = spans.get(0);
        assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(attribute(span, "service.peer.name")).isEqualTo("orders");
        assertThat(attribute(span, "mesh.route")).isEqualTo("default");
        assertThat(attribute(span, "mesh.backend")).isEqualTo("orders");
    }

    @Test
    void the_span_of_a_refusal_begins_when_the_call_enters_the_mesh() throws Exception {
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = Mesh.builder()
                        .policy(sink -> () -> {})
                        .claim("stock")
                        .initialFetchTimeout(Duration.ofMillis(200))
                        .openTelemetry(sdk)
                        .snapshotDirectory(null)
                        .build()) {
            assertThatThrownBy(() -> call(mesh, get("http://stock/"))).isInstanceOf(PolicyUnavailable.class);
        }
        SpanData span = spans.get(0);
        assertThat(Duration.ofNanos(span.getEndEpochNanos() - span.getStartEpochNanos()))
                .isBetween(Duration.ofMillis(150), Patience.LONG);
    }

    @Test
    void observers_run_within_the_span_and_the_access_log_shows_its_trace() throws Exception {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        List<String> current = new CopyOnWriteArrayList<>();
        List<String> lines = new CopyOnWriteArrayList<>();
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("t")
                                .services(Documents.service("orders").endpoint(server.getPort()))
                                .source())
                        .observer(call -> new CallObserver() {
                            @Override
                            public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                                current.add(Span.current().getSpanContext().getSpanId());
                            }
                        })
                        .accessLog(AccessLog.logfmt(lines::add))
                        .openTelemetry(sdk)
                        .snapshotDirectory(null)
                        .build()) {
            call(mesh, get("http://orders/"));
        }
        assertThat(current).containsExactly(spans.get(0).getSpanId());
        assertThat(lines)
                .singleElement()
                .asString()
                .contains(" trace_id=" + spans.get(0).getTraceId() + " ");
    }

    @Test
    void a_call_that_the_caller_cancels_before_any_attempt_has_no_span() throws Exception {
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            Call call = mesh.wrap(new OkHttpClient()).newCall(get("http://orders/"));
            call.cancel();
            assertThatThrownBy(call::execute).isInstanceOf(IOException.class);
        }
        assertThat(spans).isEmpty();
    }

    @Test
    void a_refusal_of_the_mesh_is_one_internal_span() throws Exception {
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            assertThatThrownBy(() -> call(mesh, get("http://stock/"))).isInstanceOf(NoRoute.class);
        }
        SpanData span = spans.get(0);
        assertThat(spans).hasSize(1);
        assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attribute(span, "mesh.reason")).isEqualTo("NR");
        assertThat(attribute(span, "error.type")).isEqualTo("dev.meshclient.NoRoute");
        assertThat(span.getStartEpochNanos()).isLessThanOrEqualTo(span.getEndEpochNanos());
    }

    @Test
    @SuppressWarnings("try") // the scope is only held
    void the_line_of_a_refused_call_has_the_trace_of_its_span() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("t")
                                .services(Documents.service("orders")
                                        .endpoint(server.getPort())
                                        .with("'limits': {'maxRequests': 0}"))
                                .source())
                        .accessLog(AccessLog.logfmt(lines::add))
                        .openTelemetry(sdk)
                        .snapshotDirectory(null)
                        .build()) {
            Span caller = sdk.getTracer("test").spanBuilder("caller").startSpan();
            try (Scope scope = caller.makeCurrent()) {
                assertThatThrownBy(() -> call(mesh, get("http://orders/"))).isInstanceOf(Overloaded.class);
            }
            caller.end();
        }
        assertThat(spans).extracting(SpanData::getKind).contains(SpanKind.INTERNAL);
        assertThat(lines)
                .singleElement()
                .asString()
                .contains(" trace_id=" + spans.get(0).getTraceId() + " ");
    }

    @Test
    void a_call_that_the_caller_cancels_is_no_error() throws Exception {
        server.enqueue(new MockResponse.Builder()
                .onResponseStart(SocketEffect.Stall.INSTANCE)
                .build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            Call call = mesh.wrap(new OkHttpClient()).newCall(get("http://orders/"));
            CompletableFuture<IOException> failure = new CompletableFuture<>();
            call.enqueue(new Callback() {
                @Override
                public void onFailure(Call failed, IOException e) {
                    failure.complete(e);
                }

                @Override
                public void onResponse(Call answered, Response response) {
                    response.close();
                    failure.completeExceptionally(new AssertionError("it was cancelled"));
                }
            });
            server.takeRequest();
            call.cancel();
            assertThat(failure.get(10, SECONDS)).isNotNull();
        }
        SpanData span = spans.get(0);
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(attribute(span, "mesh.reason")).isEqualTo("DC");
        assertThat(attribute(span, "error.type")).isEqualTo("null");
    }

    @Test
    @SuppressWarnings("try") // the scope is there for its close
    void an_asynchronous_call_has_the_parent_of_the_thread_that_makes_it_and_carries_baggage() throws Exception {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            Span caller = sdk.getTracer("test").spanBuilder("caller").startSpan();
            CompletableFuture<String> body = new CompletableFuture<>();
            Context context = Context.current()
                    .with(caller)
                    .with(Baggage.builder().put("tenant", "blue").build());
            try (Scope scope = context.makeCurrent()) {
                mesh.wrap(new OkHttpClient()).newCall(get("http://orders/")).enqueue(new Callback() {
                    @Override
                    public void onFailure(Call call, IOException e) {
                        body.completeExceptionally(e);
                    }

                    @Override
                    public void onResponse(Call call, Response response) throws IOException {
                        try (response) {
                            body.complete(response.body().string()
                                    + Span.current().getSpanContext().isValid());
                        }
                    }
                });
            }
            assertThat(body.get(10, SECONDS)).isEqualTo("okfalse"); // nothing stays current on OkHttp's thread
            assertThat(spans.get(0).getParentSpanId())
                    .isEqualTo(caller.getSpanContext().getSpanId());
        }
        assertThat(server.takeRequest().getHeaders().get("baggage")).isEqualTo("tenant=blue");
    }

    @Test
    void a_network_interceptor_runs_within_the_span_of_its_attempt() throws Exception {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        List<String> current = new CopyOnWriteArrayList<>();
        OkHttpClient client = new OkHttpClient.Builder()
                .addNetworkInterceptor(chain -> {
                    current.add(Span.current().getSpanContext().getSpanId());
                    return chain.proceed(chain.request());
                })
                .build();
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            mesh.wrap(client).newCall(get("http://orders/")).execute().close();
        }
        assertThat(current).containsExactly(spans.get(0).getSpanId());
    }

    @Test
    void a_call_that_is_not_sampled_says_so_to_the_peer() throws Exception {
        server.enqueue(new MockResponse.Builder().body("ok").build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOff());
                Mesh mesh = mesh(sdk, server.getPort())) {
            call(mesh, get("http://orders/"));
        }
        assertThat(server.takeRequest().getHeaders().get("traceparent"))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]"); // 02: the trace ID is random
        assertThat(spans).isEmpty();
    }

    @Test
    void an_unknown_method_is_other() throws Exception {
        server.enqueue(new MockResponse.Builder().code(404).build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            call(
                    mesh,
                    new Request.Builder()
                            .url("http://orders/")
                            .method("PURGE", null)
                            .build());
        }
        SpanData span = spans.get(0);
        assertThat(span.getName()).isEqualTo("HTTP");
        assertThat(attribute(span, "http.request.method")).isEqualTo("_OTHER");
        assertThat(attribute(span, "http.request.method_original")).isEqualTo("PURGE");
        assertThat(attribute(span, "error.type")).isEqualTo("404"); // for a client, 4xx is an error
    }

    @Test
    void calls_to_hosts_outside_the_mesh_have_no_span() throws Exception {
        server.enqueue(new MockResponse.Builder().body("outside").build());
        try (OpenTelemetrySdk sdk = sdk(Sampler.alwaysOn());
                Mesh mesh = mesh(sdk, server.getPort())) {
            call(mesh, get(server.url("/").toString()));
        }
        assertThat(spans).isEmpty();
        assertThat(server.takeRequest().getHeaders().get("traceparent")).isNull();
    }
}
