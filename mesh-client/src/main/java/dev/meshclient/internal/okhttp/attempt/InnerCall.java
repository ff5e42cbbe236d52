package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.okhttp.client.EndpointConnections;
import dev.meshclient.internal.okhttp.events.CallEvents;
import dev.meshclient.internal.okhttp.events.EventForwarder;
import dev.meshclient.internal.okhttp.events.RealCallAccess;
import dev.meshclient.internal.tls.PeerTls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/** The engine's state of an attempt: its inner call on the wire. */
public final class InnerCall extends EventForwarder implements Runnable {
    /** A caller may cancel for any reason; after this time, or most of its timeout, silence of the peer is a likely one. */
    private static final long LONG_NANOS = 1_000_000_000;

    final Attempt attempt;
    final OuterCall outerCall;
    /** Whether the mesh has endpoints for it, so that the mesh's own headers may be sent. */
    public boolean toMesh;
    /** The connections of its endpoint, if it has one. */
    @Nullable
    EndpointConnections connections;

    /** The mesh's TLS on its connection; null: the wire is not TLS, or uses that of the caller's client. */
    @Nullable
    PeerTls tls;

    private volatile @Nullable Call call; // null again once its response is returned
    private volatile boolean abandoned;
    private @Nullable Connection connection;
    private boolean connectStarted;
    private boolean headersStarted;
    private boolean headersOpen; // their end was not reported
    private boolean responseStarted;
    private boolean exchangeFailed;
    private boolean done;
    private boolean released;
    private volatile @Nullable Rare rare;

    /** Fields that most attempts do not need. */
    private static final class Rare {
        @Nullable
        Headers masked;

        @Nullable
        HandshakeTimer handshake;

        @Nullable
        Connection shown;

        long connectStartedAt;
    }

    public InnerCall(OuterCall outerCall, Attempt attempt) {
        this.attempt = attempt;
        this.outerCall = outerCall;
    }

    private synchronized Rare rare() {
        Rare known = rare;
        if (known == null) {
            known = new Rare();
            rare = known;
        }
        return known;
    }

    @Override
    protected EventListener to() {
        return outerCall.listener();
    }

    @Override
    protected Call as(Call call) {
        return outerCall.outer();
    }

    /** The peer's original response if the wire interceptor hid a part of it from OkHttp; otherwise null. */
    @Nullable
    Headers masked() {
        Rare known = rare;
        return known == null ? null : known.masked;
    }

    void masked(Headers said) {
        rare().masked = said;
    }

    /** Sets the inner call that runs now. */
    void runs(Call inner) {
        call = inner;
        attempt.onCancel(this);
    }

    /**
     * The response is returned: from here on only the holder of its body holds the inner call. The timers of the mesh hold this
     * object, and OkHttp reports a forgotten body when its call is unreachable.
     */
    void returned() {
        if (connection != null && RealCallAccess.canFindCalls()) {
            call = null;
        }
    }

    /** Cancels the inner call with the attempt. */
    @Override
    public void run() {
        Call inner = call;
        Connection used = connection;
        if (inner != null) {
            inner.cancel();
        } else if (used != null) {
            RealCallAccess.cancel(used, this);
        }
        EndpointConnections from = connections;
        if (from != null && used != null) {
            from.sockets().cancelled(used);
        }
    }

    /** The route to the peer, for an authenticator of the caller. */
    @Nullable
    public Route route() {
        Connection mine = shown(connection);
        return mine == null ? null : mine.route();
    }

    /** Cancels what is not needed any more; the caller's call is not cancelled. */
    public void abandon() {
        abandoned = true;
        run();
        detach();
        attempt.over();
    }

    private @Nullable HandshakeTimer handshake() {
        Rare known = rare;
        return known == null ? null : known.handshake;
    }

    private void handshakeEnded() {
        HandshakeTimer started = handshake();
        if (started != null) {
            started.end();
        }
    }

    boolean isConnectTimeout(IOException e) {
        HandshakeTimer started = handshake();
        return started != null && started.isCause(e);
    }

    @Nullable
    Connection connection() {
        return connection;
    }

    /** Whether a byte of the request may have been written. */
    boolean mayBeSent() {
        return headersStarted;
    }

    /** Whether a byte of the response arrived. */
    boolean hasAnswer() {
        return responseStarted;
    }

