package dev.meshclient.internal.okhttp.attempt;

import java.io.IOException;
import java.net.ProtocolException;

/**
 * Carries the failure of an exchange past OkHttp's own recovery, which does not repeat protocol errors. That recovery remains
 * for connecting: all addresses of a name, and the fallback to an older TLS configuration.
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
