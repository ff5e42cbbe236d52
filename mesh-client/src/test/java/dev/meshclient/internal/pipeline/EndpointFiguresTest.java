package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import okhttp3.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The figures of the attempts at each endpoint in the status. */
class EndpointFiguresTest {
    private static final String SERVICES = """
            'orders': {'hosts': ['orders'], 'outlierDetection': {'maxEjectionPercent': 0},
              'loadBalancer': {'simple': 'ROUND_ROBIN'}, 'timeouts': {'request': '5s', 'backendRequest': '1s'},
              'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80}]},
            'lone': {'hosts': ['lone'], 'outlierDetection': {'maxEjectionPercent': 0}, 'retry': {'attempts': 0},
              'timeouts': {'request': '5s', 'backendRequest': '1s'}, 'endpoints': [{'address': '10.0.1.1', 'port': 80}]}
            """;
    private static final String BAD = "10.0.0.1:80";

    private final StepTime time = new StepTime();
    private final Router router = Router.withoutNames(
            time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));

    @BeforeEach
    void apply() throws IOException {
        router.control().apply(Documents.mesh("t").services(SERVICES).read());
    }

    private void call(String host, Wire wire) throws IOException {
        Request request = new Request.Builder().url("http://" + host + "/").build();
        new Call(time, request, MeshOptions.DEFAULT, wire)
                .run(Objects.requireNonNull(Calls.layers(router.admit(host, 80))))
                .close();
    }

    private MeshStatus.Endpoint endpoint(String service, int position) {
        return Objects.requireNonNull(router.control().status("").services().get(service))
                .endpoints()
                .get(position);
    }

    private MeshStatus.LastMinute lone() {
        return endpoint("lone", 0).lastMinute();
    }

    private static boolean isBad(Attempt attempt) {
        return Objects.requireNonNull(attempt.endpoint()).name().equals(BAD);
    }

    @Test
    void an_endpoint_has_its_requests_failures_retries_and_latency() throws Exception {
        for (int i = 0; i < 8; i++) { // the budget always allows ten retries
            call("orders", attempt -> {
                time.step(isBad(attempt) ? 2_000_000 : 20_000_000);
                return Calls.respond(attempt, isBad(attempt) ? 503 : 200);
            });
        }

        MeshStatus.LastMinute bad = endpoint("orders", 0).lastMinute();
        MeshStatus.LastMinute good = endpoint("orders", 1).lastMinute();
        assertThat(bad.failures()).isEqualTo(bad.requests()).isPositive();
        assertThat(bad.retries()).isZero(); // a retry takes the other endpoint
        assertThat(good.requests()).isEqualTo(8);
        assertThat(good.failures()).isZero();
        assertThat(good.retries()).isEqualTo(bad.requests());
        assertThat(Objects.requireNonNull(good.median()).toMillis()).isBetween(19L, 21L);
        assertThat(Objects.requireNonNull(good.p99()).toMillis()).isBetween(19L, 21L);
        assertThat(Objects.requireNonNull(bad.median()).toMillis()).isBetween(1L, 2L);
        assertThat(endpoint("orders", 1))
                .hasToString("10.0.0.2:80 UNKNOWN, 0 in flight, in the last minute 8 requests, 0 failed, "
                        + good.retries() + " retries, median 19.9 ms, p99 19.9 ms");

        time.step(Duration.ofSeconds(75).toNanos());
        assertThat(endpoint("orders", 1).lastMinute().requests()).isZero();
        assertThat(endpoint("orders", 1).lastMinute().median()).isNull();
        assertThat(endpoint("orders", 1)).hasToString("10.0.0.2:80 UNKNOWN, 0 in flight");
    }

    @Test
    void a_failure_without_a_response_has_no_latency_and_a_timeout_has_its_limit() {
        assertThatThrownBy(() -> call("lone", attempt -> {
                    throw Calls.fail(attempt, Outcome.CONNECT_FAILURE);
                }))
                .hasMessage("connect-failure");
        assertThat(lone().failures()).isEqualTo(1);
        assertThat(lone().median()).isNull();

        assertThatThrownBy(() -> call("lone", attempt -> {
                    attempt.await(attempt.now() + Duration.ofSeconds(9).toNanos());
                    return Calls.respond(attempt, 200);
                }))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(lone().failures()).isEqualTo(2);
        assertThat(Objects.requireNonNull(lone().median()).toMillis()).isBetween(940L, 1060L);
    }

    @Test
    void a_call_that_the_caller_ends_is_a_request_and_no_failure() {
        IOException cause = new IOException("Canceled");
        assertThatThrownBy(() -> call("lone", attempt -> {
                    attempt.call().cancel(cause);
                    attempt.failed(attempt.cancelledAs(), cause);
                    throw cause;
                }))
                .isSameAs(cause);
        assertThat(lone().requests()).isEqualTo(1);
        assertThat(lone().failures()).isZero();
        assertThat(lone().median()).isNull();
    }
}
