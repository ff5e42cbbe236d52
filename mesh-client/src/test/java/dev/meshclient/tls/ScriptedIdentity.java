package dev.meshclient.tls;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import java.io.Closeable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An identity that a test rotates. */
final class ScriptedIdentity implements WorkloadIdentity {
    private final List<Sink> sinks = new CopyOnWriteArrayList<>();
    private @Nullable Svid current;

    /** @param first null: there is none until the first rotation */
    ScriptedIdentity(@Nullable Svid first) {
        this.current = first;
    }

    @Override
    public Closeable watch(Sink sink) {
        sinks.add(sink);
        if (current != null) {
            sink.deliver(current);
        }
        return () -> sinks.remove(sink);
    }

    void rotate(Svid next) {
        current = next;
        sinks.forEach(sink -> sink.deliver(next));
    }
}
