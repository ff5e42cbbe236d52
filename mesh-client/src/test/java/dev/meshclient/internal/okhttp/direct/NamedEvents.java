package dev.meshclient.internal.okhttp.direct;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.List;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Records the names of the events that both paths must report alike. Without {@code callStart}, which the engine reports, and
 * without the start of a step whose end is recorded.
 */
final class NamedEvents extends EventListener {
    private final List<String> names;

    NamedEvents(List<String> names) {
        this.names = names;
    }

    @Override
    public void callEnd(Call call) {
        names.add("callEnd");
    }

    @Override
    public void callFailed(Call call, IOException ioe) {
        names.add("callFailed:" + ioe);
    }

    @Override
    public void canceled(Call call) {
        names.add("canceled");
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        names.add("proxySelectStart");
    }

    @Override
    public void dnsEnd(Call call, String domainName, List<InetAddress> inetAddressList) {
        names.add("dnsEnd");
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        names.add("connectEnd");
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        names.add("connectionAcquired");
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        names.add("connectionReleased");
    }

    @Override
    public void requestHeadersStart(Call call) {
        names.add("requestHeadersStart");
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        names.add("requestHeadersEnd:" + request.headers().names());
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        names.add("requestBodyEnd:" + byteCount);
    }

    @Override
    public void requestFailed(Call call, IOException ioe) {
        names.add("requestFailed:" + ioe);
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        names.add("responseHeadersEnd:" + response.headers().names());
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        names.add("responseBodyEnd:" + byteCount);
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        names.add("responseFailed:" + ioe);
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        names.add("satisfactionFailure:" + response.code());
    }

    @Override
    public void cacheMiss(Call call) {
        names.add("cacheMiss");
    }

    @Override
    public void retryDecision(Call call, IOException exception, boolean retry) {
        names.add("retryDecision:" + retry);
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        names.add("followUpDecision:" + networkResponse.networkResponse()
                + networkResponse.request().headers().names() + nextRequest);
    }
}
