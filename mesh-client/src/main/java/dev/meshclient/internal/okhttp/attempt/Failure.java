package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.tls.PeerFaults;
import dev.meshclient.internal.tls.PeerTls;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import okhttp3.Connection;
import okhttp3.Protocol;

/** Classifies the failure of an attempt: its outcome, and the exception for the caller. */
final class Failure {
    /** The exact types with which the JDK ends a connection that several calls share. */
    private static final Map<Class<?>, Function<String, IOException>> OF_A_BROKEN_CONNECTION = Map.of(
            IOException.class, IOException::new,
            EOFException.class, EOFException::new,
            SocketException.class, SocketException::new,
            SocketTimeoutException.class, SocketTimeoutException::new,
            InterruptedIOException.class, InterruptedIOException::new,
            SSLException.class, SSLException::new,
            SSLProtocolException.class, SSLProtocolException::new,
            SSLHandshakeException.class, SSLHandshakeException::new,
            NoRouteToHostException.class, NoRouteToHostException::new,
            ConnectException.class, ConnectException::new);

    private Failure() {}

    /** The outcome of each failure; OkHttp's internal types are compared by name. */
    static Outcome outcome(InnerCall inner, IOException e) {
        String type = e.getClass().getSimpleName();
        if (inner.outerCall.outer().isCanceled()) {
            return Outcome.CANCELLED;
        }
        if (TlsFailure.isOfOurCertificate(e) && !inner.isReused() && !inner.hasAnswer()) {
            return Outcome.TLS_REFUSED;
        }
        if (inner.connection() == null) {
            return inner.hasSoughtConnection() ? Outcome.CONNECT_FAILURE : Outcome.LOCAL;
        }
        if (e instanceof SSLHandshakeException && !inner.mayBeSent()) {
            return Outcome.CONNECT_FAILURE;
        }
        // OkHttp sets the timeout of the socket, which may have been closed, before the exchange begins.
        boolean isClosedBefore = e.getClass() == SocketException.class && !inner.mayBeSent();
        if (!inner.hasFailedExchange() && !isClosedBefore && !(e instanceof ProtocolException && inner.hasAnswer())) {
            return Outcome.LOCAL;
        }
        boolean isOfStream = type.equals("StreamResetException");
        String message = String.valueOf(e.getMessage());
        if (isOfStream && message.endsWith("REFUSED_STREAM")) {
            return Outcome.REFUSED_STREAM;
        }
        if (!inner.mayBeSent() || type.equals("ConnectionShutdownException")) {
            return Outcome.RESET_BEFORE_REQUEST;
        }
        if (e instanceof ProtocolException) {
            return Outcome.PROTOCOL_ERROR;
        }
        if (e instanceof SocketTimeoutException) {
            return Outcome.ATTEMPT_TIMEOUT;
        }
        // OkHttp words the end of a connection as CANCEL too; with any other code a living peer has reset the stream.
        boolean mayBeStale = inner.isReused() && !inner.hasAnswer() && (!isOfStream || message.endsWith("CANCEL"));
        return mayBeStale ? Outcome.STALE : Outcome.RESET;
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
     * it. Each call gets an instance of its own, see {@link #own}.
     */
    static IOException named(InnerCall inner, IOException e) {
        Attempt attempt = inner.attempt;
        Endpoint endpoint = attempt.endpoint();
        PeerTls tls = inner.tls();
        if (endpoint != null && e instanceof SSLException ofTls && (tls != null || PeerFaults.isPlaintext(ofTls))) {
            return TlsFailure.named(ofTls, endpoint.name(), tls);
        }
        if (endpoint != null
                && tls != null
                && tls.presentsCertificate()
                && !inner.isReused()
                && !inner.hasAnswer()
                && e.getClass() == IOException.class) {
            return TlsFailure.withoutAlert(e, endpoint.name(), tls);
        }
        if (endpoint == null || e.getClass() != ConnectException.class) {
            return own(inner, e);
        }
        return ShownAddress.worded(
                "Failed to connect to " + endpoint.name() + ", an endpoint of '"
                        + attempt.call().request().url().host() + "'",
                e);
    }

    /**
     * An instance of this call's own, of the same type: OkHttp throws one exception in all calls whose HTTP/2 connection broke,
     * and the mesh attaches the decision and the earlier attempts of its call. An exception of another type may come from the
     * caller's own body, interceptor or socket: it stays as it is, and the mesh attaches nothing to it.
     */
    static IOException own(InnerCall inner, IOException e) {
        Connection connection = inner.connection();
        if (connection == null
                || connection.protocol() == Protocol.HTTP_1_1
                || e.getClass().getName().startsWith("okhttp3.")) { // those are made for each call
            return e;
        }
        Function<String, IOException> copy = OF_A_BROKEN_CONNECTION.get(e.getClass());
        if (copy == null) {
            inner.attempt.sharesFailure(e);
            return e;
        }
        IOException own = copy.apply(e.getMessage());
        own.initCause(e);
        own.setStackTrace(e.getStackTrace());
        return own;
    }
}
