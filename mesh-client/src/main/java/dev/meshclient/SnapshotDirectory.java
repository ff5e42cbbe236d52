package dev.meshclient;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where policy is kept for a restart if nobody says where: in what the platform offers for that. */
final class SnapshotDirectory {
    /** systemd gives the first to a unit with {@code StateDirectory=}; the second is the XDG Base Directory Specification's. */
    private static final List<String> OFFERED = List.of("STATE_DIRECTORY", "XDG_CACHE_HOME");

    private SnapshotDirectory() {}

    /** Null: nothing is offered. */
    static @Nullable Path offered(Function<String, @Nullable String> environment) {
        for (String variable : OFFERED) {
            String value = environment.apply(variable);
            Path directory = value == null ? null : directory(value.split(File.pathSeparator, 2)[0]);
            if (directory != null) {
                return directory.resolve("mesh-client");
            }
        }
        return null;
    }

    /** Neither specification allows a relative path. */
    private static @Nullable Path directory(String value) {
        try {
            Path path = Path.of(value);
            return path.isAbsolute() && Files.isDirectory(path) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
