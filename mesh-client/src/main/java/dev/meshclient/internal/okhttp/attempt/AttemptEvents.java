package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.okhttp.events.EventForwarder;
import dev.meshclient.internal.okhttp.events.HiddenEvents;
import dev.meshclient.internal.okhttp.events.UndeclaredFailure;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/** The events of an attempt's inner call: how far it has come, and what the caller's listener gets of it. */
abstract class AttemptEvents extends EventForwarder {
    final Attempt attempt;
    private boolean toEndpoint;
    private volatile @Nullable Connection connection; // read by threads that cancel
    private boolean headersStarted;
    private boolean headersOpen; // their end was not reported
    private boolean responseStarted;
    private boolean released; // guarded by this: a thread that abandons releases too
    private volatile @Nullable Rare rare;

    /** Fields that most attempts do not need. */
    private static final class Rare {
        @Nullable
        Headers masked;

        @Nullable
        HandshakeTimer handshake;

        @Nullable
        Connection shown;

        @Nullable
        HiddenEvents hidden;

        boolean connectionSought;
        boolean connectStarted;
        long connectStartedAt;
        boolean exchangeFailed;
    }

    AttemptEvents(Attempt attempt) {
        this.attempt = attempt;
        if (attempt.isHedge()) {
            rare().hidden = new HiddenEvents();
        }
    }

    /** The caller's call. */
    final OuterCall outerCall() {
        return (OuterCall) attempt.call().wire();
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
        HiddenEvents hidden = hidden();
        return hidden == null ? outerCall().listener() : hidden;
    }

    /** Keeps the events of an attempt beside another one; null: the caller's listener gets them. */
    private @Nullable HiddenEvents hidden() {
        Rare known = rare;
        return known == null ? null : known.hidden;
    }

    /** The call continues with this attempt: reports its events so far, after those of the other attempts. */
    final void show() {
        HiddenEvents hidden = hidden();
        if (hidden != null) {
            rare().hidden = null;
            outerCall().reportRelease();
            hidden.report(outerCall().listener());
        }
    }

    /** The call does not continue with this attempt: no listener gets its events. */
    final void hide() {
        HiddenEvents hidden = hidden();
        if (hidden != null) {
            hidden.forget();
        }
    }

    @Override
    protected Call as(Call call) {
        return outerCall().outer();
    }

    /** The peer's original response if the wire interceptor hid a part of it from OkHttp; otherwise null. */
    @Nullable
    Headers masked() {
        Rare known = rare;
        return known == null ? null : known.masked;
    }

    void masked(Headers original) {
        rare().masked = original;
    }

    /** It is sent to an endpoint of the policy, or to the script of a test in the place of one. */
    final void markEndpoint() {
        toEndpoint = true;
    }

    /** Whether it is sent to an endpoint of the policy, so that the mesh's own headers may be sent. */
    public final boolean isToEndpoint() {
        return toEndpoint;
    }

    // ---- progress

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
        Rare known = rare;
        return known != null && known.exchangeFailed;
    }

    /** Whether a new connection was needed: without one, a failure before the exchange is the application's own. */
    boolean hasSoughtConnection() {
        Rare known = rare;
        return known != null && known.connectionSought;
    }

    /** Whether the connection existed before this attempt. */
    boolean isReused() {
        Rare known = rare;
        return connection != null && (known == null || !known.connectStarted);
    }

    /** Its request was not sent over this connection: another call follows. */
    final void dropConnection() {
        connection = null;
    }

    private void handshakeEnded() {
        Rare known = rare;
        if (known != null && known.handshake != null) {
            known.handshake.end();
        }
    }

    boolean isConnectTimeout(IOException e) {
        Rare known = rare;
        return known != null && known.handshake != null && known.handshake.isCause(e);
    }

    // ---- the connection

    private InetSocketAddress shown(InetSocketAddress logical) {
        Endpoint endpoint = attempt.endpoint();
        return toEndpoint && endpoint != null ? ShownAddress.of(endpoint, logical) : logical;
    }

    /** The connection of the attempt as code of the caller sees it: the same object until another is acquired. */
    @Nullable
    Connection shown(@Nullable Connection used) {
        return used == null ? null : shownTo(used);
    }

    private Connection shownTo(Connection used) {
        Endpoint endpoint = attempt.endpoint();
        if (!toEndpoint || endpoint == null) {
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
        return outerCall().reportsEndAtOnce() ? used : shownTo(used);
    }

    @Override
    public void connectionAcquired(Call call, Connection acquired) {
        Rare known = rare;
        if (known != null) {
            known.shown = null;
        }
        synchronized (this) {
            released = false;
        }
        connection = acquired;
        Endpoint endpoint = attempt.endpoint();
        if (endpoint != null) {
            endpoint.state().multiplexed(acquired.protocol() != Protocol.HTTP_1_1);
        }
        Connection shown = reported(acquired);
        if (hidden() != null || !outerCall().keptOver(shown)) {
            super.connectionAcquired(call, shown);
        }
    }

    /** Reports the release of its connection, once. */
    final void release(Connection used) {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        Connection shown = reported(used);
        HiddenEvents hidden = hidden();
        if (hidden == null) {
            outerCall().released(shown);
        } else {
            hidden.add(to -> outerCall().released(shown));
        }
    }

    private void reportEarlierRelease() {
        if (hidden() == null) {
            outerCall().reportRelease();
        }
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        rare().connectionSought = true;
        reportEarlierRelease();
        super.proxySelectStart(call, url);
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        reportEarlierRelease();
        super.dnsStart(call, domainName);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        Rare mine = rare();
        mine.connectStarted = true;
        mine.connectStartedAt = attempt.now();
        reportEarlierRelease();
        super.connectStart(call, shown(inetSocketAddress), proxy);
    }

    @Override
    public void secureConnectStart(Call call) {
        Target target = attempt.call().target();
        Endpoint endpoint = attempt.endpoint();
        if (target != null && target.backend().connectNanos() > 0) {
            long until = rare().connectStartedAt + target.backend().connectNanos();
            String peer = endpoint == null ? attempt.call().request().url().host() : endpoint.name();
            rare().handshake = HandshakeTimer.start(outerCall().time(), until, attempt, peer);
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

    // ---- the exchange

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
            throw UndeclaredFailure.raise(new IOException("Canceled"));
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
        rare().exchangeFailed = true;
        super.requestFailed(call, ioe);
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        responseStarted = true;
        super.responseHeadersEnd(call, response);
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        rare().exchangeFailed = true;
        super.responseFailed(call, ioe);
    }

    /** Reported only where OkHttp itself repeats; where the mesh repeats, its own decision counts. */
    @Override
    public void retryDecision(Call call, IOException exception, boolean retry) {
        if (retry && hasFailedExchange()) {
            rare().exchangeFailed = false;
        }
        if (!toEndpoint) {
            to().retryDecision(as(call), exception, retry);
        }
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        if (nextRequest != null) { // the engine decides whether there is none
            to().followUpDecision(as(call), networkResponse, nextRequest);
        }
    }
}
