package dev.meshclient.internal.okhttp.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.RecordingLogger;
import dev.meshclient.internal.okhttp.client.CallerSettings;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log line about settings that have no effect for endpoints. */
class BypassedSettingsTest {
    private final RecordingLogger log = new RecordingLogger();
    private final BypassedSettings bypassed = new BypassedSettings(log);

    private void look(Consumer<OkHttpClient.Builder> settings) throws Exception {
        OkHttpClient.Builder builder = new OkHttpClient.Builder();
        settings.accept(builder);
        OkHttpClient client = builder.build();
        AtomicReference<CallerSettings> seen = new AtomicReference<>();
        client.newBuilder()
                .addInterceptor(chain -> {
                    seen.set(CallerSettings.of(client, chain, false));
                    return new Response.Builder()
                            .request(chain.request())
                            .protocol(Protocol.HTTP_1_1)
                            .code(200)
                            .message("")
                            .build();
                })
                .build()
                .newCall(new Request.Builder().url("http://orders/").build())
                .execute()
                .close();
        bypassed.look(Objects.requireNonNull(seen.get()), "orders");
    }

    private static Proxy proxy(Proxy.Type type) {
        return new Proxy(type, InetSocketAddress.createUnresolved("proxy", 1080));
    }

    @Test
    void the_settings_that_OkHttp_has_by_itself_are_not_mentioned() throws Exception {
        look(b -> {});
        look(b -> b.proxy(Proxy.NO_PROXY));
        assertThat(log.lines()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Proxy.Type.class,
            names = {"HTTP", "SOCKS"})
    void a_proxy_is_named(Proxy.Type type) throws Exception {
        look(b -> b.proxy(proxy(type)));
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("'orders'", "without the proxy " + type + " @ proxy", "resolution NONE");
    }

    @Test
    void a_socket_factory_and_a_Dns_are_named_together_and_once() throws Exception {
        SocketFactory own = new SocketFactory() {
            @Override
            public Socket createSocket(String host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(String host, int port, java.net.InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(java.net.InetAddress host, int port) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Socket createSocket(java.net.InetAddress host, int port, java.net.InetAddress local, int localPort) {
                throw new UnsupportedOperationException();
            }
        };
        look(b -> b.socketFactory(own).dns(host -> List.of()));
        look(b -> b.proxy(proxy(Proxy.Type.HTTP)));
        assertThat(log.lines()).singleElement().asString().contains("without the socketFactory and the dns of");
    }

    @Test
    void a_proxy_selector_is_named() throws Exception {
        look(b -> b.proxySelector(java.net.ProxySelector.of(InetSocketAddress.createUnresolved("proxy", 1080))));
        assertThat(log.lines()).singleElement().asString().contains("without the proxySelector of");
    }
}
