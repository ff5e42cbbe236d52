package dev.meshclient.spring.web;

import dev.meshclient.spring.BundleTls;
import java.net.CookieManager;
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
 *   <li>An address filter refuses connections, also to an address in the URL. Behind a proxy it sees the address of the proxy.
 *       Endpoints of the mesh bypass it: the policy lists them.
 * </ul>
 */
public final class OkHttpClientHttpRequestFactoryBuilder
        implements ClientHttpRequestFactoryBuilder<OkHttpClientHttpRequestFactory> {
    /** Boot 4.0 has neither cookies nor a filter. */
    private static final boolean BOOT_4_1 = ClassUtils.isPresent(
            "org.springframework.boot.http.client.InetAddressFilter",
            OkHttpClientHttpRequestFactoryBuilder.class.getClassLoader());

    private final OkHttpClient client;

    /** @param client the settings that Boot does not state; it may be one that a mesh has wrapped */
    public OkHttpClientHttpRequestFactoryBuilder(OkHttpClient client) {
        this.client = Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient");
    }

    /**
     * @param settings null: those of the client
     * @throws IllegalArgumentException if the SSL bundle has no X.509 trust manager
     */
    @Override
    public OkHttpClientHttpRequestFactory build(@Nullable HttpClientSettings settings) {
        return new OkHttpClientHttpRequestFactory(settings == null ? client : client(settings));
    }

    /**
     * The client by these settings, for another transport over it.
     *
     * @throws IllegalArgumentException if the SSL bundle has no X.509 trust manager
     */
    public OkHttpClient client(HttpClientSettings settings) {
        OkHttpClient.Builder builder = client.newBuilder();
        if (settings.connectTimeout() != null) {
            builder.connectTimeout(settings.connectTimeout());
        }
        if (settings.readTimeout() != null) {
            builder.readTimeout(settings.readTimeout());
        }
        if (settings.redirects() != null) {
            builder.followRedirects(settings.redirects() != HttpRedirects.DONT_FOLLOW);
        }
        if (settings.sslBundle() != null) {
            BundleTls.apply(settings.sslBundle(), builder);
        }
        if (BOOT_4_1) {
            SettingsOf41.apply(settings, builder);
        }
        return builder.build();
    }

    /** A class of its own: Boot 4.0 does not have these types. */
    private static final class SettingsOf41 {
        static void apply(HttpClientSettings settings, OkHttpClient.Builder builder) {
            HttpCookieHandling cookies = settings.cookieHandling();
            if (cookies != null) {
                builder.cookieJar(
                        cookies == HttpCookieHandling.DISABLE
                                ? CookieJar.NO_COOKIES
                                : new CookiesInMemory(new CookieManager()));
            }
            InetAddressFilter filter = settings.inetAddressFilter();
            if (filter != null) {
                builder.socketFactory(new FilteredSockets(filter));
            }
        }
    }
}
