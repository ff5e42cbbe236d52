package dev.meshclient.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.policy.PolicyDocument;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that is asked for the hosts that are called. */
class OnDemandTest {
    private static final String ENDPOINTS = "\"endpoints\": []";

    private final FastTime time = new FastTime(20);
    private final Calls calls = new Calls();
    private Parts sink = new Parts();
    private FakeHostRegistry registry;
    private Closeable watch = () -> {};

    /** What calls want. */
    private static final class Calls implements WantedHosts {
        final SortedSet<String> hosts = new ConcurrentSkipListSet<>();
        final List<Runnable> wakes = new CopyOnWriteArrayList<>();

        void want(String host) {
            hosts.add(host);
            wakes.forEach(Runnable::run);
        }

        @Override
        public SortedSet<String> hosts() {
            return new TreeSet<>(hosts);
        }

        @Override
        public void onAsk(Runnable wake) {
            wakes.add(wake);
        }
    }

    /** {@code [a, b] of [a, b, c]}: the services of a document, and what it speaks of; {@code !} for a problem. */
    private static final class Parts extends RecordingSink {
        final List<String> events = new CopyOnWriteArrayList<>();
        final List<String> problems = new CopyOnWriteArrayList<>();
        volatile Map<String, Remembered> left = Map.of();

        @Override
        public void deliver(PolicyDocument document) throws IOException {
            var scope = document.policy().metadata().scope();
            events.add(new TreeSet<>(document.policy().services().keySet()) + " of "
                    + (scope == null ? "all" : scope.hosts()));
        }

        @Override
        public void failed(IOException problem) {
            problems.add(String.valueOf(problem.getMessage()));
        }

        @Override
        public void deliver(Delivery delivery) throws IOException {
            left = delivery.memory();
            super.deliver(delivery);
        }

        void awaitLast(String expected) {
            await().until(() ->
                    !events.isEmpty() && events.get(events.size() - 1).equals(expected));
        }
    }

    @BeforeEach
    void start() throws IOException {
        registry = new FakeHostRegistry();
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        registry.close();
        time.close();
    }

    private HttpPolicySource source() {
        return PolicySource.http(registry.uri("/policy?env=prod")).onDemand();
    }

    private void watch(PolicySource source) {
        watch = source.watch(sink.at(time).wanting(calls));
    }

    @Test
    void a_host_called_later_is_asked_for_by_one_quick_request_of_the_longer_list_and_that_is_held_then() {
        registry.has("orders", ENDPOINTS).has("billing", ENDPOINTS).has("other", ENDPOINTS);
        calls.hosts.add("orders");
        watch(source());
        sink.awaitLast("[orders] of [orders]");
        registry.awaitAsked("orders?...");
        registry.awaitHeld();
        calls.want("billing");
        sink.awaitLast("[billing, orders] of [billing, orders]");
        registry.awaitAsked("billing,orders?...");
        assertThat(registry.asked()).containsExactly("orders", "orders?...", "billing,orders", "billing,orders?...");
        assertThat(registry.requests().get(2).getRequestLine())
                .isEqualTo("GET /policy?env=prod&hosts=billing,orders HTTP/1.1");
        assertThat(registry.requests().get(2).getHeaders().get("Mesh-Applied")).isNull();
        assertThat(sink.problems).as("a request that gave way is no failure").isEmpty();
        registry.loses("billing");
        sink.awaitLast("[orders] of [billing, orders]");
    }

    @Test
    void without_anything_to_ask_for_the_head_of_the_policy_is_had() {
        watch(source());
        sink.awaitLast("[] of []");
        assertThat(registry.requests().get(0).getRequestLine()).isEqualTo("GET /policy?env=prod&hosts= HTTP/1.1");
    }

    @Test
    void a_server_that_ignores_the_query_is_right_as_well() {
        registry.has("orders", ENDPOINTS).has("billing", ENDPOINTS).answersWhole();
        watch(source());
        sink.awaitLast("[billing, orders] of all");
        calls.want("orders");
        registry.awaitAsked("orders?...");
        assertThat(sink.events).hasSize(1);
    }

