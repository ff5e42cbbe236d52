package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.File;
import java.io.IOException;
import java.net.UnknownServiceException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Cache;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS between the mesh and its endpoints: the name that is asked for, the names that may answer, and that nothing is sent in the clear. */
class TlsTrapsTest {
    private static final HeldCertificate AUTHORITY =
            new HeldCertificate.Builder().certificateAuthority(0).build();
    private static final HeldCertificate SERVICE = signed("service");
    private static final HeldCertificate ORDERS = signed("orders");

    private final MockWebServer server = new MockWebServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static HeldCertificate signed(String name) {
        return new HeldCertificate.Builder()
                .signedBy(AUTHORITY)
                .commonName(name)
                .addSubjectAlternativeName(name)
                .build();
    }

    private static MockWebServer bad(HeldCertificate certificate) throws IOException {
        MockWebServer bad = new MockWebServer();
        bad.useHttps(server(certificate).sslSocketFactory());
        bad.start();
        return bad;
    }

    private static HandshakeCertificates server(HeldCertificate certificate) {
        return new HandshakeCertificates.Builder()
                .heldCertificate(certificate)
                .addTrustedCertificate(AUTHORITY.certificate())
                .build();
    }

    // ---- handshakes that fail: nothing was sent

    @Test
    void an_authority_that_is_not_trusted_is_a_connect_failure() throws Exception {
        HeldCertificate stranger = new HeldCertificate.Builder()
                .addSubjectAlternativeName("service")
                .build();
        try (MockWebServer bad = bad(stranger);
                Situation situation =
                        Situation.at(bad.getPort()).tls(AUTHORITY, SERVICE).with(Situation.PATIENT)) {
            situation.counting(bad::getRequestCount).check("SSLHandshakeException", "connect-failure", 0, true, true);
        }
    }

    @Test
    void a_certificate_of_another_service_is_a_connect_failure() throws Exception {
        try (MockWebServer bad = bad(ORDERS);
                Situation situation =
                        Situation.at(bad.getPort()).tls(AUTHORITY, SERVICE).with(Situation.PATIENT)) {
            situation
                    .counting(bad::getRequestCount)
                    .check("SSLPeerUnverifiedException", "connect-failure", 0, true, true);
        }
    }

    @Test
    void a_plaintext_port_is_a_connect_failure() throws Exception {
        try (RawServer bad = RawServer.of(peer -> peer.read(64));
                Situation situation = Situation.at(bad).tls(AUTHORITY, SERVICE).with(Situation.PATIENT)) {
            situation.check("SSLHandshakeException", "connect-failure", 0, true, true);
        }
    }

