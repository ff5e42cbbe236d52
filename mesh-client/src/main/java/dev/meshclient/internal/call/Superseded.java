package dev.meshclient.internal.call;

import java.io.IOException;

/** The failure of an attempt that another one of its call made superfluous. No caller gets it. */
final class Superseded extends IOException {
    private static final long serialVersionUID = 1;

    Superseded(Attempt by) {
        super("attempt #" + by.number() + " of the call answered first");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
