package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When connections that were made have to go. */
class PeerTlsTest {
    private static final TestCertificates ROOT = TestCertificates.root("one");
    private static final TestCertificates OTHER = TestCertificates.root("other");

    private final RealTime time = RealTime.create("peer-tls");
    private final AtomicReference<WorkloadIdentity.Sink> sink = new AtomicReference<>();
    private final TestCertificates own = issued(ROOT);
    private final PeerTls peer = PeerTls.create(
            time,
            new Peer(
                    "orders",
                    Tls.Mode.MESH_MUTUAL,
                    Tls.of(Tls.Mode.MESH_MUTUAL),
                    List.of("spiffe://shop.example/orders")),
            Identities.start(
                    time,
                    listener -> {
                        sink.set(listener);
                        return () -> {};
                    },
                    Map.of(),
                    name -> new Nobody(),
                    0),
            (host, session) -> false,
            new NoEnd());

    private TestCertificates issued(TestCertificates root) {
        Instant now = time.wall().instant();
        return root.issue(TestCertificates.svid("spiffe://shop.example/checkout")
                .valid(now.minusSeconds(60), now.plus(Duration.ofHours(1))));
    }

    private void handshakeWith(Svid svid) throws IOException {
        Objects.requireNonNull(sink.get()).deliver(svid);
        assertThat(peer.trust()).isNotNull();
    }

    @AfterEach
    void stop() {
        time.close();
    }

    @Test
    void a_renewed_certificate_leaves_them_alone() throws Exception {
        handshakeWith(own.svid(ROOT));
        handshakeWith(issued(ROOT).svid(ROOT));
        assertThat(peer.isWithdrawn()).isFalse();
        assertThat(peer.isOutdated()).isFalse();
    }

    @Test
    void a_root_in_addition_makes_them_old() throws Exception {
        handshakeWith(own.svid(ROOT));
        handshakeWith(own.svid(ROOT, OTHER));
        assertThat(peer.isWithdrawn()).isFalse();
        assertThat(peer.isOutdated()).isTrue();
    }

    /** A client that connects at that moment is faster than the news. */
    @Test
    void a_withdrawn_root_is_noticed_although_the_new_trust_is_in_use_already() throws Exception {
        handshakeWith(own.svid(ROOT, OTHER));
        handshakeWith(own.svid(OTHER));
        assertThat(peer.isWithdrawn()).isTrue();
    }

    private static final class Nobody implements LiveIdentity.News {
        @Override
        public void rotated(LiveIdentity.Change change) {}

        @Override
        public void rejected(String source, IOException reason) {}

        @Override
        public void expiring(Svid svid, int percent) {}
    }

    private static final class NoEnd implements PeerTls.Lifetime {
        @Override
        public void begins(Socket socket) {}

        @Override
        public void ofOwn(Socket socket, Instant end) {}

        @Override
        public void ofPeer(Instant end) {}
    }
}
