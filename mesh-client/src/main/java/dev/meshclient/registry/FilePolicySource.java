package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.nio.file.Path;

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
        return Subscription.start(time, "policy-file", sink, new FileWatch(file, new DirectoryEvents(directory), time));
    }

    @Override
    public String toString() {
        return "PolicySource.file(" + file + ")";
    }
}
