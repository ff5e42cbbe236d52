package dev.meshclient.internal.okhttp.events;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The events of an attempt that runs beside another one of its call, until it is known whether the call continues with it. The
 * caller's listener gets them then, after those of the other attempt, or never: it always sees one exchange after the other.
 */
public final class HiddenEvents extends EventListener {
    private @Nullable List<Consumer<EventListener>> events = new ArrayList<>(); // null: not wanted

    /** Keeps an event. */
    public synchronized void add(Consumer<EventListener> event) {
        if (events != null) {
            events.add(event);
        }
    }

    /** Forgets the events, and those that follow. */
    public synchronized void forget() {
        events = null;
    }

    /** Reports the events so far. */
    public void report(EventListener to) {
        List<Consumer<EventListener>> all;
        synchronized (this) {
            all = events == null ? List.of() : events;
            events = null;
        }
        all.forEach(event -> event.accept(to));
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        add(to -> to.proxySelectStart(call, url));
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        add(to -> to.proxySelectEnd(call, url, proxies));
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        add(to -> to.dnsStart(call, domainName));
    }

    @Override
    public void dnsEnd(Call call, String domainName, List<InetAddress> inetAddressList) {
        add(to -> to.dnsEnd(call, domainName, inetAddressList));
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        add(to -> to.connectStart(call, inetSocketAddress, proxy));
    }

    @Override
    public void secureConnectStart(Call call) {
        add(to -> to.secureConnectStart(call));
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
        add(to -> to.secureConnectEnd(call, handshake));
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        add(to -> to.connectEnd(call, inetSocketAddress, proxy, protocol));
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol, IOException ioe) {
        add(to -> to.connectFailed(call, inetSocketAddress, proxy, protocol, ioe));
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        add(to -> to.connectionAcquired(call, connection));
    }

    @Override
    public void requestHeadersStart(Call call) {
        add(to -> to.requestHeadersStart(call));
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        add(to -> to.requestHeadersEnd(call, request));
    }

    @Override
    public void requestBodyStart(Call call) {
        add(to -> to.requestBodyStart(call));
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        add(to -> to.requestBodyEnd(call, byteCount));
    }

    @Override
    public void requestFailed(Call call, IOException ioe) {
        add(to -> to.requestFailed(call, ioe));
    }

    @Override
    public void responseHeadersStart(Call call) {
        add(to -> to.responseHeadersStart(call));
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        add(to -> to.responseHeadersEnd(call, response));
    }

    @Override
    public void responseBodyStart(Call call) {
        add(to -> to.responseBodyStart(call));
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        add(to -> to.responseBodyEnd(call, byteCount));
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        add(to -> to.responseFailed(call, ioe));
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        add(to -> to.satisfactionFailure(call, response));
    }

    @Override
    public void cacheHit(Call call, Response response) {
        add(to -> to.cacheHit(call, response));
    }

    @Override
    public void cacheMiss(Call call) {
        add(to -> to.cacheMiss(call));
    }

    @Override
    public void cacheConditionalHit(Call call, Response cachedResponse) {
        add(to -> to.cacheConditionalHit(call, cachedResponse));
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        add(to -> to.followUpDecision(call, networkResponse, nextRequest));
    }
}
