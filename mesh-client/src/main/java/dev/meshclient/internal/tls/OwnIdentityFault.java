package dev.meshclient.internal.tls;

import javax.net.ssl.SSLException;

/** No connection was tried, since there is nothing to make it with. The fault is ours: no endpoint is to blame. */
public final class OwnIdentityFault extends SSLException {
    private static final long serialVersionUID = 1;

    private final String advice;

    OwnIdentityFault(String what, String advice) {
        super(what);
        this.advice = advice;
    }

    /** What to do about it, in a sentence. */
    public String advice() {
        return advice;
    }
}
