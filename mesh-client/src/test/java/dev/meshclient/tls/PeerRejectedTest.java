package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshEvent.PeerRejected;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** A peer that is not the expected one is reported beside the call that it fails. */
class PeerRejectedTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates SAME_NAME = TestCertificates.root("shop");
    private static final TestCertificates CHECKOUT =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/checkout")));

    private final List<PeerRejected> rejected = new CopyOnWriteArrayList<>();

    private Mesh mesh(int port, String settings) {
        return Mesh.builder()
                .identity(WorkloadIdentity.of(CHECKOUT.svid(ROOT)))
                .snapshotDirectory(null)
                .listener(new MeshListener() {
                    @Override
                    public void on(MeshEvent event) {
                        if (event instanceof MeshEvent.PeerRejected peer) {
                            rejected.add(peer);
                        }
                    }
                })
                .policy(Documents.mesh("shop")
                        .with("'trustDomain': 'shop.example'")
                        .services(Documents.service("orders")
                                .with(settings)
                                .with("'retry': {'attempts': 0}")
                                .endpoint(port))
                        .source())
                .build();
    }

    private static void call(Mesh mesh) throws IOException {
        mesh.wrap(new OkHttpClient())
                .newCall(new Request.Builder().url("http://orders/").build())
                .execute()
                .close();
    }

    private static final String PATIENT = "'timeouts': {'connect': '30s', 'request': '60s'}, ";

    private void rejects(TestCertificates peer, TestCertificates root, PeerRejected.Kind kind, String reason)
            throws IOException {
        try (MeshPeer server = MeshPeer.as(peer.svid(root));
                Mesh mesh = mesh(server.port(), PATIENT + "'tls': {'mode': 'MESH_MUTUAL'}")) {
            assertThatThrownBy(() -> call(mesh)).hasMessageContaining(reason);
            assertThat(rejected).hasSize(1).first().satisfies(event -> {
                assertThat(event.service()).isEqualTo("orders");
                assertThat(event.endpoint()).isEqualTo("127.0.0.1:" + server.port());
                assertThat(event.kind()).isEqualTo(kind);
                assertThat(event.reason()).contains(reason);
            });
        }
    }

    @Test
    void with_another_identity() throws Exception {
        rejects(
                ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/billing"))),
                ROOT,
                PeerRejected.Kind.WRONG_IDENTITY,
                "the peer is 'spiffe://shop.example/billing', expected is one of [spiffe://shop.example/orders]");
    }

    /** A fingerprint tells the authority that is trusted from another one of its name. */
    @Test
    void of_an_unknown_root_of_the_same_name() throws Exception {
        rejects(
                SAME_NAME.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/orders"))),
                SAME_NAME,
                PeerRejected.Kind.NOT_TRUSTED,
                "('CN=shop' SHA-256 ");
    }

    /** The JDK's server waits for the end of a line that TLS never sends. */
    @Test
    void a_silent_one_is_asked_whether_it_speaks_tls() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        try {
            Patience.expires(timeout -> {
                try (Mesh mesh = mesh(
                        server.getAddress().getPort(),
                        "'timeouts': {'connect': '" + timeout.toMillis() + "ms'}, 'tls': {'mode': 'MESH_MUTUAL'}")) {
                    assertThatThrownBy(() -> call(mesh))
                            .hasMessageContaining("not agreed in time (timeouts.connect); does it speak TLS?");
                }
            });
        } finally {
            server.stop(0);
        }
    }
}
