package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperTest {
    private static final long MINUTE = 60_000_000_000L;

    private final StepTime time = new StepTime();
    private SnapshotFile file;
    private Keeper keeper;

    @TempDir
    private Path directory;

    @BeforeEach
    void name() {
        file = new SnapshotFile(directory.resolve("kept"), URI.create("https://registry/policy"));
        keeper = new Keeper(file, time);
    }

    private void applied(String json) throws IOException {
        PolicyDocument document = PolicyCodec.read(json);
        Provenance.Raw raw = new Provenance.Raw(json.getBytes(StandardCharsets.UTF_8), "\"a\"");
        keeper.applied(document, Provenance.live(time.wall().instant(), raw), List.of());
    }

    private Instant kept() throws IOException {
        return Objects.requireNonNull(file.read()).confirmed();
    }

    @Test
    void what_is_applied_is_written_once() throws IOException {
        applied(document(1));
        keeper.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
        assertThat(keeper.hasWork()).isFalse();
    }

    @Test
    void that_it_is_confirmed_is_written_at_most_each_hour() throws IOException {
        applied(document(1));
        keeper.work();
        time.step(59 * MINUTE);
        keeper.confirmed();
        assertThat(keeper.hasWork()).isFalse();
        time.step(2 * MINUTE);
        keeper.confirmed();
        keeper.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
    }

    @Test
    void that_it_is_confirmed_is_written_ten_times_in_its_ttl() throws IOException {
        applied(document(1).replace("\"mesh\"", "\"ttl\": \"1h\", \"mesh\""));
        keeper.work();
        time.step(5 * MINUTE);
        keeper.confirmed();
        assertThat(keeper.hasWork()).isFalse();
        time.step(MINUTE);
        keeper.confirmed();
        assertThat(keeper.hasWork()).isTrue();
    }

    @Test
    void what_an_earlier_process_left_is_confirmed_at_once() throws IOException {
        byte[] json = document(1).getBytes(StandardCharsets.UTF_8);
        keeper.resumed(
                new Snapshot(json, "\"a\"", Instant.EPOCH),
                PolicyCodec.read(json).policy());
        assertThat(keeper.hasWork()).isFalse();
        keeper.confirmed();
        keeper.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
    }

    @Test
    void what_could_not_be_written_is_written_later() throws IOException {
        Path inTheWay = Files.createFile(directory.resolve("kept"));
        applied(document(1));
        keeper.work();
        assertThat(inTheWay).isEmptyFile();
        Files.delete(inTheWay);
        time.step(61 * MINUTE);
        keeper.confirmed();
        keeper.work();
        assertThat(kept()).isEqualTo(time.wall().instant());
    }

    @Test
    void that_it_cannot_be_written_is_told_once_until_it_can() throws IOException {
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
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        try {
            for (int version : versions) {
                applied(document(version));
                keeper.work();
            }
        } finally {
            System.setErr(before);
        }
        return told.toString(StandardCharsets.UTF_8);
    }

    @Test
    void what_was_made_in_code_is_not_kept() throws IOException {
        keeper.applied(
                PolicyCodec.read(document(1)), Provenance.live(time.wall().instant(), null), List.of());
        assertThat(keeper.hasWork()).isFalse();
    }
}
