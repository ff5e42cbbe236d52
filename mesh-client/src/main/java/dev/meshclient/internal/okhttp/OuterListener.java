package dev.meshclient.internal.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.List;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the caller's listener and holds {@code callEnd} back until the last inner call is over. The outer call has
 * no exchange of its own, so OkHttp thinks that it ends when the interceptors have returned.
 */
final class OuterListener extends EventListener {
    private final EventListener caller;
    private int open;
    private @Nullable Call ended;
    private boolean over;
    private @Nullable EventListener atEnd; // all listeners of the call when its end was held back
    private volatile @Nullable LogicalCall logical;

    OuterListener(EventListener caller) {
        this.caller = caller;
    }

    /** Stands before listeners that joined a call which is under way. */
    OuterListener(EventListener callers, LogicalCall call, int open) {
        this(callers);
        this.open = open;
        this.logical = call;
    }

    void begin(LogicalCall call) {
        logical = call;
    }

    synchronized void attemptStarted() {
        open++;
    }

    void attemptOver(@Nullable IOException failure) {
        Call call;
        EventListener told;
        synchronized (this) {
            open--;
            if (open > 0 || ended == null || over) {
                return;
            }
            call = ended;
            told = toldOfEnd();
        }
        if (failure != null) {
            told.callFailed(call, failure);
        } else {
            told.callEnd(call);
        }
    }

    /** Those behind this one, or all of the call where others joined it since and nobody else was told of the end. */
    private EventListener listeners() {
        LogicalCall call = logical;
        EventListener before = atEnd;
        if (call == null || before == null || before == call.listener() || !call.isHeldBy(this, before)) {
            return caller;
        }
        return call.listener();
    }

    @Override
    public void callStart(Call call) {
        call.tag(OuterListener.class, () -> this);
        caller.callStart(call);
    }

    @Override
    public void callEnd(Call call) {
        interceptorsReturned(call);
        EventListener told;
        synchronized (this) {
            if (open > 0) {
                return;
            }
            told = toldOfEnd();
        }
        told.callEnd(call);
    }

    @Override
    public void callFailed(Call call, IOException ioe) {
        interceptorsReturned(call);
        EventListener told;
        synchronized (this) {
            told = toldOfEnd();
        }
        told.callFailed(call, ioe);
    }

    private void interceptorsReturned(Call call) {
        LogicalCall running = logical;
        synchronized (this) {
            if (ended == null && running != null) {
                atEnd = running.listener();
            }
            ended = call;
        }
        if (running != null) {
            running.interceptorsReturned();
        }
    }

    /** When all are told at once, those behind this one are told through it a second time. */
    private EventListener toldOfEnd() {
        EventListener told = over ? caller : listeners();
        over = true;
        return told;
    }

    @Override
    public void dispatcherQueueStart(Call call, Dispatcher dispatcher) {
        caller.dispatcherQueueStart(call, dispatcher);
    }

    @Override
    public void dispatcherQueueEnd(Call call, Dispatcher dispatcher) {
        caller.dispatcherQueueEnd(call, dispatcher);
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        caller.proxySelectStart(call, url);
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        caller.proxySelectEnd(call, url, proxies);
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        caller.dnsStart(call, domainName);
    }

    @Override
    public void dnsEnd(Call call, String domainName, List<InetAddress> inetAddressList) {
        caller.dnsEnd(call, domainName, inetAddressList);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        caller.connectStart(call, inetSocketAddress, proxy);
    }

    @Override
    public void secureConnectStart(Call call) {
        caller.secureConnectStart(call);
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
        caller.secureConnectEnd(call, handshake);
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        caller.connectEnd(call, inetSocketAddress, proxy, protocol);
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol, IOException ioe) {
        caller.connectFailed(call, inetSocketAddress, proxy, protocol, ioe);
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        caller.connectionAcquired(call, connection);
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        caller.connectionReleased(call, connection);
    }

    @Override
    public void requestHeadersStart(Call call) {
        caller.requestHeadersStart(call);
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        caller.requestHeadersEnd(call, request);
    }

    @Override
    public void requestBodyStart(Call call) {
        caller.requestBodyStart(call);
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        caller.requestBodyEnd(call, byteCount);
    }

    @Override
    public void requestFailed(Call call, IOException ioe) {
        caller.requestFailed(call, ioe);
    }

    @Override
    public void responseHeadersStart(Call call) {
        caller.responseHeadersStart(call);
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        caller.responseHeadersEnd(call, response);
    }

    @Override
    public void responseBodyStart(Call call) {
        caller.responseBodyStart(call);
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        caller.responseBodyEnd(call, byteCount);
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        caller.responseFailed(call, ioe);
    }

    @Override
    public void canceled(Call call) {
        caller.canceled(call);
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        caller.satisfactionFailure(call, response);
    }

    @Override
    public void cacheHit(Call call, Response response) {
        caller.cacheHit(call, response);
    }

    @Override
    public void cacheMiss(Call call) {
        caller.cacheMiss(call);
    }

    @Override
    public void cacheConditionalHit(Call call, Response cachedResponse) {
        caller.cacheConditionalHit(call, cachedResponse);
    }

    @Override
    public void retryDecision(Call call, IOException exception, boolean retry) {
        caller.retryDecision(call, exception, retry);
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        caller.followUpDecision(call, networkResponse, nextRequest);
    }
}
