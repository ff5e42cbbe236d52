package dev.meshclient.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.internal.source.Combination;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Virtual machines in a file, clusters in a registry. */
class CombinedSourceTest {

    private final FastTime time = new FastTime(20);
    private Revisions sink = new Revisions();
    private FakeRegistry registry;
    private Closeable watch = () -> {};

    @TempDir
    private Path directory;

    /** {@code version 1 + version 2} for a document of which these revisions are parts; {@code !} for a problem, with its message. */
    private static class Revisions extends RecordingSink {
        final List<String> events = new CopyOnWriteArrayList<>();
        final List<Set<String>> services = new CopyOnWriteArrayList<>();
        final List<Boolean> live = new CopyOnWriteArrayList<>();
        volatile Map<String, Remembered> left = Map.of();
        volatile @Nullable IOException failing;
        volatile String refused = "nothing";
        volatile int confirmations;

        @Override
        public void deliver(Delivery delivery) throws IOException {
            PolicyDocument document = delivery.document();
            String epoch = String.valueOf(document.policy().metadata().epoch());
            if (epoch.contains(refused)) {
                throw new IOException(refused + " is not wanted");
            }
            services.add(document.policy().services().keySet());
            live.add(delivery.live());
            left = delivery.memory();
            failing = delivery.failing();
            events.add(epoch);
        }

        @Override
        public synchronized void confirmed() {
            confirmations++;
        }

        @Override
        public void failed(IOException problem) {
            events.add("! " + problem.getMessage());
        }

        List<String> delivered() {
            return events.stream().filter(e -> !e.startsWith("!")).toList();
        }

