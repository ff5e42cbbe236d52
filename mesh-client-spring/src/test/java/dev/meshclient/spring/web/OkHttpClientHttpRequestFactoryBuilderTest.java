package dev.meshclient.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import mockwebserver3.MockResponse;
import okhttp3.CookieJar;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

class OkHttpClientHttpRequestFactoryBuilderTest {
    private static final HttpClientSettings NONE = HttpClientSettings.defaults();

    private static OkHttpClient client(HttpClientSettings settings) {
        return new OkHttpClientHttpRequestFactoryBuilder(new OkHttpClient()).client(settings);
    }

    private static @Nullable String get(HttpClientSettings settings, String url) {
        return get(new OkHttpClientHttpRequestFactoryBuilder(new OkHttpClient()), settings, url);
    }

    private static @Nullable String get(
            OkHttpClientHttpRequestFactoryBuilder builder, HttpClientSettings settings, String url) {
        RestClient client = RestClient.create(url)
                .mutate()
                .requestFactory(builder.build(settings))
                .build();
        return client.get().retrieve().body(String.class);
    }

    @Test
    void a_stated_setting_replaces_that_of_the_client_and_others_stay() {
        OkHttpClient base = new OkHttpClient.Builder()
                .readTimeout(Duration.ofSeconds(7))
                .followRedirects(false)
                .build();
        OkHttpClientHttpRequestFactoryBuilder builder = new OkHttpClientHttpRequestFactoryBuilder(base);
        OkHttpClient connect = builder.client(NONE.withConnectTimeout(Duration.ofSeconds(2)));
        assertThat(connect.connectTimeoutMillis()).isEqualTo(2000);
        assertThat(connect.readTimeoutMillis()).isEqualTo(7000);
        assertThat(connect.followRedirects()).isFalse();
        assertThat(connect.connectionPool()).isSameAs(base.connectionPool());
        assertThat(connect.dispatcher()).isSameAs(base.dispatcher());
        assertThat(builder.client(NONE.withReadTimeout(Duration.ofSeconds(3))).readTimeoutMillis())
                .isEqualTo(3000);
        assertThat(builder.client(NONE.withRedirects(HttpRedirects.FOLLOW)).followRedirects())
                .isTrue();
        assertThat(client(NONE.withRedirects(HttpRedirects.DONT_FOLLOW)).followRedirects())
                .isFalse();
    }

    @Test
    @EnabledIf(value = "bootIs41", disabledReason = "Boot 4.0 has no cookies")
    void cookies_return_to_their_host_and_path() {
        BlockingQueue<String> cookies = new LinkedBlockingQueue<>();
        try (LocalService service = LocalService.answering(request -> {
            cookies.add(String.valueOf(request.getHeaders().get("Cookie")));
            return new MockResponse.Builder()
                    .addHeader("Set-Cookie", "session=a1; HttpOnly; SameSite=Lax")
                    .addHeader("Set-Cookie", "admin=b2; Path=/admin")
                    .addHeader("Set-Cookie", "old=c3; Max-Age=0")
                    .build();
        })) {
            RestClient client = RestClient.builder()
                    .requestFactory(new OkHttpClientHttpRequestFactoryBuilder(new OkHttpClient())
                            .build(NONE.withCookieHandling(HttpCookieHandling.ENABLE)))
                    .build();
            for (String path : new String[] {"/7", "/8", "/admin/9"}) {
                client.get().uri(service.url() + path).retrieve().toBodilessEntity();
            }
            assertThat(cookies.poll()).isEqualTo("null");
            assertThat(cookies.poll()).isEqualTo("session=a1");
            assertThat(cookies.poll().split("; ")).containsExactlyInAnyOrder("session=a1", "admin=b2");
            assertThat(client(NONE.withCookieHandling(HttpCookieHandling.DISABLE))
                            .cookieJar())
                    .isSameAs(CookieJar.NO_COOKIES);
        }
    }

