package dev.meshclient.internal.tls;

import javax.net.ssl.SSLException;

/**
 * No connection was tried because the own certificate is missing or not valid. The fault is on this side: no endpoint is to
 * blame.
 */
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

    /** Whether the first certificate has not arrived yet. */
    public boolean isPending() {
        return pending;
    }

    /** How to correct the fault, in one sentence. */
    public String advice() {
        return advice;
    }
}
