package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.meshclient.policy.Metadata;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFileTest {
    private static final Instant WHEN = Instant.parse("2026-11-22T18:00:00.123Z");
    private static final URI SOURCE = URI.create("https://registry/policy?key=secret");

    @TempDir
    private Path directory;

    private static Snapshot snapshot(int version) {
        return new Snapshot(document(version).getBytes(StandardCharsets.UTF_8), "\"" + version + "\"", WHEN);
    }

    /** With two older documents, and names that are no part of a line. */
    private static Snapshot withOlder() {
        Metadata before = new Metadata("", null, 7L, null, null, null);
        Metadata last = new Metadata("", "an epoch\n of 2", 1L, null, null, null);
        return new Snapshot(
                "last".getBytes(StandardCharsets.UTF_8),
                "\"e\"",
                WHEN,
                List.of(before, last),
                List.of(
                        new Snapshot.Older("first\n\n".getBytes(StandardCharsets.UTF_8), Map.of("a b\n\u00fc", WHEN)),
                        new Snapshot.Older(
                                "second".getBytes(StandardCharsets.UTF_8), Map.of("b", WHEN, "c", Instant.MAX))),
                "not written");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void what_is_written_is_read() throws IOException {
        SnapshotFile file = new SnapshotFile(directory.resolve("not/there"), SOURCE);
        assertThat(file.read()).isNull();
        file.write(snapshot(1));
        file.write(snapshot(2));
        Snapshot read = Objects.requireNonNull(file.read());
        assertThat(new String(read.json(), StandardCharsets.UTF_8)).isEqualTo(document(2));
        assertThat(read.etag()).isEqualTo("\"2\"");
        assertThat(read.confirmed()).isEqualTo(WHEN);
    }

    @Test
    void it_may_have_no_etag_and_any_bytes() throws IOException {
        byte[] bytes = "\n\netag \"no\"\n\u0000\u00ff\n".getBytes(StandardCharsets.ISO_8859_1);
        SnapshotFile file = new SnapshotFile(directory, SOURCE);
        file.write(new Snapshot(bytes, null, WHEN));
        Snapshot read = Objects.requireNonNull(file.read());
        assertThat(read.json()).isEqualTo(bytes);
        assertThat(read.etag()).isNull();
    }

    @Test
    void older_documents_and_the_order_of_versions_are_read() throws IOException {
        Snapshot read = Snapshot.of(withOlder().toBytes());
        assertThat(read.order()).isEqualTo(withOlder().order());
        assertThat(read.older())
                .extracting(older -> new String(older.json(), StandardCharsets.UTF_8))
                .containsExactly("first\n\n", "second");
        assertThat(read.older())
                .extracting(Snapshot.Older::services)
                .containsExactlyElementsOf(withOlder().older().stream()
                        .map(Snapshot.Older::services)
                        .toList());
        assertThat(read.json()).asString(StandardCharsets.UTF_8).isEqualTo("last");
        assertThat(read.rejection()).isNull();
    }

    @Test
    void a_file_of_another_version_or_of_somebody_else_is_told_apart() {
        assertThatThrownBy(() -> Snapshot.of("mesh-client-snapshot 1 abc\n\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("of another version of mesh-client");
        assertThatThrownBy(() -> Snapshot.of("hello\nworld\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no snapshot");
    }

    /** The digest finds damage; who writes a digest of his own may write any head. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "confirmed\n\n",
                "confirmed yesterday\n\n",
                "document 4\n\nabc",
                "document 2\n\nabc",
                "document -1\n\nabc",
                "older 99\nservice +1000000000-12-31T23:59:59.999999999Z a\ndocument 1\n\nabc",
                "service x y\ndocument 3\n\nabc",
                "order\ndocument 3\n\nabc",
                "order x\ndocument 3\n\nabc",
                "news 1\ndocument 3\n\nabc",
            })
    void a_head_of_another_form_is_refused(String rest) {
        String all = "mesh-client-snapshot 2 " + Sha256.hex(rest.getBytes(StandardCharsets.UTF_8)) + "\n" + rest;
        assertThatThrownBy(() -> Snapshot.of(all.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void only_its_owner_may_read_it_and_nothing_else_stays_behind() throws IOException {
        new SnapshotFile(directory, SOURCE).write(snapshot(1));
        assertThat(files()).hasSize(1);
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().get(0))))
                .isEqualTo("rw-------");
    }

    @Test
    void its_name_tells_sources_apart_and_nothing_of_them() throws IOException {
        new SnapshotFile(directory, SOURCE).write(snapshot(1));
        new SnapshotFile(directory, URI.create("https://registry/policy?key=other")).write(snapshot(2));
        assertThat(files()).hasSize(2).noneMatch(f -> f.toString().contains("secret"));
        assertThat(Objects.requireNonNull(new SnapshotFile(directory, SOURCE).read())
                        .etag())
                .isEqualTo("\"1\"");
    }

    @Test
    void whatever_is_cut_or_changed_is_refused() throws IOException {
        byte[] good = withOlder().toBytes();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> Snapshot.of(cut)).as("cut to %s", length).isInstanceOf(IOException.class);
        }
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> Snapshot.of(changed)).as("byte %s", i).isInstanceOf(IOException.class);
        }
    }

    @Test
    void who_reads_while_two_write_sees_one_of_both() throws Exception {
        CompletableFuture<Void> one = CompletableFuture.runAsync(() -> write(1));
        CompletableFuture<Void> two = CompletableFuture.runAsync(() -> write(2));
        SnapshotFile file = new SnapshotFile(directory, SOURCE);
        while (!one.isDone() || !two.isDone()) {
            Snapshot seen = file.read();
            assertThat(seen == null ? "\"1\"" : seen.etag()).isIn("\"1\"", "\"2\"");
        }
        one.get();
        two.get();
        assertThat(files()).hasSize(1);
    }

    private void write(int version) {
        SnapshotFile file = new SnapshotFile(directory, SOURCE);
        for (int i = 0; i < 50; i++) {
            try {
                file.write(snapshot(version));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
