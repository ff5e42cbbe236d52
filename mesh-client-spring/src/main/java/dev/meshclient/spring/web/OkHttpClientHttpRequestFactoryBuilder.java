package dev.meshclient.spring.web;

import dev.meshclient.spring.OkHttpTls;
import java.net.CookieManager;
import java.time.Duration;
import java.util.Objects;
import okhttp3.CookieJar;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.util.ClassUtils;

/**
 * Makes {@link OkHttpClientHttpRequestFactory}s by Boot's settings of HTTP clients. As a bean it takes the place of Boot's own builder:
 * every {@code RestClient} of the application then uses OkHttp.
 *
 * <pre>{@code
 * @Bean OkHttpClientHttpRequestFactoryBuilder requestFactories() { return new OkHttpClientHttpRequestFactoryBuilder(new OkHttpClient()); }
 * }</pre>
 *
 * <p>A setting that is stated replaces that of the client; all others stay. The clients share the dispatcher and the connection pool.
 * <ul>
 *   <li>Connect timeout and read timeout are those of OkHttp: the read timeout limits the wait for the next byte.
 *   <li>Redirects are followed, or not.
 *   <li>With cookies, each factory has its own in memory.
 *   <li>An SSL bundle gives certificate, trust, protocols and ciphers. It is read once.
 *   <li>An address filter refuses connections, also to an address in the URL. Behind an HTTP proxy it sees the address of the proxy. A
 *       client with a SOCKS proxy, which would resolve the names itself, is refused; those of a {@code ProxySelector} are not used.
 *       Endpoints of the mesh bypass the filter: the policy lists them.
 * </ul>
 */
public final class OkHttpClientHttpRequestFactoryBuilder
        implements ClientHttpRequestFactoryBuilder<OkHttpClientHttpRequestFactory> {
    /** Boot 4.0 has neither cookies nor a filter. */
    private static final boolean BOOT_4_1 = ClassUtils.isPresent(
            "org.springframework.boot.http.client.InetAddressFilter",
            OkHttpClientHttpRequestFactoryBuilder.class.getClassLoader());

    private static final long OKHTTP_DEFAULT_MILLIS = 10_000;

    private final OkHttpClient client;

    /** @param client the settings that Boot does not state; it may be one that a mesh has wrapped */
    public OkHttpClientHttpRequestFactoryBuilder(OkHttpClient client) {
        this.client = Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient");
    }

    /**
     * @param settings null: those of the client
     * @throws IllegalArgumentException if the SSL bundle has no X.509 trust manager, or if the client of a filter has a SOCKS proxy
     */
    @Override
    public OkHttpClientHttpRequestFactory build(@Nullable HttpClientSettings settings) {
        return new OkHttpClientHttpRequestFactory(settings == null ? client : client(settings));
    }

    /**
     * The client by these settings, for another transport over it.
     *
     * @throws IllegalArgumentException if the SSL bundle has no X.509 trust manager, or if the client of a filter has a SOCKS proxy
     */
    public OkHttpClient client(HttpClientSettings settings) {
        OkHttpClient.Builder builder = client.newBuilder();
        if (settings.connectTimeout() != null) {
            builder.connectTimeout(stated(settings.connectTimeout()));
        }
        if (settings.readTimeout() != null) {
            builder.readTimeout(stated(settings.readTimeout()));
        }
        if (settings.redirects() != null) {
            builder.followRedirects(settings.redirects() != HttpRedirects.DONT_FOLLOW);
        }
        if (settings.sslBundle() != null) {
            OkHttpTls.apply(settings.sslBundle(), builder);
        }
        if (BOOT_4_1) {
            SettingsOf41.apply(settings, client, builder);
        }
        return builder.build();
    }

    /** The mesh takes OkHttp's default for a timeout that no one stated. */
    private static Duration stated(Duration timeout) {
        return timeout.toMillis() == OKHTTP_DEFAULT_MILLIS ? Duration.ofMillis(OKHTTP_DEFAULT_MILLIS + 1) : timeout;
    }

    /** A class of its own: Boot 4.0 does not have these types. */
    private static final class SettingsOf41 {
        static void apply(HttpClientSettings settings, OkHttpClient client, OkHttpClient.Builder builder) {
            HttpCookieHandling cookies = settings.cookieHandling();
            if (cookies != null) {
                builder.cookieJar(
                        cookies == HttpCookieHandling.DISABLE
                                ? CookieJar.NO_COOKIES
                                : new CookiesInMemory(new CookieManager()));
            }
            InetAddressFilter filter = settings.inetAddressFilter();
            if (filter != null) {
                FilteredProxies.apply(client, builder.socketFactory(new FilteredSockets(filter)));
            }
        }
    }
}
