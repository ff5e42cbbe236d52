package dev.meshclient.internal.control;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.MeshStatus;
import dev.meshclient.RecordingLogger;
import dev.meshclient.Thrown;
import dev.meshclient.Workload;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.FakeRegistry;
import dev.meshclient.registry.FastTime;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that starts with the snapshot of an earlier one. */
class PolicyFeedTest {

    private final FastTime time = new FastTime(20);
    private final RecordingLogger log = new RecordingLogger();
    private final List<MeshListener> listeners = new CopyOnWriteArrayList<>();
    private List<String> events = new CopyOnWriteArrayList<>();
    private FakeRegistry registry;
    private SnapshotFile file;
    private @Nullable Started running;

    @TempDir
    private Path directory;

    /** One process. */
    private record Started(Router router, PolicySink sink, PolicyFeed feed) {}

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry().serves(document(1), "\"a\"");
        file = new SnapshotFile(directory, registry.uri("/policy").toString());
    }

    @AfterEach
    void stop() throws IOException {
        close();
        registry.close();
        time.close();
    }

    private void close() {
        if (running != null) {
            running.feed.close();
            running.router.close();
            running = null;
        }
    }

    private void watch(PolicySource source, Path snapshots, Duration initialFetchTimeout) {
        List<String> mine = events;
        Router router = Router.withoutNames(
                time,
                Workload.unknown(),
                Telemetry.of(Events.of(time, List.of(), listeners)),
                EntrySettings.NONE,
                Duration.ofHours(1));
        PolicySink sink =
                new PolicySink(router.control(), () -> mine.add(router.control().revision()), time, log);
        PolicySource reported = new PolicySource() {
            @Override
            public Closeable watch(Sink given) {
                mine.add("watched");
                return source.watch(given);
            }

            @Override
            public String snapshotName() {
                return source.snapshotName();
            }
        };
        running = new Started(
                router,
                sink,
                PolicyFeed.start(
                        time, reported, router.control(), router.wanted(), sink, initialFetchTimeout, snapshots));
    }

    private void watch(Duration initialFetchTimeout) {
        watch(PolicySource.http(registry.uri("/policy")), directory, initialFetchTimeout);
    }

    private void watch() {
        watch(Duration.ofSeconds(5));
    }

    private void restarts() {
        close();
        await().until(() -> time.running() == 0);
        events = new CopyOnWriteArrayList<>();
        watch();
    }

    /** {@code version 1 SNAPSHOT}. */
    private void awaitInForce(String revisionAndFreshness) {
        await().until(this::inForce, revisionAndFreshness::equals);
    }

    private String inForce() {
        Started now = Objects.requireNonNull(running);
        MeshStatus.Freshness freshness = now.feed.freshness();
        return now.router.control().revision() + (freshness == null ? "" : " " + freshness.from());
    }

    private void awaitProblem() {
        await().until(() -> Objects.requireNonNull(running).feed.problem() != null);
    }

    private void awaitKept(int version) {
        await().ignoreExceptions().until(() -> kept(version));
    }

    private boolean kept(int version) throws IOException {
        return Objects.requireNonNull(file.read()).policy().revision().equals("version " + version);
    }

    /** As an earlier process left it. */
    private void left(int version, @Nullable Duration ttl, Duration ago) throws IOException {
        String json = document(version);
        file.write(SnapshotFileTest.snapshot(version, ttl, time.wall().instant().minus(ago), json));
    }

    @Test
    void without_a_registry_a_restart_begins_with_what_was_in_force() throws IOException {
        watch();
        awaitKept(1);
        registry.dies();
        restarts();
        awaitProblem();
        assertThat(inForce()).isEqualTo("version 1 SNAPSHOT");
        assertThat(events).containsExactly("version 1", "watched");
    }

    @Test
    void what_the_registry_still_has_is_not_sent_again_but_confirmed_without_a_wait() throws IOException {
        registry.holds();
        watch();
        awaitKept(1);
        registry.awaitHeld();
        int known = registry.requests();
        restarts();
        awaitInForce("version 1 LIVE");
        assertThat(registry.header(known, "If-None-Match")).isEqualTo("\"a\"");
        assertThat(registry.header(known, "Mesh-Applied")).isEqualTo("\"a\"");
        assertThat(registry.header(known, "Prefer")).isNull();
        registry.awaitRequests(known + 2);
        assertThat(registry.header(known + 1, "Prefer")).isEqualTo("wait=30");
        assertThat(events).containsExactly("version 1", "watched");
    }

    @Test
    void a_registry_without_etags_confirms_by_the_same_bytes() throws IOException {
        registry.serves(document(1), null);
        watch();
        awaitKept(1);
        restarts();
        awaitInForce("version 1 LIVE");
        assertThat(events).containsExactly("version 1", "watched");
    }

    @Test
    void what_the_registry_has_by_now_follows_and_is_kept_in_its_place() throws IOException {
        left(1, null, Duration.ofDays(900));
        registry.serves(document(2), "\"b\"");
        watch();
        awaitInForce("version 2 LIVE");
        assertThat(events).containsExactly("version 1", "watched", "version 2");
        awaitKept(2);
    }

    @Test
    void a_document_that_is_refused_is_not_kept() throws IOException {
        watch();
        awaitKept(1);
        registry.serves("{}", "\"bad\"");
        awaitProblem();
        registry.awaitRequests(registry.requests() + 2);
        assertThat(kept(1)).isTrue();
        restarts();
        awaitProblem();
        assertThat(inForce()).isEqualTo("version 1 SNAPSHOT");
    }

    @Test
    void what_is_too_old_waits_for_the_registry_and_is_stale_if_that_says_nothing() throws IOException {
        left(1, Duration.ofHours(1), Duration.ofMinutes(61));
        registry.dies();
        watch(Duration.ofSeconds(100));
        awaitInForce("version 1 STALE");
        assertThat(events).containsExactly("watched", "version 1");
    }

    @Test
    void what_is_too_old_is_not_used_if_the_registry_answers_in_time() throws IOException {
        left(1, Duration.ofHours(1), Duration.ofMinutes(61));
        watch(Duration.ofDays(1));
        registry.awaitRequests(1);
        awaitKept(1);
        assertThat(registry.header(0, "If-None-Match")).isNull();
        awaitInForce("version 1 LIVE");
        assertThat(events).containsExactly("watched", "version 1");
    }

    @Test
    void a_registry_that_comes_back_ends_what_is_stale() throws IOException {
        left(1, Duration.ofHours(1), Duration.ofMinutes(61));
        registry.changes(r -> r.code(500).body(""));
        watch(Duration.ZERO);
        awaitInForce("version 1 STALE");
        registry.serves(document(2), "\"b\"");
        registry.changes(r -> r);
        awaitInForce("version 2 LIVE");
        awaitKept(2);
    }

    @Test
    void what_is_not_too_old_yet_is_used_at_once() throws IOException {
        left(1, Duration.ofHours(1), Duration.ofMinutes(59));
        registry.dies();
        watch(Duration.ofDays(1));
        awaitInForce("version 1 SNAPSHOT");
    }

    @Test
    void a_broken_file_is_ignored_and_replaced() throws IOException {
        left(7, null, Duration.ZERO);
        Path path = Path.of(file.toString());
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 5] ^= 1;
        Files.write(path, bytes);
        watch();
        awaitInForce("version 1 LIVE");
        awaitKept(1);
    }

    @Test
    void a_service_that_this_version_does_not_read_is_ignored_alone() throws IOException {
        Files.write(Path.of(file.toString()), SnapshotFileTest.withIllegalService());
        registry.dies();
        watch();
        awaitInForce("version 1 SNAPSHOT");
        assertThat(Objects.requireNonNull(running).router.control().applied().services())
                .containsOnlyKeys("good");
    }

    @Test
    void a_directory_that_cannot_be_written_holds_up_nothing() throws IOException {
        Path inTheWay = Files.createFile(directory.resolve("file"));
        watch(PolicySource.http(registry.uri("/policy")), inTheWay, Duration.ofSeconds(5));
        awaitInForce("version 1 LIVE");
        registry.serves(document(2), "\"b\"");
        awaitInForce("version 2 LIVE");
        assertThat(inTheWay).isEmptyFile();
    }

    @Test
    void a_file_is_kept_too() throws IOException {
        Path policy = Files.writeString(directory.resolve("policy.json"), document(3));
        PolicySource source = PolicySource.file(policy);
        file = new SnapshotFile(directory, policy.toUri().toString());
        watch(source, directory, Duration.ofSeconds(5));
        awaitKept(3);
        Files.delete(policy);
        close();
        watch(source, directory, Duration.ofSeconds(5));
        awaitProblem();
        assertThat(inForce()).isEqualTo("version 3 SNAPSHOT");
        Files.writeString(policy, document(4));
        awaitInForce("version 4 LIVE");
    }

    @Test
    void a_merged_policy_is_kept_whole_and_without_its_registry_a_restart_begins_with_it() throws Exception {
        String defaults = "'defaults': {'loadBalancer': {'simple': 'RANDOM'}}";
        Path vms = Files.writeString(
                directory.resolve("vms.json"),
                Documents.mesh("test")
                        .version(5)
                        .with(defaults)
                        .services(Documents.service("vm").with("'resolution': 'NONE'"))
                        .json());
        registry.serves(
                Documents.mesh("test")
                        .version(1)
                        .with(defaults)
                        .services(Documents.service("far").endpoint(80))
                        .json(),
                "\"a\"");
        PolicySource merged = PolicySource.merge(PolicySource.file(vms), PolicySource.http(registry.uri("/policy")));
        file = new SnapshotFile(directory, merged.snapshotName());
        watch(merged, directory, Duration.ofSeconds(5));
        await().ignoreExceptions().until(() -> Objects.requireNonNull(file.read())
                .policy()
                .services()
                .keySet()
                .equals(Set.of("vm", "far")));
        AppliedPolicy before =
                Objects.requireNonNull(running).router().control().applied();
        registry.dies();
        close();
        await().until(() -> time.running() == 0);
        events = new CopyOnWriteArrayList<>();
        watch(merged, directory, Duration.ofSeconds(5));
        awaitProblem();
        await().until(() -> !events.isEmpty());
        AppliedPolicy after = Objects.requireNonNull(running).router().control().applied();
        assertThat(after.refused()).isEmpty();
        assertThat(after.services().keySet()).isEqualTo(before.services().keySet());
        after.services().forEach((name, service) -> assertThat(service.service())
                .isEqualTo(Objects.requireNonNull(before.services().get(name)).service()));
        assertThat(after.revision()).isEqualTo(before.revision());
    }

    @Test
    void memory_has_nothing_to_keep_and_is_in_force_at_once() throws IOException {
        watch(PolicySource.of(document(1)), directory.resolve("none"), Duration.ofSeconds(5));
        assertThat(inForce()).isEqualTo("version 1 LIVE");
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void a_source_of_the_users_own_with_a_name_is_kept_too() throws Exception {
        AtomicReference<PolicySource.Sink> sink = new AtomicReference<>();
        PolicySource own = new PolicySource() {
            @Override
            public Closeable watch(Sink given) {
                sink.set(given);
                return () -> {};
            }

            @Override
            public String snapshotName() {
                return "own";
            }
        };
        file = new SnapshotFile(directory, "own");
        watch(own, directory, Duration.ofSeconds(5));
        await().until(() -> sink.get() != null);
        PolicySource.Sink given = Objects.requireNonNull(sink.get());
        given.deliver(PolicyCodec.read(document(2)));
        awaitKept(2);
        assertThatThrownBy(() -> given.deliver(PolicyCodec.read(document(1))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("metadata.version: 1");
        awaitProblem();
        assertThatThrownBy(() -> given.deliver(illegal()))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("trustDomain");
        close();
        given.deliver(PolicyCodec.read(document(3)));
        watch(own, directory, Duration.ofSeconds(5));
        awaitInForce("version 2 SNAPSHOT");
    }

    /** A document is made by a check only. */
    private static PolicyDocument illegal() throws IOException {
        return PolicyDocument.of(PolicyCodec.read(document(3)).policy().toBuilder()
                .trustDomain("not a trust domain!")
                .build());
    }

    @Test
    void a_listener_that_waits_for_another_document_does_not_keep_it_out() throws Exception {
        List<Boolean> accepted = new CopyOnWriteArrayList<>();
        AtomicReference<PolicySource.Sink> sink = new AtomicReference<>();
        listeners.add(new MeshListener() {
            @Override
            public void on(MeshEvent event) {
                if (accepted.isEmpty() && event instanceof MeshEvent.PolicyApplied) {
                    accepted.add(false);
                    CompletableFuture<Void> next =
                            CompletableFuture.runAsync(() -> deliver(Objects.requireNonNull(sink.get()), 2));
                    next.completeOnTimeout(null, 1, TimeUnit.MINUTES).join();
                    accepted.add(inForce().startsWith("version 2"));
                }
            }
        });
        watch(
                given -> {
                    sink.set(given);
                    return () -> {};
                },
                directory,
                Duration.ofSeconds(5));
        deliver(Objects.requireNonNull(sink.get()), 1);
        await().until(() -> accepted.equals(List.of(false, true)));
    }

    private static void deliver(PolicySource.Sink sink, int version) {
        try {
            sink.deliver(PolicyCodec.read(document(version)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void close_ends_its_threads_and_its_sink_hears_no_more() throws IOException {
        watch();
        awaitKept(1);
        Started ended = Objects.requireNonNull(running);
        ended.feed.close();
        ended.feed.close();
        registry.serves(document(2), "\"b\"");
        await().until(() -> time.running() == 0);
        assertThat(events).containsExactly("watched", "version 1");
    }

    @Test
    void a_source_that_fails_to_close_does_not_keep_the_mesh_open() {
        watch(
                sink -> () -> {
                    throw new IllegalStateException("broken");
                },
                directory,
                Duration.ZERO);
        await().until(() -> events.contains("watched"));
        assertThatCode(Objects.requireNonNull(running).feed::close).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void it_closes_whatever_the_source_throws_then(Thrown thrown) {
        watch(
                sink -> () -> {
                    throw thrown.now();
                },
                directory,
                Duration.ofSeconds(5));
        await().until(() -> events.contains("watched"));
        assertThatCode(Objects.requireNonNull(running).feed::close).doesNotThrowAnyException();
    }
}
