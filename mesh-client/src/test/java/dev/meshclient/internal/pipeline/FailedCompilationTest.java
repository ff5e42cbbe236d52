package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** A document that cannot be compiled changes nothing, however far its compilation came: here it comes to its very end. */
class FailedCompilationTest {
    private static final String BAD = "10.0.0.1:80";

    private final List<Runnable> started = new ArrayList<>();
    private final StepTime time = new StepTime() {
        @Override
        public void start(String name, Runnable task) {
            started.add(task);
        }
    };
    private final List<String> told = new ArrayList<>();
    private final List<String> lookedUp = new ArrayList<>();
    private final List<String> fetched = new ArrayList<>();
    private final List<String> gone = new ArrayList<>();
    private final MeshListener listener = new MeshListener() {
        @Override
        public void on(MeshEvent event) {
            if (event instanceof MeshEvent.EndpointEjected ejected) {
                told.add("ejected " + ejected.endpoint() + " of " + ejected.service());
            } else if (event instanceof MeshEvent.EndpointReturned returned) {
                told.add("returned " + returned.endpoint() + " of " + returned.service());
            }
        }
    };
    private final Events events = Events.of(time, List.of(), List.of(listener));
    private final LocalWorkload self =
            LocalWorkload.of(Workload.of("orders"), () -> null, time, Map.of(), (uri, max, timeout) -> {
                fetched.add(uri.getPath());
                return "{\"keys\": []}".getBytes(StandardCharsets.UTF_8);
            });
    private boolean fails;
    private final CurrentState current = new CurrentState(
            time,
            name -> {
                lookedUp.add(name);
                return List.of("10.1.0.1");
            },
            self,
            this::compile);
    private final Router router = new Router(
            time, new PolicyControl(current, time, Duration.ofHours(1)), self, events, List.of(), false, Duration.ZERO);
    private final Wire wire = attempt -> Calls.respond(
            attempt, Objects.requireNonNull(attempt.endpoint()).name().equals(BAD) ? 500 : 200);

    private MeshState compile(AppliedPolicy policy, MeshState before, DnsCache names, Consumer<String> ask) {
        MeshState whole = new StateCompiler(policy, before, self, new Outbound(time, events, self, names)).compile(ask);
        if (fails) {
            throw new IllegalStateException("made to fail");
        }
        return whole;
    }

    private void apply(String services) throws IOException {
        Documents document = Documents.mesh("m").services(services).with("""
                'jwtProviders': {
                  'old': {'issuer': 'old', 'audiences': ['a'], 'jwksUri': 'https://keys/old'},
                  'new': {'issuer': 'new', 'audiences': ['a'], 'jwksUri': 'https://keys/new'}}
                """);
        router.control().apply(document.read(), e -> gone.add(e.name()));
        runStarted();
    }

    private void fails(String services) {
        fails = true;
        assertThatThrownBy(() -> apply(services)).hasMessage("made to fail");
        fails = false;
        runStarted();
    }

    /** What other threads do. */
    private void runStarted() {
        List<Runnable> tasks = List.copyOf(started);
        started.clear();
        tasks.forEach(Runnable::run);
    }