    /** Whether OkHttp reported the failure of an exchange: any other failure is the application's own. */
    boolean hasFailedExchange() {
        return exchangeFailed;
    }

    /** Whether the connection existed before this attempt. */
    boolean isReused() {
        return connection != null && !connectStarted;
    }

    /** Whether its request must not be sent over the connection from the pool. */
    boolean isConnectionSpent() {
        EndpointConnections from = connections;
        Connection mine = connection;
        return from != null
                && mine != null
                && !connectStarted
                && from.sockets()
                        .isSpent(
                                mine,
                                Idempotence.isRepeatable(
                                        attempt.call().request(), attempt.call().options()));
    }

    /** Tells its connections how it failed: others of them may be in the same state. */
    void endedAs(Outcome outcome) {
        EndpointConnections from = connections;
        Connection mine = connection;
        if (from == null || mine == null) {
            return;
        }
        if (outcome == Outcome.STALE) {
            from.foundStale();
        } else if (!responseStarted && isTimeout(outcome)) {
            from.unanswered(mine, attempt.startedAt());
        }
    }

    /** OkHttp cancels the call when {@code callTimeout} expires, perhaps before the engine's own deadline of it. */
    private boolean isTimeout(Outcome outcome) {
        IOException cause = attempt.cancelCause();
        long elapsed = attempt.now() - attempt.startedAt();
        long most = outerCall.deadline() - attempt.startedAt();
        return switch (outcome) {
            case ATTEMPT_TIMEOUT, DEADLINE -> true;
            case CANCELLED ->
                (cause != null && !(cause instanceof CallEvents.Canceled)) // a deadline that the caller set
                        || elapsed >= Math.min(LONG_NANOS, most / 2);
            default -> false;
        };
    }

    /** Ends this attempt for the logical call, whatever its streams still do. */
    void detach() {
        Connection mine = connection;
        try {
            if (mine != null && !released) {
                released = true;
                outerCall.released(mine, reported(mine));
            }
        } finally {
            over(null);
        }
    }

    private void over(@Nullable IOException failure) {
        synchronized (this) {
            if (done) {
                return;
            }
            done = true;
        }
        if (failure != null && attempt.outcome() == Outcome.RESPONSE) {
            attempt.bodyFailed(failure);
        }
        try {
            outerCall.attemptOver(failure);
        } finally {
            attempt.over();
        }
    }

    /**
     * If a caller's listener throws at the end of the body, OkHttp reports no end: the attempt releases its permits
     * nevertheless.
     */
    private void endUnless(boolean reported) {
        if (!reported) {
            abandon();
        }
    }

    @Override
    public void callEnd(Call call) {
        over(null);
    }

    @Override
    public void callFailed(Call call, IOException ioe) {
        if (ioe instanceof SpentConnection) { // another call follows
            connection = null;
            return;
        }
        IOException failure = ExchangeFailed.unwrap(ioe);
        IOException limit = outerCall.endTimeout() ? timeout(failure) : limitOfBody();
        over(limit == null ? failure : limit);
        if (limit != null) {
            throwChecked(limit);
        }
    }

    /** The failure of a call whose {@code callTimeout} has expired, in OkHttp's words. */
    private static IOException timeout(IOException behind) {
        InterruptedIOException timeout = new InterruptedIOException("timeout");
        timeout.initCause(behind);
        return timeout;
    }

    /** The limit that ended the body after the response was returned; null: none did. */
    private @Nullable IOException limitOfBody() {
        IOException cause = attempt.outcome() == Outcome.RESPONSE ? attempt.cancelCause() : null;
        return cause instanceof CallEvents.Canceled ? null : cause;
    }

    /**
     * OkHttp reports a failure last, from within the read that failed. The exception thrown here replaces "Socket closed" for
     * the reader, and no response needs a body of the mesh around its own.
     */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwChecked(IOException limit) throws E {
        throw (E) limit;
    }

    /** Cancelled by the mesh, or from within; then the caller's call is cancelled too. */
    @Override
    public void canceled(Call call) {
        if (!abandoned && attempt.cancelCause() == null && !outerCall.outer().isCanceled()) {
            outerCall.outer().cancel();
        }
    }

    /** Reported only where OkHttp itself repeats; where the mesh repeats, its own decision counts. */
    @Override
    public void retryDecision(Call call, IOException exception, boolean retry) {
        exchangeFailed &= !retry;
        if (!toMesh) {
            to().retryDecision(as(call), exception, retry);
        }
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        if (nextRequest != null) { // the engine decides whether there is none
            to().followUpDecision(as(call), networkResponse, nextRequest);
        }
    }