    @Test
    void a_host_that_is_looked_for_again_takes_a_request_only_where_none_is_held() {
        calls.hosts.add("orders");
        watch(source());
        registry.awaitAsked("orders?...");
        registry.awaitHeld();
        calls.want("orders");
        registry.has("orders", ENDPOINTS);
        sink.awaitLast("[orders] of [orders]");
        assertThat(registry.asked()).startsWith("orders", "orders?...").doesNotContain("orders?");
    }

    @Test
    void where_requests_are_not_held_it_is_asked_for_at_once_and_with_its_etag() {
        calls.hosts.add("orders");
        watch(source().longPoll(Duration.ZERO).pollInterval(Duration.ofHours(20)));
        sink.awaitLast("[] of [orders]");
        registry.has("orders", ENDPOINTS);
        calls.want("orders");
        sink.awaitLast("[orders] of [orders]");
        assertThat(registry.asked()).containsExactly("orders", "orders?");
    }

    @Test
    void what_rules_send_to_is_asked_for_before_anything_is_delivered() {
        registry.has("stock", ENDPOINTS)
                .has("orders", "\"rules\": [{\"backendRefs\": [{\"name\": \"stock\"}]}], \"endpoints\": []");
        calls.hosts.add("orders");
        watch(source());
        sink.awaitLast("[orders, stock] of [orders, stock]");
        registry.awaitAsked("orders,stock?...");
        assertThat(registry.asked()).containsExactly("orders", "orders,stock", "orders,stock?...");
        assertThat(sink.events).hasSize(1);
    }

    @Test
    void a_part_without_what_its_rules_send_to_is_better_than_nothing() {
        registry.has("cart", ENDPOINTS)
                .has("orders", "\"rules\": [{\"backendRefs\": [{\"name\": \"stock\"}]}], \"endpoints\": []");
        calls.hosts.addAll(List.of("cart", "orders"));
        watch(source());
        sink.awaitLast("[cart] of [cart, orders, stock]");
        assertThat(registry.asked()).startsWith("cart,orders", "cart,orders,stock");
    }

    @Test
    void what_was_put_aside_is_in_force_where_asking_for_more_fails() {
        registry.has("cart", ENDPOINTS)
                .has("orders", "\"rules\": [{\"backendRefs\": [{\"name\": \"stock\"}]}], \"endpoints\": []");
        registry.failsFor("stock");
        calls.hosts.addAll(List.of("cart", "orders"));
        watch(source());
        sink.awaitLast("[cart] of [cart, orders]");
        assertThat(sink.events).hasSize(1);
        assertThat(registry.asked()).startsWith("cart,orders", "cart,orders,stock");
        await().until(() -> sink.problems.stream().anyMatch(p -> p.contains("HTTP 404")));
    }

    @Test
    void a_server_that_fails_is_asked_for_a_new_host_when_its_rest_is_over() {
        registry.fails(429);
        watch(source());
        await().until(() -> !sink.problems.isEmpty());
        calls.want("billing");
        await().during(Duration.ofMillis(300)).until(() -> registry.asked().equals(List.of("")));
    }

    @Test
    void a_new_host_is_asked_for_together_with_the_next_try() {
        registry.fails(503);
        watch(source());
        await().until(() -> !sink.problems.isEmpty());
        calls.want("billing");
        registry.fails(0);
        sink.awaitLast("[] of [billing]");
    }

    @Test
    void many_hosts_at_once_share_requests() {
        watch(source());
        sink.awaitLast("[] of []");
        for (int i = 0; i < 200; i++) {
            calls.want("host" + i);
        }
        await().until(() -> sink.events.get(sink.events.size() - 1).contains("host199"));
        assertThat(registry.asked()).hasSizeLessThan(150);
    }

