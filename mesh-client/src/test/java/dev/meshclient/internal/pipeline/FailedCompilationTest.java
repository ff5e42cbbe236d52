package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Service;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A document that cannot be compiled changes nothing, whatever failed and however far its compilation came. */
class FailedCompilationTest {
    private static final String BAD = OneThreadMesh.BAD;

    private final OneThreadMesh mesh = new OneThreadMesh();

    /** Fails at the very end of the compilation. */
    private void fails(String services) {
        mesh.failsAfterCompile = true;
        assertThatThrownBy(() -> mesh.apply(services)).hasMessage("made to fail");
        mesh.failsAfterCompile = false;
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

    private static final String RICH = """
            {'hosts': ['rich'], 'loadBalancer': {'simple': 'ROUND_ROBIN'},
              'outlierDetection': {'minHealthPercent': 0, 'baseEjectionTime': '30s', 'interval': '10s'},
              'requestAuthentication': {'provider': 'old'},
              'authorization': [{'name': 'a', 'action': 'DENY', 'rules': [
                {'from': [{'source': {'principals': ['p']}}], 'to': [{'operation': {'methods': ['GET']}}]}]}],
              'timeouts': {'request': '3s', 'backendRequest': '2s', 'connect': '1s', 'idle': '10s'},
              'retry': {'attempts': 2, 'codes': [503], 'backoff': '100ms'},
              'retryConstraint': {'budget': {'percent': 20, 'interval': '10s'}}, 'limits': {'maxRequests': 10},
              'localityLbSetting': {'failover': [{'from': 'eu-1', 'to': 'eu-2'}]},
              'tls': {'mode': 'SIMPLE', 'sni': 'x.example'}, 'credentials': {'token': 'reviews'},
              'subsets': [{'name': 'v1', 'labels': {'v': '1'}, 'limits': {'maxRequests': 3}}],
              'rules': [
                {'name': 'r', 'backendRefs': [{'name': 'rich', 'subset': 'v1'}], 'matches': [
                  {'path': {'type': 'Exact', 'value': '/a'}, 'headers': [{'name': 'h', 'value': 'x'}]}]},
                {'backendRefs': [{'name': 'rich'}]}],
              'endpoints': [{'address': '10.0.6.1', 'port': 80, 'locality': 'eu-1/a', 'labels': {'v': '1'}},
                {'address': '10.0.6.2', 'port': 80}]}
            """;

    @Test
    void the_rules_in_force_go_on_ejecting() throws Exception {
        mesh.apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        mesh.call("orders", 8);
        fails(orders(OFF, "10.0.0.1", "10.0.0.2"));
        mesh.call("orders", 2);
        assertThat(mesh.events).containsExactly("ejected " + BAD + " of orders");
        assertThat(mesh.router.toString()).contains("outlier(").contains("ejected: [" + BAD + "]");
    }

    @Test
    void what_is_ejected_stays_ejected() throws Exception {
        mesh.apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        mesh.call("orders", 10);
        fails(orders(OFF, "10.0.0.1", "10.0.0.2"));
        fails(orders(ON, "10.0.0.2"));
        fails("'other': {'hosts': ['other'], 'endpoints': [{'address': '10.0.0.9', 'port': 80}]}");
        mesh.call("orders", 10);
        assertThat(mesh.events).containsExactly("ejected " + BAD + " of orders");
        assertThat(mesh.gone).isEmpty();
    }

    @Test
    void hosts_endpoints_and_claims_stay_what_they_were() throws Exception {
        mesh.apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        String before = mesh.router.toString();
        fails("'other': {'hosts': ['other', 'orders'], 'limits': {'maxRequests': 1},"
                + " 'subsets': [{'name': 'v1', 'labels': {}, 'retryConstraint': {'budgetPercent': 1}}],"
                + " 'rules': [{'backendRefs': [{'name': 'other', 'subset': 'v1'}]}],"
                + " 'endpoints': [{'address': '10.0.0.9', 'port': 80}]}");
        assertThat(mesh.router).hasToString(before);
        assertThat(mesh.known()).containsExactly(BAD, "10.0.0.2:80");
        assertThat(mesh.gone).isEmpty();
        assertThat(Calls.layers(mesh.router.admit("other", 80)))
                .as("nothing claims it")
                .isNull();
        mesh.call("orders", 1);
    }

    @Test
    void keys_of_issuers_are_neither_fetched_nor_forgotten() throws Exception {
        String auth = ", 'requestAuthentication': {'provider': '%s'}";
        mesh.apply(orders(ON + auth.formatted("old"), "10.0.0.1"));
        assertThat(mesh.fetched).containsExactly("/old");
        fails(orders(ON + auth.formatted("new"), "10.0.0.1"));
        assertThat(mesh.fetched).containsExactly("/old");
        mesh.apply(orders(OFF + auth.formatted("old"), "10.0.0.1"));
        assertThat(mesh.fetched).as("they are kept").containsExactly("/old");
        mesh.apply(orders(OFF + auth.formatted("new"), "10.0.0.1"));
        assertThat(mesh.fetched).containsExactly("/old", "/new");
    }

    @Test
    void names_are_neither_looked_up_nor_forgotten() throws Exception {
        mesh.apply(orders("'resolution': 'DNS'", "first"));
        assertThat(mesh.lookedUp).containsExactly("first");
        assertThat(mesh.known()).containsExactly("10.1.0.5:80");
        fails(orders("'resolution': 'DNS'", "second"));
        assertThat(mesh.lookedUp).containsExactly("first");
        assertThat(mesh.known()).containsExactly("10.1.0.5:80");
        mesh.step(Duration.ofMinutes(1));
        assertThat(mesh.lookedUp)
                .as("it is looked up again")
                .startsWith("first", "first")
                .containsOnly("first");
        assertThat(mesh.gone).isEmpty();
    }

    @Test
    void a_call_in_flight_is_counted_on_and_its_connections_are_kept() throws Exception {
        mesh.apply(orders(ON, "10.0.0.1", "10.0.0.2"));
        List<EndpointHealth> before = new ArrayList<>();
        mesh.router.control().current().forEachEndpoint(before::add);
        fails(orders(OFF, "10.0.0.2", "10.0.0.1", "10.0.0.3"));
        List<EndpointHealth> after = new ArrayList<>();
        mesh.router.control().current().forEachEndpoint(after::add);
        assertThat(after).containsExactlyElementsOf(before);
    }

    /** The creation of each layer of each rule fails in its turn. */
    @Test
    void nothing_changes_whatever_layer_cannot_be_created() throws Exception {
        List<Object> before = OneThreadMesh.ejecting().facts();
        int layers = 0;
        for (boolean failed = true; failed; layers++) {
            OneThreadMesh layered = OneThreadMesh.ejecting();
            layered.failAtLayer(layers);
            try {
                layered.apply(OneThreadMesh.NEW);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("made to fail");
                assertThat(layered.facts()).as("layer %d fails", layers).isEqualTo(before);
            }
            failed = layered.hasFailed;
        }
        assertThat(layers - 1).as("23 layers of each of 4 rules that changed").isEqualTo(92);
    }

    /** Each value of a service is replaced by one on which a concept fails, deep in its own code. */
    @Test
    void nothing_changes_whatever_value_cannot_be_compiled() throws Exception {
        MeshPolicy good =
                OneThreadMesh.document(OneThreadMesh.NEW + ", 'rich': " + RICH).policy();
        Map<String, PolicyDocument> bad = new LinkedHashMap<>();
        Set<String> concepts = new TreeSet<>();
        Poisoned.all(Objects.requireNonNull(good.services().get("rich"))).forEach((value, rich) -> {
            Map<String, Service> services = new LinkedHashMap<>(good.services());
            services.put("rich", rich);
            PolicyDocument document =
                    Poisoned.document(good.toBuilder().services(services).build());
            try {
                new OneThreadMesh().apply(document);
            } catch (IOException | RuntimeException e) {
                bad.put(value, document);
                concept(e).ifPresent(concepts::add);
            }
        });
        assertThat(concepts).containsExactly("authz", "balance", "deadline", "pipeline", "retry", "route");

        OneThreadMesh refusing = OneThreadMesh.ejecting();
        String before = refusing.quickFacts();
        bad.forEach((value, document) -> {
            assertThatThrownBy(() -> refusing.apply(document)).isInstanceOf(RuntimeException.class);
            assertThat(refusing.quickFacts()).as(value).isEqualTo(before);
        });
        assertThat(refusing.facts()).isEqualTo(OneThreadMesh.ejecting().facts());
    }

    /** The package of the concept that failed; empty for a failure thrown so often that the second compiler leaves out its stack. */
    private static Optional<String> concept(Exception e) {
        return Arrays.stream(e.getStackTrace())
                .map(StackTraceElement::getClassName)
                .filter(name -> name.startsWith("dev.meshclient.internal."))
                .map(name -> name.split("\\.", -1)[3])
                .findFirst();
    }
}
