package dev.meshclient.tls;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.internal.identity.PeerTrust;
import dev.meshclient.internal.time.RealTime;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import mockwebserver3.MockWebServer;

/** A server of the mesh: it shows an SVID and asks for one. */
final class MeshPeer implements Closeable {
    static final InstantSource CLOCK = RealTime.create("peers").wall();

    final MockWebServer server = new MockWebServer();

    private MeshPeer() {}

    /** Asks for a certificate that its own authorities signed. */
    static MeshPeer as(Svid svid) throws IOException {
        MeshPeer peer = new MeshPeer();
        peer.server.useHttps(sockets(svid));
        peer.server.requireClientAuth();
        peer.server.start();
        return peer;
    }

    static SSLSocketFactory sockets(Svid svid) {
        return sockets(svid.key(), svid.chain().toArray(X509Certificate[]::new), svid.authorities());
    }

    static SSLSocketFactory sockets(PrivateKey key, X509Certificate[] chain, List<X509Certificate> authorities) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("own", key, new char[0], chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    factory.getKeyManagers(), new TrustManager[] {PeerTrust.ofAuthorities(authorities, CLOCK)}, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Valid now, for an hour. */
    static TestCertificates.Wanted now(TestCertificates.Wanted wanted) {
        Instant now = CLOCK.instant();
        return wanted.valid(now.minus(Duration.ofMinutes(5)), now.plus(Duration.ofHours(1)));
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
