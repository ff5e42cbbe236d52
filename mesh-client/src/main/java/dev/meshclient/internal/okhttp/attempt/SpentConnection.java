package dev.meshclient.internal.okhttp.attempt;

import java.net.ProtocolException;

/**
 * Nothing of the request was written: the pooled connection that OkHttp chose is of no use any more. OkHttp closes it, and as
 * for all protocol errors does not repeat the request; the transport does, on another connection.
 */
final class SpentConnection extends ProtocolException {
    private static final long serialVersionUID = 1;

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
