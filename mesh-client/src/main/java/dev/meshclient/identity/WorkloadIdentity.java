package dev.meshclient.identity;

import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.io.IOException;

/**
 * Where the certificate of this workload, its key and its trust bundles come from. {@link MountedIdentity} reads them from
 * files; implement it for other places.
 */
public interface WorkloadIdentity {
    /**
     * Begins to deliver to the sink, on any thread, until closed. Does not block and does not throw: what goes wrong is told
     * to the sink and tried again. Whether it is new, how long it lasts and what it means for connections is the mesh's
     * business.
     */
    Closeable watch(Sink sink);

    /** As {@link #watch(Sink)} with the clock and the threads of the mesh; for the sources of this library. */
    default Closeable watch(Time time, Sink sink) {
        return watch(sink);
    }

    /** One that never changes. */
    static WorkloadIdentity of(Svid svid) {
        return new FixedIdentity(svid);
    }

    /** Who is told. Calls come one at a time. */
    interface Sink {
        /** What the workload is from now on; the same again means that a problem told before is over. */
        void deliver(Svid svid);

        /** Why there is nothing newer just now; what was delivered last stays in use. */
        void failed(IOException problem);
    }
}
