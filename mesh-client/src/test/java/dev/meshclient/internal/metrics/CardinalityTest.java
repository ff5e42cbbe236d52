package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Whatever callers and servers send, the number of series follows from the policy. */
class CardinalityTest {
    private static final int SERVICES = 1_000;
    private static final List<EjectionDetector> DETECTORS = List.of(EjectionDetector.values());
    private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

    private final StepTime time = new StepTime();
    private final MeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Telemetry telemetry = new Telemetry(
            Events.none(time), Meters.of(time, MeshMetrics.bindTo(registry), Workload.unknown(), () -> null));
    private final Router router = Router.withoutNames(
            time,
            Workload.unknown(),
            telemetry,
            new EntrySettings(List.of(), true, Duration.ZERO),
            Duration.ofHours(1));

    private void call(String host, Request request, Wire wire) {
        if (router.admit(host, 80) instanceof Admission.Ours ours) {
            try {
                new Call(time, request, MeshOptions.DEFAULT, wire).run(ours.layers());
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }

    private static Wire answering(int status) {
        return attempt -> {
            attempt.responded(status);
            attempt.over();
            return new Response.Builder()
                    .request(attempt.call().request())
                    .protocol(Protocol.HTTP_1_1)
                    .code(status)
                    .message("")
                    .build();
        };
    }

    private static Wire failing(Outcome outcome) {
        return attempt -> {
            IOException e = new IOException(outcome.word());
            attempt.failed(outcome, e);
            throw e;
        };
    }

    /** The service or backend of a series. */
    private static String owner(Meter meter) {
        String service = meter.getId().getTag("service");
        return service == null ? String.valueOf(meter.getId().getTag("backend")) : service;
    }

    @Test
    void hostile_paths_methods_statuses_and_hosts_make_no_series() throws IOException {
        Documents document = Documents.mesh("m");
        for (int i = 0; i < SERVICES; i++) {
            document.services(Documents.service("s" + i)
                    .endpoint("10.0.0.1", 80)
                    .with("'retry': {'attempts': 1}, 'outlierDetection': {'maxEjectionPercent': 0}, 'authorization':"
                            + " [{'name': 'shut', 'shadow': true, 'action': 'DENY', 'rules': [{}]}]"));
        }
        router.control().apply(document.read());
        for (int i = 0; i < 12 * SERVICES; i++) {
            telemetry.ejected("s" + i, "10.0.0." + i, DETECTORS.get(i % DETECTORS.size()), "no " + i);
            String host = "s" + i % SERVICES;
            Request request = new Request.Builder()
                    .url("http://" + host + "/path/" + i + "?q=" + i)
                    .method(i % 3 == 0 ? "GET" : "METHOD" + i, i % 3 == 0 ? null : RequestBody.EMPTY)
                    .build();
            call(host, request, i % 7 == 0 ? failing(OUTCOMES.get(i % OUTCOMES.size())) : answering(100 + i % 900));
            call("host" + i, request.newBuilder().url("http://host" + i + "/").build(), answering(200));
        }
        Map<String, Metric> metrics =
                Arrays.stream(Metric.values()).collect(Collectors.toMap(Metric::meterName, Function.identity()));
        Map<String, Long> each = registry.getMeters().stream()
                .filter(m -> m.getId().getName().startsWith("mesh.client."))
                .collect(Collectors.groupingBy(m -> m.getId().getName() + owner(m), Collectors.counting()));
        assertThat(each).containsEntry("mesh.client.requestsunknown", 2L);
        assertThat(each.keySet()).hasSizeBetween(8 * SERVICES + 1, 9 * SERVICES + 1); // retries are refused to some
        assertThat(each.values()).allSatisfy(count -> assertThat(count).isBetween(1L, 40L));
        for (Meter meter : registry.getMeters()) {
            Map<String, List<String>> tags =
                    Objects.requireNonNull(metrics.get(meter.getId().getName())).tags();
            assertThat(meter.getId().getTags())
                    .extracting(Tag::getKey)
                    .containsExactlyInAnyOrderElementsOf(tags.keySet());
            for (Tag tag : meter.getId().getTags()) {
                List<String> values = Objects.requireNonNull(tags.get(tag.getKey()));
                if (values.isEmpty()) {
                    assertThat(tag.getValue()).matches("s\\d+|default|shut|none|unknown");
                } else {
                    assertThat(values).contains(tag.getValue());
                }
            }
        }
    }
}
