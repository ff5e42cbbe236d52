package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Objects;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From documents of all kinds to what an operator is shown, and to what becomes of calls. */
class MeshStatusTest {
    private static final String GOOD = """
            'orders': {'hosts': ['orders', 'orders.example:8080'], 'endpoints': [
               {'address': '10.0.0.1', 'port': 80, 'locality': 'eu/a', 'cluster': 'west', 'health': 'HEALTHY'},
               {'address': '::1', 'port': 80}]},
            'billing': {'hosts': ['billing'], 'endpoints': [{'address': '10.0.0.2', 'port': 80}]},
            'cart': {'hosts': ['cart'], 'endpoints': []}""";

    private static final String PARTLY_BAD = """
            'orders': {'hosts': ['orders'], 'endpoints': [{'address': '10.0.0.1', 'port': 81}]},
            'billing': {'hosts': ['billing'], 'endpoints': [{'address': '10.0.0.2', 'port': '80'}]},
            'new': {'hosts': ['new', 'http://new'], 'retry': {}}""";

    private final StepTime time = new InlineTime();
    private final MemoryPolicySource source = PolicySource.lenient(document("7", GOOD));
    private final Mesh mesh = Mesh.builder()
            .policy(source)
            .time(time)
            .staleTtl(Duration.ofMinutes(30))
            .build();
    private final OkHttpClient client = mesh.wrap(new OkHttpClient());

    @AfterEach
    void close() {
        mesh.close();
    }

    private static String document(String version, String services) {
        return Documents.mesh("test")
                .metadata("'version': " + version)
                .services(services)
                .json();
    }

    private void update(String version, String services) throws PolicyException {
        source.update(document(version, services));
    }

    private MeshStatus.Service service(String name) {
        return Objects.requireNonNull(mesh.status().services().get(name), name);
    }

    private void call(String host) throws IOException {
        client.newCall(new Request.Builder().url("http://" + host + "/").build())
                .execute()
                .close();
    }

    @Test
    void all_of_it_as_text() throws Exception {
        time.step(60_000_000_000L);
        update("8", PARTLY_BAD);
        time.step(600_000_000_000L);
        update("6", GOOD);
        time.step(5_000_000_000L);
        String text = mesh.status().toString().replaceAll(" x1: .*", " x1: layers");
        assertThat(text).isEqualTo("""
                policy version 8 from PolicySource.of(...), in force for 10 min, live, confirmed 5 s ago
                last problem, 5 s ago: policy document refused, 1 problem(s):
                    metadata.version: 6 (legal: 8 or more; to go back, give the old content a higher version or another epoch)
                services.billing is refused and kept as in version 7, hosts [billing]
                  ! services.billing.endpoints[0].port: "80" (legal: an integer of 1 to 65535)
                  10.0.0.2:80 UNKNOWN, 0 in flight
                  route(billing)
                    rule default -> billing x1: layers
                services.cart is not listed and kept as in version 7 for 19 min, hosts [cart]
                  route(cart)
                    rule default -> cart x1: layers
                services.new is refused and has no earlier policy, hosts [new]
                  ! services.new.hosts[1]: "http://new" (legal: a DNS name or an IP address (IPv6 in brackets), either with or without ":port"; "*." and a DNS name; or, with resolution NONE, "*")
                  ! services.new.retry.attempts: nothing (legal: an integer of 0 to 10)
                services.orders is in force, hosts [orders]
                  10.0.0.1:81 UNKNOWN, 0 in flight
                  route(orders)
                    rule default -> orders x1: layers""");
    }

    @Test
    void a_service_prints_its_lines_of_the_status() throws Exception {
        update("8", PARTLY_BAD);
        String text = mesh.status().toString();
        mesh.status().services().forEach((name, service) -> assertThat(service.toString())
                .startsWith("services." + name + " is ")
                .satisfies(lines -> assertThat(text + "\n").contains("\n" + lines + "\n")));
        assertThat(service("billing").toString())
                .contains(
                        "is refused and kept as in version 7, hosts [billing]\n  ! services.billing.endpoints[0].port");
    }

