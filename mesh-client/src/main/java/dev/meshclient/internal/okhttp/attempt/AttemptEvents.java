package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.okhttp.events.UndeclaredFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Handshake;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The progress of an attempt's inner call, by its events. */
abstract class AttemptEvents extends ShownEvents {
    AttemptEvents(Attempt attempt, OuterCall outerCall) {
        super(attempt, outerCall);
    }

    /** The peer's original response if the wire interceptor hid a part of it from OkHttp; otherwise null. */
    @Nullable
    Headers masked() {
        Rare known = rareOrNull();
        return known == null ? null : known.masked;
    }

    void masked(Headers original) {
        rare().masked = original;
    }

    /** Whether a byte of the request may have been written. */
    boolean mayBeSent() {
        return (facts & REQUEST_STARTED) != 0;
    }

    /** Whether a byte of the response arrived. */
    boolean hasAnswer() {
        return (facts & RESPONSE_STARTED) != 0;
    }

    /** Whether OkHttp reported the failure of an exchange: any other failure is the application's own. */
    boolean hasFailedExchange() {
        Rare known = rareOrNull();
        return known != null && known.exchangeFailed;
    }

    /** Whether a new connection was needed: without one, a failure before the exchange is the application's own. */
    boolean hasSoughtConnection() {
        Rare known = rareOrNull();
        return known != null && known.connectionSought;
    }

    /** Whether the connection existed before this attempt. */
    boolean isReused() {
        Rare known = rareOrNull();
        return connection() != null && (known == null || !known.connectStarted);
    }

    private void handshakeEnded() {
        Rare known = rareOrNull();
        if (known != null && known.handshake != null) {
            known.handshake.end();
        }
    }

    boolean isConnectTimeout(IOException e) {
        Rare known = rareOrNull();
        return known != null && known.handshake != null && known.handshake.isCause(e);
    }

    // ---- connecting

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        rare().connectionSought = true;
        super.proxySelectStart(call, url);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        Rare mine = rare();
        mine.connectStarted = true;
        mine.connectStartedAt = attempt.now();
        super.connectStart(call, inetSocketAddress, proxy);
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
        super.connectFailed(call, inetSocketAddress, proxy, protocol, ioe);
    }

    // ---- the exchange

    @Override
    public void requestHeadersStart(Call call) {
        facts |= REQUEST_STARTED | REQUEST_OPEN;
        super.requestHeadersStart(call);
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        facts &= ~REQUEST_OPEN;
        super.requestHeadersEnd(call, request);
    }

    /**
     * OkHttp reads the response also if the call was cancelled while it wrote the headers. It would then regard the request as
     * open for ever and never release the connection; after a failure it releases it.
     */
    @Override
    public void responseHeadersStart(Call call) {
        if ((facts & REQUEST_OPEN) != 0 && call.isCanceled()) {
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
        facts |= RESPONSE_STARTED;
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
        if (!isToEndpoint()) {
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
