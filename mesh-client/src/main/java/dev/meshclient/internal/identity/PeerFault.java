package dev.meshclient.internal.identity;

import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Decider: the kind of a security failure towards a peer. */
public enum PeerFault {
    /** The peer proves another identity than the expected one. */
    WRONG_IDENTITY,
    /** The certificate of the peer is not trusted, has expired or breaks a rule. */
    NOT_TRUSTED,
    /** The peer answers TLS in plaintext. */
    PLAINTEXT;

    /** JSSE's message for an answer that is no TLS. */
    private static final String NO_TLS = "Unsupported or unrecognized SSL message";

    /** Null: it is no security failure of a handshake, or the peer has refused the certificate of this process. */
    public static @Nullable PeerFault of(SSLException failure) {
        if (failure instanceof SSLPeerUnverifiedException) {
            return WRONG_IDENTITY;
        }
        PeerFault found = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WrongIdentity) {
                return WRONG_IDENTITY;
            }
            if (cause instanceof CertificateException) {
                found = NOT_TRUSTED;
            } else if (found == null && cause instanceof SSLException && NO_TLS.equals(cause.getMessage())) {
                found = PLAINTEXT;
            }
        }
        return found;
    }

    /** Whether a peer has proved another name than the host, or than the name that policy states in its place. */
    public static boolean isOfHostName(SSLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WrongIdentity wrong) {
                return wrong.isOfHost();
            }
        }
        return false;
    }
}