    private static MeshListener noting(List<MeshEvent.PeerRejected> rejected) {
        return new MeshListener() {
            @Override
            public void on(MeshEvent event) {
                if (event instanceof MeshEvent.PeerRejected peer) {
                    rejected.add(peer);
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_certificate_that_the_callers_own_code_refuses_does_not_accuse_the_endpoint(boolean tls) throws Exception {
        List<MeshEvent.PeerRejected> rejected = new CopyOnWriteArrayList<>();
        String pem = AUTHORITY.certificatePem().replace("\r", "").replace("\n", "\\n");
        if (tls) {
            server.useHttps(server(SERVICE).sslSocketFactory());
        }
        server.start();
        IOException own = new IOException("the signer of the goods", new CertificateException("revoked"));
        RequestBody failing = new RequestBody() {
            @Override
            public @Nullable MediaType contentType() {
                return null;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                throw own;
            }
        };
        OkHttpClient refusing = new OkHttpClient.Builder()
                .addNetworkInterceptor(chain -> {
                    throw own;
                })
                .build();
        String mode = tls ? "'tls': {'mode': 'SIMPLE', 'caCertificates': '" + pem + "'}, " : "";
        try (Mesh mesh = Mesh.builder()
                .listener(noting(rejected))
                .policy(Documents.mesh("traps")
                        .services(Documents.service("service")
                                .with(mode + "'retry': {'attempts': 0}, " + Situation.PATIENT)
                                .endpoint(server.getPort()))
                        .source())
                .build()) {
            for (OkHttpClient http : tls ? List.of(new OkHttpClient()) : List.of(new OkHttpClient(), refusing)) {
                Request post = new Request.Builder()
                        .url("http://service/")
                        .post(failing)
                        .build();
                assertThatThrownBy(() -> mesh.wrap(http).newCall(post).execute())
                        .hasMessageContaining("the signer of the goods");
            }
        }
        assertThat(rejected).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'SIMPLE'", "'SIMPLE', 'caCertificates': '%s'"})
    void a_plaintext_answer_is_asked_about_and_reported(String mode) throws Exception {
        List<MeshEvent.PeerRejected> rejected = new CopyOnWriteArrayList<>();
        String pem = AUTHORITY.certificatePem().replace("\r", "").replace("\n", "\\n");
        try (RawServer bad = RawServer.of(peer -> {
                    peer.read(64);
                    peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    peer.finish();
                });
                Mesh mesh = Mesh.builder()
                        .listener(noting(rejected))
                        .policy(Documents.mesh("traps")
                                .services(Documents.service("service")
                                        .with("'tls': {'mode': " + mode.formatted(pem) + "}, 'retry': {'attempts': 0}")
                                        .with(Situation.PATIENT)
                                        .endpoint(bad.port()))
                                .source())
                        .build()) {
            assertThatThrownBy(() -> mesh.wrap(new OkHttpClient())
                            .newCall(
                                    new Request.Builder().url("http://service/").build())
                            .execute())
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("127.0.0.1:" + bad.port())
                    .hasMessageEndingWith("; does it speak TLS?");
            assertThat(rejected).hasSize(1).first().satisfies(peer -> {
                assertThat(peer.kind()).isEqualTo(MeshEvent.PeerRejected.Kind.PLAINTEXT);
                assertThat(peer.service()).isEqualTo("service");
            });
        }
    }

    @Test
    void a_handshake_that_stalls_is_a_connect_failure() throws Exception {
        Patience.expires(timeout -> {
            String limit = "'timeouts': {'connect': '%dms'}".formatted(timeout.toMillis());
            try (RawServer bad = RawServer.of(RawServer.Peer::silence);
                    Situation situation =
                            Situation.at(bad).tls(AUTHORITY, SERVICE).with(limit)) {
                situation.check("SocketTimeoutException", "connect-failure", 0, true, true);
            }
        });
    }

    /** In TLS 1.3 the client hears of it when it reads the answer: the request was sent, and the peer did not look at it. */
    @Test
    void a_client_certificate_that_the_peer_rejects_is_refused_after_the_request_went_out() throws Exception {
        HandshakeCertificates unknown = new HandshakeCertificates.Builder()
                .heldCertificate(new HeldCertificate.Builder().build())
                .addTrustedCertificate(AUTHORITY.certificate())
                .build();
        try (RawServer bad = RawServer.of(peer -> {
                    try {
                        peer.requireCertificate(server(SERVICE).sslSocketFactory());
                    } catch (SSLHandshakeException rejected) {
                        peer.silence();
                    }
                });
                Situation situation = Situation.at(bad).tls(AUTHORITY, SERVICE).with(Situation.PATIENT)) {
            situation
                    .client(b -> b.sslSocketFactory(unknown.sslSocketFactory(), unknown.trustManager())
                            .protocols(List.of(Protocol.HTTP_1_1)))
                    .check("SSLHandshakeException", "tls-refused", 0, true, true);
        }
    }

    // ---- the name that is asked for, and the names that may answer

    private static Mesh mesh(Documents.Service... services) {
        return Mesh.builder()
                .policy(Documents.mesh("traps").services(services).source())
                .build();
    }

    private Documents.Service service(String name) {
        return encrypted(name, server.getPort());
    }

    private static Documents.Service encrypted(String name, int port) {
        return plain(name, port, name).with("'tls': {'mode': 'SIMPLE'}");
    }

    private static Documents.Service plain(String name, int port, String... hosts) {
        return Documents.service(name, hosts)
                .with("'retry': {'attempts': 0}, 'timeouts': {'connect': '30s'}")
                .endpoint(port);
    }

    private OkHttpClient.Builder trusting() {
        HandshakeCertificates trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(AUTHORITY.certificate())
                .build();
        return new OkHttpClient.Builder().sslSocketFactory(trust.sslSocketFactory(), trust.trustManager());
    }

    private void start(HeldCertificate certificate) throws IOException {
        server.useHttps(server(certificate).sslSocketFactory());
        server.start();
    }

    private static Request get(String url) {
        return new Request.Builder().url(url).build();
    }

    @Test
    void a_name_without_a_dot_is_sent_as_server_name() throws Exception {
        start(ORDERS);
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(service("orders"))) {
            mesh.wrap(trusting().build())
                    .newCall(get("http://orders/"))
                    .execute()
                    .close();
        }
        assertThat(server.takeRequest().getHandshakeServerNames()).containsExactly("orders");
    }

    @Test
    void a_name_with_a_trailing_dot_is_sent_without_it() throws Exception {
        start(ORDERS);
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(service("orders"))) {
            OkHttpClient http = mesh.wrap(
                    trusting().hostnameVerifier((host, session) -> true).build());
            http.newCall(get("http://orders./")).execute().close();
        }
        assertThat(server.takeRequest().getHandshakeServerNames()).containsExactly("orders");
    }

    @Test
    void a_name_that_TLS_cannot_send_is_called_without_it() throws Exception {
        start(signed("my-orders"));
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(service("my_orders"))) {
            OkHttpClient http = mesh.wrap(
                    trusting().hostnameVerifier((host, session) -> true).build());
            http.newCall(get("http://my_orders/")).execute().close();
        }
        assertThat(server.takeRequest().getHandshakeServerNames()).isEmpty();
    }

    @Test
    void a_connection_of_one_service_is_never_used_for_another_at_the_same_address() throws Exception {
        start(new HeldCertificate.Builder()
                .signedBy(AUTHORITY)
                .addSubjectAlternativeName("orders")
                .addSubjectAlternativeName("billing")
                .build());
        server.enqueue(new MockResponse.Builder().build());
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(service("orders"), service("billing"))) {
            OkHttpClient http = mesh.wrap(trusting().build());
            http.newCall(get("http://orders/")).execute().close();
            http.newCall(get("http://billing/")).execute().close();
        }
        RecordedRequest orders = server.takeRequest();
        RecordedRequest billing = server.takeRequest();
        assertThat(orders.getHandshakeServerNames()).containsExactly("orders");
        assertThat(billing.getHandshakeServerNames()).containsExactly("billing");
        assertThat(billing.getConnectionIndex()).isNotEqualTo(orders.getConnectionIndex());
    }

    @Test
    void hosts_of_one_service_have_connections_of_their_own() throws Exception {
        start(new HeldCertificate.Builder()
                .signedBy(AUTHORITY)
                .addSubjectAlternativeName("orders")
                .addSubjectAlternativeName("shop")
                .build());
        server.enqueue(new MockResponse.Builder().build());
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(plain("orders", server.getPort(), "orders", "shop"))) {
            OkHttpClient http = mesh.wrap(trusting().build());
            http.newCall(get("https://orders/")).execute().close();
            http.newCall(get("https://shop/")).execute().close();
        }
        RecordedRequest orders = server.takeRequest();
        RecordedRequest shop = server.takeRequest();
        assertThat(shop.getHandshakeServerNames()).containsExactly("shop");
        assertThat(shop.getConnectionIndex()).isNotEqualTo(orders.getConnectionIndex());
    }

