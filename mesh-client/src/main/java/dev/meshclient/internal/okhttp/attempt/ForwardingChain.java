package dev.meshclient.internal.okhttp.attempt;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Authenticator;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.CertificatePinner;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.CookieJar;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Forwards every method to a chain; subclasses change some. */
public abstract class ForwardingChain implements Interceptor.Chain {
    protected final Interceptor.Chain chain;

    protected ForwardingChain(Interceptor.Chain chain) {
        this.chain = chain;
    }

    /** The chain for a caller that changes a setting: by default the changed chain itself. */
    protected Interceptor.Chain with(Interceptor.Chain changed) {
        return changed;
    }

    @Override
    public Request request() {
        return chain.request();
    }

    @Override
    public Response proceed(Request request) throws IOException {
        return chain.proceed(request);
    }

    @Override
    public @Nullable Connection connection() {
        return chain.connection();
    }

    @Override
    public Call call() {
        return chain.call();
    }

    @Override
    public int connectTimeoutMillis() {
        return chain.connectTimeoutMillis();
    }

    @Override
    public Interceptor.Chain withConnectTimeout(int timeout, TimeUnit unit) {
        return with(chain.withConnectTimeout(timeout, unit));
    }

    @Override
    public int readTimeoutMillis() {
        return chain.readTimeoutMillis();
    }

    @Override
    public Interceptor.Chain withReadTimeout(int timeout, TimeUnit unit) {
        return with(chain.withReadTimeout(timeout, unit));
    }

    @Override
    public int writeTimeoutMillis() {
        return chain.writeTimeoutMillis();
    }

    @Override
    public Interceptor.Chain withWriteTimeout(int timeout, TimeUnit unit) {
        return with(chain.withWriteTimeout(timeout, unit));
    }

    @Override
    public boolean getFollowSslRedirects() {
        return chain.getFollowSslRedirects();
    }

    @Override
    public boolean getFollowRedirects() {
        return chain.getFollowRedirects();
    }

    @Override
    public Dns getDns() {
        return chain.getDns();
    }

    @Override
    public Interceptor.Chain withDns(Dns dns) {
        return with(chain.withDns(dns));
    }

    @Override
    public SocketFactory getSocketFactory() {
        return chain.getSocketFactory();
    }

    @Override
    public Interceptor.Chain withSocketFactory(SocketFactory socketFactory) {
        return with(chain.withSocketFactory(socketFactory));
    }

    @Override
    public boolean getRetryOnConnectionFailure() {
        return chain.getRetryOnConnectionFailure();
    }

    @Override
    public Interceptor.Chain withRetryOnConnectionFailure(boolean retry) {
        return with(chain.withRetryOnConnectionFailure(retry));
    }

    @Override
    public Authenticator getAuthenticator() {
        return chain.getAuthenticator();
    }

    @Override
    public Interceptor.Chain withAuthenticator(Authenticator authenticator) {
        return with(chain.withAuthenticator(authenticator));
    }

    @Override
    public CookieJar getCookieJar() {
        return chain.getCookieJar();
    }

    @Override
    public Interceptor.Chain withCookieJar(CookieJar cookieJar) {
        return with(chain.withCookieJar(cookieJar));
    }

    @Override
    public @Nullable Cache getCache() {
        return chain.getCache();
    }

    @Override
    public Interceptor.Chain withCache(@Nullable Cache cache) {
        return with(chain.withCache(cache));
    }

    @Override
    public @Nullable Proxy getProxy() {
        return chain.getProxy();
    }

    @Override
    public Interceptor.Chain withProxy(@Nullable Proxy proxy) {
        return with(chain.withProxy(proxy));
    }

    @Override
    public ProxySelector getProxySelector() {
        return chain.getProxySelector();
    }

    @Override
    public Interceptor.Chain withProxySelector(ProxySelector proxySelector) {
        return with(chain.withProxySelector(proxySelector));
    }

    @Override
    public Authenticator getProxyAuthenticator() {
        return chain.getProxyAuthenticator();
    }

    @Override
    public Interceptor.Chain withProxyAuthenticator(Authenticator authenticator) {
        return with(chain.withProxyAuthenticator(authenticator));
    }

    @Override
    public @Nullable SSLSocketFactory getSslSocketFactoryOrNull() {
        return chain.getSslSocketFactoryOrNull();
    }

    @Override
    public Interceptor.Chain withSslSocketFactory(
            @Nullable SSLSocketFactory socketFactory, @Nullable X509TrustManager trustManager) {
        return with(chain.withSslSocketFactory(socketFactory, trustManager));
    }

    @Override
    public @Nullable X509TrustManager getX509TrustManagerOrNull() {
        return chain.getX509TrustManagerOrNull();
    }

    @Override
    public HostnameVerifier getHostnameVerifier() {
        return chain.getHostnameVerifier();
    }

    @Override
    public Interceptor.Chain withHostnameVerifier(HostnameVerifier hostnameVerifier) {
        return with(chain.withHostnameVerifier(hostnameVerifier));
    }

    @Override
    public CertificatePinner getCertificatePinner() {
        return chain.getCertificatePinner();
    }

    @Override
    public Interceptor.Chain withCertificatePinner(CertificatePinner certificatePinner) {
        return with(chain.withCertificatePinner(certificatePinner));
    }

    @Override
    public ConnectionPool getConnectionPool() {
        return chain.getConnectionPool();
    }

    @Override
    public Interceptor.Chain withConnectionPool(ConnectionPool connectionPool) {
        return with(chain.withConnectionPool(connectionPool));
    }

    @Override
    public EventListener getEventListener() {
        return chain.getEventListener();
    }
}
