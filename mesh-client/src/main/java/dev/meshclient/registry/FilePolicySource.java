package dev.meshclient.registry;

import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A policy in a file that others write. */
final class FilePolicySource implements PolicySource {
    private final Path file;
    private final Path directory;

    FilePolicySource(Path path) {
        this.file = path.toAbsolutePath();
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("PolicySource.file takes a file, not '" + path + "'");
        }
        this.directory = parent;
    }

    @Override
    public Closeable watch(Time time, Sink sink) {
        return resume(time, sink, null);
    }

    private Closeable resume(Time time, Sink sink, @Nullable Snapshot inForce) {
        FileWatch watch = new FileWatch(file, new DirectoryEvents(directory), time, inForce);
        return Subscription.start(time, "policy-file", sink, watch);
    }

    @Override
    public PolicySource snapshotIn(Path snapshots, Duration initialFetchTimeout) {
        return new SnapshotSource(this, wanted -> this::resume, file.toUri(), snapshots, initialFetchTimeout);
    }

    @Override
    public String toString() {
        return "PolicySource.file(" + file + ")";
    }
}
