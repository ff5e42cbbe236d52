package dev.meshclient.internal.control;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.time.StepTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotWriterTest {
    private static final long MINUTE = 60_000_000_000L;

    private final StepTime time = new StepTime();
    private SnapshotFile file;
    private SnapshotWriter writer;

    @TempDir
    private Path directory;

    @BeforeEach
    void name() {
        file = new SnapshotFile(directory.resolve("kept"), "https://registry/policy");
        writer = new SnapshotWriter(file, time);
    }

    private void applied(int version) throws IOException {
        applied(version, null);
    }

    private void applied(int version, @Nullable Duration ttl) throws IOException {
        writer.inForce(SnapshotFileTest.snapshot(version, ttl, time.wall().instant(), document(version)));
    }

    private Instant kept() throws IOException {
        return Objects.requireNonNull(file.read()).confirmed();
    }

    @Test
    void what_is_applied_is_written_once() throws IOException {
        applied(1);
        writer.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
        assertThat(writer.hasWork()).isFalse();
    }

    @Test
    void that_it_is_confirmed_is_written_at_most_each_hour() throws IOException {
        applied(1);
        writer.work();
        time.step(59 * MINUTE);
        writer.confirmed();
        assertThat(writer.hasWork()).isFalse();
        time.step(2 * MINUTE);
        writer.confirmed();
        writer.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
    }

    @Test
    void that_it_is_confirmed_is_written_ten_times_in_its_ttl() throws IOException {
        applied(1, Duration.ofHours(1));
        writer.work();
        time.step(5 * MINUTE);
        writer.confirmed();
        assertThat(writer.hasWork()).isFalse();
        time.step(MINUTE);
        writer.confirmed();
        assertThat(writer.hasWork()).isTrue();
    }

    @Test
    void what_an_earlier_process_left_is_confirmed_at_once() throws IOException {
        writer.resumed(SnapshotFileTest.snapshot(1, null, Instant.EPOCH, document(1)));
        assertThat(writer.hasWork()).isFalse();
        writer.confirmed();
        writer.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
    }

    @Test
    void what_could_not_be_written_is_written_later() throws IOException {
        Path inTheWay = Files.createFile(directory.resolve("kept"));
        applied(1);
        writer.work();
        assertThat(inTheWay).isEmptyFile();
        Files.delete(inTheWay);
        time.step(61 * MINUTE);
        writer.confirmed();
        writer.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
    }

    @Test
    void a_failure_to_write_is_logged_once_until_it_works() throws IOException {
        Path inTheWay = Files.createFile(directory.resolve("kept"));
        assertThat(toldBy(1, 2, 3)).containsOnlyOnce("cannot be written").contains(file.toString());
        Files.delete(inTheWay);
        assertThat(toldBy(4)).isEmpty();
        Files.delete(Path.of(file.toString()));
        Files.delete(inTheWay);
        Files.createFile(inTheWay);
        assertThat(toldBy(5, 6)).containsOnlyOnce("cannot be written");
    }

    private String toldBy(int... versions) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream reported = new ByteArrayOutputStream();
        System.setErr(new PrintStream(reported, true, StandardCharsets.UTF_8));
        try {
            for (int version : versions) {
                applied(version);
                writer.work();
            }
        } finally {
            System.setErr(before);
        }
        return reported.toString(StandardCharsets.UTF_8);
    }
}
