package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.control.Status;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where calls go and how far that is, on real sockets. */
class TopologyTest {
    private final MockWebServer first = new MockWebServer();
    private final MockWebServer second = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        first.start();
        second.start();
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    private static String document(int version, String... services) {
        return Documents.mesh("test")
                .version(version)
                .services(String.join(", ", services))
                .json();
    }

    private static String endpoint(MockWebServer server, String more) {
        return "{'address': '127.0.0.1', 'port': " + server.getPort() + ", " + more + "}";
    }

    private static String service(String name, String setting, String... endpoints) {
        return Documents.service(name)
                .with("'retry': {'attempts': 0}")
                .with(setting)
                .endpoints(List.of(endpoints))
                .json();
    }

    private static String post(OkHttpClient client, String host, String body) throws IOException {
        Request request = new Request.Builder()
                .url("http://" + host + "/")
                .post(RequestBody.create(body.getBytes(StandardCharsets.UTF_8)))
                .build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }

    private static MeshStatus.Traffic traffic(Mesh mesh, String service) {
        return Objects.requireNonNull(mesh.status().services().get(service)).traffic();
    }

    @Test
    void attempts_and_the_bytes_of_their_bodies_are_counted_by_distance_over_changes_of_policy() throws Exception {
        first.enqueue(new MockResponse.Builder().body("seventy").build());
        first.enqueue(new MockResponse.Builder().body("twelve bytes").build());
        second.enqueue(new MockResponse.Builder().code(503).build());
        String near = service("near", "", endpoint(first, "'locality': 'eu/a'"));
        String far = service("far", "", endpoint(second, "'locality': 'us/a'"));
        MemoryPolicySource policy = PolicySource.of(document(1, near, far));
        try (Mesh mesh = Mesh.builder()
                .policy(policy)
                .workload(Workload.of("web").zone("eu/a"))
                .build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThat(post(client, "near", "hello")).isEqualTo("seventy");
            policy.update(document(2, near.replace("eu/a", "eu/b"), far));
            assertThat(post(client, "near", "hi")).isEqualTo("twelve bytes");
            assertThat(post(client, "far", "")).isEmpty();

            assertThat(traffic(mesh, "near"))
                    .isEqualTo(new Status.TrafficFacts(
                            new Status.VolumeFacts(1, 5, 7),
                            new Status.VolumeFacts(1, 2, 12),
                            Status.VolumeFacts.NONE,
                            Status.VolumeFacts.NONE,
                            2));
            assertThat(traffic(mesh, "far").crossRegion()).isEqualTo(new Status.VolumeFacts(1, 0, 0));
            assertThat(mesh.status().toString())
                    .contains("\n  requests to our zone 1 (5 B sent, 7 B received); to other zones 1 (2 B sent, 12 B"
                            + " received); to other regions 0; in the clear 2\n")
                    .contains(
                            "\n  requests to our zone 0; to other zones 0; to other regions 1 (0 B sent, 0 B received); in the clear 1\n");
        }
    }

    @Test
    void an_endpoint_that_shares_our_labels_comes_first() throws Exception {
        second.enqueue(new MockResponse.Builder().body("gold").build());
        String setting = "'localityLbSetting': {'failoverPriority': ['tier']}";
        MemoryPolicySource policy = PolicySource.of(document(
                1,
                service(
                        "orders",
                        setting,
                        endpoint(first, "'labels': {'tier': 'silver'}"),
                        endpoint(second, "'labels': {'tier': 'gold'}"))));
        try (Mesh mesh = Mesh.builder()
                .policy(policy)
                .workload(Workload.of("web")
                        .label("tier", "lead")
                        .label("tier", "gold")
                        .zone("eu/a"))
                .build()) {
            assertThat(post(mesh.wrap(new OkHttpClient()), "orders", "")).isEqualTo("gold");
            assertThat(traffic(mesh, "orders").unknown().requests()).isEqualTo(1);
        }
    }

    @Test
    void a_process_that_states_no_cluster_uses_all_addresses() throws Exception {
        first.setDispatcher(new Answers("direct"));
        String document = Documents.mesh("test")
                .with("'clusters': [{'name': 'east', 'gateway': 'gateway.invalid:15443'}]")
                .services(service("orders", "", endpoint(first, "'cluster': 'east'")))
                .json();
        try (Mesh mesh = Mesh.builder()
                .policy(PolicySource.of(document))
                .workload(Workload.of("web"))
                .build()) {
            assertThat(post(mesh.wrap(new OkHttpClient()), "orders", "")).isEqualTo("direct");
        }
        assertThat(Workload.of("web").cluster("west").label("a", "b").cluster()).isEqualTo("west");
        assertThat(Workload.of("web").cluster()).isEmpty();
    }

