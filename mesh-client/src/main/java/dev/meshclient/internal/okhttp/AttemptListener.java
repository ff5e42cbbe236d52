package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.List;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** How far an inner call has come; passes its events on to the listener of the caller's call. */
final class AttemptListener extends EventListener {
    private final InnerCall inner;
    private final Attempt attempt;
    private @Nullable Connection connection;
    private boolean connectStarted;
    private boolean headersStarted;
    private boolean responseStarted;
    private boolean done;
    private boolean released;
    private long connectStartedAt;

    AttemptListener(InnerCall inner) {
        this.inner = inner;
        this.attempt = inner.attempt;
    }

    InnerCall inner() {
        return inner;
    }

    @Nullable
    Connection connection() {
        return connection;
    }

    /** Whether a byte of the request may have been written. */
    boolean mayBeSent() {
        return headersStarted;
    }

    /** Whether a byte of the response came. */
    boolean hasAnswer() {
        return responseStarted;
    }

    /** Whether the connection was there before this attempt. */
    boolean isReused() {
        return connection != null && !connectStarted;
    }

    private LogicalCall logical() {
        return inner.engineCall.logical();
    }

    private Call outer() {
        return inner.engineCall.logical().outer();
    }

    private EventListener caller() {
        return inner.engineCall.logical().listener();
    }

    /** Before the first event of an attempt that takes another connection the old one's release is told. */
    private EventListener callerAfterRelease() {
        logical().tellRelease();
        return caller();
    }

    /** For the logical call this attempt ends here, whatever its streams still do. */
    void detach() {
        Connection mine = connection;
        try {
            if (mine != null && !released) {
                released = true;
                logical().released(mine);
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
            logical().attemptOver(failure);
        } finally {
            attempt.over();
        }
    }

    /** A caller's listener that throws while the body ends keeps OkHttp from telling the end: the attempt's permits are free all the same. */
    private void endUnless(boolean told) {
        if (!told) {
            inner.abandon();
        }
    }

    @Override
    public void callEnd(Call call) {
        over(null);
    }

    @Override
    public void callFailed(Call call, IOException ioe) {
        IOException limit = limitOfBody();
        over(limit == null ? ExchangeFailed.unwrap(ioe) : limit);
        if (limit != null) {
            throwFromRead(limit);
        }
    }

    /** The limit that ended the body after the response was handed out; null: none did. */
    private @Nullable IOException limitOfBody() {
        IOException cause = attempt.outcome() == Outcome.RESPONSE ? attempt.cancelCause() : null;
        return cause instanceof LogicalCall.Canceled ? null : cause;
    }

    /**
     * OkHttp tells a failure last, when nothing of the call is left to do, from within the read that failed. What is thrown
     * here is what the reader gets, in place of "Socket closed", and no response needs a body of ours around its own.
     */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwFromRead(IOException limit) throws E {
        throw (E) limit;
    }

    @Override
    public void canceled(Call call) {
        inner.innerCanceled();
    }

    /** Told only where OkHttp itself repeats; where the mesh does, its own decision counts. */
    @Override
    public void retryDecision(Call call, IOException exception, boolean retry) {
        if (!inner.toMesh) {
            caller().retryDecision(outer(), exception, retry);
        }
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        if (nextRequest != null) { // that there is none is the engine's to say
            caller().followUpDecision(outer(), networkResponse, nextRequest);
        }
    }

    @Override
    public void connectionAcquired(Call call, Connection acquired) {
        connection = acquired;
        released = false;
        if (!logical().keptOver(acquired)) {
            caller().connectionAcquired(outer(), acquired);
        }
    }

    @Override
    public void connectionReleased(Call call, Connection given) {
        if (!released) {
            released = true;
            boolean told = false;
            try {
                logical().released(given);
                told = true;
            } finally {
                endUnless(told);
            }
        }
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        callerAfterRelease().proxySelectStart(outer(), url);
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        caller().proxySelectEnd(outer(), url, proxies);
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        callerAfterRelease().dnsStart(outer(), domainName);
    }

    @Override
    public void dnsEnd(Call call, String domainName, List<InetAddress> inetAddressList) {
        caller().dnsEnd(outer(), domainName, inetAddressList);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        connectStarted = true;
        connectStartedAt = attempt.now();
        callerAfterRelease().connectStart(outer(), inetSocketAddress, proxy);
    }

    @Override
    public void secureConnectStart(Call call) {
        Target target = attempt.call().target();
        Endpoint endpoint = attempt.endpoint();
        if (target != null && target.backend().connectNanos() > 0) {
            inner.handshakeStarted(
                    connectStartedAt + target.backend().connectNanos(),
                    endpoint == null ? attempt.call().request().url().host() : endpoint.name());
        }
        caller().secureConnectStart(outer());
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
        inner.handshakeEnded();
        caller().secureConnectEnd(outer(), handshake);
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        caller().connectEnd(outer(), inetSocketAddress, proxy, protocol);
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol, IOException ioe) {
        inner.handshakeEnded();
        caller().connectFailed(outer(), inetSocketAddress, proxy, protocol, ioe);
    }

    @Override
    public void requestHeadersStart(Call call) {
        headersStarted = true;
        caller().requestHeadersStart(outer());
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        caller().requestHeadersEnd(outer(), request);
    }

    @Override
    public void requestBodyStart(Call call) {
        caller().requestBodyStart(outer());
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        attempt.sent(byteCount);
        caller().requestBodyEnd(outer(), byteCount);
    }

    @Override
    public void requestFailed(Call call, IOException ioe) {
        caller().requestFailed(outer(), ioe);
    }

    @Override
    public void responseHeadersStart(Call call) {
        caller().responseHeadersStart(outer());
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        responseStarted = true;
        caller().responseHeadersEnd(outer(), response);
    }

    @Override
    public void responseBodyStart(Call call) {
        caller().responseBodyStart(outer());
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        attempt.received(byteCount);
        boolean told = false;
        try {
            caller().responseBodyEnd(outer(), byteCount);
            told = true;
        } finally {
            endUnless(told);
        }
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        boolean told = false;
        try {
            caller().responseFailed(outer(), ioe);
            told = true;
        } finally {
            endUnless(told);
        }
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        caller().satisfactionFailure(outer(), response);
    }

    @Override
    public void cacheHit(Call call, Response response) {
        caller().cacheHit(outer(), response);
    }

    @Override
    public void cacheMiss(Call call) {
        caller().cacheMiss(outer());
    }

    @Override
    public void cacheConditionalHit(Call call, Response cachedResponse) {
        caller().cacheConditionalHit(outer(), cachedResponse);
    }
}
