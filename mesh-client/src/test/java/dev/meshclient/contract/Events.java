package dev.meshclient.contract;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
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

/** What a caller's listener heard, as one line: names, and the argument where it tells something. */
final class Events extends EventListener {
    private final List<String> heard = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private volatile String trigger = "";
    private volatile Consumer<Call> reaction = call -> {};

    /** Does something when an event comes, on the thread that tells it. */
    void when(String event, Consumer<Call> reaction) {
        this.reaction = reaction;
        this.trigger = event;
    }

    /** All events up to the end of the last call, then forgets them. */
    synchronized String take() {
        String line = String.join(" ", heard);
        heard.clear();
        return line;
    }

    /** Waits for the end of a call, which another thread may report, and takes all events. */
    String takeAtEnd() {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(this::hasEnded);
        return take();
    }

    /** As {@link #takeAtEnd}, of a call that another thread cancels: OkHttp reports that before or after the end of the call. */
    String takeAtEndOfCancelled() {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> hasEnded() && wasCancelled());
        return take();
    }

    private synchronized boolean wasCancelled() {
        return heard.contains("canceled");
    }

    private synchronized boolean hasEnded() {
        return heard.contains("callEnd") || heard.stream().anyMatch(e -> e.startsWith("callFailed"));
    }

    /** Of which calls events were reported. */
    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    private void hear(Call call, String name, Object argument) {
        synchronized (this) {
            heard.add(argument.equals("") ? name : name + "(" + argument + ")");
            if (!calls.contains(call)) {
                calls.add(call);
            }
        }
        if (name.equals(trigger)) {
            trigger = "";
            reaction.accept(call);
        }
    }

    private void hear(Call call, String name) {
        hear(call, name, "");
    }

    @Override
    public void callStart(Call call) {
        hear(call, "callStart");
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        hear(call, "proxySelectStart", url.host());
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        hear(call, "proxySelectEnd");
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        hear(call, "dnsStart", domainName);
    }

    @Override
    public void dnsEnd(Call call, String domainName, List<InetAddress> addresses) {
        hear(call, "dnsEnd");
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        hear(call, "connectStart");
    }

    @Override
    public void secureConnectStart(Call call) {
        hear(call, "secureConnectStart");
    }

    @Override
    public void secureConnectEnd(Call call, Handshake handshake) {
        hear(call, "secureConnectEnd");
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress address, Proxy proxy, Protocol protocol) {
        hear(call, "connectEnd", protocol);
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress address, Proxy proxy, Protocol protocol, IOException failure) {
        hear(call, "connectFailed", failure.getClass().getSimpleName());
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        hear(call, "connectionAcquired");
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        hear(call, "connectionReleased");
    }

    @Override
    public void requestHeadersStart(Call call) {
        hear(call, "requestHeadersStart");
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        hear(call, "requestHeadersEnd");
    }

    @Override
    public void requestBodyStart(Call call) {
        hear(call, "requestBodyStart");
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        hear(call, "requestBodyEnd", byteCount);
    }

    @Override
    public void requestFailed(Call call, IOException failure) {
        hear(call, "requestFailed");
    }

    @Override
    public void responseHeadersStart(Call call) {
        hear(call, "responseHeadersStart");
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        hear(call, "responseHeadersEnd", response.code());
    }

    @Override
    public void responseBodyStart(Call call) {
        hear(call, "responseBodyStart");
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        hear(call, "responseBodyEnd", byteCount);
    }

    @Override
    public void responseFailed(Call call, IOException failure) {
        hear(call, "responseFailed");
    }

    @Override
    public void callEnd(Call call) {
        hear(call, "callEnd");
    }

    @Override
    public void callFailed(Call call, IOException failure) {
        hear(call, "callFailed", failure.getClass().getSimpleName());
    }

    @Override
    public void canceled(Call call) {
        hear(call, "canceled");
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        hear(call, "satisfactionFailure");
    }

    @Override
    public void cacheHit(Call call, Response response) {
        hear(call, "cacheHit");
    }

    @Override
    public void cacheMiss(Call call) {
        hear(call, "cacheMiss");
    }

    @Override
    public void cacheConditionalHit(Call call, Response cachedResponse) {
        hear(call, "cacheConditionalHit");
    }

    @Override
    public void retryDecision(Call call, IOException failure, boolean retry) {
        hear(call, "retryDecision", retry);
    }

    @Override
    public void followUpDecision(Call call, Response response, Request next) {
        hear(call, "followUpDecision", next == null ? "none" : next.url().encodedPath());
    }
}
