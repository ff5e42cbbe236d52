package dev.meshclient.identity;

import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;

/**
 * The source of this workload's certificate, key and trust bundles. {@link MountedIdentity} reads them from files; implement
 * this interface for other sources.
 */
public interface WorkloadIdentity {
    /**
     * Starts to deliver identities to the sink, on any thread, until closed. Must not block or throw: report a failure to the
     * sink and try again. The mesh itself finds out whether a delivered identity is new, when it expires, and which connections
     * must be closed.
     */
    Closeable watch(Sink sink);

    /** An identity that never changes. */
    static WorkloadIdentity of(Svid svid) {
        Objects.requireNonNull(svid, "svid must not be null: pass a certificate with its key");
        return new FixedIdentity(svid);
    }

    /** Receives the results of a source. Call it from one thread at a time. */
    interface Sink {
        /** Puts this identity in use; the same identity again ends an earlier problem. */
        void deliver(Svid svid);

        /** Reports why there is no newer identity; the last delivered identity stays in use. */
        void failed(IOException problem);
    }
}
