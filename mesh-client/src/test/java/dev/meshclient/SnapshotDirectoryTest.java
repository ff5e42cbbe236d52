package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotDirectoryTest {
    @TempDir
    private Path there;

    @Test
    void a_directory_that_the_environment_names_and_that_is_there_is_taken() {
        String state = there.toString();
        assertThat(SnapshotDirectory.offered(Map.of("STATE_DIRECTORY", state)::get))
                .isEqualTo(there.resolve("mesh-client"));
        assertThat(SnapshotDirectory.offered(Map.of("XDG_CACHE_HOME", state)::get))
                .isEqualTo(there.resolve("mesh-client"));
        assertThat(SnapshotDirectory.offered(Map.of("STATE_DIRECTORY", there + "/gone", "XDG_CACHE_HOME", state)::get))
                .isEqualTo(there.resolve("mesh-client"));
    }

    @Test
    void of_several_state_directories_the_first_is_taken() {
        String several = there + java.io.File.pathSeparator + "/elsewhere";
        assertThat(SnapshotDirectory.offered(Map.of("STATE_DIRECTORY", several)::get))
                .isEqualTo(there.resolve("mesh-client"));
    }

    @Test
    void nothing_is_taken_that_is_not_there_or_not_absolute() {
        assertThat(SnapshotDirectory.offered(Map.<String, String>of()::get)).isNull();
        assertThat(SnapshotDirectory.offered(Map.of("XDG_CACHE_HOME", there + "/gone")::get))
                .isNull();
        assertThat(SnapshotDirectory.offered(Map.of("XDG_CACHE_HOME", ".")::get))
                .isNull();
        assertThat(SnapshotDirectory.offered(Map.of("STATE_DIRECTORY", "")::get))
                .isNull();
    }
}
