package dev.meshclient.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshFailure;
import dev.meshclient.RecordingLogger;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.text.KnownMethods;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The tags and values of series, on one thread. */
class SeriesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String ENDPOINT = "{'address': '10.0.0.1', 'port': 80, 'locality': 'eu/a'}";
    private static final List<String> METHODS = KnownMethods.TAGS;

    private final StepTime time = new StepTime();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final Router router = Router.withoutNames(
            time,
            Workload.of("shop").zone("eu/a"),
            new Telemetry(
                    Events.none(time), Meters.of(time, MeshMetrics.bindTo(registry), Workload.unknown(), () -> null)),
            new EntrySettings(List.of(), true, Duration.ZERO),
            Duration.ZERO);

    private void apply(String services) throws IOException {
        router.control().apply(Documents.mesh("m").services(services).read());
    }

    private static String service(String name, String endpoints, String fields) {
        return "'" + name + "': {'hosts': ['" + name + "'], 'endpoints': [" + endpoints + "]" + fields + "}";
    }

    private Call call(String host, Wire wire) {
        Call call = Calls.call(
                time, new Request.Builder().url("http://" + host + "/").build(), wire);
        if (router.admit(host, 80) instanceof Admission.Ours ours) {
            try {
                call.run(ours.layers()).close();
            } catch (IOException expected) {
                assertThat(call.failure()).isSameAs(expected);
            }
        }
        return call;
    }

    private Timer attempts(String... tags) {
        return registry.get("mesh.client.attempts").tags(tags).timer();
    }

    private Timer requests(String... tags) {
        return registry.get("mesh.client.requests").tags(tags).timer();
    }

    private double endpoints(String state) {
        return registry.get("mesh.client.endpoints")
                .tags("service", "orders", "state", state)
                .gauge()
                .value();
    }

    private List<Meter> of(String metric) {
        return List.copyOf(registry.find(metric).meters());
    }

    @ParameterizedTest
    @CsvSource({"eu/a, same", "eu/b, cross", "us/a, cross-region"})
    void an_attempt_has_the_zone_of_its_endpoint(String locality, String zone) throws IOException {
        apply(service("orders", ENDPOINT.replace("eu/a", locality), ""));
        call("orders", attempt -> Calls.respond(attempt, 200));
        assertThat(attempts("zone", zone).count()).isEqualTo(1);
    }

    @Test
    void an_attempt_and_a_request_have_their_own_time() throws IOException {
        apply(service("orders", ENDPOINT, ", 'retry': {'attempts': 1}"));
        call("orders", attempt -> {
            time.step(attempt.number() * SECOND);
            return Calls.respond(attempt, attempt.number() == 1 ? 503 : 200);
        });
        assertThat(attempts("kind", "first").totalTime(TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(attempts("kind", "retry").totalTime(TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(requests().totalTime(TimeUnit.SECONDS)).isBetween(3.0, 4.0);
    }

    @Test
    void timers_have_the_buckets_of_the_conventions() throws IOException {
        apply(service("orders", ENDPOINT, ""));
        call("orders", attempt -> Calls.respond(attempt, 200));
        for (Timer timer : List.of(requests(), attempts())) {
            assertThat(timer.takeSnapshot().histogramCounts())
                    .extracting(CountAtBucket::bucket)
                    .containsExactlyElementsOf(
                            Stream.of(5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000)
                                    .map(millis -> millis * 1e6)
                                    .toList());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT_FAILURE, failed, UF",
        "REFUSED_STREAM, failed, UR",
        "RESET, failed, UC",
        "ATTEMPT_TIMEOUT, failed, UT",
        "PROTOCOL_ERROR, failed, UPE",
        "CANCELLED, cancelled, DC"
    })
    void a_failure_has_its_outcome_and_its_letters(Outcome outcome, String result, String letters) throws IOException {
        apply(service("orders", ENDPOINT, ", 'retry': {'attempts': 0}"));
        Call failed = call("orders", attempt -> {
            throw Calls.fail(attempt, outcome);
        });
        assertThat(failed.reason()).isEqualTo(letters);
        assertThat(requests("outcome", result, "reason", letters, "status", "none")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void an_unknown_name_is_told_from_a_refused_connection() throws IOException {
        apply(service("orders", ENDPOINT, ", 'retry': {'attempts': 0}"));
        call("orders", attempt -> {
            IOException unknown = new UnknownHostException("orders.internal");
            attempt.failed(Outcome.CONNECT_FAILURE, unknown);
            attempt.over();
            throw unknown;
        });
        assertThat(requests("outcome", "failed", "reason", "DF").count()).isEqualTo(1);
    }

    @Test
    void a_response_from_500_is_an_error_with_its_status() throws IOException {
        apply(service("orders", ENDPOINT, ", 'retry': {'attempts': 0}"));
        call("orders", attempt -> Calls.respond(attempt, 499));
        call("orders", attempt -> Calls.respond(attempt, 500));
        assertThat(requests("outcome", "success", "reason", "none", "status", "4xx")
                        .count())
                .isEqualTo(1);
        assertThat(requests("outcome", "error", "reason", "none", "status", "5xx")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void a_failure_after_a_response_that_was_retried_has_no_status() throws IOException {
        apply(service("orders", ENDPOINT, ", 'retry': {'attempts': 1}"));
        call("orders", attempt -> {
            if (attempt.number() == 1) {
                return Calls.respond(attempt, 503);
            }
            throw Calls.fail(attempt, Outcome.RESET);
        });
        assertThat(requests("outcome", "failed", "reason", "UC", "status", "none")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void each_refusal_of_the_mesh_has_its_letters() {
        Call call = Calls.call(time, Calls.get());
        Failures make = Failures.make();
        for (MeshFailure refusal : List.of(
                make.noRoute("a", "b", call.decision()),
                make.noHealthyEndpoint("a", "b", call.decision()),
                make.overloaded("a", "b", call.decision()),
                make.policyUnavailable("a", "b", call.decision()),
                make.identityUnavailable("a", "b", call.decision()),
                make.accessDenied("p", "r", "a", "b", call.decision()),
                make.tokenUnavailable("a", "b", call.decision()))) {
            Ending ending = Ending.ofUntargeted(call, (IOException) refusal);
            assertThat(ending.outcome() + " " + ending.reason()).isEqualTo("refused " + refusal.reason());
        }
    }

    @Test
    void a_call_that_is_cancelled_before_it_has_a_target_is_no_failure_of_this_process() {
        Call call = Calls.call(time, Calls.get());
        IOException failure = new IOException("Canceled");
        assertThat(Ending.ofUntargeted(call, failure)).isEqualTo(Ending.LOCAL);
        call.cancel(failure);
        assertThat(Ending.ofUntargeted(call, failure)).isEqualTo(Ending.CANCELLED);
    }

    @ParameterizedTest
    @FieldSource("METHODS")
    void a_known_method_has_its_own_tag(String method) {
        assertThat(METHODS.get(KnownMethods.number(method))).isEqualTo(method);
        assertThat(METHODS.get(KnownMethods.number(method + "x"))).isEqualTo("_OTHER");
    }

    @ParameterizedTest
    @CsvSource({
        "0, none",
        "-1, none",
        "99, _OTHER",
        "100, 1xx",
        "204, 2xx",
        "399, 3xx",
        "499, 4xx",
        "599, 5xx",
        "600, _OTHER"
    })
    void a_status_has_the_tag_of_its_class(int status, String tag) {
        assertThat(StatusClass.of(status).tag()).isEqualTo(tag);
    }

    @Test
    void a_rule_and_a_backend_that_return_are_counted_anew() throws IOException {
        String orders = service("orders", ENDPOINT, "");
        apply(orders);
        call("orders", attempt -> Calls.respond(attempt, 200));
        apply("'orders': null");
        assertThat(of("mesh.client.requests")).isEmpty();
        assertThat(of("mesh.client.attempts")).isEmpty();
        apply(orders);
        call("orders", attempt -> Calls.respond(attempt, 200));
        assertThat(requests().count()).isEqualTo(1);
        assertThat(attempts().count()).isEqualTo(1);
        assertThat(endpoints("usable")).isEqualTo(1);
    }

    @Test
    void calls_of_a_service_that_is_refused_are_counted_under_its_name_over_policies() throws IOException {
        String bad = service("bad", ENDPOINT, ", 'rules': [{'name': 'empty'}]");
        apply(bad + ", " + service("orders", ENDPOINT, ""));
        call("bad", attempt -> Calls.respond(attempt, 200));
        apply(bad + ", " + service("orders", ENDPOINT.replace("10.0.0.1", "10.0.0.2"), ""));
        call("bad", attempt -> Calls.respond(attempt, 200));
        assertThat(requests("service", "bad", "route", "none", "outcome", "refused")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void the_failures_of_a_registry_are_logged_once_a_minute() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("broken filter");
            }
        });
        RecordingLogger log = new RecordingLogger();
        SafeRegistry safe = new SafeRegistry(time, MeshMetrics.bindTo(registry), log);
        for (int second = 0; second < 120; second++) {
            safe.increment(safe.counter(Metric.POLICY_DOCUMENTS, Tags.empty()));
            safe.timer(Metric.REQUESTS, Tags.empty());
            time.step(SECOND);
        }
        assertThat(log.lines()).hasSize(2).allMatch(line -> line.startsWith("WARN ") && line.contains("failed"));
    }

    @Test
    void a_call_that_ends_after_its_service_has_gone_makes_no_series() throws IOException {
        apply(service("orders", ENDPOINT, ""));
        call("orders", attempt -> {
            apply("'orders': null");
            return Calls.respond(attempt, 200);
        });
        assertThat(of("mesh.client.requests")).isEmpty();
        assertThat(of("mesh.client.attempts")).isEmpty();
    }

    @Test
    void endpoints_are_counted_at_most_once_a_second() throws IOException {
        String second = ENDPOINT.replace("10.0.0.1", "10.0.0.2");
        apply(service("orders", ENDPOINT, ""));
        call("orders", attempt -> Calls.respond(attempt, 200));
        assertThat(endpoints("usable")).isEqualTo(1);
        apply(service("orders", ENDPOINT + ", " + second, ""));
        time.step(SECOND - 1);
        assertThat(endpoints("usable")).isEqualTo(1);
        time.step(1);
        assertThat(endpoints("usable")).isEqualTo(2);
    }

    @Test
    void a_request_to_an_ejected_endpoint_is_a_probe() throws IOException {
        apply(service(
                "orders",
                ENDPOINT,
                ", 'retry': {'attempts': 0}, 'outlierDetection': {'maxEjectionPercent': 100, 'minHealthPercent': 0}"));
        for (int i = 0; i < 5; i++) {
            call("orders", attempt -> Calls.respond(attempt, 503));
        }
        assertThat(endpoints("ejected")).isEqualTo(1);
        time.step(120 * SECOND);
        List<Double> during = new ArrayList<>();
        call("orders", attempt -> {
            during.add(endpoints("probing"));
            during.add(endpoints("ejected"));
            return Calls.respond(attempt, 200);
        });
        assertThat(during).containsExactly(1.0, 0.0);
        assertThat(attempts("kind", "probe").count()).isEqualTo(1);
        assertThat(attempts("kind", "first").count()).isEqualTo(5);
    }
}
