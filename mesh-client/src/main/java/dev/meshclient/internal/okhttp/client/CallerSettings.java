package dev.meshclient.internal.okhttp.client;

import java.net.Proxy;
import java.net.ProxySelector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.SocketFactory;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Authenticator;
import okhttp3.Cache;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.CookieJar;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a caller's client and the interceptors above the mesh require of an inner client, compared by value: OkHttp
 * makes a new client for every WebSocket and some frameworks one for each request, and equal settings share what is derived
 * from them.
 */
public record CallerSettings(
        int connectTimeoutMillis,
        int readTimeoutMillis,
        int writeTimeoutMillis,
        int pingIntervalMillis,
        boolean retryOnConnectionFailure,
        boolean fastFallback,
        CookieJar cookieJar,
        @Nullable Cache cache,
        Dns dns,
        SocketFactory socketFactory,
        @Nullable Proxy proxy,
        ProxySelector proxySelector,
        Authenticator proxyAuthenticator,
        @Nullable SSLSocketFactory sslSocketFactory,
        @Nullable X509TrustManager trustManager,
        HostnameVerifier hostnameVerifier,
        CertificatePinner certificatePinner,
        ConnectionPool connectionPool,
        List<Protocol> protocols,
        List<ConnectionSpec> connectionSpecs,
        List<Interceptor> networkInterceptors,
        boolean webSocket) {

    /**
     * The client's settings, with the changes of interceptors on the chain. For a WebSocket OkHttp makes a client of its own
     * with HTTP/1.1 and without network interceptors; both follow from the request even if that client is not visible.
     */
    public static CallerSettings of(OkHttpClient client, Interceptor.Chain chain, boolean webSocket) {
        return new CallerSettings(
                chain.connectTimeoutMillis(),
                chain.readTimeoutMillis(),
                chain.writeTimeoutMillis(),
                client.pingIntervalMillis(),
                chain.getRetryOnConnectionFailure(),
                client.fastFallback(),
                chain.getCookieJar(),
                chain.getCache(),
                chain.getDns(),
                chain.getSocketFactory(),
                chain.getProxy(),
                chain.getProxySelector(),
                chain.getProxyAuthenticator(),
                chain.getSslSocketFactoryOrNull(),
                chain.getX509TrustManagerOrNull(),
                chain.getHostnameVerifier(),
                chain.getCertificatePinner(),
                chain.getConnectionPool(),
                webSocket ? List.of(Protocol.HTTP_1_1) : client.protocols(),
                client.connectionSpecs(),
                webSocket ? List.of() : client.networkInterceptors(),
                webSocket);
    }

    /** Hashes the settings that differ within a program. The JVM's own method needs method handles, which make a first call slow. */
    @Override
    public int hashCode() {
        int timeouts = 31 * (31 * connectTimeoutMillis + readTimeoutMillis) + writeTimeoutMillis;
        int objects = 31 * (31 * connectionPool.hashCode() + dns.hashCode()) + socketFactory.hashCode();
        return 31 * (31 * timeouts + objects) + networkInterceptors.hashCode() + (webSocket ? 1 : 0);
    }

    /** Whether the chain has these settings, compared by identity: the common case, without an allocation. */
    public boolean fits(Interceptor.Chain chain, boolean ofWebSocket) {
        return webSocket == ofWebSocket
                && connectTimeoutMillis == chain.connectTimeoutMillis()
                && readTimeoutMillis == chain.readTimeoutMillis()
                && writeTimeoutMillis == chain.writeTimeoutMillis()
                && retryOnConnectionFailure == chain.getRetryOnConnectionFailure()
                && cookieJar == chain.getCookieJar()
                && cache == chain.getCache()
                && dns == chain.getDns()
                && socketFactory == chain.getSocketFactory()
                && proxy == chain.getProxy()
                && proxySelector == chain.getProxySelector()
                && proxyAuthenticator == chain.getProxyAuthenticator()
                && sslSocketFactory == chain.getSslSocketFactoryOrNull()
                && trustManager == chain.getX509TrustManagerOrNull()
                && hostnameVerifier == chain.getHostnameVerifier()
                && certificatePinner == chain.getCertificatePinner()
                && connectionPool == chain.getConnectionPool();
    }

    /**
     * The part that all inner clients share, all but their timeouts: no redirects, no authenticator, no call timeout and no
     * listener of their own, and the caller's network interceptors below the mesh's.
     *
     * @param wire makes the network interceptors from those of the caller
     */
    OkHttpClient.Builder derive(OkHttpClient client, UnaryOperator<List<Interceptor>> wire) {
        // inner calls are synchronous, and the caller's dispatcher counts the outer calls
        Dispatcher idle = new Dispatcher();
        OkHttpClient.Builder builder = client.newBuilder();
        builder.interceptors().clear();
        builder.networkInterceptors().clear();
        builder.networkInterceptors().addAll(wire.apply(networkInterceptors));
        if (client.dns() != dns) { // setting a Dns, even the same one, drops the shared memory of failed routes
            builder.dns(dns);
        }
        if (!client.protocols().equals(protocols)) { // and so does setting protocols
            builder.protocols(protocols);
        }
        if (client.socketFactory() != socketFactory) {
            builder.socketFactory(socketFactory);
        }
        deriveTls(client, builder);
        return builder.cookieJar(cookieJar)
                .cache(cache)
                .proxy(proxy)
                .proxySelector(proxySelector)
                .proxyAuthenticator(
                        proxyAuthenticator == Authenticator.NONE
                                ? Authenticator.NONE
                                : new ConnectOnly(proxyAuthenticator))
                .connectionPool(connectionPool)
                .retryOnConnectionFailure(retryOnConnectionFailure)
                .callTimeout(0, TimeUnit.MILLISECONDS)
                .authenticator(Authenticator.NONE)
                .followRedirects(false)
                .followSslRedirects(false)
                .eventListener(EventListener.NONE)
                .dispatcher(idle);
    }

    /** The shorter of two limits, of which 0 is none, in milliseconds. */
    static long shorter(long callersMillis, long policyNanos) {
        long policy = policyNanos / 1_000_000;
        return policy == 0 ? callersMillis : callersMillis == 0 ? policy : Math.min(callersMillis, policy);
    }

    private void deriveTls(OkHttpClient client, OkHttpClient.Builder builder) {
        builder.hostnameVerifier(hostnameVerifier).certificatePinner(certificatePinner);
        SSLSocketFactory ofClient = sslOrNull(client);
        if (sslSocketFactory == null && ofClient != null) {
            // An interceptor removed TLS from the chain; a client cannot be built without it, a chain can.
            builder.addInterceptor(c -> c.withSslSocketFactory(null, null).proceed(c.request()));
        } else if (sslSocketFactory != null && trustManager != null && sslSocketFactory != ofClient) {
            builder.sslSocketFactory(sslSocketFactory, trustManager);
        }
    }

    /** A client for cleartext only has none, and throws. */
    private static @Nullable SSLSocketFactory sslOrNull(OkHttpClient client) {
        try {
            return client.sslSocketFactory();
        } catch (IllegalStateException cleartextOnly) {
            return null;
        }
    }
}
