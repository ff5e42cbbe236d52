package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.KeptSpans;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.tracing.Tracing;
import dev.meshclient.telemetry.MeshMetrics;
import dev.meshclient.telemetry.MeshTraces;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** The attempts by OpenTelemetry's name, in a Prometheus registry and beside the spans. */
class ConventionSeriesTest {
    private static final String SERVICE =
            "{'hosts': ['%s'], 'endpoints': [{'address': '10.0.0.1', 'port': 80}], 'retry': {'attempts': 0},"
                    + " 'outlierDetection': {'maxEjectionPercent': 0}}";

    private final StepTime time = new StepTime();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();
    private final OpenTelemetrySdk otel = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(new KeptSpans(spans)))
                    .build())
            .build();
    private final Router router = Router.withoutNames(
            time,
            Workload.of("shop"),
            new Telemetry(
                    Events.of(time, List.of(Tracing.of(time, MeshTraces.of(otel))), List.of()),
                    Meters.of(
                            time,
                            MeshMetrics.bindTo(registry).withOpenTelemetryNames(),
                            Workload.unknown(),
                            () -> null)),
            new EntrySettings(List.of(), true, Duration.ZERO),
            Duration.ZERO);

    private void apply(String name, String host) throws IOException {
        router.control()
                .apply(Documents.mesh("m")
                        .services("'" + name + "': " + SERVICE.formatted(host))
                        .read());
    }

    private void call(String url, Wire wire) {
        Request request = new Request.Builder().url(url).build();
        Call call = Calls.call(time, request, wire);
        if (router.admit(request.url().host(), request.url().port()) instanceof Admission.Ours ours) {
            try {
                call.run(ours.layers()).close();
            } catch (IOException expected) {
                assertThat(call.failure()).isSameAs(expected);
            }
        }
    }

    private List<String> counts() {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith("http_client_request_duration_seconds_count"))
                .map(line -> line.substring("http_client_request_duration_seconds_count".length()))
                .sorted()
                .collect(Collectors.toList());
    }

    @Test
    void an_attempt_has_the_attributes_of_the_conventions() throws IOException {
        apply("orders", "orders");
        for (int status : List.of(200, 404, 503)) {
            call("http://orders/a?b=c", attempt -> Calls.respond(attempt, status));
        }
        call("http://orders:8080/", attempt -> {
            throw Calls.fail(attempt, Outcome.RESET);
        });
        String common = "http_request_method=\"GET\"";
        String to = "server_address=\"orders\",server_port=\"80\"";
        assertThat(counts())
                .containsExactlyInAnyOrder(
                        "{" + common + ",http_response_status_code=\"200\"," + to + "} 1",
                        "{error_type=\"404\"," + common + ",http_response_status_code=\"404\"," + to + "} 1",
                        "{error_type=\"503\"," + common + ",http_response_status_code=\"503\"," + to + "} 1",
                        "{error_type=\"java.io.IOException\"," + common
                                + ",server_address=\"orders\",server_port=\"8080\"} 1");
        assertThat(registry.scrape())
                .contains("http_client_request_duration_seconds_bucket{http_request_method=\"GET\","
                        + "http_response_status_code=\"200\"," + to + ",le=\"0.005\"} 1");
    }

    @Test
    void the_error_type_is_that_of_the_span() throws IOException {
        apply("orders", "orders");
        for (Outcome outcome : List.of(Outcome.CANCELLED, Outcome.CONNECT_FAILURE, Outcome.ATTEMPT_TIMEOUT)) {
            spans.clear();
            List<String> before = counts();
            call("http://orders/", attempt -> {
                throw Calls.fail(attempt, outcome);
            });
            String ofSpan = spans.get(0).getAttributes().get(AttributeKey.stringKey("error.type"));
            List<String> after = counts();
            after.removeAll(before);
            assertThat(after.isEmpty() ? counts().get(0) : after.get(0))
                    .as("%s", outcome)
                    .startsWith(ofSpan == null ? "{http_request_method" : "{error_type=\"" + ofSpan + "\",");
        }
    }

    @Test
    void hosts_of_a_pattern_and_statuses_have_a_bound() throws IOException {
        apply("any", "*.example");
        for (int i = 0; i < 3 * BoundedSeries.MOST; i++) {
            int status = 200 + i % 7;
            call("http://h" + i + ".example/", attempt -> Calls.respond(attempt, status));
        }
        assertThat(counts())
                .hasSize(BoundedSeries.MOST + 1)
                .contains("{http_request_method=\"_OTHER\",server_address=\"_OTHER\",server_port=\"0\"} "
                        + 2 * BoundedSeries.MOST);
    }

    @Test
    void a_service_that_takes_over_a_host_keeps_its_series() throws IOException {
        apply("orders", "orders");
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        apply("renamed", "orders");
        assertThat(counts()).isEmpty();
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        assertThat(counts()).hasSize(1).allMatch(line -> line.endsWith(" 1"));
    }

    @Test
    void a_series_that_two_services_share_stays_while_one_of_them_does() throws IOException {
        apply("orders", "orders");
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        router.control()
                .apply(Documents.mesh("m")
                        .services(
                                "'orders': " + SERVICE.formatted("old") + ", 'renamed': " + SERVICE.formatted("orders"))
                        .read());
        call("http://orders/", attempt -> Calls.respond(attempt, 200));
        assertThat(counts()).hasSize(1).allMatch(line -> line.endsWith(" 2"));

        apply("renamed", "orders");
        time.step(Duration.ofHours(2).toNanos());
        apply("renamed", "orders"); // the other is no longer kept

        assertThat(router.control().status("").services()).containsOnlyKeys("renamed");
        assertThat(counts()).hasSize(1).allMatch(line -> line.endsWith(" 2"));
    }

    @Test
    void an_attempt_that_ends_after_its_service_has_left_makes_no_series() throws IOException {
        apply("orders", "orders");
        call("http://orders/", attempt -> {
            apply("renamed", "renamed");
            return Calls.respond(attempt, 200);
        });
        assertThat(counts()).isEmpty();
    }

    @Test
    void a_service_that_returns_has_the_whole_bound_again() throws IOException {
        for (int round = 0; round < 2; round++) {
            apply("any", "*.example");
            for (int i = 0; i < BoundedSeries.MOST; i++) {
                call("http://h" + i + ".example/", attempt -> Calls.respond(attempt, 200));
            }
            assertThat(counts().stream().filter(line -> line.endsWith("\"80\"} 1")))
                    .hasSize(BoundedSeries.MOST);
            apply("orders", "orders");
            assertThat(counts()).isEmpty();
        }
    }
}
