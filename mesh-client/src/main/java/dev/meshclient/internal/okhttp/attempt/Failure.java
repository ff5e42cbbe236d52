package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.tls.PeerFaults;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Classifies the failure of an attempt: its outcome, and the exception for the caller. */
final class Failure {
    private Failure() {}

    /** The outcome of each failure; OkHttp's internal types are compared by name. */
    static Outcome outcome(InnerCall inner, IOException e) {
        InnerCall seen = inner;
        String type = e.getClass().getSimpleName();
        OuterCall call = inner.outerCall;
        // When callTimeout expires, the reading thread may wake before the outer call is marked as cancelled.
        if (call.outer().isCanceled() || inner.attempt.now() >= call.deadline()) {
            return Outcome.CANCELLED;
        }
        if (TlsFailure.isOfOurCertificate(e) && !seen.isReused() && !seen.hasAnswer()) {
            return Outcome.TLS_REFUSED;
        }
        if (seen.connection() == null || (e instanceof SSLHandshakeException && !seen.mayBeSent())) {
            return Outcome.CONNECT_FAILURE;
        }
        if (type.equals("StreamResetException")
                && String.valueOf(e.getMessage()).endsWith("REFUSED_STREAM")) {
            return Outcome.REFUSED_STREAM;
        }
        if (!seen.mayBeSent() || type.equals("ConnectionShutdownException")) {
            return Outcome.RESET_BEFORE_REQUEST;
        }
        if (e instanceof ProtocolException) {
            return Outcome.PROTOCOL_ERROR;
        }
        if (e instanceof SocketTimeoutException) {
            return Outcome.ATTEMPT_TIMEOUT;
        }
        return seen.isReused() && !seen.hasAnswer() ? Outcome.STALE : Outcome.RESET;
    }

    /** The outcome of an attempt that was cancelled from above. */
    static Outcome ofCancelled(InnerCall inner, IOException cause) {
        return inner.isConnectTimeout(cause) ? late(inner) : inner.attempt.cancelledAs();
    }

    /** The timer of a handshake may fire just before the handshake completes. */
    private static Outcome late(InnerCall inner) {
        return inner.mayBeSent() ? Outcome.ATTEMPT_TIMEOUT : Outcome.CONNECT_FAILURE;
    }

    /**
     * Names the endpoint: OkHttp names the logical host and port, where no server listens. The type stays, since callers catch
     * it.
     */
    static IOException named(InnerCall inner, IOException e) {
        Attempt attempt = inner.attempt;
        Endpoint endpoint = attempt.endpoint();
        if (endpoint != null && e instanceof SSLException tls && (inner.tls != null || PeerFaults.isPlaintext(tls))) {
            return TlsFailure.named(tls, endpoint.name(), inner.tls);
        }
        if (endpoint != null
                && inner.tls != null
                && inner.tls.presentsCertificate()
                && !inner.isReused()
                && !inner.hasAnswer()
                && e.getClass() == IOException.class) {
            return TlsFailure.withoutAlert(e, endpoint.name(), inner.tls);
        }
        if (endpoint == null || e.getClass() != ConnectException.class) {
            return e;
        }
        ConnectException named = new ConnectException("Failed to connect to " + endpoint.name() + ", an endpoint of '"
                + attempt.call().request().url().host() + "'");
        named.initCause(e);
        return named;
    }
}