    @Test
    void one_word_drains_a_cluster_or_marks_it_down() throws Exception {
        first.setDispatcher(new Answers("west"));
        second.setDispatcher(new Answers("east"));
        String west = endpoint(first, "'cluster': 'west', 'health': 'HEALTHY'");
        String east = endpoint(second, "'cluster': 'east', 'health': '%s'");
        MemoryPolicySource policy = PolicySource.of(clusters(1, "UP", west, east.formatted("HEALTHY")));
        try (Mesh mesh =
                Mesh.builder().policy(policy).workload(Workload.of("web")).build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThat(post(client, "orders", "")).isEqualTo("west");
            policy.update(clusters(2, "DRAINING", west, east.formatted("HEALTHY")));
            assertThat(post(client, "orders", "")).isEqualTo("east");
            Request request = new Request.Builder().url("http://orders/").build();
            assertThat(mesh.explain(request).toString())
                    .contains("0 %, draining (its cluster west is DRAINING)")
                    .doesNotContain("called because");
            assertThat(mesh.status().toString()).contains(" of west (cluster DRAINING) HEALTHY");
            policy.update(clusters(3, "DRAINING", west, east.formatted("UNHEALTHY")));
            assertThat(post(client, "orders", "")).isEqualTo("west");
            assertThat(mesh.explain(request).toString())
                    .contains("its cluster west is DRAINING: called because no other cluster has a usable endpoint");
            policy.update(clusters(4, "DOWN", west, east.formatted("UNHEALTHY")));
            assertThat(mesh.explain(request).toString()).contains("unhealthy (its cluster west is DOWN)");
            assertThatThrownBy(() -> post(client, "orders", ""))
                    .isInstanceOf(NoHealthyEndpoint.class)
                    .hasMessageContaining("see endpoints[].health and weight, and clusters[].state, in the policy");
        }
    }

    private static String clusters(int version, String west, String... endpoints) {
        return Documents.mesh("test")
                .version(version)
                .with("'clusters': [{'name': 'west', 'state': '" + west + "'}, {'name': 'east', 'priority': 1}]")
                .services(service("orders", "'outlierDetection': {'minHealthPercent': 50}", endpoints))
                .json();
    }

    private static final class Answers extends Dispatcher {
        private final String text;

        Answers(String text) {
            this.text = text;
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder().body(text).build();
        }
    }

    @Test
    void a_label_has_a_key() {
        assertThatThrownBy(() -> Workload.of("web").label("", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a label's key is not blank");
        assertThatThrownBy(() -> Workload.of("web").label("a=b", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a=b'");
    }

    @Test
    void where_distribute_sends_nothing_the_failure_says_so() throws Exception {
        String setting = "'localityLbSetting': {'distribute': [{'from': 'eu/*', 'to': {'us/b': 100}}]}";
        MemoryPolicySource policy =
                PolicySource.of(document(1, service("orders", setting, endpoint(first, "'locality': 'eu/a'"))));
        try (Mesh mesh = Mesh.builder()
                .policy(policy)
                .workload(Workload.of("web").zone("eu/a"))
                .build()) {
            OkHttpClient client = mesh.wrap(new OkHttpClient());
            assertThatThrownBy(() -> post(client, "orders", ""))
                    .isInstanceOf(NoHealthyEndpoint.class)
                    .hasMessageContaining(
                            "1 known, none of them where localityLbSetting.distribute sends the calls from")
                    .hasMessageContaining("list their localities there, or state failover beside it");
        }
    }

    @Test
    void it_is_logged_once_for_each_service_that_none_of_its_endpoints_is_in_our_zone() throws Exception {
        String here = endpoint(first, "'locality': 'eu/a'");
        String there = endpoint(second, "'locality': 'eu/A'");
        String[] services = {
            service("misspelt", "", there, endpoint(first, "'weight': 1")),
            service("mixed", "", here, there),
            service("anywhere", "'trafficDistribution': 'Any'", there),
            service("empty", ""),
            "'nowhere': {'hosts': ['nowhere'], 'endpoints': [{'address': '127.0.0.9', 'port': 1}]}",
            "'names': {'hosts': ['names.invalid'], 'resolution': 'DNS'}",
            "'none': {'hosts': ['none'], 'resolution': 'NONE'}",
            service("abroad", "", endpoint(second, "'locality': 'us/a'")),
            service("preferred", "'trafficDistribution': 'PreferSameZone'", endpoint(second, "'weight': 1"))
        };
        PrintStream before = System.err;
        ByteArrayOutputStream reported = new ByteArrayOutputStream();
        System.setErr(new PrintStream(reported, true, StandardCharsets.UTF_8));
        try {
            MemoryPolicySource policy = PolicySource.of(document(1, services));
            try (Mesh mesh = Mesh.builder()
                    .policy(policy)
                    .workload(Workload.of("web").zone("eu/a"))
                    .build()) {
                services[0] = service("misspelt", "", there, endpoint(first, "'weight': 2"));
                policy.update(document(2, services));
                assertThat(mesh.status().revision()).isEqualTo("version 2");
            }
            Mesh.builder()
                    .policy(PolicySource.of(document(1, services)))
                    .build()
                    .close();
        } finally {
            System.setErr(before);
        }
        String lines = reported.toString(StandardCharsets.UTF_8);
        assertThat(lines).contains("none of the 1 endpoints of 'abroad' is in our region eu: its calls leave it");
        assertThat(lines)
                .contains(
                        "none of the 1 endpoints of 'preferred' has a zone, and trafficDistribution is PreferSameZone");
        assertThat(lines.lines().filter(l -> l.contains("the zone of this process is not stated")))
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("endpoints of 'misspelt' have zones"));
        assertThat(lines.lines().filter(l -> l.contains("our zone"))).hasSize(1).allSatisfy(line -> assertThat(line)
                .contains("INFO")
                .endsWith("none of the 2 endpoints of 'misspelt' is in our zone eu/a: its calls leave it"
                        + " (Workload.zone, in Spring Boot mesh.zone, and endpoints[].locality must match)"));
    }
}
