package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A source whose document outlives a restart of this process, in a file. */
final class SnapshotSource implements PolicySource {
    private final PolicySource source;
    private final Resumable resumable;
    private final SnapshotFile file;
    private final Duration initialFetchTimeout;

    /** A source that can begin where an earlier process ended. */
    interface Resumable {
        /** @param inForce what is in force already; null = nothing */
        Closeable watch(Time time, Sink sink, @Nullable Snapshot inForce);
    }

    SnapshotSource(PolicySource source, Resumable resumable, URI uri, Path directory, Duration initialFetchTimeout) {
        this.source = source;
        this.resumable = resumable;
        this.file = new SnapshotFile(directory, uri);
        this.initialFetchTimeout = initialFetchTimeout;
    }

    @Override
    public Closeable watch(Time time, Sink sink) {
        SnapshotWatch watch = new SnapshotWatch(time, sink, resumable, file, initialFetchTimeout);
        time.start("policy-snapshot", watch::run);
        return watch;
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