    private void call(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            Request request = new Request.Builder().url("http://orders/").build();
            try (Response response = Calls.call(time, request, wire)
                    .run(Objects.requireNonNull(Calls.layers(router.admit("orders", 80))))) {
                assertThat(response.isSuccessful() || response.code() == 500).isTrue();
            }
        }
    }

    private Set<String> known() {
        Set<String> names = new TreeSet<>();
        router.control().current().forEachEndpoint(e -> names.add(e.name()));
        return names;
    }

    private static String orders(String settings, String... addresses) {
        List<String> endpoints = new ArrayList<>();
        for (String address : addresses) {
            endpoints.add("{'address': '" + address + "', 'port': 80}");
        }
        return "'orders': {'hosts': ['orders'], 'loadBalancer': {'simple': 'ROUND_ROBIN'}, " + settings
                + ", 'endpoints': [" + String.join(", ", endpoints) + "]}";
    }

    private static final String ON = "'outlierDetection': {}";
    private static final String OFF = "'outlierDetection': {'maxEjectionPercent': 0}";

    @Test
    void the_rules_in_force_go_on_ejecting() throws Exception {
        apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        call(8);
        fails(orders(OFF, "10.0.0.1", "10.0.0.2"));
        call(2);
        assertThat(told).containsExactly("ejected " + BAD + " of orders");
        assertThat(router.toString()).contains("outlier(").contains("out: [" + BAD + "]");
    }

    @Test
    void what_is_ejected_stays_ejected() throws Exception {
        apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        call(10);
        fails(orders(OFF, "10.0.0.1", "10.0.0.2"));
        fails(orders(ON, "10.0.0.2"));
        fails("'other': {'hosts': ['other'], 'endpoints': [{'address': '10.0.0.9', 'port': 80}]}");
        call(10);
        assertThat(told).containsExactly("ejected " + BAD + " of orders");
        assertThat(gone).isEmpty();
    }

    @Test
    void hosts_endpoints_and_claims_stay_what_they_were() throws Exception {
        apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        String before = router.toString();
        fails("'other': {'hosts': ['other', 'orders'], 'limits': {'maxRequests': 1},"
                + " 'subsets': [{'name': 'v1', 'labels': {}, 'retryConstraint': {'budgetPercent': 1}}],"
                + " 'rules': [{'backendRefs': [{'name': 'other', 'subset': 'v1'}]}],"
                + " 'endpoints': [{'address': '10.0.0.9', 'port': 80}]}");
        assertThat(router).hasToString(before);
        assertThat(known()).containsExactly(BAD, "10.0.0.2:80");
        assertThat(gone).isEmpty();
        assertThat(Calls.layers(router.admit("other", 80)))
                .as("nothing claims it")
                .isNull();
        call(1);
    }

    @Test
    void keys_of_issuers_are_neither_fetched_nor_forgotten() throws Exception {
        String auth = ", 'requestAuthentication': {'provider': '%s'}";
        apply(orders(ON + auth.formatted("old"), "10.0.0.1"));
        assertThat(fetched).containsExactly("/old");
        fails(orders(ON + auth.formatted("new"), "10.0.0.1"));
        assertThat(fetched).containsExactly("/old");
        apply(orders(OFF + auth.formatted("old"), "10.0.0.1"));
        assertThat(fetched).as("they are kept").containsExactly("/old");
        apply(orders(OFF + auth.formatted("new"), "10.0.0.1"));
        assertThat(fetched).containsExactly("/old", "/new");
    }

    @Test
    void names_are_neither_looked_up_nor_forgotten() throws Exception {
        apply(orders("'resolution': 'DNS'", "first"));
        assertThat(lookedUp).containsExactly("first");
        assertThat(known()).containsExactly("10.1.0.1:80");
        fails(orders("'resolution': 'DNS'", "second"));
        assertThat(lookedUp).containsExactly("first");
        assertThat(known()).containsExactly("10.1.0.1:80");
        time.step(60_000_000_000L);
        runStarted();
        assertThat(lookedUp)
                .as("it is looked up again")
                .startsWith("first", "first")
                .containsOnly("first");
        assertThat(gone).isEmpty();
    }

    @Test
    void a_call_in_flight_is_counted_on_and_its_connections_are_kept() throws Exception {
        apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        List<EndpointHealth> before = new ArrayList<>();
        router.control().current().forEachEndpoint(before::add);
        fails(orders(OFF, "10.0.0.2", "10.0.0.1", "10.0.0.3"));
        List<EndpointHealth> after = new ArrayList<>();
        router.control().current().forEachEndpoint(after::add);
        assertThat(after).containsExactlyElementsOf(before);
    }
}
