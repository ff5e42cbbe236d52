package dev.meshclient.registry;

import dev.meshclient.internal.source.Combination;
import java.io.Closeable;
import java.time.Duration;
import java.util.Locale;

/**
 * Two sources as one.
 *
 * @param moment for how long one that has a document waits at the start for one that has said nothing yet
 */
record CombinedSource(Combination.Kind kind, PolicySource first, PolicySource second, Duration moment)
        implements PolicySource {
    static final Duration MOMENT = Duration.ofSeconds(2);

    @Override
    public Closeable watch(Sink sink) {
        return PlainSink.watch(sink, mesh -> CombinedWatch.start(mesh, this));
    }

    /** Two sources without a name have nothing to keep. */
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
