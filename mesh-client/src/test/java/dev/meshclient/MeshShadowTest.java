package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.meshclient.telemetry.AccessLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The actions that shadow sections would have taken, in all places that state them. */
class MeshShadowTest {
    private static final AttributeKey<List<String>> ATTRIBUTE = AttributeKey.stringArrayKey("mesh.shadow");
    private static final String ONLY_WRITES = "'authorization': [{'name': 'only-writes', 'action': 'ALLOW',"
            + " 'rules': [{'to': [{'operation': {'methods': ['PUT']}}]}]";
    private static final String DENIED = "authorization would deny the call: no rule of 'only-writes' allows it";
    private static final String REFUSED = "limits would refuse the call: 0 calls in flight, of at most 0";
    private static final String NOT_RETRIED = "retryConstraint would refuse the retry: the retry budget is spent:"
            + " at most 0 % of the requests within 10000 ms, and 0 within 1000 ms";

    private final MockWebServer server = new MockWebServer();
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Request request =
            new Request.Builder().url("http://orders/v1/orders/7").build();

    @BeforeEach
    void start() throws IOException {
        server.start();
        server.enqueue(new MockResponse.Builder().code(503).build());
        server.enqueue(new MockResponse.Builder().body("order").build());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Mesh mesh(String fields) throws IOException {
        return Mesh.builder()
                .policy(Documents.mesh("t")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with(fields))
                        .source())
                .snapshotDirectory(null)
                .openTelemetry(OpenTelemetrySdk.builder()
                        .setTracerProvider(SdkTracerProvider.builder()
                                .addSpanProcessor(SimpleSpanProcessor.create(new KeptSpans(spans)))
                                .build())
                        .build())
                .accessLog(AccessLog.logfmt(lines::add))
                .metrics(registry)
                .build();
    }

    private double counted(String policy, String would) {
        return registry.get("mesh.client.shadow")
                .tags("service", "orders", "policy", policy, "would", would)
                .counter()
                .count();
    }

    @Test
    void it_is_sent_counted_and_stated_by_decision_spans_access_log_and_explanation() throws Exception {
        String fields = ONLY_WRITES + ", 'shadow': true}], 'limits': {'maxRequests': 0, 'shadow': true},"
                + " 'retryConstraint': {'budget': {'percent': 0}, 'minRetryRate': {'count': 0}, 'shadow': true}";
        try (Mesh mesh = mesh(fields)) {
            Explanation explanation = mesh.explain(request);
            assertThat(explanation.result()).isEqualTo(Explanation.Result.SENT);
            assertThat(explanation.toString())
                    .contains("\n    " + DENIED + "\n    " + REFUSED + "\n")
                    .contains("\n    limits.shadow: true (service)\n");

            try (Response response =
                    mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
                assertThat(response.body().string()).isEqualTo("order");
                Decision decision = Mesh.decision(response);
                assertThat(decision.shadow()).containsExactly(DENIED, REFUSED, NOT_RETRIED);
                assertThat(decision.detail()).isEmpty();
                assertThat(decision).asString().endsWith(", shadow " + decision.shadow());
            }
            assertThat(spans)
                    .extracting(span -> span.getAttributes().get(ATTRIBUTE))
                    .containsExactly(List.of(DENIED, REFUSED), List.of(NOT_RETRIED));
            await().until(() -> lines.size() == 1);
            assertThat(lines.get(0)).contains(" shadow=\"" + DENIED + "; " + REFUSED + "; " + NOT_RETRIED + "\" ");
            assertThat(counted("authorization", "deny")).isEqualTo(1);
            assertThat(counted("limits", "refuse")).isEqualTo(1);
            assertThat(counted("retryConstraint", "refuse-retry")).isEqualTo(1);
        }
    }

    @Test
    void a_call_that_shadows_would_let_pass_states_none_of_it() throws Exception {
        String fields = ONLY_WRITES + ", 'shadow': true}, {'name': 'reads', 'action': 'ALLOW', 'shadow': true,"
                + " 'rules': [{'to': [{'operation': {'methods': ['GET']}}]}]}], 'limits': {'shadow': true},"
                + " 'retryConstraint': {'shadow': true}";
        try (Mesh mesh = mesh(fields)) {
            try (Response response =
                    mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
                assertThat(response.body().string()).isEqualTo("order");
                assertThat(Mesh.decision(response).shadow()).isEmpty();
                assertThat(Mesh.decision(response)).asString().doesNotContain("shadow");
            }
            assertThat(spans)
                    .extracting(span -> span.getAttributes().get(ATTRIBUTE))
                    .containsOnlyNulls();
            await().until(() -> lines.size() == 1);
            assertThat(lines.get(0)).doesNotContain("shadow");
            assertThat(registry.find("mesh.client.shadow").counters()).isEmpty();
        }
    }

    /** The exception, and the one span of a call without attempts. */
    @Test
    void a_call_that_a_policy_in_force_denies_states_that_shadows_would_allow_it() throws Exception {
        String fields = ONLY_WRITES + "}, {'name': 'reads', 'action': 'ALLOW', 'shadow': true,"
                + " 'rules': [{'to': [{'operation': {'methods': ['GET']}}]}]}]";
        String allowed = "authorization would allow the call: policy 'reads', rules[0]";
        try (Mesh mesh = mesh(fields)) {
            AccessDenied denied = catchThrowableOfType(
                    AccessDenied.class,
                    () -> mesh.wrap(new OkHttpClient()).newCall(request).execute());
            assertThat(denied.decision().shadow()).containsExactly(allowed);
            assertThat(spans)
                    .extracting(span -> span.getAttributes().get(ATTRIBUTE))
                    .containsExactly(List.of(allowed));
            assertThat(counted("authorization", "allow")).isEqualTo(1);
        }
    }

    @Test
    void without_telemetry_the_decision_states_it_too() throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("t")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with(ONLY_WRITES + ", 'shadow': true}]"))
                        .source())
                .snapshotDirectory(null)
                .build()) {
            try (Response response =
                    mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
                assertThat(Mesh.decision(response).shadow()).containsExactly(DENIED);
            }
        }
    }
}
