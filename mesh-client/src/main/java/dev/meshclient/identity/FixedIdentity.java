package dev.meshclient.identity;

import java.io.Closeable;

/** An identity that never changes. */
record FixedIdentity(Svid svid) implements WorkloadIdentity {
    @Override
    public Closeable watch(Sink sink) {
        sink.deliver(svid);
        return () -> {};
    }

    @Override
    public String toString() {
        return "WorkloadIdentity.of(" + svid + ")";
    }
}
