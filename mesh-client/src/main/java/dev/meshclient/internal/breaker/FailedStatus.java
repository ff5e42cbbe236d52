package dev.meshclient.internal.breaker;

import java.io.IOException;

/** A response that counts as a failure, for the consumers of resilience4j's events. */
final class FailedStatus extends IOException {
    private static final long serialVersionUID = 1;

    FailedStatus(int status) {
        super("status " + status);
    }

    /** The mesh made it on the hot path. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