    @Test
    void the_other_server_is_asked_for_the_same() throws IOException {
        registry.fails(500);
        calls.hosts.add("orders");
        try (FakeHostRegistry second =
                new FakeHostRegistry().has("orders", ENDPOINTS).has("billing", ENDPOINTS)) {
            watch(PolicySource.http(registry.uri("/a"), second.uri("/b")).onDemand());
            sink.awaitLast("[orders] of [orders]");
            calls.want("billing");
            sink.awaitLast("[billing, orders] of [billing, orders]");
        }
    }

    @Test
    void after_a_restart_an_etag_of_another_list_is_not_sent() throws IOException {
        registry.has("orders", ENDPOINTS);
        calls.hosts.add("orders");
        watch(source());
        sink.awaitLast("[orders] of [orders]");
        Memory left = new Memory(sink.left, 0);
        registry.awaitAsked("orders?..."); // which is the last
        watch.close();
        await().until(() -> time.running() == 0);
        sink = new Parts();
        sink.remembering(left);
        calls.hosts.add("billing");
        registry.has("billing", ENDPOINTS);
        int before = registry.asked().size();
        watch(source());
        sink.awaitLast("[billing, orders] of [billing, orders]");
        assertThat(registry.asked().get(before)).isEqualTo("billing,orders");
    }

    // ---- together with others

    private static final Documents FILE = Documents.mesh("test").services("'vm': {'hosts': ['vm'], 'endpoints': []}");

    @Test
    void together_with_a_whole_document_a_part_stays_a_part() {
        registry.has("orders", ENDPOINTS);
        watch(PolicySource.merge(FILE.source(), source()));
        sink.awaitLast("[vm] of []");
        calls.want("orders");
        sink.awaitLast("[orders, vm] of [orders]");
    }

    @Test
    void while_one_that_is_asked_by_the_host_has_said_nothing_nothing_is_said_to_be_missing() {
        registry.fails(500);
        watch(PolicySource.overlay(FILE.source(), source()));
        sink.awaitLast("[vm] of []");
    }

    @Test
    void two_parts_speak_of_what_both_speak_of() throws IOException {
        registry.has("orders", ENDPOINTS);
        calls.hosts.add("orders");
        try (FakeHostRegistry second = new FakeHostRegistry().has("billing", ENDPOINTS)) {
            watch(PolicySource.merge(
                    source(), PolicySource.http(second.uri("/policy")).onDemand()));
            sink.awaitLast("[orders] of [orders]");
            registry.fails(500);
            calls.want("billing");
            sink.awaitLast("[billing, orders] of [orders]");
            registry.fails(0);
            sink.awaitLast("[billing, orders] of [billing, orders]");
        }
    }

    // ---- settings

    @Test
    void a_uri_that_has_hosts_already_is_refused() {
        assertThatThrownBy(() -> PolicySource.http(URI.create("https://registry/policy?hosts=a"))
                        .onDemand())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("onDemand: the URI has a parameter 'hosts' already");
    }

    @Test
    void other_settings_leave_it_as_it_is() {
        assertThat(PolicySource.http(URI.create("https://registry/policy"))
                        .onDemand()
                        .maxBytes(5)
                        .longPoll(Duration.ZERO)
                        .pollInterval(Duration.ofSeconds(1))
                        .bearerToken(Path.of("token")))
                .hasToString("PolicySource.http(https://registry/policy).onDemand()");
    }

    @Test
    void a_watch_that_wants_no_host_has_the_head() throws IOException {
        watch = source().watch(sink.at(time));
        sink.awaitLast("[] of []");
    }

    @Test
    void a_uri_that_is_too_long_for_the_server_is_reported_with_the_reason() {
        registry.fails(414);
        watch(source());
        await().until(() -> !sink.problems.isEmpty());
        assertThat(sink.problems.get(0))
                .contains("HTTP 414", "mesh.registry.on-demand, names each host")
                .doesNotContain("env=prod");
    }
}