    @Override
    public void connectionAcquired(Call call, Connection acquired) {
        Rare known = rare;
        if (known != null) {
            known.shown = null;
        }
        connection = acquired;
        released = false;
        if (!outerCall.keptOver(acquired)) {
            super.connectionAcquired(call, reported(acquired));
        }
    }

    @Override
    public void connectionReleased(Call call, Connection given) {
        EndpointConnections from = connections;
        if (from != null) {
            from.givenBack();
        }
        if (!released) {
            released = true;
            boolean reported = false;
            try {
                outerCall.released(given, reported(given));
                reported = true;
            } finally {
                endUnless(reported);
            }
        }
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        outerCall.reportRelease();
        super.proxySelectStart(call, url);
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        outerCall.reportRelease();
        super.dnsStart(call, domainName);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        connectStarted = true;
        rare().connectStartedAt = attempt.now();
        outerCall.reportRelease();
        super.connectStart(call, shown(inetSocketAddress), proxy);
    }

    @Override
    public void secureConnectStart(Call call) {
        Target target = attempt.call().target();
        Endpoint endpoint = attempt.endpoint();
        if (target != null && target.backend().connectNanos() > 0) {
            long until = rare().connectStartedAt + target.backend().connectNanos();
            String peer = endpoint == null ? attempt.call().request().url().host() : endpoint.name();
            rare().handshake = HandshakeTimer.start(outerCall.time(), until, attempt, peer);
        }
        super.secureConnectStart(call);
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
        handshakeEnded();
        super.secureConnectEnd(call, handshake);
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol, IOException ioe) {
        handshakeEnded();
        InetSocketAddress shown = shown(inetSocketAddress);
        IOException failure = shown == inetSocketAddress ? ioe : ShownAddress.of(shown, ioe);
        super.connectFailed(call, shown, proxy, protocol, failure);
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        super.connectEnd(call, shown(inetSocketAddress), proxy, protocol);
    }

    private InetSocketAddress shown(InetSocketAddress logical) {
        Endpoint endpoint = attempt.endpoint();
        return toMesh && endpoint != null ? ShownAddress.of(endpoint, logical) : logical;
    }

    /** The connection of the attempt as code of the caller sees it: the same object until another is acquired. */
    @Nullable
    Connection shown(@Nullable Connection used) {
        return used == null ? null : shownTo(used);
    }

    private Connection shownTo(Connection used) {
        Endpoint endpoint = attempt.endpoint();
        if (!toMesh || endpoint == null) {
            return used;
        }
        Rare mine = rare();
        Connection shown = mine.shown;
        if (shown == null) {
            shown = ShownAddress.of(endpoint, used);
            mine.shown = shown;
        }
        return shown;
    }

    /** The connection for the events of the caller's listener; without one, nothing is made for it. */
    private Connection reported(Connection used) {
        return outerCall.reportsEndAtOnce() ? used : shownTo(used);
    }

    @Override
    public void requestHeadersStart(Call call) {
        headersStarted = true;
        headersOpen = true;
        super.requestHeadersStart(call);
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        headersOpen = false;
        super.requestHeadersEnd(call, request);
    }

    /**
     * OkHttp reads the response also if the call was cancelled while it wrote the headers. It would then regard the request as
     * open for ever and never release the connection; after a failure it releases it.
     */
    @Override
    public void responseHeadersStart(Call call) {
        if (headersOpen && call.isCanceled()) {
            throwChecked(new IOException("Canceled"));
        }
        super.responseHeadersStart(call);
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        attempt.sent(byteCount);
        super.requestBodyEnd(call, byteCount);
    }

    @Override
    public void requestFailed(Call call, IOException ioe) {
        exchangeFailed = true;
        super.requestFailed(call, ioe);
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        responseStarted = true;
        super.responseHeadersEnd(call, response);
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        attempt.received(byteCount);
        boolean reported = false;
        try {
            super.responseBodyEnd(call, byteCount);
            reported = true;
        } finally {
            endUnless(reported);
        }
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        exchangeFailed = true;
        boolean reported = false;
        try {
            super.responseFailed(call, ioe);
            reported = true;
        } finally {
            endUnless(reported);
        }
    }
}
