package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.PeerTrust;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.internal.time.RealTime;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which side proves its identity, by {@code tls.mode} and the marks of endpoints. */
class ModesTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates BANK_ROOT = TestCertificates.root("bank");
    private static final TestCertificates BANK =
            BANK_ROOT.issue(MeshPeer.now(TestCertificates.host("bank.example").uri("https://bank.example/api")));
    private static final TestCertificates US_AT_THE_BANK =
            BANK_ROOT.issue(MeshPeer.now(TestCertificates.host("shop.bank.example")));
    private static final TestCertificates ORDERS =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/orders")));
    private static final TestCertificates CHECKOUT =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/checkout")));

    private static final Dispatcher OK = new Dispatcher() {
        @Override
        public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder().body("ok").build();
        }
    };

    private static MeshPeer bank() throws IOException {
        MeshPeer bank = MeshPeer.as(BANK.svid(BANK_ROOT));
        bank.server.setDispatcher(OK);
        return bank;
    }

    private static String quoted(String pem) {
        return '"' + pem.replace("\r", "").replace("\n", "\\n") + '"';
    }

    private static Mesh mesh(String settings, MeshPeer peer, Map<String, WorkloadIdentity> credentials)
            throws IOException {
        return mesh(settings, peer.port(), WorkloadIdentity.of(CHECKOUT.svid(ROOT)), credentials);
    }

    private static Mesh mesh(
            String settings, int port, WorkloadIdentity identity, Map<String, WorkloadIdentity> credentials)
            throws IOException {
        return mesh(Documents.service("orders").with(settings).endpoint(port), identity, credentials);
    }

    private static Mesh mesh(
            Documents.Service orders, WorkloadIdentity identity, Map<String, WorkloadIdentity> credentials)
            throws IOException {
        Mesh.Builder builder = Mesh.builder()
                .identity(identity)
                .initialFetchTimeout(Patience.LONG)
                .snapshotDirectory(null)
                .policy(Documents.mesh("shop")
                        .with("'trustDomain': 'shop.example'")
                        .services(orders.with(
                                "'timeouts': {'connect': '30s', 'request': '60s'}, 'retry': {'attempts': 0}"))
                        .source());
        credentials.forEach(builder::certificate);
        return builder.build();
    }

    private static Response call(Mesh mesh) throws IOException {
        return mesh.wrap(new OkHttpClient())
                .newCall(new Request.Builder().url("http://orders/").build())
                .execute();
    }

    private static void succeeds(Mesh mesh) throws IOException {
        try (Response response = call(mesh)) {
            assertThat(response.body().string()).isEqualTo("ok");
        }
    }

    @Test
    void simple_believes_the_authorities_of_policy_and_shows_nothing() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(MeshPeer.sockets(BANK.svid(BANK_ROOT)));
            server.requestClientAuth();
            server.setDispatcher(OK);
            server.start();
            String settings = "'tls': {'mode': 'SIMPLE', 'sni': 'bank.example', 'caCertificates': "
                    + quoted(BANK_ROOT.certificatePem()) + "}";
            try (Mesh mesh = mesh(settings, server.getPort(), WorkloadIdentity.of(CHECKOUT.svid(ROOT)), Map.of())) {
                succeeds(mesh);
                assertThat(Objects.requireNonNull(server.takeRequest().getHandshake())
                                .peerCertificates())
                        .isEmpty();
            }
            try (Mesh mesh = mesh(
                    settings.replace(quoted(BANK_ROOT.certificatePem()), quoted(ROOT.certificatePem())),
                    server.getPort(),
                    WorkloadIdentity.of(CHECKOUT.svid(ROOT)),
                    Map.of())) {
                assertThatThrownBy(() -> call(mesh))
                        .isInstanceOf(SSLHandshakeException.class)
                        .hasMessageContaining("CN=shop");
            }
        }
    }

    @Test
    void mutual_shows_the_certificate_of_the_credential() throws Exception {
        String settings = "'tls': {'mode': 'MUTUAL', 'sni': 'bank.example', 'credentialName': 'bank'}";
        try (MeshPeer bank = bank();
                Mesh mesh = mesh(settings, bank, Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
            succeeds(mesh);
            assertThat(Objects.requireNonNull(bank.server.takeRequest().getHandshake())
                            .peerCertificates()
                            .get(0))
                    .isEqualTo(US_AT_THE_BANK.certificate());
        }
    }

    @Test
    void a_credential_that_is_not_here_is_named() throws Exception {
        String settings = "'tls': {'mode': 'MUTUAL', 'credentialName': 'bank'}";
        try (MeshPeer bank = bank();
                Mesh mesh =
                        mesh(settings, bank, Map.of("other", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
            assertThatThrownBy(() -> call(mesh))
                    .isInstanceOf(IdentityUnavailable.class)
                    .hasMessageContaining("the certificate 'bank', which this mesh does not have; it has [other]");
            assertThat(bank.server.getRequestCount()).isZero();
        }
    }

    @Test
    void mutual_checks_the_host() throws Exception {
        String settings = "'tls': {'mode': 'MUTUAL', 'credentialName': 'bank'}"; // the host is orders
        try (MeshPeer bank = bank();
                Mesh mesh = mesh(settings, bank, Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
            assertThatThrownBy(() -> call(mesh))
                    .isInstanceOf(SSLPeerUnverifiedException.class)
                    .hasMessageContaining("bank.example");
            assertThat(bank.server.getRequestCount()).isZero();
        }
    }

    /** A server of the right authority and the wrong name, which keeps what clients show it. */
    private static SSLSocketFactory noting(List<X509Certificate[]> shown, String version) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", BANK.key(), new char[0], new X509Certificate[] {BANK.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, new char[0]);
        context.init(factory.getKeyManagers(), new TrustManager[] {new Noting(shown)}, null);
        return new OldTls(context.getSocketFactory(), version);
    }

    private record Noting(List<X509Certificate[]> shown) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            shown.add(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TLSv1.3 | ''",
                "TLSv1.2 | ''",
                "TLSv1.3 | , 'sni': 'other.example'",
                "TLSv1.2 | , 'sni': 'other.example'",
                "TLSv1.3 | , 'sni': 'bank.example', 'subjectAltNames': ['127.0.0.1']",
                "TLSv1.3 | , 'sni': 'bank.example', 'subjectAltNames': ['other.example']",
                "TLSv1.2 | , 'sni': 'bank.example', 'subjectAltNames': ['other.example']",
            })
    void mutual_shows_no_certificate_to_a_peer_of_another_name(String version, String names) throws Exception {
        List<X509Certificate[]> shown = new CopyOnWriteArrayList<>();
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(noting(shown, version));
            server.requireClientAuth();
            server.setDispatcher(OK);
            server.start();
            String settings = "'tls': {'mode': 'MUTUAL', 'credentialName': 'bank'%s}";
            WorkloadIdentity own = WorkloadIdentity.of(CHECKOUT.svid(ROOT));
            Map<String, WorkloadIdentity> bank = Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT)));
            String stated = names.equals("''") ? "" : names;
            try (Mesh mesh = mesh(settings.formatted(stated), server.getPort(), own, bank)) {
                assertThatThrownBy(() -> call(mesh))
                        .isInstanceOf(SSLPeerUnverifiedException.class)
                        .hasMessageContaining("bank.example");
            }
            assertThat(shown).isEmpty();
            try (Mesh mesh = mesh(settings.formatted(", 'sni': 'bank.example'"), server.getPort(), own, bank)) {
                succeeds(mesh);
            }
            assertThat(shown).hasSize(1);
        }
    }

    @Test
    void names_that_are_stated_stand_for_the_host() throws Exception {
        for (String name : new String[] {"BANK.example", "https://bank.example/api"}) {
            try (MeshPeer bank = bank();
                    Mesh mesh = mesh(
                            "'tls': {'mode': 'MUTUAL', 'credentialName': 'bank', 'subjectAltNames': ['" + name + "']}",
                            bank,
                            Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
                succeeds(mesh);
            }
        }
        try (MeshPeer bank = bank();
                Mesh mesh = mesh(
                        "'tls': {'mode': 'MUTUAL', 'sni': 'bank.example', 'credentialName': 'bank',"
                                + " 'subjectAltNames': ['example']}",
                        bank,
                        Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
            assertThatThrownBy(() -> call(mesh)).isInstanceOf(SSLPeerUnverifiedException.class);
        }
    }

    private static OkHttpClient believing(TestCertificates root) throws GeneralSecurityException {
        PeerTrust trust = PeerTrust.ofAuthorities(List.of(root.certificate()), MeshPeer.CLOCK);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trust}, null);
        return new OkHttpClient.Builder()
                .sslSocketFactory(context.getSocketFactory(), trust)
                .build();
    }

    @Test
    void simple_asks_for_the_stated_names_of_whom_the_caller_believes() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(MeshPeer.sockets(BANK.svid(BANK_ROOT)));
            server.setDispatcher(OK);
            server.start();
            String settings = "'tls': {'mode': 'SIMPLE', 'sni': 'bank.example', 'subjectAltNames': ['%s']}";
            Request request = new Request.Builder().url("http://orders/").build();
            WorkloadIdentity own = WorkloadIdentity.of(CHECKOUT.svid(ROOT));
            try (Mesh mesh = mesh(settings.formatted("https://bank.example/api"), server.getPort(), own, Map.of())) {
                try (Response response =
                        mesh.wrap(believing(BANK_ROOT)).newCall(request).execute()) {
                    assertThat(response.body().string()).isEqualTo("ok");
                }
                assertThatThrownBy(() ->
                                mesh.wrap(believing(ROOT)).newCall(request).execute())
                        .isInstanceOf(SSLHandshakeException.class);
            }
            try (Mesh mesh = mesh(settings.formatted("https://bank.example/other"), server.getPort(), own, Map.of())) {
                assertThatThrownBy(() ->
                                mesh.wrap(believing(BANK_ROOT)).newCall(request).execute())
                        .isInstanceOf(SSLPeerUnverifiedException.class);
            }
        }
    }

    @Test
    void simple_believes_whom_the_credential_believes_and_does_not_show_it() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(MeshPeer.sockets(BANK.svid(BANK_ROOT)));
            server.requestClientAuth();
            server.setDispatcher(OK);
            server.start();
            String settings = "'tls': {'mode': 'SIMPLE', 'sni': 'bank.example', 'credentialName': 'bank'}";
            WorkloadIdentity own = WorkloadIdentity.of(CHECKOUT.svid(ROOT));
            try (Mesh mesh = mesh(
                    settings,
                    server.getPort(),
                    own,
                    Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
                succeeds(mesh);
                assertThat(Objects.requireNonNull(server.takeRequest().getHandshake())
                                .peerCertificates())
                        .isEmpty();
            }
            try (Mesh mesh = mesh(
                    settings, server.getPort(), own, Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(ROOT))))) {
                assertThatThrownBy(() -> call(mesh)).isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void mutual_believes_the_authorities_of_policy_and_not_those_of_the_credential() throws Exception {
        String settings =
                "'tls': {'mode': 'MUTUAL', 'sni': 'bank.example', 'credentialName': 'bank', 'caCertificates': %s}";
        try (MeshPeer bank = bank()) {
            try (Mesh mesh = mesh(
                    settings.formatted(quoted(BANK_ROOT.certificatePem())),
                    bank,
                    Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(ROOT))))) {
                succeeds(mesh);
                assertThat(Objects.requireNonNull(bank.server.takeRequest().getHandshake())
                                .peerCertificates()
                                .get(0))
                        .isEqualTo(US_AT_THE_BANK.certificate());
            }
            try (Mesh mesh = mesh(
                    settings.formatted(quoted(ROOT.certificatePem())),
                    bank,
                    Map.of("bank", WorkloadIdentity.of(US_AT_THE_BANK.svid(BANK_ROOT))))) {
                assertThatThrownBy(() -> call(mesh)).isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void mutual_without_a_credential_shows_the_workload_and_believes_whom_it_believes() throws Exception {
        String settings = "'tls': {'mode': 'MUTUAL', 'sni': 'bank.example'%s}";
        try (MeshPeer bank = MeshPeer.as(BANK.svid(ROOT))) { // takes certificates of the mesh
            bank.server.setDispatcher(OK);
            try (Mesh mesh = mesh(
                    settings.formatted(", 'caCertificates': " + quoted(BANK_ROOT.certificatePem())), bank, Map.of())) {
                succeeds(mesh);
                assertThat(Objects.requireNonNull(bank.server.takeRequest().getHandshake())
                                .peerCertificates()
                                .get(0))
                        .isEqualTo(CHECKOUT.certificate());
            }
            try (Mesh mesh = mesh(settings.formatted(""), bank, Map.of())) {
                assertThatThrownBy(() -> call(mesh)).isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void names_of_the_mesh_that_are_stated_stand_for_the_service_account() throws Exception {
        String settings = "'serviceAccount': '%s', 'tls': {'mode': 'MESH_MUTUAL', 'subjectAltNames': ['%s']}";
        try (MeshPeer orders = MeshPeer.as(ORDERS.svid(ROOT))) {
            orders.server.setDispatcher(OK);
            try (Mesh mesh = mesh(settings.formatted("other", "spiffe://shop.example/orders"), orders, Map.of())) {
                succeeds(mesh);
            }
            try (Mesh mesh = mesh(settings.formatted("orders", "spiffe://shop.example/other"), orders, Map.of())) {
                assertThatThrownBy(() -> call(mesh)).isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void an_endpoint_of_the_mesh_is_reached_so_whatever_tls_says() throws Exception {
        try (MeshPeer orders = MeshPeer.as(ORDERS.svid(ROOT))) {
            orders.server.setDispatcher(OK);
            for (String mode : List.of("DISABLE", "SIMPLE", "MUTUAL")) {
                Documents.Service service = Documents.service("orders")
                        .with("'tls': {'mode': '" + mode + "'}")
                        .endpoint("127.0.0.1", orders.port(), "'tlsMode': 'mesh'");
                try (Mesh mesh = mesh(service, WorkloadIdentity.of(CHECKOUT.svid(ROOT)), Map.of())) {
                    succeeds(mesh);
                    assertThat(Objects.requireNonNull(
                                            orders.server.takeRequest().getHandshake())
                                    .peerCertificates()
                                    .get(0))
                            .isEqualTo(CHECKOUT.certificate());
                }
            }
        }
    }

    @Test
    void endpoints_are_marked_one_by_one_and_plaintext_is_counted() throws Exception {
        try (MeshPeer secure = MeshPeer.as(ORDERS.svid(ROOT));
                MockWebServer plain = new MockWebServer()) {
            secure.server.setDispatcher(OK);
            plain.setDispatcher(OK);
            plain.start();
            Documents.Service service = Documents.service("orders")
                    .with("'tls': {'mode': 'MESH_MUTUAL'}, 'loadBalancer': {'simple': 'ROUND_ROBIN'}")
                    .endpoint(secure.port())
                    .endpoint("127.0.0.1", plain.getPort(), "'tlsMode': 'disabled'");
            try (Mesh mesh = mesh(service, WorkloadIdentity.of(CHECKOUT.svid(ROOT)), Map.of())) {
                for (int i = 0; i < 10; i++) {
                    succeeds(mesh);
                }
                assertThat(secure.server.getRequestCount()).isEqualTo(5);
                assertThat(plain.getRequestCount()).isEqualTo(5);
                assertThat(Objects.requireNonNull(mesh.status().services().get("orders"))
                                .traffic()
                                .plaintext())
                        .isEqualTo(5);
                assertThat(mesh.status().toString()).contains("in the clear 5");
            }
        }
    }

    @Test
    void a_credential_that_does_not_come_is_waited_for_as_long_as_the_call_may_take() throws Exception {
        try (MeshPeer bank = bank();
                Mesh mesh = mesh(
                        "'tls': {'mode': 'MUTUAL', 'credentialName': 'bank'}",
                        bank,
                        Map.of("bank", sink -> () -> {}))) {
            OkHttpClient client = mesh.wrap(new OkHttpClient.Builder()
                    .callTimeout(Duration.ofMillis(300))
                    .build());
            assertThatThrownBy(() -> client.newCall(
                                    new Request.Builder().url("http://orders/").build())
                            .execute())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_certificate_without_an_end_is_legal() throws Exception {
        Instant never = Instant.parse("9999-12-31T23:59:59Z"); // RFC 5280 4.1.2.5
        Instant then = MeshPeer.CLOCK.instant().minusSeconds(60);
        TestCertificates root = TestCertificates.root("for ever");
        TestCertificates orders =
                root.issue(TestCertificates.svid("spiffe://shop.example/orders").valid(then, never));
        TestCertificates checkout = root.issue(
                TestCertificates.svid("spiffe://shop.example/checkout").valid(then, never));
        try (MeshPeer peer = MeshPeer.as(orders.svid(root))) {
            peer.server.setDispatcher(OK);
            String settings = "'tls': {'mode': 'MESH_MUTUAL'}";
            try (Mesh mesh = mesh(settings, peer.port(), WorkloadIdentity.of(checkout.svid(root)), Map.of())) {
                succeeds(mesh);
            }
        }
    }

    @Test
    void calls_wait_for_the_first_certificate() throws Exception {
        AtomicReference<WorkloadIdentity.Sink> sink = new AtomicReference<>();
        WorkloadIdentity late = listener -> {
            sink.set(listener);
            return () -> {};
        };
        Svid own = CHECKOUT.svid(ROOT);
        RealTime time = RealTime.create("late");
        try (MeshPeer peer = MeshPeer.as(ORDERS.svid(ROOT));
                Closeable ended = time::close) {
            assertThat(ended).isNotNull();
            peer.server.setDispatcher(OK);
            try (Mesh mesh = mesh("'tls': {'mode': 'MESH_MUTUAL'}", peer.port(), late, Map.of())) {
                assertThat(mesh.awaitReady(Duration.ofMillis(50))).isFalse();
                assertThat(mesh.status().toString()).contains("\nidentity no certificate yet from ");
                time.at(time.now() + 200_000_000, "late", () -> Objects.requireNonNull(sink.get())
                        .deliver(own));

                succeeds(mesh);
                assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
                MeshStatus.Identity now =
                        Objects.requireNonNull(mesh.status().identities().get(""));
                assertThat(now.id()).isEqualTo("spiffe://shop.example/checkout");
                assertThat(now.expiresIn()).isBetween(Duration.ofMinutes(30), Duration.ofMinutes(60));
                assertThat(mesh.status().toString())
                        .contains("\nidentity spiffe://shop.example/checkout from ")
                        .containsPattern(", expires in 5\\d min");
            }
        }
    }
}
