package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.policy.LoadBalancer;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class LoadReportsTest {
    private static final long SECOND = 1_000_000_000;
    private static final LoadWeights WEIGHTS = new LoadWeights(LoadBalancer.of(LoadBalancer.Simple.WEIGHTED_LOAD));

    private final RecordingLogger log = new RecordingLogger();
    private final LoadReports reports = new LoadReports(log);
    private final EndpointHealth endpoint = new EndpointHealth("10.0.0.1", 80);

    private void add(String name, String value, long now) {
        Response response = new Response.Builder()
                .request(new Request.Builder().url("http://orders/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("")
                .header(name, value)
                .build();
        reports.add("orders", endpoint, response, WEIGHTS, now);
    }

    @Test
    void a_header_that_is_no_report_is_logged_once_a_minute() {
        add("endpoint-load-metrics", "TEXT cpu_utilization=much", SECOND);
        add("endpoint-load-metrics", "JSON []", 2 * SECOND);
        assertThat(log.lines())
                .containsExactly(
                        "WARN a load report of endpoint 10.0.0.1:80 of 'orders' is ignored: a value is no number"
                                + " of 0 or more ('TEXT cpu_utilization=much'); other reports are logged in a minute");
        add("endpoint-load-metrics", "x".repeat(300), 61 * SECOND);
        assertThat(log.lines()).hasSize(2);
        assertThat(log.lines().get(1)).contains("it begins with neither TEXT nor JSON ('" + "x".repeat(100) + "...')");
        assertThat(endpoint.reportedWeight()).isNull();
    }

    @Test
    void a_binary_report_is_ignored_with_a_line() {
        add("endpoint-load-metrics-bin", "CQAAAAAAAOA/", SECOND);
        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0)).contains("TEXT or JSON is read from endpoint-load-metrics");
    }

    @Test
    void a_report_and_a_response_without_one_are_not_logged() {
        add("endpoint-load-metrics", "TEXT cpu_utilization=0.5,rps_fractional=10", SECOND);
        add("content-type", "text/plain", 2 * SECOND);
        assertThat(log.lines()).isEmpty();
        assertThat(endpoint.reportedWeight()).isNotNull();
    }
}
