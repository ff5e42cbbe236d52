package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Two sources as one.
 *
 * @param moment for how long one that has a document waits at the start for one that has said nothing yet
 */
record CombinedSource(Combination.Kind kind, PolicySource first, PolicySource second, Duration moment)
        implements PolicySource {
    static final Duration MOMENT = Duration.ofSeconds(2);

    @Override
    public Closeable watch(Time time, Sink sink) {
        return begin(time, sink, null);
    }

    /** Both may have policy by the host; each is asked for the same hosts. */
    @Override
    public Closeable watch(Time time, Sink sink, Wanted wanted) {
        return begin(time, sink, wanted);
    }

    private Closeable begin(Time time, Sink sink, @Nullable Wanted wanted) {
        CombinedWatch watch = new CombinedWatch(time, sink, kind, moment);
        watch.start(first, second, wanted);
        return watch;
    }

    /** Each keeps its own document: one of them may be there after a restart, and the other not. */
    @Override
    public PolicySource snapshotIn(Path directory, Duration initialFetchTimeout) {
        return new CombinedSource(
                kind,
                first.snapshotIn(directory, initialFetchTimeout),
                second.snapshotIn(directory, initialFetchTimeout),
                moment);
    }

    @Override
    public String toString() {
        return "PolicySource." + kind.name().toLowerCase(Locale.ROOT) + "(" + first + ", " + second + ")";
    }
}
