package dev.meshclient.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.TlsVersion;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections are reused as OkHttp would, and made with the caller's TLS settings. */
@ParameterizedClass(name = "{0}")
@EnumSource(Edge.class)
class ConnectionContractTest extends OkHttpContract {
    // ---- reuse

    @Test
    void a_connection_is_used_again_when_the_body_was_read() throws Exception {
        orders.enqueue(ok("a"));
        orders.enqueue(ok("b"));
        Call.Factory calls = calls();
        read(calls, get("/"));
        read(calls, get("/"));
        assertThat(exchange(0)).isZero();
        assertThat(exchange(0)).isEqualTo(1);
    }

    /** Of the next request: how many came before it on its connection. */
    private int exchange(int connection) throws InterruptedException {
        RecordedRequest request = orders.takeRequest();
        assertThat(request.getConnectionIndex()).isEqualTo(connection);
        return request.getExchangeIndex();
    }

    @Test
    void a_short_rest_of_a_body_is_read_on_closing() throws Exception {
        CountDownLatch sent = new CountDownLatch(1); // OkHttp reads on for a tenth of a second, not longer
        orders.enqueue(new MockResponse.Builder().body(new Rest(sent)).build());
        orders.enqueue(ok("b"));
        Call.Factory calls = calls();
        try (Response response = calls.newCall(get("/")).execute()) {
            assertThat(response.code()).isEqualTo(200);
            sent.await();
        }
        read(calls, get("/"));
        assertThat(exchange(0)).isZero();
        assertThat(exchange(0)).isEqualTo(1);
    }

    /** Says when it has been sent. */
    private record Rest(CountDownLatch sent) implements MockResponseBody {
        @Override
        public long getContentLength() {
            return 100;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("x".repeat(100)).flush();
            sent.countDown();
        }
    }