    @Test
    void a_service_equals_itself_as_long_as_its_facts_do() throws Exception {
        assertThat(service("orders")).isEqualTo(service("orders")).hasSameHashCodeAs(service("orders"));
        MeshStatus.Service before = service("orders");
        update("8", PARTLY_BAD);
        assertThat(service("orders")).isNotEqualTo(before);
    }

    @Test
    void the_status_has_endpoints_as_the_registry_has_them() {
        assertThat(service("orders").endpoints())
                .extracting(MeshStatus.Endpoint::toString)
                .containsExactly("10.0.0.1:80 in eu/a of west HEALTHY, 0 in flight", "[::1]:80 UNKNOWN, 0 in flight");
    }

    @Test
    void an_endpoint_of_weight_0_is_shown_to_get_no_calls() throws Exception {
        update("8", "'orders': {'hosts': ['orders'], 'endpoints': [{'address': '10.0.0.1', 'port': 80, 'weight': 0}]}");
        assertThat(service("orders").endpoints())
                .extracting(MeshStatus.Endpoint::toString)
                .containsExactly("10.0.0.1:80 UNKNOWN, weight 0 (gets no calls), 0 in flight");
    }

    @Test
    void one_bad_service_costs_no_other_one_a_call() throws Exception {
        update("8", PARTLY_BAD);
        assertThat(mesh.status().refusals()).containsOnlyKeys("billing", "new");
        assertThat(service("orders").revision()).isEqualTo("version 8");
        assertThat(service("billing").revision()).isEqualTo("version 7");
        assertThatThrownBy(() -> call("new"))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining(
                        "no policy for 'new': 'new' is refused in policy version 8 and there is no earlier one;"
                                + " services.new.hosts[1]: \"http://new\" (legal: ")
                .hasCauseInstanceOf(PolicyException.class)
                .satisfies(e -> assertThat(Mesh.decision(e).policy()).isEqualTo("version 8"));
        update("9", GOOD);
        assertThat(mesh.status().refusals()).isEmpty();
    }

    @Test
    void a_bad_document_changes_nothing() throws Exception {
        assertThatThrownBy(() -> source.update("{")).isInstanceOf(PolicyException.class);
        update("6", "'orders': null");
        assertThat(mesh.status().refusals()).containsOnlyKeys("$");
        assertThat(Objects.requireNonNull(mesh.status().refusals().get("$")))
                .extracting(PolicyProblem::path)
                .containsExactly("metadata.version");
        assertThat(mesh.policyRevision()).isEqualTo("version 7");
        assertThat(service("orders").state()).isEqualTo(MeshStatus.State.IN_FORCE);
        update("7", GOOD);
        assertThat(mesh.status().refusals()).isEmpty();
    }

    @Test
    void a_service_that_documents_leave_out_is_removed_when_its_time_is_up() throws Exception {
        update("8", PARTLY_BAD);
        time.step(Duration.ofMinutes(29).toNanos());
        assertThat(service("cart").state()).isEqualTo(MeshStatus.State.ABSENT);
        assertThat(service("cart").dropsIn()).isEqualTo(Duration.ofMinutes(1));
        assertThatThrownBy(() -> call("cart")).isInstanceOf(NoHealthyEndpoint.class);
        time.step(Duration.ofMinutes(1).toNanos());
        assertThat(mesh.status().services()).doesNotContainKey("cart");
        assertThat(service("billing").state()).isEqualTo(MeshStatus.State.KEPT);
        assertThatThrownBy(() -> call("cart")).isInstanceOf(NoRoute.class);
        assertThat(time.armed()).isZero();
    }

