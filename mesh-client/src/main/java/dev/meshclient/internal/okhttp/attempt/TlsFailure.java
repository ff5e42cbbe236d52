package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.tls.PeerFaults;
import dev.meshclient.internal.tls.PeerSocket;
import dev.meshclient.internal.tls.PeerTls;
import java.io.IOException;
import java.net.SocketException;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Connection;
import org.jspecify.annotations.Nullable;

/** Interprets TLS failures. JSSE's messages name neither side. */
final class TlsFailure {
    private static final String ALERT = "Received fatal alert: ";

    /** RFC 8446 6.2: the alerts that answer a certificate. */
    private static final Set<String> OF_CERTIFICATES = Set.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied",
            "certificate_required");

    private TlsFailure() {}

    /** Whether the peer refuses our certificate: that does not count against its health. */
    static boolean isOfOurCertificate(Exception e) {
        return OF_CERTIFICATES.contains(alert(e));
    }

    /** The peer's alert about our certificate, if that closed the connection. */
    static IOException behind(IOException e, @Nullable Connection connection) {
        if (e instanceof SSLException || connection == null || !(connection.socket() instanceof PeerSocket peer)) {
            return e;
        }
        SSLException end = e instanceof SocketException ? peer.endOfBroken() : peer.end();
        for (Throwable cause = end; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException alert && isOfOurCertificate(alert)) {
                return alert;
            }
        }
        return e;
    }

    private static String alert(Exception e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf(ALERT);
        return at < 0 ? "" : message.substring(at + ALERT.length());
    }

    /** Some servers, such as the JDK's HttpsServer, close without an alert when they refuse a certificate. */
    static IOException withoutAlert(IOException e, String endpoint, PeerTls tls) {
        return new IOException(
                e.getMessage() + "; it was the first request on this connection: " + endpoint
                        + " may have refused the certificate of this workload, " + tls.presented()
                        + ", without an alert",
                e);
    }

    /** JSSE's message if a peer closes the connection within the handshake. */
    private static final String CLOSED = "Remote host terminated the handshake";

    /** The question where a peer says nothing that is TLS. */
    static final String QUESTION = "; does it speak TLS?";

    /**
     * Adds the names and keeps the exception type, which callers catch. A name that the handshake finds wrong has OkHttp's type
     * for it, although OkHttp has not verified the host yet.
     *
     * @param tls null: that of the caller's client
     */
    static SSLException named(SSLException e, String endpoint, @Nullable PeerTls tls) {
        boolean silent =
                PeerFaults.isPlaintext(e) || String.valueOf(e.getMessage()).contains(CLOSED);
        String what = tls != null && isOfOurCertificate(e)
                ? endpoint + " refused the certificate of this workload, " + tls.presented() + ": " + alert(e) + " ("
                        + tls + "); see what it trusts"
                : (tls == null ? "TLS" : tls) + " with " + endpoint + " failed: " + e.getMessage()
                        + (silent ? QUESTION : "");
        SSLException named = e instanceof SSLPeerUnverifiedException || PeerFaults.isOfHostName(e)
                ? new SSLPeerUnverifiedException(what)
                : e instanceof SSLHandshakeException ? new SSLHandshakeException(what) : new SSLException(what);
        named.initCause(e);
        return named;
    }
}
