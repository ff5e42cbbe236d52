package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Thrown;
import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.source.file.FileWatch;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyDocument;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FilePolicySourceTest {
    private final FastTime time = new FastTime(1);
    private final RecordingSink sink = new RecordingSink();
    private Path file;
    private Closeable watch = () -> {};

    @TempDir
    private Path directory;

    @BeforeEach
    void name() {
        file = directory.resolve("policy.json");
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        time.close();
    }

    private void watch() {
        watch = PolicySource.file(file).watch(sink.at(time));
    }

    /** In one step: a loaded machine may look between the truncation and the write of another way. */
    private void write(int version) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next"), document(version));
        Files.move(next, file, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    @Test
    void a_file_is_delivered_and_each_that_is_renamed_over_it() throws IOException {
        write(1);
        watch();
        sink.awaitEvents("v1");
        write(2);
        sink.awaitEvents("v1", "v2");
        write(3);
        sink.awaitEvents("v1", "v2", "v3");
    }

    @Test
    void a_file_that_is_written_in_place_is_delivered() throws IOException {
        write(1);
        watch();
        sink.awaitEvents("v1");
        Files.writeString(file, document(2));
        sink.awaitEvent("v2");
    }

    @Test
    void a_swap_of_the_link_beside_it_is_seen_as_kubernetes_does_it() throws IOException {
        Files.writeString(Files.createDirectory(directory.resolve("..1")).resolve("policy.json"), document(1));
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(file, Path.of("..data", "policy.json"));
        watch();
        sink.awaitEvents("v1");
        Files.writeString(Files.createDirectory(directory.resolve("..2")).resolve("policy.json"), document(2));
        Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2"));
        Files.move(directory.resolve("..data_tmp"), directory.resolve("..data"), ATOMIC_MOVE, REPLACE_EXISTING);
        sink.awaitEvents("v1", "v2");
        Files.delete(directory.resolve("..1").resolve("policy.json"));
    }

    @Test
    void a_write_in_two_parts_ends_with_the_whole_document() throws IOException {
        write(1);
        watch();
        sink.awaitEvents("v1");
        String whole = document(2);
        Files.writeString(file, whole.substring(0, 40));
        sink.awaitEvent("!");
        Files.writeString(file, whole);
        sink.awaitEvent("v2");
        assertThat(sink.events()).startsWith("v1", "!").endsWith("v2").containsOnlyOnce("v1", "v2");
    }

    @Test
    void a_missing_file_is_reported_once_and_taken_when_it_appears() throws IOException {
        watch();
        sink.awaitEvents("!");
        assertThat(sink.problem(0)).contains(file.toString(), "does not exist");
        Files.writeString(directory.resolve("other"), "stirs");
        write(1);
        sink.awaitEvents("!", "v1");
    }

    @Test
    void a_problem_that_stays_is_reported_once_and_another_one_again() throws IOException {
        StepTime steps = new StepTime();
        FileWatch looking = new FileWatch(file, new DirectoryEvents(directory), sink.at(steps));
        for (int i = 0; i < 3; i++) {
            looking.look(sink);
            steps.step(10_000_000_000L);
        }
        assertThat(sink.events()).containsExactly("!");
        Files.createDirectory(file);
        looking.look(sink);
        assertThat(sink.events()).containsExactly("!", "!");
        Files.delete(file);
        write(1);
        steps.step(10_000_000_000L);
        looking.look(sink);
        assertThat(sink.events()).containsExactly("!", "!", "v1");
        looking.release();
    }

    @Test
    void a_missing_directory_is_found_when_it_appears() throws IOException {
        file = directory.resolve("later").resolve("policy.json");
        watch();
        sink.awaitEvents("!");
        Files.createDirectory(file.getParent());
        write(1);
        sink.awaitEvents("!", "v1");
        write(2);
        sink.awaitEvents("!", "v1", "v2");
    }

    @Test
    void a_file_that_vanishes_and_comes_back_unchanged_is_not_delivered_again() throws IOException {
        write(1);
        watch();
        sink.awaitEvents("v1");
        Files.delete(file);
        sink.awaitEvents("v1", "!");
        write(1);
        write(1);
        Files.delete(file);
        write(2);
        sink.awaitEvent("v2");
        assertThat(sink.events().stream().filter("v1"::equals)).hasSize(1);
    }

    @Test
    void a_bad_document_is_reported_and_the_next_good_one_taken() throws IOException {
        Files.writeString(file, "{}");
        watch();
        sink.awaitEvents("!");
        assertThat(sink.problem(0)).contains("policy file " + file, "policy document refused", "apiVersion");
        write(2);
        sink.awaitEvents("!", "v2");
    }

    @Test
    void a_directory_in_its_place_is_reported() throws IOException {
        Files.createDirectory(file);
        watch();
        sink.awaitEvents("!");
        assertThat(sink.problem(0)).contains("not a regular file");
    }

    @Test
    void a_document_that_is_too_long_is_reported() throws IOException {
        try (RandomAccessFile long17MiB = new RandomAccessFile(file.toFile(), "rw")) {
            long17MiB.setLength(17L << 20);
        }
        watch();
        sink.awaitEvents("!");
        assertThat(sink.problem(0)).contains("at most 16777216 bytes");
    }

    @Test
    void events_that_get_lost_cost_ten_seconds_at_most() throws IOException {
        try (FastTime fast = new FastTime(50)) {
            Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
            Path real = Files.writeString(elsewhere.resolve("real.json"), document(1));
            Files.createSymbolicLink(file, real);
            watch = PolicySource.file(file).watch(sink.at(fast));
            sink.awaitEvents("v1");
            Files.writeString(real, document(2)); // no event: another directory is written to
            sink.awaitEvents("v1", "v2");
            watch.close();
        }
    }

    @Test
    void a_directory_that_is_replaced_is_watched_again() throws IOException {
        try (FastTime fast = new FastTime(50)) {
            Path mount = Files.createDirectory(directory.resolve("mount"));
            file = Files.writeString(mount.resolve("policy.json"), document(1));
            watch = PolicySource.file(file).watch(sink.at(fast));
            sink.awaitEvents("v1");
            Files.move(mount, directory.resolve("old"));
            Files.createDirectory(mount);
            write(2);
            sink.awaitEvent("v2");
            write(3);
            sink.awaitEvent("v3");
            watch.close();
        }
    }

    @Test
    void events_of_a_directory_of_the_same_name_arrive_once_it_is_registered_again() throws IOException {
        Path mount = Files.createDirectory(directory.resolve("mount"));
        DirectoryEvents events = new DirectoryEvents(mount);
        assertThat(events.register()).isTrue();
        Files.move(mount, directory.resolve("old"));
        assertThat(events.register()).isFalse();
        Files.createDirectory(mount);
        assertThat(events.register()).isTrue();
        assertThat(events.stirred()).isFalse();
        Files.writeString(mount.resolve("policy.json"), "{}");
        await().until(events::stirred);
        events.close();
    }

    @Test
    void close_ends_the_thread() throws IOException {
        write(1);
        watch();
        sink.awaitEvents("v1");
        assertThat(time.running()).isEqualTo(1);
        watch.close();
        await().until(() -> time.running() == 0);
    }

    @Test
    void a_root_is_no_file() {
        Path root = directory.getRoot();
        assertThatThrownBy(() -> PolicySource.file(root)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_a_sink_of_the_application_throws_the_file_is_watched_on(Thrown thrown, @TempDir Path empty)
            throws IOException {
        Path later = empty.resolve("policy.json");
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Closeable watch = PolicySource.file(later).watch(new PolicySource.Sink() {
            @Override
            public void deliver(PolicyDocument document) {
                seen.add("document");
            }

            @Override
            public void failed(IOException problem) {
                seen.add("problem");
                throw thrown.now();
            }
        })) {
            assertThat(watch).isNotNull();
            await().until(() -> seen.contains("problem"));
            Files.writeString(later, FakeRegistry.document(1));
            await().until(() -> seen.contains("document"));
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_source_that_throws_after_it_has_begun_leaves_no_thread(Thrown thrown, @TempDir Path empty) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        PolicySource begun = sink -> {
            PolicySource.file(empty.resolve("policy.json")).watch(sink);
            throw thrown.now();
        };
        assertThatThrownBy(() -> PolicySource.override("orders", "http://localhost:1", begun)
                        .watch(new PolicySource.Sink() {
                            @Override
                            public void deliver(PolicyDocument document) {}

                            @Override
                            public void failed(IOException problem) {}
                        }))
                .hasToString(thrown.text());
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(
                        thread -> !before.contains(thread) && thread.getName().startsWith("policy")));
    }
}