    @Test
    void a_peer_that_says_close_is_not_asked_on_that_connection_again() throws Exception {
        orders.enqueue(ok("a").newBuilder()
                .addHeader("Connection", "close")
                .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
        orders.enqueue(ok("b"));
        Call.Factory calls = calls();
        read(calls, get("/"));
        read(calls, get("/"));
        assertThat(exchange(0)).isZero();
        assertThat(exchange(1)).isZero();
    }

    @Test
    void calls_over_http2_share_a_connection() throws Exception {
        useHttps();
        orders.enqueue(ok("a"));
        orders.enqueue(ok("b"));
        Call.Factory calls = calls();
        try (Response first = calls.newCall(get("/")).execute();
                Response second = calls.newCall(get("/")).execute()) {
            assertThat(first.protocol()).isEqualTo(Protocol.HTTP_2);
            assertThat(second.body().string() + first.body().string()).isEqualTo("ba");
        }
        assertThat(exchange(0)).isZero();
        assertThat(exchange(0)).isEqualTo(1);
    }

    @Test
    void the_callers_pool_holds_the_connections() throws Exception {
        orders.enqueue(ok("a"));
        ConnectionPool pool = new ConnectionPool();
        read(calls(b -> b.connectionPool(pool)), get("/"));
        // Connections to endpoints of the mesh have a pool for each endpoint: none crosses a service or an endpoint.
        assertThat(pool.connectionCount()).isEqualTo(edge.hasEndpoints() ? 0 : 1);
        pool.evictAll();
    }

    @Test
    void a_stale_connection_is_replaced_in_silence() throws Exception {
        orders.enqueue(ok("a"));
        orders.enqueue(new MockResponse.Builder()
                .onResponseStart(new SocketEffect.CloseSocket())
                .build());
        orders.enqueue(ok("b"));
        Call.Factory calls = calls();
        read(calls, get("/"));
        if (edge.hasEndpoints()) {
            // A repeat like any other: the retry layer's, and this policy has none. The built-in policy makes it.
            assertThatThrownBy(() -> read(calls, get("/"))).isInstanceOf(IOException.class);
        } else {
            assertThat(read(calls, get("/"))).isEqualTo("b");
        }
    }

    // ---- TLS

    @Test
    void a_response_shows_its_handshake() throws Exception {
        useHttps();
        orders.enqueue(ok("a"));
        try (Response response = calls().newCall(get("/")).execute()) {
            assertThat(response.handshake().peerCertificates()).isNotEmpty();
            assertThat(response.request().isHttps()).isTrue();
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_is_refused() {
        useHttps();
        HandshakeCertificates nobody = new HandshakeCertificates.Builder()
                .addTrustedCertificate(new HeldCertificate.Builder().build().certificate())
                .build();
        assertThatThrownBy(() -> read(
                        calls(b -> b.sslSocketFactory(nobody.sslSocketFactory(), nobody.trustManager())), get("/")))
                .isInstanceOf(javax.net.ssl.SSLHandshakeException.class);
    }

    @Test
    void the_callers_verifier_has_the_last_word() {
        useHttps();
        List<String> asked = new ArrayList<>();
        Call.Factory calls = calls(b -> b.hostnameVerifier((host, session) -> {
            asked.add(host);
            return false;
        }));
        assertThatThrownBy(() -> read(calls, get("/"))).isInstanceOf(javax.net.ssl.SSLPeerUnverifiedException.class);
        assertThat(asked).containsExactly("orders");
    }

    @Test
    void the_callers_pins_hold_for_the_host_that_was_called() throws Exception {
        useHttps();
        orders.enqueue(ok("a"));
        CertificatePinner right = new CertificatePinner.Builder()
                .add("orders", CertificatePinner.pin(certificate().certificate()))
                .build();
        assertThat(read(calls(b -> b.certificatePinner(right)), get("/"))).isEqualTo("a");
        CertificatePinner wrong = new CertificatePinner.Builder()
                .add("orders", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
                .build();
        assertThatThrownBy(() -> read(calls(b -> b.certificatePinner(wrong)), get("/")))
                .isInstanceOf(javax.net.ssl.SSLPeerUnverifiedException.class)
                .hasMessageContaining("Certificate pinning failure");
    }

    @Test
    void the_callers_connection_specs_hold() throws Exception {
        useHttps();
        orders.enqueue(ok("a"));
        ConnectionSpec old = new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
                .tlsVersions(TlsVersion.TLS_1_2)
                .build();
        try (Response response =
                calls(b -> b.connectionSpecs(List.of(old))).newCall(get("/")).execute()) {
            assertThat(response.handshake().tlsVersion()).isEqualTo(TlsVersion.TLS_1_2);
        }
    }

    @Test
    void the_callers_protocols_are_offered() throws Exception {
        useHttps();
        orders.enqueue(ok("a"));
        try (Response response = calls(b -> b.protocols(List.of(Protocol.HTTP_1_1)))
                .newCall(get("/"))
                .execute()) {
            assertThat(response.protocol()).isEqualTo(Protocol.HTTP_1_1);
        }
    }

    @Test
    void a_client_certificate_is_shown() throws Exception {
        useHttps();
        HeldCertificate mine =
                new HeldCertificate.Builder().commonName("checkout").build();
        HandshakeCertificates server = new HandshakeCertificates.Builder()
                .heldCertificate(certificate())
                .addTrustedCertificate(mine.certificate())
                .build();
        orders.useHttps(server.sslSocketFactory());
        orders.requireClientAuth();
        orders.enqueue(ok("a"));
        HandshakeCertificates client = new HandshakeCertificates.Builder()
                .heldCertificate(mine)
                .addTrustedCertificate(certificate().certificate())
                .build();
        read(calls(b -> b.sslSocketFactory(client.sslSocketFactory(), client.trustManager())), get("/"));
        assertThat(orders.takeRequest().getHandshake().peerPrincipal().getName())
                .isEqualTo("CN=checkout");
    }

    // ---- the way there

    @Test
    void a_proxy_is_between_the_caller_and_the_server() throws Exception {
        billing.enqueue(ok("from the proxy"));
        orders.enqueue(ok("direct"));
        String body = read(calls(b -> b.proxy(billing.getProxyAddress())), get("/"));
        // Endpoints are reached directly: what the policy says of where they are is not changed by a caller's proxy.
        assertThat(body).isEqualTo(edge.hasEndpoints() ? "direct" : "from the proxy");
        assertThat(billing.getRequestCount()).isEqualTo(edge.hasEndpoints() ? 0 : 1);
    }

    @Test
    void the_callers_sockets_are_used() throws Exception {
        orders.enqueue(ok("a"));
        CountingSockets sockets = new CountingSockets();
        read(calls(b -> b.socketFactory(sockets)), get("/"));
        // To endpoints the mesh makes the sockets: it is they that know the endpoint's port.
        assertThat(sockets.made()).isEqualTo(edge.hasEndpoints() ? 0 : 1);
    }
}
