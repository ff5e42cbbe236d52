package dev.meshclient.internal.okhttp.events;

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

/** Forwards the events of exchanges to another listener; subclasses handle beginnings, ends and decisions. */
public abstract class EventForwarder extends EventListener {
    /** The current listener. */
    protected abstract EventListener to();

    /** The call in the forwarded events. */
    protected abstract Call as(Call call);

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        to().proxySelectStart(as(call), url);
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        to().proxySelectEnd(as(call), url, proxies);
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        to().dnsStart(as(call), domainName);
    }

    @Override
    public void dnsEnd(Call call, String domainName, List<InetAddress> inetAddressList) {
        to().dnsEnd(as(call), domainName, inetAddressList);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        to().connectStart(as(call), inetSocketAddress, proxy);
    }

    @Override
    public void secureConnectStart(Call call) {
        to().secureConnectStart(as(call));
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
        to().secureConnectEnd(as(call), handshake);
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        to().connectEnd(as(call), inetSocketAddress, proxy, protocol);
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol, IOException ioe) {
        to().connectFailed(as(call), inetSocketAddress, proxy, protocol, ioe);
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        to().connectionAcquired(as(call), connection);
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        to().connectionReleased(as(call), connection);
    }

    @Override
    public void requestHeadersStart(Call call) {
        to().requestHeadersStart(as(call));
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        to().requestHeadersEnd(as(call), request);
    }

    @Override
    public void requestBodyStart(Call call) {
        to().requestBodyStart(as(call));
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        to().requestBodyEnd(as(call), byteCount);
    }

    @Override
    public void requestFailed(Call call, IOException ioe) {
        to().requestFailed(as(call), ioe);
    }

    @Override
    public void responseHeadersStart(Call call) {
        to().responseHeadersStart(as(call));
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        to().responseHeadersEnd(as(call), response);
    }

    @Override
    public void responseBodyStart(Call call) {
        to().responseBodyStart(as(call));
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        to().responseBodyEnd(as(call), byteCount);
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        to().responseFailed(as(call), ioe);
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        to().satisfactionFailure(as(call), response);
    }

    @Override
    public void cacheHit(Call call, Response response) {
        to().cacheHit(as(call), response);
    }

    @Override
    public void cacheMiss(Call call) {
        to().cacheMiss(as(call));
    }

    @Override
    public void cacheConditionalHit(Call call, Response cachedResponse) {
        to().cacheConditionalHit(as(call), cachedResponse);
    }
}
