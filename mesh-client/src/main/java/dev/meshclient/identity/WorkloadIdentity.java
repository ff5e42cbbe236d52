package dev.meshclient.identity;

import java.io.Closeable;
import java.io.IOException;

/**
 * Where the certificate of this workload, its key and its trust bundles come from. {@link MountedIdentity} reads them from
 * files; implement it for other places.
 */
public interface WorkloadIdentity {
    /**
     * Begins to deliver to the sink, on any thread, until closed. Does not block and does not throw: report a failure to the
     * sink and try again. The mesh finds out whether what is delivered is new, how long it lasts, and which connections it
     * ends.
     */
    Closeable watch(Sink sink);

    /** One that never changes. */
    static WorkloadIdentity of(Svid svid) {
        return new FixedIdentity(svid);
    }

    /** Receives what a source finds. Call it from one thread at a time. */
    interface Sink {
        /** The identity from now on; the same one again means that an earlier problem is over. */
        void deliver(Svid svid);

        /** Why there is nothing newer now; what was delivered last stays in use. */
        void failed(IOException problem);
    }
}
