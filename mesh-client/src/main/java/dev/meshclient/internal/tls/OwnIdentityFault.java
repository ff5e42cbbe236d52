package dev.meshclient.internal.tls;

import javax.net.ssl.SSLException;

/** No connection was tried, since there is nothing to make it with. The fault is ours: no endpoint is to blame. */
public final class OwnIdentityFault extends SSLException {
    private static final long serialVersionUID = 1;

    private final String advice;

    private final boolean pending;

    OwnIdentityFault(String what, String advice) {
        this(what, advice, false);
    }

    OwnIdentityFault(String what, String advice, boolean pending) {
        super(what);
        this.advice = advice;
        this.pending = pending;
    }

    /** Whether it is the first one that has not come yet. */
    public boolean isPending() {
        return pending;
    }

    /** What to do about it, in a sentence. */
    public String advice() {
        return advice;
    }
}
