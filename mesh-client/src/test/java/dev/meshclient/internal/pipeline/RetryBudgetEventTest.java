package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** A spent retry budget, as listeners get it. */
class RetryBudgetEventTest implements MeshListener {
    private static final String SERVICES = """
            'orders': {'hosts': ['orders'], 'outlierDetection': {'maxEjectionPercent': 0},
              'endpoints': [{'address': '10.0.0.1', 'port': 80}]},
            'carts': {'hosts': ['carts'], 'outlierDetection': {'maxEjectionPercent': 0},
              'subsets': [{'name': 'v1', 'labels': {},
                'retryConstraint': {'budget': {'percent': 0}, 'minRetryRate': {'count': 0}}}],
              'rules': [{'backendRefs': [{'name': 'carts', 'subset': 'v1'}]}],
              'endpoints': [{'address': '10.0.0.2', 'port': 80}]}
            """;

    private final StepTime time = new StepTime();
    private final List<String> events = new ArrayList<>();
    private final Router router = Router.withoutNames(
            time,
            Workload.unknown(),
            Telemetry.of(Events.of(time, List.of(), List.of(this))),
            EntrySettings.NONE,
            Duration.ofHours(1));

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.RetryBudgetSpent spent) {
            events.add(spent.service() + " " + spent.backend() + ": " + spent.reason());
        }
    }

    private void call(String host, int times) throws IOException {
        Request request = new Request.Builder().url("http://" + host + "/").build();
        for (int i = 0; i < times; i++) {
            Calls.call(time, request, attempt -> Calls.respond(attempt, 503))
                    .run(Objects.requireNonNull(Calls.layers(router.admit(host, 80))))
                    .close();
        }
    }

    @Test
    void a_spent_budget_is_one_event_a_minute_for_each_budget() throws Exception {
        router.control().apply(Documents.mesh("t").services(SERVICES).read());

        assertThat(router.control().status("").refusals()).isEmpty();

        call("orders", 5);
        assertThat(events).isEmpty(); // ten retries are always allowed

        call("orders", 20);
        assertThat(events)
                .containsExactly("orders orders: the retry budget is spent: at most 20 % of the requests within"
                        + " 10000 ms, and 10 within 1000 ms (retryConstraint)");

        call("carts", 2);
        assertThat(events).hasSize(2).element(1).asString().startsWith("carts carts/v1: the retry budget is spent");

        time.step(Duration.ofSeconds(50).toNanos());
        call("orders", 20);
        assertThat(events).hasSize(2);

        time.step(Duration.ofSeconds(11).toNanos());
        call("orders", 20);
        assertThat(events).hasSize(3);
    }
}
