package dev.meshclient;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The default directory for policy that outlives a restart: one that the platform offers. */
final class SnapshotDirectory {
    /**
     * systemd sets the first for a unit with {@code StateDirectory=}; the second is defined by the XDG Base Directory
     * Specification.
     */
    private static final List<String> OFFERED = List.of("STATE_DIRECTORY", "XDG_CACHE_HOME");

    private SnapshotDirectory() {}

    /** Null: the platform offers none. */
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
