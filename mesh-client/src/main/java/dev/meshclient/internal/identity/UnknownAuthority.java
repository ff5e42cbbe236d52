package dev.meshclient.internal.identity;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** No trusted authority has signed the chain of a peer. */
public final class UnknownAuthority extends CertificateException {
    private static final long serialVersionUID = 1;

    UnknownAuthority(String what, @Nullable Throwable cause) {
        super(what, cause);
    }
}
