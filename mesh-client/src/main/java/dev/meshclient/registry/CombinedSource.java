package dev.meshclient.registry;

import dev.meshclient.internal.source.Combination;
import java.io.Closeable;
import java.time.Duration;
import java.util.Locale;

/**
 * Two sources as one.
 *
 * @param moment how long a source that has a document waits at the start for the first document of the other
 */
record CombinedSource(Combination.Kind kind, PolicySource first, PolicySource second, Duration moment)
        implements PolicySource {
    static final Duration MOMENT = Duration.ofSeconds(2);

    @Override
    public Closeable watch(Sink sink) {
        return PlainSink.watch(sink, mesh -> CombinedWatch.start(mesh, this));
    }

    /** Sources without a name keep no snapshot. */
    @Override
    public String snapshotName() {
        String one = first.snapshotName();
        String other = second.snapshotName();
        return one.isEmpty() && other.isEmpty() ? "" : kind + " " + one + " " + other;
    }

    @Override
    public String toString() {
        return "PolicySource." + kind.name().toLowerCase(Locale.ROOT) + "(" + first + ", " + second + ")";
    }
}