    @Test
    void an_ssl_bundle_gives_trust_certificate_protocols_and_ciphers() throws Exception {
        HeldCertificate server = new HeldCertificate.Builder()
                .addSubjectAlternativeName("127.0.0.1")
                .build();
        HandshakeCertificates serverTls =
                new HandshakeCertificates.Builder().heldCertificate(server).build();
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("server", server.certificate());
        SslStoreBundle stores = SslStoreBundle.of(null, null, trusted);
        try (LocalService service = LocalService.answeringByTls(
                request -> new MockResponse.Builder().body("secret").build(), serverTls.sslSocketFactory())) {
            String url = "https://127.0.0.1:" + service.port();
            assertThatThrownBy(() -> get(NONE, url)).isInstanceOf(ResourceAccessException.class);
            assertThat(get(NONE.withSslBundle(SslBundle.of(stores)), url)).isEqualTo("secret");
            String cipher = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
            SslOptions options = SslOptions.of(Set.of(cipher), Set.of("TLSv1.2"));
            OkHttpClient narrow = client(NONE.withSslBundle(SslBundle.of(stores, SslBundleKey.NONE, options)));
            assertThat(LocalService.get(narrow, url)).isEqualTo("secret");
            assertThat(narrow.connectionSpecs().get(0).tlsVersions())
                    .extracting(Object::toString)
                    .containsExactly("TLS_1_2");
            assertThat(narrow.connectionSpecs().get(0).cipherSuites())
                    .extracting(Object::toString)
                    .containsExactly(cipher);
        }
    }

    static boolean bootIs41() {
        return ClassUtils.isPresent("org.springframework.boot.http.client.InetAddressFilter", null);
    }

    @Test
    @EnabledIf(value = "bootIs41", disabledReason = "Boot 4.0 has no filter")
    void an_address_filter_refuses_names_and_addresses_but_no_endpoint_of_the_mesh() throws Exception {
        HttpClientSettings external = NONE.withInetAddressFilter(InetAddressFilter.externalAddresses());
        try (LocalService service = LocalService.answering("order 7");
                Mesh mesh = Mesh.builder()
                        .snapshotDirectory(null)
                        .policy(PolicySource.of(service.policy("orders")))
                        .build()) {
            for (String host : new String[] {"127.0.0.1", "localhost"}) {
                assertThatThrownBy(() -> get(external, "http://" + host + ":" + service.port()))
                        .hasRootCauseMessage("the InetAddressFilter of the HTTP clients refuses the address "
                                + (host.equals("localhost") ? "localhost" : "") + "/127.0.0.1:" + service.port()
                                + "; allow it there, or do not call this host");
            }
            assertThat(service.requests()).isZero();
            OkHttpClientHttpRequestFactoryBuilder inMesh =
                    new OkHttpClientHttpRequestFactoryBuilder(mesh.wrap(new OkHttpClient()));
            assertThat(get(inMesh, external, "http://orders/7")).isEqualTo("order 7");
            assertThatThrownBy(() -> get(inMesh, external, service.url()))
                    .hasRootCauseMessage("the InetAddressFilter of the HTTP clients refuses the address /127.0.0.1:"
                            + service.port() + "; allow it there, or do not call this host");
            assertThat(client(external).socketFactory())
                    .isEqualTo(client(external).socketFactory());
        }
    }

