package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process finds that its predecessor left. */
class SnapshotSourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FastTime time = new FastTime(20);
    private RecordingSink sink = new RecordingSink();
    private FakeRegistry registry;
    private SnapshotFile file;
    private Closeable watch = () -> {};

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry().serves(document(1), "\"a\"");
        file = new SnapshotFile(directory, registry.uri("/policy"));
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        registry.close();
        time.close();
    }

    private void watch(Duration initialFetchTimeout) {
        watch = PolicySource.http(registry.uri("/policy"))
                .snapshotIn(directory, initialFetchTimeout)
                .watch(time, sink);
    }

    private void watch() {
        watch(Duration.ofSeconds(5));
    }

    private void restarts() throws IOException {
        watch.close();
        await().atMost(PATIENCE).until(() -> time.running() == 0);
        sink = new RecordingSink();
        watch();
    }

    private void awaitKept(int version) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> kept(version));
    }

    private boolean kept(int version) throws IOException {
        Snapshot kept = Objects.requireNonNull(file.read());
        return new String(kept.json(), StandardCharsets.UTF_8).contains("\"version\": " + version);
    }

    /** As an earlier process left it. */
    private void left(String json, Duration ago) throws IOException {
        Instant confirmed = time.wall().instant().minus(ago);
        file.write(new Snapshot(json.getBytes(StandardCharsets.UTF_8), "\"a\"", confirmed));
    }

    private static String ofOneHour(int version) {
        return document(version).replace("\"mesh\"", "\"ttl\": \"1h\", \"mesh\"");
    }

    @Test
    void without_a_registry_a_restart_begins_with_what_was_in_force() throws IOException {
        watch();
        awaitKept(1);
        registry.dies();
        restarts();
        sink.awaitEvent("!");
        assertThat(sink.events()).startsWith("v1 SNAPSHOT", "!");
    }

    @Test
    void what_the_registry_still_has_is_not_sent_again_but_confirmed_without_a_wait() throws IOException {
        registry.holds();
        watch();
        awaitKept(1);
        registry.awaitHeld();
        int known = registry.requests();
        restarts();
        sink.awaitConfirmed();
        assertThat(registry.header(known, "If-None-Match")).isEqualTo("\"a\"");
        assertThat(registry.header(known, "Mesh-Applied")).isEqualTo("\"a\"");
        assertThat(registry.header(known, "Prefer")).isNull();
        registry.awaitRequests(known + 2);
        assertThat(registry.header(known + 1, "Prefer")).isEqualTo("wait=30");
        assertThat(sink.events()).containsExactly("v1 SNAPSHOT");
    }

    @Test
    void a_registry_without_etags_confirms_by_the_same_bytes() throws IOException {
        registry.serves(document(1), null);
        watch();
        awaitKept(1);
        restarts();
        sink.awaitConfirmed();
        assertThat(sink.events()).containsExactly("v1 SNAPSHOT");
    }

    @Test
    void what_the_registry_has_by_now_follows_and_is_kept_in_its_place() throws IOException {
        left(document(1), Duration.ofDays(900));
        registry.serves(document(2), "\"b\"");
        watch();
        sink.awaitEvents("v1 SNAPSHOT", "v2");
        awaitKept(2);
    }

    @Test
    void a_document_that_is_refused_is_not_kept() throws IOException {
        watch();
        awaitKept(1);
        registry.serves("{}", "\"bad\"");
        sink.awaitEvents("v1", "!");
        registry.awaitRequests(registry.requests() + 2);
        assertThat(kept(1)).isTrue();
        restarts();
        sink.awaitEvents("v1 SNAPSHOT", "!");
    }

    @Test
    void what_is_too_old_waits_for_the_registry_and_is_stale_if_that_says_nothing() throws IOException {
        left(ofOneHour(1), Duration.ofMinutes(61));
        registry.dies();
        watch(Duration.ofSeconds(100));
        sink.awaitEvent("v1 STALE");
        assertThat(sink.events()).startsWith("!").doesNotContain("v1 SNAPSHOT");
    }

    @Test
    void what_is_too_old_is_not_used_if_the_registry_answers_in_time() throws IOException {
        left(ofOneHour(1), Duration.ofMinutes(61));
        watch(Duration.ofDays(1));
        registry.awaitRequests(1);
        awaitKept(1);
        assertThat(registry.header(0, "If-None-Match")).isNull();
        sink.awaitEvents("v1");
    }

    @Test
    void a_registry_that_comes_back_ends_what_is_stale() throws IOException {
        left(ofOneHour(1), Duration.ofMinutes(61));
        registry.changes(r -> r.code(500).body(""));
        watch(Duration.ZERO);
        sink.awaitEvent("v1 STALE");
        registry.serves(document(2), "\"b\"");
        registry.changes(r -> r);
        sink.awaitEvent("v2");
        awaitKept(2);
    }

    @Test
    void what_is_not_too_old_yet_is_used_at_once() throws IOException {
        left(ofOneHour(1), Duration.ofMinutes(59));
        registry.dies();
        watch(Duration.ofDays(1));
        sink.awaitEvent("v1 SNAPSHOT");
    }

    @Test
    void a_broken_file_is_ignored_and_replaced() throws IOException {
        left(document(7), Duration.ZERO);
        Path path = Path.of(file.toString());
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 5] ^= 1;
        Files.write(path, bytes);
        watch();
        sink.awaitEvents("v1");
        awaitKept(1);
    }

    @Test
    void a_kept_document_that_this_version_does_not_read_is_ignored() throws IOException {
        left(document(1).replace("meshclient.dev/v1", "meshclient.dev/v0"), Duration.ZERO);
        watch();
        sink.awaitEvents("v1");
        awaitKept(1);
    }

    @Test
    void a_directory_that_cannot_be_written_holds_up_nothing() throws IOException {
        Path inTheWay = Files.createFile(directory.resolve("file"));
        watch = PolicySource.http(registry.uri("/policy"))
                .snapshotIn(inTheWay, Duration.ofSeconds(5))
                .watch(time, sink);
        sink.awaitEvents("v1");
        registry.serves(document(2), "\"b\"");
        sink.awaitEvents("v1", "v2");
        assertThat(inTheWay).isEmptyFile();
    }

    @Test
    void a_file_is_kept_too() throws IOException {
        Path policy = Files.writeString(directory.resolve("policy.json"), document(3));
        PolicySource source = PolicySource.file(policy).snapshotIn(directory, Duration.ofSeconds(5));
        file = new SnapshotFile(directory, policy.toUri());
        watch = source.watch(time, sink);
        awaitKept(3);
        Files.delete(policy);
        watch.close();
        RecordingSink later = new RecordingSink();
        watch = source.watch(time, later);
        later.awaitEvents("v3 SNAPSHOT", "!");
        Files.writeString(policy, document(4));
        later.awaitEvent("v4");
    }

    @Test
    void memory_has_nothing_to_keep() {
        PolicySource source = PolicySource.of(document(1));
        assertThat(source.snapshotIn(directory, Duration.ZERO)).isSameAs(source);
    }

    @Test
    void close_ends_its_threads_and_its_sink_hears_no_more() throws IOException {
        watch();
        awaitKept(1);
        watch.close();
        watch.close();
        registry.serves(document(2), "\"b\"");
        await().atMost(PATIENCE).until(() -> time.running() == 0);
        assertThat(sink.events()).containsExactly("v1");
    }
}
