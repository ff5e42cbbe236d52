package dev.meshclient.internal.okhttp;

import java.io.IOException;
import java.net.ProtocolException;

/**
 * Carries the failure of an exchange past OkHttp's own recovery, which gives up on protocol errors. Its recovery stays on
 * for connecting: all addresses of a name, and the fall-back to an older TLS configuration.
 */
final class ExchangeFailed extends ProtocolException {
    private static final long serialVersionUID = 1;

    private final IOException failure;

    ExchangeFailed(IOException failure) {
        super(failure.getMessage());
        this.failure = failure;
    }

    static IOException unwrap(IOException e) {
        return e instanceof ExchangeFailed wrapped ? wrapped.failure : e;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
