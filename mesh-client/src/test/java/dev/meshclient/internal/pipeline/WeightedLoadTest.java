package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Endpoints report their load with each response. */
class WeightedLoadTest {
    private static final long SECOND = 1_000_000_000;
    private static final String WEIGHTED = "'simple': 'WEIGHTED_LOAD'";

    private final StepTime time = new StepTime();
    private final Router router = Router.withoutNames(
            time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
    private final Map<String, String> reports = new HashMap<>(Map.of(
            "10.0.0.1:80", "TEXT cpu_utilization=0.5,rps_fractional=50",
            "10.0.0.2:80", "JSON {\"cpu_utilization\": 0.5, \"rps_fractional\": 100}",
            "10.0.0.3:80", "TEXT application_utilization=0.25,cpu_utilization=0.9,rps_fractional=25"));

    private boolean cached;

    private void apply(String balancer) throws IOException {
        Documents.Service orders = Documents.service("orders")
                .endpoint("10.0.0.1", 80)
                .endpoint("10.0.0.2", 80)
                .endpoint("10.0.0.3", 80)
                .with("'loadBalancer': {" + balancer + "}, 'retry': {'attempts': 0}");
        router.control().apply(Documents.mesh("test").services(orders).read());
    }

    private String call(int status) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        Call call = new Call(time, request, MeshOptions.DEFAULT, attempt -> {
            String name = Objects.requireNonNull(attempt.endpoint()).name();
            if (cached) {
                attempt.cached(status);
            }
            Response response = Calls.respond(attempt, status);
            String report = reports.get(name);
            return report == null
                    ? response
                    : response.newBuilder()
                            .header("endpoint-load-metrics", report)
                            .build();
        });
        try (Response response = call.run(Objects.requireNonNull(Calls.layers(router.admit("orders", 80))))) {
            assertThat(response.code()).isEqualTo(status);
        }
        return call.decision().attempts().get(0).endpoint();
    }

    /** How many of 400 calls each endpoint gets. */
    private List<Integer> taken() throws IOException {
        Map<String, Integer> taken = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            taken.merge(call(200), 1, Integer::sum);
        }
        List<Integer> counts = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            counts.add(taken.getOrDefault("10.0.0." + i + ":80", 0));
        }
        return counts;
    }

    private static void assertClose(List<Integer> taken, int... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(taken.get(i)).as("%s of endpoint %d", taken, i + 1).isBetween(expected[i] - 6, expected[i] + 6);
        }
    }

    private boolean hasReported() {
        List<EndpointHealth> reported = new ArrayList<>();
        router.control().current().forEachEndpoint(e -> {
            if (e.reportedWeight() != null) {
                reported.add(e);
            }
        });
        return !reported.isEmpty();
    }

    @Test
    void calls_follow_the_reports_after_the_blackout() throws IOException {
        apply(WEIGHTED);
        assertClose(taken(), 133, 133, 133);
        time.step(10 * SECOND);
        assertClose(taken(), 100, 200, 100);
        reports.put("10.0.0.1:80", "TEXT cpu_utilization=0.25,rps_fractional=100");
        taken();
        time.step(SECOND);
        assertClose(taken(), 229, 114, 57);
    }

    @Test
    void weights_survive_a_change_of_policy() throws IOException {
        apply(WEIGHTED);
        taken();
        time.step(10 * SECOND);
        taken();
        apply(WEIGHTED + ", 'x-note': 1");
        assertClose(taken(), 100, 200, 100);
        apply("'simple': 'ROUND_ROBIN'");
        assertClose(taken(), 133, 133, 133);
        apply(WEIGHTED + ", 'weightedLoad': {'blackoutPeriod': '11s'}");
        assertClose(taken(), 133, 133, 133);
    }

    @Test
    void failures_report_too_and_count_by_the_penalty() throws IOException {
        reports.put("10.0.0.1:80", "TEXT cpu_utilization=0.5,rps_fractional=100,eps=100");
        reports.put("10.0.0.2:80", "TEXT cpu_utilization=0.5,rps_fractional=100");
        reports.put("10.0.0.3:80", "TEXT cpu_utilization=0.5,rps_fractional=100");
        apply(WEIGHTED + ", 'weightedLoad': {'blackoutPeriod': '0s', 'errorUtilizationPenalty': 2.5}");
        for (int i = 0; i < 3; i++) {
            call(500);
        }
        time.step(SECOND);
        assertClose(taken(), 31, 185, 185); // 100 / 3 to 200 to 200
    }

    @Test
    void a_header_that_is_no_report_changes_nothing() throws IOException {
        reports.put("10.0.0.1:80", "TEXT cpu_utilization=much");
        reports.put("10.0.0.2:80", "BIN CQAAAAAAAOA/");
        reports.put("10.0.0.3:80", "{}");
        apply(WEIGHTED);
        taken();
        time.step(10 * SECOND);
        assertClose(taken(), 133, 133, 133);
        assertThat(hasReported()).isFalse();
    }

    @Test
    void the_cache_of_okhttp_reports_the_load_of_the_past() throws IOException {
        apply(WEIGHTED);
        cached = true;
        taken();
        assertThat(hasReported()).isFalse();
    }

    @Test
    void other_algorithms_read_no_reports() throws IOException {
        apply("'simple': 'LEAST_REQUEST'");
        taken();
        assertThat(hasReported()).isFalse();
        apply(WEIGHTED);
        taken();
        assertThat(hasReported()).isTrue();
    }
}
