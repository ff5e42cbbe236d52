package dev.meshclient.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.AccessDenied;
import dev.meshclient.Mesh;
import dev.meshclient.identity.TestCertificates;
import java.io.IOException;
import mockwebserver3.MockResponse;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** The early answer to a caller: by the identity that the peer would see. */
class WhoMayCallTest {
    private static final TestCertificates ROOT = TestCertificates.root("shop");
    private static final TestCertificates ORDERS =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/orders")));
    private static final TestCertificates CHECKOUT =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/checkout")));
    private static final TestCertificates REPORTS =
            ROOT.issue(MeshPeer.now(TestCertificates.svid("spiffe://shop.example/reports")));

    private static final String FOR_CHECKOUT = """
            "tls": {"mode": "MESH_MUTUAL"}, "authorization": [{"name": "checkout-only", "action": "ALLOW", "rules": [
              {"from": [{"source": {"principals": ["shop.example/checkout"]}}]}]}]""";

    private static Response call(Mesh mesh) throws IOException {
        return mesh.wrap(new OkHttpClient())
                .newCall(new Request.Builder().url("http://orders/").build())
                .execute();
    }

    @Test
    void a_refused_caller_fails_before_anything_is_sent_and_an_allowed_one_is_not_held_up() throws Exception {
        ScriptedIdentity identity = new ScriptedIdentity(REPORTS.svid(ROOT));
        try (MeshPeer peer = MeshPeer.as(ORDERS.svid(ROOT));
                Mesh mesh = MeshMutualTest.mesh(peer.port(), FOR_CHECKOUT, identity)) {
            peer.server.enqueue(new MockResponse.Builder().body("ok").build());
            assertThatThrownBy(() -> call(mesh))
                    .isInstanceOf(AccessDenied.class)
                    .hasMessageContaining("checkout-only")
                    .hasMessageContaining("spiffe://shop.example/reports");
            assertThat(peer.server.getRequestCount()).isZero();

            identity.rotate(CHECKOUT.svid(ROOT));

            try (Response response = call(mesh)) {
                assertThat(response.body().string()).isEqualTo("ok");
            }
        }
    }

    /** The peer sees no identity in the clear; its own policy decides what that means. */
    @Test
    void where_our_identity_is_not_shown_it_decides_nothing() throws Exception {
        try (MeshPeer peer = MeshPeer.as(ORDERS.svid(ROOT));
                Mesh mesh = MeshMutualTest.mesh(
                        peer.port(),
                        FOR_CHECKOUT.replace("MESH_MUTUAL", "DISABLE"),
                        new ScriptedIdentity(REPORTS.svid(ROOT)))) {
            assertThatThrownBy(() -> call(mesh)).isNotInstanceOf(AccessDenied.class);
        }
    }
}
