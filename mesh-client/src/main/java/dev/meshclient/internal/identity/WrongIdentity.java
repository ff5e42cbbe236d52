package dev.meshclient.internal.identity;

import java.security.cert.CertificateException;

/** A peer proves another identity than the expected one. */
public final class WrongIdentity extends CertificateException {
    private static final long serialVersionUID = 1;

    private final boolean ofHost;

    /** @param ofHost whether a host name is expected, or another name that policy states in its place */
    public WrongIdentity(String what, boolean ofHost) {
        super(what);
        this.ofHost = ofHost;
    }

    /** Whether a host name is expected, or another name that policy states in its place; false: a SPIFFE ID. */
    public boolean isOfHost() {
        return ofHost;
    }
}