        void awaitDelivered(String... revisions) {
            await().until(this::delivered, List.of(revisions)::equals);
        }
    }

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry().serves(document(1, "cluster"), "\"1\"");
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        registry.close();
        time.close();
    }

    private static String document(int version, String service) {
        return FakeRegistry.document(version)
                .replace("\"services\": {}", "\"services\": {\"" + service + "\": {\"hosts\": [\"" + service + "\"]}}");
    }

    private PolicySource hybrid(Path file) {
        return new CombinedSource(
                Combination.Kind.MERGE,
                PolicySource.file(file),
                PolicySource.http(registry.uri("/policy")),
                Duration.ofDays(1));
    }

    private Path file(int version) throws IOException {
        return Files.writeString(directory.resolve("vms.json"), document(version, "vm"));
    }

    @Test
    void the_last_good_document_of_one_source_may_return_after_a_bad_one() throws IOException {
        Path vms = file(7);
        watch = hybrid(vms).watch(sink.at(time));
        sink.awaitDelivered("version 7 + version 1");
        Files.writeString(vms, document(8, "vm").replace("[\"vm\"]", "\"vm\""));
        sink.awaitDelivered("version 7 + version 1", "version 8 + version 1");
        file(7);
        sink.awaitDelivered("version 7 + version 1", "version 8 + version 1", "version 7 + version 1");
        Files.writeString(
                vms,
                document(9, "vm")
                        .replace("[\"vm\"]", "\"vm\"")
                        .replace("\"services\"", "\"clusters\": [{\"name\": \"west\"}], \"services\""));
        sink.awaitDelivered(
                "version 7 + version 1", "version 8 + version 1", "version 7 + version 1", "version 9 + version 1");
        file(7);
        await().until(() -> sink.events.size() == 5);
        assertThat(sink.events.get(4)).contains("metadata.version: 7 (legal: 9 or more");
    }

    @Test
    void both_are_there_from_the_first_document_on() throws IOException {
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 1");
        assertThat(sink.services.get(0)).containsExactly("vm", "cluster");
        registry.serves(document(2, "cluster"), "\"2\"");
        sink.awaitDelivered("version 5 + version 1", "version 5 + version 2");
    }

    @Test
    void one_that_cannot_be_watched_does_not_hold_up_the_other() throws IOException {
        PolicySource broken = watched -> {
            throw new IllegalStateException("broken");
        };
        for (PolicySource combined : List.of(
                PolicySource.merge(PolicySource.of(document(5, "vm")), broken),
                PolicySource.merge(broken, PolicySource.of(document(5, "vm"))))) {
            sink = new Revisions();
            combined.watch(sink.at(time)).close();
            assertThat(sink.services).containsExactly(Set.of("vm"));
            assertThat(sink.events)
                    .anyMatch(e -> e.endsWith("cannot be watched: java.lang.IllegalStateException: broken"));
        }
    }

    @Test
    void one_that_does_not_close_leaves_the_other_closed() {
        List<String> closed = new CopyOnWriteArrayList<>();
        PolicySource broken = watched -> () -> {
            throw new IllegalStateException("broken");
        };
        Closeable both = PolicySource.merge(broken, watched -> () -> closed.add("second"))
                .watch(sink.at(time));
        assertThatThrownBy(both::close).isInstanceOf(IOException.class).hasMessageContaining("broken");
        assertThat(closed).containsExactly("second");
    }

    @Test
    void one_that_fails_does_not_hold_up_the_other() throws IOException {
        registry.changes(r -> r.code(500).body(""));
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + none");
        registry.changes(r -> r);
        sink.awaitDelivered("version 5 + none", "version 5 + version 1");
        assertThat(sink.events).anyMatch(e -> e.contains("HTTP 500"));
    }

    @Test
    void one_that_says_nothing_is_waited_for_two_seconds() throws IOException {
        Closeable nothing = () -> {};
        PolicySource silent = s -> nothing;
        long began = time.now();
        watch = PolicySource.merge(silent, PolicySource.http(registry.uri("/policy")))
                .watch(sink.at(time));
        sink.awaitDelivered("none + version 1");
        assertThat(time.now() - began).isGreaterThanOrEqualTo(2_000_000_000L);
    }

    @Test
    void each_keeps_its_own_order_of_versions() throws IOException {
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 1");
        registry.serves(document(3, "cluster"), "\"3\"");
        sink.awaitDelivered("version 5 + version 1", "version 5 + version 3");
        registry.serves(document(2, "cluster"), "\"2\"");
        await().until(() -> sink.events.stream().anyMatch(e -> e.contains("metadata.version: 2 (legal: 3 or more;")));
        registry.awaitRequests(registry.requests() + 2);
        assertThat(registry.header(registry.requests() - 1, "Mesh-Rejected"))
                .contains("\"2\"; reason=", "metadata.version: 2 (legal: 3 or more;");
        file(6);
        sink.awaitDelivered("version 5 + version 1", "version 5 + version 3", "version 6 + version 3");
    }

    /** An epoch that one of them has left is not the other's past. */
    @Test
    void each_keeps_its_own_order_of_epochs() {
        MemoryPolicySource one = PolicySource.of(inEpoch("a", 7));
        MemoryPolicySource other = PolicySource.of(inEpoch("b", 7));
        watch = PolicySource.merge(one, other).watch(sink.at(time));
        for (String[] step : new String[][] {{"b", "1"}, {"a", "9"}, {"b", "2"}, {"b", "1"}}) {
            update(one, step);
        }
        for (String[] step : new String[][] {{"a", "3"}, {"b", "8"}, {"a", "2"}, {"a", "4"}}) {
            update(other, step);
        }
        assertThat(sink.delivered()).containsExactly("a/7 + b/7", "b/1 + b/7", "b/2 + b/7", "b/2 + a/3", "b/2 + a/4");
        assertThat(sink.events.stream().filter(e -> e.startsWith("!")))
                .hasSize(4)
                .allMatch(e -> e.contains("metadata.epoch: ") || e.contains("metadata.version: "));
    }

    private static void update(MemoryPolicySource source, String[] epochAndVersion) {
        try {
            source.update(inEpoch(epochAndVersion[0], Integer.parseInt(epochAndVersion[1])));
        } catch (PolicyException e) {
            throw new AssertionError(e);
        }
    }

    private static String inEpoch(String epoch, int version) {
        return document(version, "s").replace("\"mesh\"", "\"epoch\": \"" + epoch + "\", \"mesh\"");
    }

    @Test
    void a_document_that_is_refused_leaves_the_last_good_one_to_the_other() throws IOException {
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 1");
        sink.refused = "version 2";
        registry.serves(document(2, "cluster"), "\"2\"");
        await().until(() -> sink.events.stream().anyMatch(e -> e.contains("is not wanted")));
        file(6);
        sink.awaitDelivered("version 5 + version 1", "version 6 + version 1");
        registry.serves(document(1, "cluster").replace("\"hosts\"", "\"subsets\": [], \"hosts\""), "\"3\"");
        sink.awaitDelivered("version 5 + version 1", "version 6 + version 1", "version 6 + version 1");
    }

    @Test
    void memory_over_memory_is_in_force_at_once() throws IOException {
        MemoryPolicySource top = PolicySource.of(document(1, "top"));
        PolicySource both = PolicySource.overlay(top, PolicySource.of(document(2, "base")));
        watch = both.watch(sink.at(time));
        assertThat(sink.events).containsExactly("version 1 + version 2");
        assertThat(time.running()).isZero();
        top.update(document(2, "top"));
        assertThat(sink.events).containsExactly("version 1 + version 2", "version 2 + version 2");
        assertThat(both.toString()).startsWith("PolicySource.overlay(").contains(", ");
    }

    private static Documents orders(String settings) {
        return Documents.mesh("shop").services(Documents.service("orders").with(settings));
    }

    @Test
    void settings_over_a_service_that_is_refused_are_no_service() throws IOException {
        MemoryPolicySource base =
                orders("'endpoints': [{'address': 'a', 'port': 1}]").source();
        MemoryPolicySource top = orders("'timeouts': {'request': '1s'}").source();
        watch = PolicySource.overlay(top, base).watch(sink.at(time));
        base.update(orders("'endpoints': [{'address': 'a', 'port': 0}]").json());
        assertThat(sink.services).containsExactly(Set.of("orders"), Set.of());
    }

    @Test
    void after_a_restart_a_source_that_is_not_heard_stands_as_it_was() throws IOException {
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 1");
        Memory left = new Memory(sink.left, 0);
        watch.close();
        registry.changes(r -> r.code(500).body(""));
        sink = new Revisions();
        watch = hybrid(file(6)).watch(sink.at(time).remembering(left));
        sink.awaitDelivered("version 6 + version 1");
        assertThat(sink.services.get(0)).containsExactly("vm", "cluster");
        assertThat(sink.live).containsExactly(false);
        assertThat(sink.confirmations).isZero();
        registry.changes(r -> r);
        await().until(() -> sink.confirmations > 0);
        sink.awaitDelivered("version 6 + version 1");
    }

    /** All its services were refused, but its clusters are in force: they matter to the services of the other source. */
    @Test
    void after_a_restart_no_source_accepts_a_lower_version_than_that_of_a_head_in_force() throws IOException {
        MemoryPolicySource first = PolicySource.lenient(document(1, "a"));
        watch = new CombinedSource(Combination.Kind.MERGE, first, PolicySource.of(document(1, "b")), Duration.ZERO)
                .watch(sink.at(time));
        first.update(document(9, "a")
                .replace("[\"a\"]", "\"a\"")
                .replace("\"services\"", "\"clusters\": [{\"name\": \"west\"}], \"services\""));
        sink.awaitDelivered("version 1 + version 1", "version 9 + version 1");
        Memory left = new Memory(sink.left, 0);
        watch.close();
        sink = new Revisions();
        watch = new CombinedSource(
                        Combination.Kind.MERGE,
                        PolicySource.of(document(7, "a")),
                        PolicySource.of(document(1, "b")),
                        Duration.ZERO)
                .watch(sink.at(time).remembering(left));
        assertThat(sink.events).anyMatch(e -> e.contains("metadata.version: 7 (legal: 9 or more"));
    }

    @Test
    void after_a_restart_no_source_accepts_a_lower_version() throws IOException {
        registry.serves(document(7, "cluster"), "\"7\"");
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 7");
        Memory left = new Memory(sink.left, 0);
        watch.close();
        registry.serves(document(6, "cluster"), "\"6\"");
        sink = new Revisions();
        watch = hybrid(file(5)).watch(sink.at(time).remembering(left));
        await().until(() -> sink.events.stream().anyMatch(e -> e.contains("metadata.version: 6 (legal: 7 or more;")));
    }

    /** What is stale waits for the time from which on it may be used. */
    @Test
    void what_is_stale_stands_in_only_when_its_source_has_said_nothing_for_long() throws IOException {
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 1");
        Map<String, Remembered> left = sink.left;
        watch.close();
        registry.changes(r -> r.code(500).body(""));
        sink = new Revisions();
        long usableAt = time.now() + Duration.ofMinutes(1).toNanos();
        watch = hybrid(file(6)).watch(sink.at(time).remembering(new Memory(left, usableAt)));
        sink.awaitDelivered("version 6 + none");
        sink.awaitDelivered("version 6 + none", "version 6 + version 1");
        assertThat(time.now()).isGreaterThanOrEqualTo(usableAt);
        assertThat(sink.live).containsExactly(true, false);
    }

    @Test
    void a_document_that_another_one_followed_during_the_wait_is_not_skipped() {
        Closeable nothing = () -> {};
        PolicySource silent = s -> nothing;
        MemoryPolicySource memory = PolicySource.of(document(1, "a"));
        watch = new CombinedSource(Combination.Kind.MERGE, memory, silent, Duration.ofSeconds(40)).watch(sink.at(time));
        assertThat(sink.delivered()).isEmpty();
        assertThatCode(() -> memory.update(document(2, "b"))).doesNotThrowAnyException();
        sink.awaitDelivered("version 1 + none", "version 2 + none");
    }

    @Test
    void what_came_from_one_does_not_make_the_other_well() throws Exception {
        watch = hybrid(file(5)).watch(sink.at(time));
        sink.awaitDelivered("version 5 + version 1");
        registry.changes(r -> r.code(500).body(""));
        await().until(() -> sink.events.stream().anyMatch(e -> e.contains("HTTP 500")));
        int confirmations = sink.confirmations;
        file(6);
        await().until(() -> sink.delivered().contains("version 6 + version 1"));
        assertThat(sink.failing).hasMessageContaining("HTTP 500");
        assertThat(sink.confirmations).isEqualTo(confirmations);
        registry.changes(r -> r);
        await().until(() -> sink.confirmations > confirmations);
        file(7);
        await().until(() -> sink.delivered().contains("version 7 + version 1"));
        assertThat(sink.failing).isNull();
    }

    @Test
    void close_closes_both_and_ends_the_wait() throws IOException {
        registry.changes(r -> r.code(500).body(""));
        watch = PolicySource.merge(PolicySource.http(registry.uri("/a")), PolicySource.file(directory.resolve("none")))
                .watch(sink.at(time));
        watch.close();
        await().until(() -> time.running() == 0);
        assertThat(sink.delivered()).isEmpty();
    }

    @Test
    void an_error_while_the_parts_are_put_in_force_is_reported_to_the_mesh() throws IOException {
        Revisions broken = new Revisions() {
            @Override
            public void deliver(Delivery delivery) {
                throw new LinkageError("made to fail");
            }
        };
        MemoryPolicySource first = PolicySource.of(document(1, "a"));
        MemoryPolicySource second = PolicySource.of(document(1, "b"));
        watch = new CombinedSource(Combination.Kind.MERGE, first, second, Duration.ZERO).watch(broken.at(time));
        assertThat(broken.events).singleElement().asString().contains("LinkageError: made to fail");
    }
}