    @Test
    @EnabledIf(value = "bootIs41", disabledReason = "Boot 4.0 has no filter")
    @SuppressWarnings("AddressSelection") // it has one address
    void an_address_filter_refuses_what_it_cannot_check() throws IOException {
        HttpClientSettings external = NONE.withInetAddressFilter(InetAddressFilter.externalAddresses());
        try (Socket socket = client(external).socketFactory().createSocket()) {
            assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved("127.0.0.1", 9)))
                    .hasMessageContaining("the InetAddressFilter of the HTTP clients cannot check 127.0.0.1")
                    .hasMessageContaining("which has no IP address; pass one that is resolved");
        }
        Proxy socks = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("127.0.0.1", 1080));
        OkHttpClient behind = new OkHttpClient.Builder().proxy(socks).build();
        assertThatThrownBy(() -> new OkHttpClientHttpRequestFactoryBuilder(behind).client(external))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an InetAddressFilter cannot check the hosts behind the SOCKS proxy /127.0.0.1:1080, which"
                        + " resolves their names; use an HTTP proxy, or remove the filter");
    }

    @Test
    @EnabledIf(value = "bootIs41", disabledReason = "Boot 4.0 has no filter")
    @SuppressWarnings("AddressSelection") // it has one address
    void an_address_filter_uses_no_socks_proxy_of_a_selector() {
        HttpClientSettings external = NONE.withInetAddressFilter(InetAddressFilter.externalAddresses());
        try (LocalService service = LocalService.answering("order 7")) {
            ProxySelector socks = new ProxySelector() {
                @Override
                public List<Proxy> select(URI uri) {
                    return List.of(new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("127.0.0.1", service.port())));
                }

                @Override
                public void connectFailed(URI uri, SocketAddress proxy, IOException e) {}
            };
            OkHttpClient behind =
                    new OkHttpClient.Builder().proxySelector(socks).build();
            OkHttpClientHttpRequestFactoryBuilder builder = new OkHttpClientHttpRequestFactoryBuilder(behind);
            assertThatThrownBy(() -> get(builder, external, service.url()))
                    .hasRootCauseMessage("the InetAddressFilter of the HTTP clients refuses the address /127.0.0.1:"
                            + service.port() + "; allow it there, or do not call this host");
            assertThat(builder.client(external).proxySelector())
                    .isEqualTo(builder.client(external).proxySelector());
        }
    }

    @Test
    void a_timeout_of_ten_seconds_is_a_statement_also_for_the_mesh() throws Exception {
        Queue<Integer> timeouts = new ConcurrentLinkedQueue<>();
        OkHttpClient seen = new OkHttpClient.Builder()
                .addNetworkInterceptor(chain -> {
                    timeouts.add(chain.connectTimeoutMillis());
                    timeouts.add(chain.readTimeoutMillis());
                    return chain.proceed(chain.request());
                })
                .build();
        Duration ten = Duration.ofSeconds(10);
        try (LocalService service = LocalService.answering("order 7");
                Mesh mesh = Mesh.builder()
                        .snapshotDirectory(null)
                        .policy(PolicySource.of(service.policy("orders")
                                .replace("\"hosts\"", "\"timeouts\": {\"connect\": \"1m\"}, \"hosts\"")))
                        .build()) {
            OkHttpClientHttpRequestFactoryBuilder builder = new OkHttpClientHttpRequestFactoryBuilder(mesh.wrap(seen));
            get(builder, NONE.withConnectTimeout(ten).withReadTimeout(ten), "http://orders/7");
            assertThat(timeouts).hasSize(2).allMatch(millis -> millis >= 10_000 && millis < 10_100);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Transport {
        @Bean
        OkHttpClientHttpRequestFactoryBuilder requestFactories(ObjectProvider<Mesh> mesh) {
            OkHttpClient client = new OkHttpClient();
            Mesh running = mesh.getIfAvailable(); // null: mesh.enabled=false
            return new OkHttpClientHttpRequestFactoryBuilder(running == null ? client : running.wrap(client));
        }
    }

    @Test
    void as_a_bean_it_takes_the_place_of_boots_own() {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        MeshAutoConfiguration.class,
                        MeshClientAutoConfiguration.class,
                        HttpClientAutoConfiguration.class,
                        ImperativeHttpClientAutoConfiguration.class,
                        RestClientAutoConfiguration.class))
                .withPropertyValues("mesh.snapshot.enabled=false")
                .withUserConfiguration(Transport.class);
        try (LocalService orders = LocalService.answering("order 7")) {
            runner.withPropertyValues("mesh.client.services.orders.url=" + orders.url())
                    .run(context -> assertThat(get(context.getBean(RestClient.Builder.class), "http://orders/7"))
                            .isEqualTo("order 7"));
            runner.withPropertyValues("mesh.enabled=false")
                    .run(context -> assertThatThrownBy(() -> get(context.getBean(RestClient.Builder.class), "/7"))
                            .hasRootCauseMessage("OkHttp calls absolute http: and https: URIs, not '/7'; state a base"
                                    + " URL, such as http://orders"));
        }
    }

    private static @Nullable String get(RestClient.Builder client, String url) {
        return client.build().get().uri(url).retrieve().body(String.class);
    }
}