    @Test
    void null_ends_a_service_at_once() throws Exception {
        update("8", "'orders': null, 'cart': null");
        assertThat(mesh.status().services()).containsOnlyKeys("billing");
        assertThatThrownBy(() -> call("orders")).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_kept_service_refuses_the_calls_that_it_sends_to_what_is_gone() throws Exception {
        String sends = "'front': {'hosts': ['front'], 'rules': [{'name': 'all', 'backendRefs': [{'name': 'cart'}]}]%s}";
        update("8", GOOD + "," + sends.formatted(""));
        update("9", "'cart': null, " + sends.formatted(", 'retry': {}"));
        assertThatThrownBy(() -> call("front"))
                .isInstanceOf(NoRoute.class)
                .hasMessage("rule 'all' of 'front' sends front to 'cart', which no policy has any more;"
                        + " 'front' is kept as in version 8; publish 'cart', or a good 'front' that does not use it");
    }

    @Test
    void a_kept_service_calls_a_backend_again_that_returns() throws Exception {
        String sends = "'front': {'hosts': ['front'], 'rules': [{'name': 'all', 'backendRefs': [{'name': 'cart'}]}]%s}";
        update("8", GOOD + "," + sends.formatted(""));
        update("9", "'cart': null, " + sends.formatted(", 'retry': {}"));
        assertThatThrownBy(() -> call("front")).isInstanceOf(NoRoute.class);
        update("10", GOOD + "," + sends.formatted(""));
        assertThatThrownBy(() -> call("front")).isInstanceOf(NoHealthyEndpoint.class);
        update("11", "'cart': null, " + sends.formatted(", 'retry': {}"));
        assertThatThrownBy(() -> call("front")).isInstanceOf(NoRoute.class);
    }

    /** Only the same host is taken by the one that has a policy: else calls would slip past what the bad one was to do. */
    @Test
    void a_bad_service_takes_its_own_hosts_from_a_wildcard_and_no_host_from_a_good_service() throws Exception {
        update("8", "'all': {'hosts': ['*.shop', 'a.shop'], 'endpoints': []}");
        update(
                "9",
                "'all': {'hosts': ['*.shop', 'a.shop'], 'endpoints': []},"
                        + " 'bad': {'hosts': ['a.shop', 'b.shop'], 'retry': {}}");
        assertThatThrownBy(() -> call("a.shop")).isInstanceOf(NoHealthyEndpoint.class);
        assertThatThrownBy(() -> call("b.shop")).isInstanceOf(PolicyUnavailable.class);
        assertThatThrownBy(() -> call("c.shop")).isInstanceOf(NoHealthyEndpoint.class);
    }

    /** Nothing but what its test says. */
    private static final class Told implements PolicySource {
        Sink sink = new Sink() {
            @Override
            public void deliver(PolicyDocument document) {}

            @Override
            public void failed(IOException problem) {}
        };

        @Override
        public Closeable watch(Sink given) {
            sink = given;
            return () -> {};
        }

        @Override
        public String toString() {
            return "somewhere";
        }
    }

    @Test
    void the_status_describes_the_source() throws Exception {
        Told reported = new Told();
        try (Mesh asked = Mesh.builder().policy(reported).time(time).build()) {
            reported.sink.failed(new IOException("first"));
            time.step(Duration.ofMinutes(3).toNanos());
            reported.sink.failed(new IOException("second"));
            assertThat(asked.status())
                    .hasToString("no policy from somewhere\nlast problem, 0 s ago, failing for 3 min: second");
            reported.sink.deliver(PolicyCodec.read(document("7", "'orders': null")));
            assertThat(asked.status())
                    .hasToString("policy version 7 from somewhere, in force for 0 s, live, confirmed 0 s ago");
            time.step(Duration.ofMinutes(4).toNanos());
            reported.sink.failed(new IOException("third"));
            time.step(Duration.ofMinutes(5).toNanos());
            assertThat(asked.status())
                    .hasToString("policy version 7 from somewhere, in force for 9 min, live, confirmed 9 min ago\n"
                            + "last problem, 5 min ago: third");
            ((DocumentSink) reported.sink).confirmed();
            time.step(2_000_000_000L);
            assertThat(asked.status())
                    .hasToString("policy version 7 from somewhere, in force for 9 min, live, confirmed 2 s ago");
        }
    }

    /** The message of many a type is a path or an address alone. */
    @Test
    void a_problem_of_a_source_of_ones_own_stands_with_its_type() throws Exception {
        Told reported = new Told();
        try (Mesh asked = Mesh.builder().policy(reported).time(time).build()) {
            reported.sink.failed(new NoSuchFileException("/etc/policy"));
            assertThat(asked.status().toString()).endsWith(": NoSuchFileException: /etc/policy");
            reported.sink.failed(new IOException("/etc/policy is empty"));
            assertThat(asked.status().toString()).endsWith(": /etc/policy is empty");
        }
    }

    @Test
    void a_source_whose_watch_returns_nothing_is_reported() {
        PolicySource nothing = new PolicySource() {
            @Override
            @SuppressWarnings("NullAway") // as a program without null checks does
            public Closeable watch(Sink sink) {
                return null;
            }

            @Override
            public String toString() {
                return "ours";
            }
        };
        for (PolicySource one : new PolicySource[] {nothing, PolicySource.merge(nothing, new Told())}) {
            try (Mesh asked = Mesh.builder().policy(one).time(time).build()) {
                assertThat(asked.status().toString())
                        .contains("ours cannot be watched: ")
                        .endsWith("watch returned null: return a Closeable that ends the watch");
            }
        }
    }

    /** Such a source never confirms its document, and its policy cannot be out of date. */
    @Test
    void a_policy_in_memory_is_confirmed_as_long_as_no_later_one_is_refused() throws Exception {
        PolicySource two = PolicySource.merge(
                PolicySource.of(document("7", GOOD)), PolicySource.of(document("7", "'stock': {'hosts': ['stock']}")));
        for (PolicySource held :
                new PolicySource[] {source, two, PolicySource.override("orders", "http://localhost:1", source)}) {
            try (Mesh one = Mesh.builder().policy(held).time(time).build()) {
                time.step(Duration.ofHours(1).toNanos());
                assertThat(age(one)).isZero();
            }
        }
        update("6", GOOD);
        time.step(Duration.ofMinutes(1).toNanos());
        assertThat(age(mesh)).isEqualTo(Duration.ofMinutes(1));
        update("8", GOOD);
        time.step(Duration.ofMinutes(1).toNanos());
        assertThat(age(mesh)).isZero();
    }

    @Test
    void a_source_of_ones_own_in_a_combination_is_confirmed_by_its_documents() throws Exception {
        Told told = new Told();
        PolicySource held = PolicySource.of(document("7", "'stock': {'hosts': ['stock']}"));
        try (Mesh one =
                Mesh.builder().policy(PolicySource.merge(told, held)).time(time).build()) {
            told.sink.deliver(PolicyCodec.read(document("7", GOOD)));
            time.step(Duration.ofHours(1).toNanos());
            assertThat(age(one)).isEqualTo(Duration.ofHours(1));
            told.sink.deliver(PolicyCodec.read(document("7", GOOD)));
            assertThat(age(one)).isZero();
        }
    }

    private static Duration age(Mesh of) {
        return Objects.requireNonNull(of.status().freshness()).age();
    }

    @Test
    void before_the_first_document_there_is_a_problem_at_most() {
        PolicySource silent = new PolicySource() {
            @Override
            public Closeable watch(Sink sink) {
                sink.failed(new IOException("connection refused"));
                return () -> {};
            }

            @Override
            public String toString() {
                return "nowhere";
            }
        };
        try (Mesh waiting = Mesh.builder().policy(silent).time(time).build()) {
            assertThat(waiting.status().isReady()).isFalse();
            assertThat(waiting.status())
                    .hasToString("no policy from nowhere\nlast problem, 0 s ago: connection refused");
        }
    }
}
