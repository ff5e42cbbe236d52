package dev.meshclient.registry;

import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.source.Subscription;
import dev.meshclient.internal.source.file.FileWatch;
import java.io.Closeable;
import java.nio.file.Path;

/** A policy in a file that another process writes. */
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
    public Closeable watch(Sink sink) {
        return PlainSink.watch(
                sink,
                mesh -> Subscription.start(
                        "policy-file", mesh, new FileWatch(file, new DirectoryEvents(directory), mesh)));
    }

    @Override
    public String snapshotName() {
        return file.toUri().toString();
    }

    @Override
    public String toString() {
        return "PolicySource.file(" + file + ")";
    }
}