    @Test
    void a_service_at_the_address_of_another_must_show_its_own_name() throws Exception {
        start(ORDERS);
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(service("orders"), service("billing"))) {
            OkHttpClient http = mesh.wrap(trusting().build());
            http.newCall(get("http://orders/")).execute().close();
            assertThatThrownBy(() -> http.newCall(get("http://billing/")).execute())
                    .isInstanceOf(SSLPeerUnverifiedException.class);
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    @Test
    void clients_with_other_timeouts_share_the_connections_of_an_endpoint() throws Exception {
        start(ORDERS);
        try (Mesh mesh = mesh(service("orders"))) {
            OkHttpClient http = mesh.wrap(trusting().build());
            for (int i = 1; i <= 5; i++) {
                server.enqueue(new MockResponse.Builder().build());
                OkHttpClient other =
                        http.newBuilder().readTimeout(Duration.ofMinutes(i)).build();
                other.newCall(get("http://orders/")).execute().close();
                assertThat(server.takeRequest().getConnectionIndex()).isZero();
            }
        }
    }

    // ---- what an upgraded call shows

    @Test
    void an_upgraded_call_shows_the_callers_url_and_says_that_it_was_encrypted() throws Exception {
        start(ORDERS);
        server.enqueue(new MockResponse.Builder().build());
        try (Mesh mesh = mesh(service("orders"));
                Response response = mesh.wrap(trusting().build())
                        .newCall(get("http://orders/a?b=c"))
                        .execute()) {
            assertThat(response.request().url()).hasToString("http://orders/a?b=c");
            assertThat(response.handshake()).isNotNull();
        }
        RecordedRequest request = server.takeRequest();
        assertThat(request.getHeaders().get("Host")).isNull(); // HTTP/2 says :authority
        assertThat(request.getHeaders().get(":authority")).isEqualTo("orders");
    }

    @Test
    void an_upgraded_call_asks_for_the_host_that_the_caller_wrote() throws Exception {
        start(ORDERS);
        try (Mesh mesh = mesh(service("orders"))) {
            OkHttpClient http =
                    mesh.wrap(trusting().protocols(List.of(Protocol.HTTP_1_1)).build());
            assertThat(hostOf(http, get("http://orders/"))).isEqualTo("orders");
            assertThat(hostOf(http, get("http://orders:8080/"))).isEqualTo("orders:8080");
            assertThat(hostOf(http, get("http://orders:443/"))).isEqualTo("orders:443");
            assertThat(hostOf(
                            http,
                            get("http://orders/")
                                    .newBuilder()
                                    .header("Host", "shop")
                                    .build()))
                    .isEqualTo("shop");
        }
    }

    private String hostOf(OkHttpClient http, Request request) throws Exception {
        server.enqueue(new MockResponse.Builder().build());
        http.newCall(request).execute().close();
        return server.takeRequest().getHeaders().get("Host");
    }

    @Test
    void a_post_of_an_upgraded_call_is_not_answered_from_the_cache(@TempDir File directory) throws Exception {
        start(ORDERS);
        server.enqueue(new MockResponse.Builder()
                .addHeader("Cache-Control", "max-age=600")
                .body("got")
                .build());
        server.enqueue(new MockResponse.Builder().body("posted").build());
        server.enqueue(new MockResponse.Builder().body("got again").build());
        try (Mesh mesh = mesh(service("orders"));
                Cache cache = new Cache(directory, 1 << 20)) {
            OkHttpClient http = mesh.wrap(trusting().cache(cache).build());
            Request get = get("http://orders/");
            assertThat(body(http, get)).isEqualTo("got");
            assertThat(body(http, get)).isEqualTo("got");
            Request post =
                    get.newBuilder().post(RequestBody.create(new byte[1])).build();
            assertThat(body(http, post)).isEqualTo("posted");
            assertThat(body(http, get)).as("a POST forgets what was cached").isEqualTo("got again");
        }
    }

    private static String body(OkHttpClient http, Request request) throws IOException {
        try (Response response = http.newCall(request).execute()) {
            return response.body().string();
        }
    }

    @Test
    void an_interceptor_that_takes_TLS_away_does_not_make_the_mesh_send_in_the_clear() throws Exception {
        try (RawServer plain = RawServer.of(peer -> {
                    peer.request();
                    peer.ok();
                });
                Mesh mesh = mesh(encrypted("orders", plain.port()))) {
            OkHttpClient http = mesh.wrap(new OkHttpClient.Builder()
                    .addInterceptor(
                            chain -> chain.withSslSocketFactory(null, null).proceed(chain.request()))
                    .build());
            assertThatThrownBy(() -> http.newCall(get("http://orders/")).execute())
                    .isInstanceOf(UnknownServiceException.class);
            assertThat(plain.requests()).isZero();
        }
    }
}
