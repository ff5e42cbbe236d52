package dev.meshclient.internal.control;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/** Snapshots, as tests of other packages see and change them. */
public final class Snapshots {
    private Snapshots() {}

    /** Makes that of a source older. */
    public static void age(Path directory, String source, Duration age) throws IOException {
        SnapshotFile file = new SnapshotFile(directory, source);
        Snapshot left = Objects.requireNonNull(file.read());
        file.write(left.confirmed(left.confirmed().minus(age)));
    }

    /** The revision that is kept of a source. */
    public static String revision(Path directory, String source) throws IOException {
        return read(directory, source).policy().revision();
    }

    /** The services that are kept of a source. */
    public static Set<String> services(Path directory, String source) throws IOException {
        return read(directory, source).policy().services().keySet();
    }

    private static Snapshot read(Path directory, String source) throws IOException {
        return Objects.requireNonNull(new SnapshotFile(directory, source).read());
    }
}
