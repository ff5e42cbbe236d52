package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A source whose document outlives a restart of this process, in a file. */
final class SnapshotSource implements PolicySource {
    private final PolicySource source;
    private final Function<@Nullable Wanted, Resumable> resumable;
    private final SnapshotFile file;
    private final Duration initialFetchTimeout;

    /** A source that can begin where an earlier process ended. */
    interface Resumable {
        /** @param inForce what is in force already; null = nothing */
        Closeable watch(Time time, Sink sink, @Nullable Snapshot inForce);
    }

    /** @param resumable for what is wanted; null: nothing in particular */
    SnapshotSource(
            PolicySource source,
            Function<@Nullable Wanted, Resumable> resumable,
            URI uri,
            Path directory,
            Duration initialFetchTimeout) {
        this.source = source;
        this.resumable = resumable;
        this.file = new SnapshotFile(directory, uri);
        this.initialFetchTimeout = initialFetchTimeout;
    }

    @Override
    public Closeable watch(Time time, Sink sink) {
        return begin(time, sink, null);
    }

    @Override
    public Closeable watch(Time time, Sink sink, Wanted wanted) {
        return begin(time, sink, wanted);
    }

    private Closeable begin(Time time, Sink sink, @Nullable Wanted wanted) {
        SnapshotWatch watch = new SnapshotWatch(time, sink, resumable.apply(wanted), file, initialFetchTimeout);
        time.start("policy-snapshot", watch::run);
        return watch;
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
