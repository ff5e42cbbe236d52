package dev.meshclient.realpeers;

import dev.meshclient.identity.Svid;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty that needs client certificates, in this process. */
final class JettyPeer implements RealPeer {
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Server server = new Server(new QueuedThreadPool(16, 2));
    private final ServerConnector connector;
    private volatile CountDownLatch held = new CountDownLatch(0);

    JettyPeer(Svid svid) throws Exception {
        HttpConfiguration http = new HttpConfiguration();
        http.addCustomizer(new SecureRequestCustomizer(false)); // SVIDs name no host
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        connector = new ServerConnector(
                server,
                1,
                1,
                new SslConnectionFactory(tls(svid), alpn.getProtocol()),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Answer());
        server.start();
    }

    private static SslContextFactory.Server tls(Svid svid) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", svid.key(), new char[0], svid.chain().toArray(Certificate[]::new));
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        for (X509Certificate authority : svid.authorities()) {
            trust.setCertificateEntry(authority.getSerialNumber().toString(), authority);
        }
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(keys);
        tls.setKeyStorePassword("");
        tls.setTrustStore(trust);
        tls.setNeedClientAuth(true);
        return tls;
    }

    private final class Answer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
            if (request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls) {
                X509Certificate peer = tls.peerCertificates()[0];
                seen.add(new Seen(
                        request.getHttpURI().getPath(),
                        RealPeer.serial(peer),
                        RealPeer.id(peer),
                        request.getConnectionMetaData().getProtocol()));
            }
            held.countDown();
            held.await();
            Content.Sink.write(response, true, "answered", callback);
            return true;
        }
    }

    /** Answers only when so many requests are there, each on a connection of its own with HTTP/1.1. */
    void holdUntil(int requests) {
        held = new CountDownLatch(requests);
    }

    /** All that are open; says how many. */
    int closeConnections() {
        List<EndPoint> open = List.copyOf(connector.getConnectedEndPoints());
        open.forEach(EndPoint::close);
        return open.size();
    }

    @Override
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    @Override
    public String log() {
        return server + ", answered " + seen;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
