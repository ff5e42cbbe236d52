package dev.meshclient.internal.identity;

import static dev.meshclient.identity.TestCertificates.NOW;
import static dev.meshclient.identity.TestCertificates.svid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.TestCertificates.Kind;
import dev.meshclient.identity.TrustBundles;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JDK's TLS with our certificates and our trust: both sides authenticated, no host name, no sockets. */
class HandshakeTest {
    private static final TestCertificates ROOT = TestCertificates.root("root");
    private static final TrustBundles BUNDLES = TrustBundles.of(ROOT.bundle("shop.example"));

    @ParameterizedTest
    @CsvSource({
        "P256, TLSv1.3", "P384, TLSv1.3", "P521, TLSv1.3", "RSA, TLSv1.3", "ED25519, TLSv1.3",
        "P256, TLSv1.2", "P384, TLSv1.2", "P521, TLSv1.2", "RSA, TLSv1.2", "ED25519, TLSv1.2"
    })
    void both_sides_know_each_other(Kind kind, String protocol) throws Exception {
        TestCertificates client =
                ROOT.issue(svid("spiffe://shop.example/checkout").kind(kind));
        TestCertificates server =
                ROOT.issue(svid("spiffe://shop.example/orders").kind(kind));
        SSLEngine calling = context(client, "spiffe://shop.example/orders").createSSLEngine("orders|10.0.0.7", 443);
        SSLEngine serving = context(server, "spiffe://shop.example/checkout").createSSLEngine();

        shake(calling, serving, protocol);

        assertThat(calling.getSession().getProtocol()).isEqualTo(protocol);
        assertThat(calling.getSession().getPeerCertificates()[0]).isEqualTo(server.certificate());
        assertThat(serving.getSession().getPeerCertificates()[0]).isEqualTo(client.certificate());
    }

    @Test
    void a_server_that_was_not_meant_ends_it_and_the_reason_is_kept() throws Exception {
        TestCertificates client = ROOT.issue(svid("spiffe://shop.example/checkout"));
        TestCertificates server = ROOT.issue(svid("spiffe://shop.example/billing"));
        SSLEngine calling = context(client, "spiffe://shop.example/orders").createSSLEngine("orders", 443);
        SSLEngine serving = context(server, "spiffe://shop.example/checkout").createSSLEngine();

        assertThatThrownBy(() -> shake(calling, serving, "TLSv1.3"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining(
                        "the peer is 'spiffe://shop.example/billing', expected is one of [spiffe://shop.example/orders]");
    }

    private static SSLContext context(TestCertificates own, String allowed) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManager trust = PeerTrust.ofSvids(BUNDLES, Set.of(SpiffeId.parse(allowed)), () -> NOW);
        context.init(factory.getKeyManagers(), new TrustManager[] {trust}, null);
        return context;
    }

    private static void shake(SSLEngine client, SSLEngine server, String protocol) throws SSLException {
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {protocol});
        server.setUseClientMode(false);
        server.setNeedClientAuth(true);
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        client.beginHandshake();
        server.beginHandshake();
        for (int i = 0; i < 100 && !(isDone(client) && isDone(server)); i++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        assertThat(isDone(client) && isDone(server)).as("the handshake ends").isTrue();
    }

    private static boolean isDone(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getProtocol().equals("NONE");
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        switch (engine.getHandshakeStatus()) {
            case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                in.flip();
                engine.unwrap(in, ByteBuffer.allocate(1 << 15));
                in.compact();
            }
            default -> {}
        }
    }
}
