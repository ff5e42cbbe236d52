package dev.meshclient.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Decision;
import dev.meshclient.IdentityUnavailable;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.RealTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Handshakes that fail: what is said, and whether the endpoint is to blame. */
class RefusedHandshakeTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates STRANGE_ROOT = TestCertificates.root("strange");
    private static final String ORDERS = "spiffe://shop.example/ns/prod/sa/orders";
    private static final TestCertificates ORDERS_SVID = ROOT.issue(MeshPeer.now(TestCertificates.svid(ORDERS)));
    private static final TestCertificates CHECKOUT =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/checkout")));
    private static final String SETTINGS = """
            "serviceAccount": "ns/prod/sa/orders", "tls": {"mode": "MESH_MUTUAL"}, "retry": {"attempts": 0},
            "outlierDetection": {"consecutiveLocalOriginFailures": 1, "minHealthPercent": 0}""";

    /** What became of a call, and of the endpoint. */
    private record Account(Throwable failure, String outcome, boolean blamed) {}

    private static Account call(int port, WorkloadIdentity identity) throws IOException {
        try (Mesh mesh = MeshMutualTest.mesh(port, SETTINGS, identity)) {
            Throwable failure = catchThrowable(() -> {
                Request request = new Request.Builder().url("http://orders/").build();
                try (Response response =
                        mesh.wrap(new OkHttpClient()).newCall(request).execute()) {
                    response.body().string();
                }
            });
            assertThat(failure).isNotNull();
            Decision decision = Mesh.decision(failure);
            assertThat(decision.attempts()).hasSize(1);
            MeshStatus.Endpoint endpoint = Objects.requireNonNull(
                            mesh.status().services().get("orders"))
                    .endpoints()
                    .get(0);
            return new Account(
                    failure,
                    decision.attempts().get(0).outcome(),
                    !endpoint.ejected().isEmpty());
        }
    }

    private static WorkloadIdentity checkout() {
        return WorkloadIdentity.of(CHECKOUT.svid(ROOT));
    }

    private static Account toPeer(TestCertificates peer) throws IOException {
        try (MeshPeer server = MeshPeer.as(peer.svid(ROOT))) {
            Account account = call(server.port(), checkout());
            assertThat(server.server.getRequestCount()).isZero();
            return account;
        }
    }

    @Test
    void an_expired_own_certificate_is_our_fault() throws Exception {
        TestCertificates expired = ROOT.issue(TestCertificates.svid("spiffe://shop.example/ns/prod/sa/checkout"));
        try (MeshPeer server = MeshPeer.as(ORDERS_SVID.svid(ROOT))) {
            Account account = call(server.port(), WorkloadIdentity.of(expired.svid(ROOT)));

            assertThat(account.failure())
                    .isInstanceOf(IdentityUnavailable.class)
                    .hasMessageContaining("spiffe://shop.example/ns/prod/sa/checkout")
                    .hasMessageContaining("renew it")
                    .hasMessageContaining("has expired at " + TestCertificates.END);
            assertThat(account.outcome()).isEqualTo("refused");
            assertThat(account.blamed()).isFalse();
        }
    }

    @Test
    void an_own_certificate_without_a_spiffe_id_is_our_fault() throws Exception {
        TestCertificates plain = ROOT.issue(MeshPeer.now(TestCertificates.host("checkout")));
        try (MeshPeer server = MeshPeer.as(ORDERS_SVID.svid(ROOT))) {
            Account account = call(server.port(), WorkloadIdentity.of(plain.svid(ROOT)));

            assertThat(account.failure())
                    .isInstanceOf(IdentityUnavailable.class)
                    .hasMessageContaining("has no SPIFFE ID");
            assertThat(account.blamed()).isFalse();
        }
    }

    @RepeatedTest(20) // its alert and our request cross
    void a_peer_that_does_not_believe_us_is_not_to_blame() throws Exception {
        // It vouches for itself by the root that we know, and knows another one.
        Svid trustsOthers = ORDERS_SVID.svid(STRANGE_ROOT);
        try (MeshPeer server = MeshPeer.as(trustsOthers)) {
            Account account = call(server.port(), checkout());

            assertThat(account.failure())
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("127.0.0.1:" + server.port() + " refused the certificate of this workload")
                    .hasMessageContaining("'spiffe://shop.example/ns/prod/sa/checkout'");
            assertThat(account.outcome()).isEqualTo("tls-refused");
            assertThat(account.blamed()).isFalse();
        }
    }

    @Test
    void a_close_without_a_word_is_reported_with_what_it_may_mean() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(MeshPeer.sockets(ORDERS_SVID.svid(ROOT)));
            server.setProtocols(List.of(Protocol.HTTP_1_1));
            server.enqueue(new MockResponse.Builder()
                    .onResponseStart(new SocketEffect.CloseSocket())
                    .build());
            server.start();

            Account account = call(server.getPort(), checkout());

            assertThat(account.failure())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("may have refused the certificate of this workload,"
                            + " 'spiffe://shop.example/ns/prod/sa/checkout'");
            assertThat(account.outcome()).isEqualTo("reset");
        }
    }

    @Test
    void an_unknown_root() throws Exception {
        Account account = toPeer(STRANGE_ROOT.issue(MeshPeer.now(TestCertificates.svid(ORDERS))));

        assertThat(account.failure())
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining(ORDERS)
                .hasMessageContaining("CN=strange")
                .hasMessageContaining("trust domain 'shop.example'");
        assertThat(account.outcome()).isEqualTo("connect-failure");
        assertThat(account.blamed()).isTrue();
    }

    @Test
    void a_peer_without_names() throws Exception {
        Account account = toPeer(ROOT.issue(MeshPeer.now(TestCertificates.host("orders"))));

        assertThat(account.failure())
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("has no URI among its subject alternative names");
        assertThat(account.blamed()).isTrue();
    }

    @Test
    void a_peer_with_two_spiffe_ids() throws Exception {
        Account account = toPeerOf(TestCertificates.svid(ORDERS).uri("spiffe://shop.example/other"));

        assertThat(account.failure()).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("2 URIs");
        assertThat(account.blamed()).isTrue();
    }

    @Test
    void a_peer_of_another_trust_domain() throws Exception {
        Account account = toPeer(ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://bank.example/orders"))));

        assertThat(account.failure())
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("'bank.example', of which there is no bundle; known are [shop.example]");
        assertThat(account.blamed()).isTrue();
    }

    @Test
    void a_peer_whose_certificate_has_expired() throws Exception {
        Account account = toPeer(ROOT.issue(TestCertificates.svid(ORDERS)));

        assertThat(account.failure())
                .isInstanceOf(SSLHandshakeException.class)
                .hasMessageContaining("has expired at " + TestCertificates.END);
        assertThat(account.blamed()).isTrue();
    }

    @Test
    void a_server_that_speaks_tls_1_1_only() throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(new OldTls(MeshPeer.sockets(ORDERS_SVID.svid(ROOT)), "TLSv1.1"));
            server.start();

            Account account = call(server.getPort(), checkout());

            assertThat(account.failure())
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("127.0.0.1:" + server.getPort());
            assertThat(account.blamed()).isTrue();
        }
    }

    @Test
    void a_plaintext_server_on_the_port() throws Exception {
        RealTime time = RealTime.create("plain");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            time.start("plain", () -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                    socket.getInputStream().readAllBytes();
                } catch (IOException gone) {
                    // the client has seen enough
                }
            });

            Account account = call(server.getLocalPort(), checkout());

            assertThat(account.failure())
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("127.0.0.1:" + server.getLocalPort());
            assertThat(account.outcome()).isEqualTo("connect-failure");
            assertThat(account.blamed()).isTrue();
        } finally {
            time.close();
        }
    }

    /** A key that fits no other certificate cannot even be put together, so the server shows what the JDK's tools would let through. */
    private static Account toPeerOf(TestCertificates.Wanted wanted) throws IOException {
        TestCertificates issued = ROOT.issue(MeshPeer.now(wanted));
        try (MockWebServer server = new MockWebServer()) {
            server.useHttps(MeshPeer.sockets(
                    issued.key(), issued.chain().toArray(X509Certificate[]::new), List.of(ROOT.certificate())));
            server.start();
            return call(server.getPort(), checkout());
        }
    }
}
