package dev.meshclient.boundary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.NoRoute;
import java.io.File;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import mockwebserver3.MockResponse;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redirects, interceptors, authenticators, proxies, Dns, caches, upgrades: no way leads past the mesh to a host of the mesh. */
class WaysBoundaryTest extends Boundary {
    private static Interceptor sendTo(String url) {
        return chain -> chain.proceed(chain.request().newBuilder().url(url).build());
    }

    // ---- redirects

    @Test
    void a_redirect_from_outside_enters_the_mesh() throws Exception {
        outside.enqueue(redirect(orders()));
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller().build());
        try (Response response = http.newCall(get(outsideUrl())).execute()) {
            assertThat(response.body().string()).isEqualTo("inside");
            assertThat(response.request().url()).hasToString(orders());
            assertThat(response.priorResponse().code()).isEqualTo(302);
            assertThat(Mesh.decision(response).service()).isEqualTo("orders");
        }
        plain(outside);
        meshed(inside);
    }

    @Test
    void redirects_lead_in_and_out_as_often_as_they_like() throws Exception {
        outside.enqueue(redirect(orders()));
        inside.enqueue(redirect(outsideUrl()));
        outside.enqueue(redirect(orders()));
        inside.enqueue(redirect(outsideUrl()));
        outside.enqueue(ok("outside"));
        assertThat(read(mesh().wrap(caller().build()), outsideUrl())).isEqualTo("outside");
        for (int i = 0; i < 2; i++) {
            plain(outside);
            meshed(inside);
        }
        plain(outside);
    }

    @Test
    void a_redirect_from_outside_to_a_claimed_host_without_a_service_is_refused() {
        outside.enqueue(redirect(url("billing")));
        OkHttpClient http = mesh().wrap(caller().build());
        assertThatThrownBy(() -> read(http, outsideUrl())).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_redirect_between_inside_and_outside_ends_at_some_point() {
        for (int i = 0; i < 30; i++) {
            outside.enqueue(redirect(orders()));
            inside.enqueue(redirect(outsideUrl()));
        }
        OkHttpClient http = mesh().wrap(caller().build());
        assertThatThrownBy(() -> read(http, outsideUrl()))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("Too many follow-up requests: 21");
        assertThat(outside.getRequestCount() + inside.getRequestCount()).isEqualTo(21);
    }

    // ---- interceptors and authenticators

    @Test
    void an_interceptor_may_ask_outside_first_and_then_a_host_of_the_mesh() throws Exception {
        outside.enqueue(ok("token"));
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller().addInterceptor(chain -> {
                    Request token =
                            chain.request().newBuilder().url(outsideUrl()).build();
                    chain.proceed(token).close();
                    return chain.proceed(chain.request());
                })
                .build());
        assertThat(read(http, orders())).isEqualTo("inside");
        plain(outside);
        meshed(inside);
        assertThat(inside.getRequestCount()).isEqualTo(1);
    }

    @Test
    void an_interceptor_above_the_mesh_that_changes_the_host_is_followed() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http =
                mesh().wrap(caller().addInterceptor(sendTo(orders())).build());
        assertThat(read(http, outsideUrl())).isEqualTo("inside");
        meshed(inside);
        OkHttpClient refused =
                mesh().wrap(caller().addInterceptor(sendTo(url("billing"))).build());
        assertThatThrownBy(() -> read(refused, outsideUrl())).isInstanceOf(NoRoute.class);
        assertThat(outside.getRequestCount()).isZero();
    }

    @Test
    void an_interceptor_that_was_added_after_the_mesh_and_changes_the_host_does_not_get_past_it() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller().build())
                .newBuilder()
                .addInterceptor(sendTo(orders()))
                .build();
        if (Boolean.getBoolean("mesh.okhttp.publicApiOnly")) { // then it cannot be seen, only stopped
            assertThatThrownBy(() -> read(http, outsideUrl())).isInstanceOf(ProtocolException.class);
            return;
        }
        assertThat(read(http, outsideUrl())).isEqualTo("inside");
        OkHttpClient refused = mesh().wrap(caller().build())
                .newBuilder()
                .addInterceptor(sendTo(url("billing")))
                .build();
        assertThatThrownBy(() -> read(refused, outsideUrl())).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_network_interceptor_cannot_change_the_host() {
        outside.enqueue(ok("outside"));
        OkHttpClient http =
                mesh().wrap(caller().addNetworkInterceptor(sendTo(orders())).build());
        assertThatThrownBy(() -> read(http, outsideUrl())).isInstanceOf(IllegalStateException.class);
        assertThat(outside.getRequestCount()).isZero();
    }

    @Test
    void an_authenticator_outside_that_asks_a_host_of_the_mesh_enters_it() throws Exception {
        outside.enqueue(new MockResponse.Builder().code(401).build());
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller().authenticator((route, response) -> get(orders()))
                .build());
        assertThat(read(http, outsideUrl())).isEqualTo("inside");
        meshed(inside);
    }

    @Test
    void an_authenticator_inside_that_asks_a_host_outside_leaves_it() throws Exception {
        inside.enqueue(new MockResponse.Builder().code(401).build());
        outside.enqueue(ok("outside"));
        OkHttpClient http = mesh().wrap(caller().authenticator((route, response) -> get(outsideUrl()))
                .build());
        assertThat(read(http, orders())).isEqualTo("outside");
        plain(outside);
    }

    // ---- proxies, Dns, sockets

    @Test
    void a_proxy_is_not_asked_for_a_host_of_the_mesh() throws Exception {
        inside.enqueue(ok("inside"));
        inside.enqueue(ok("inside"));
        outside.enqueue(redirect(orders()));
        OkHttpClient direct = mesh().wrap(caller().proxy(leak.getProxyAddress()).build());
        assertThat(read(direct, orders())).isEqualTo("inside");
        OkHttpClient proxied =
                mesh().wrap(caller().proxy(outside.getProxyAddress()).build());
        assertThat(read(proxied, "http://example.test/")).isEqualTo("inside");
        assertThat(plain(outside).getRequestLine()).startsWith("GET http://example.test/");
    }

    @Test
    void a_Dns_of_the_caller_is_not_asked_for_a_host_of_the_mesh() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller().dns(host -> {
                    throw new UnknownHostException(host);
                })
                .addInterceptor(chain -> chain.withDns(host -> List.of(InetAddress.getLoopbackAddress()))
                        .proceed(chain.request()))
                .build());
        assertThat(read(http, orders())).isEqualTo("inside");
    }

    // ---- other ways in

    @Test
    void a_call_factory_is_the_mesh_too() throws Exception {
        inside.enqueue(ok("inside"));
        Call.Factory calls = mesh().callFactory(caller().build());
        assertThat(read(calls, orders())).isEqualTo("inside");
        assertThatThrownBy(() -> read(calls, url("billing"))).isInstanceOf(NoRoute.class);
    }

    @Test
    void a_web_socket_passes_through_the_mesh() throws Exception {
        inside.enqueue(new MockResponse.Builder()
                .webSocketUpgrade(new WebSocketListener() {})
                .build());
        OkHttpClient http = mesh().wrap(caller().build());
        assertThat(outcomeOf(http, orders())).isEqualTo("open");
        meshed(inside);
        assertThat(outcomeOf(http, url("billing"))).isEqualTo("NoRoute");
    }

    private static String outcomeOf(OkHttpClient http, String url) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        WebSocket socket = http.newWebSocket(get(url), new WebSocketListener() {
            @Override
            public void onOpen(WebSocket webSocket, Response response) {
                outcome.complete("open");
            }

            @Override
            public void onFailure(WebSocket webSocket, Throwable failure, Response response) {
                outcome.complete(failure.getClass().getSimpleName());
            }
        });
        String word = outcome.get();
        socket.cancel();
        return word;
    }

    @Test
    void a_cache_answers_for_a_host_of_the_mesh_only_while_it_may_be_called(@TempDir File directory) throws Exception {
        inside.enqueue(new MockResponse.Builder()
                .addHeader("Cache-Control", "max-age=600")
                .body("inside")
                .build());
        try (Cache cache = new Cache(directory, 1 << 20)) {
            OkHttpClient caller = caller().cache(cache).build();
            OkHttpClient http = mesh().wrap(caller);
            assertThat(read(http, orders())).isEqualTo("inside");
            assertThat(read(http, orders())).isEqualTo("inside");
            OkHttpClient refusing = mesh(policy("orders:1")).wrap(caller);
            assertThatThrownBy(() -> read(refusing, orders())).isInstanceOf(NoRoute.class);
        }
        assertThat(inside.getRequestCount()).isEqualTo(1);
    }

    @Test
    void a_connection_that_was_made_outside_is_not_used_for_a_host_of_the_mesh() throws Exception {
        HeldCertificate both = new HeldCertificate.Builder()
                .addSubjectAlternativeName("orders")
                .addSubjectAlternativeName("example.test")
                .build();
        HandshakeCertificates server =
                new HandshakeCertificates.Builder().heldCertificate(both).build();
        inside.useHttps(server.sslSocketFactory());
        leak.useHttps(server.sslSocketFactory());
        HandshakeCertificates trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(both.certificate())
                .build();
        OkHttpClient caller = caller().sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                .build();
        leak.enqueue(ok("outside"));
        inside.enqueue(ok("inside"));
        OkHttpClient http = mesh().wrap(caller);
        assertThat(read(http, "https://example.test:" + leak.getPort() + "/")).isEqualTo("outside");
        assertThat(read(http, "https://orders:" + leak.getPort() + "/")).isEqualTo("inside");
        plain(leak);
        expected = 1; // the one that was meant to go there
    }

    private int expected;

    @Override
    int slips() {
        return expected;
    }

    @Test
    void a_host_outside_may_share_a_connection_of_a_host_without_listed_endpoints() throws Exception {
        HeldCertificate both = new HeldCertificate.Builder()
                .addSubjectAlternativeName("a.test")
                .addSubjectAlternativeName("b.test")
                .build();
        outside.useHttps(new HandshakeCertificates.Builder()
                .heldCertificate(both)
                .build()
                .sslSocketFactory());
        HandshakeCertificates trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(both.certificate())
                .build();
        OkHttpClient http = mesh(Documents.mesh("boundary")
                        .services(Documents.service("a", "a.test").with("'resolution': 'NONE'")))
                .wrap(caller().sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                        .build());
        outside.enqueue(ok("a"));
        outside.enqueue(ok("b"));
        assertThat(read(http, "https://a.test:" + outside.getPort() + "/")).isEqualTo("a");
        assertThat(read(http, "https://b.test:" + outside.getPort() + "/")).isEqualTo("b");
        plain(outside);
        assertThat(plain(outside).getExchangeIndex()).isEqualTo(1);
    }

    /** A caller who takes the mesh out of a client has a client without a mesh; nothing is left that could object. */
    @Test
    void a_client_whose_interceptors_were_cleared_is_a_client_without_a_mesh() throws Exception {
        leak.enqueue(ok("past the mesh"));
        OkHttpClient.Builder builder = mesh().wrap(caller().build()).newBuilder();
        builder.interceptors().clear();
        assertThat(read(builder.build(), orders())).isEqualTo("past the mesh");
        expected = 1;
    }

    @Test
    void a_client_whose_interceptors_were_turned_around_is_still_the_meshs() throws Exception {
        inside.enqueue(ok("inside"));
        OkHttpClient.Builder builder = mesh().wrap(caller().addInterceptor(chain -> chain.proceed(chain.request()
                                .newBuilder()
                                .header("X-Mine", "1")
                                .build()))
                        .build())
                .newBuilder();
        java.util.Collections.reverse(builder.interceptors());
        assertThat(read(builder.build(), orders())).isEqualTo("inside");
        if (!Boolean.getBoolean("mesh.okhttp.publicApiOnly")) {
            assertThat(meshed(inside).getHeaders().get("X-Mine")).isEqualTo("1");
        }
    }
}
