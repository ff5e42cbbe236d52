package dev.meshclient.internal.tls;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.PeerTrust;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mutual TLS of this process with itself, in memory, once in the life of a JVM, before its first certificate is in use: a cold
 * JVM on a loaded machine needs a second or more to load its TLS. Calls wait for the certificate meanwhile, and no peer's connect
 * timeout runs.
 */
final class FirstHandshake {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.identity");
    private static final int FLIGHTS = 20; // a handshake has at most 6

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private static boolean made;

    private final SSLEngine engine;
    private final ByteBuffer sent;
    private final ByteBuffer plaintext;

    private FirstHandshake(SSLEngine engine) throws SSLException {
        this.engine = engine;
        this.sent = ByteBuffer.allocate(4 * engine.getSession().getPacketBufferSize());
        this.plaintext = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        engine.beginHandshake();
    }

    /** A failure is logged only: the certificate may be none for servers. */
    static synchronized void with(Svid svid, InstantSource clock) {
        if (!made) {
            made = true;
            try {
                LOG.debug(
                        "the handshake of this process with itself {}",
                        succeeds(svid, clock) ? "succeeded" : "ended early");
            } catch (GeneralSecurityException | SSLException | RuntimeException e) {
                LOG.debug("the handshake of this process with itself failed: {}", e.toString());
            }
        }
    }

    static boolean succeeds(Svid svid, InstantSource clock) throws GeneralSecurityException, SSLException {
        SSLContext context = SSLContext.getInstance("TLS");
        PeerTrust trust = svid.id() == null
                ? PeerTrust.ofAuthorities(svid.authorities(), clock)
                : PeerTrust.ofAnySvid(svid.bundles(), clock);
        context.init(new KeyManager[] {new ServerCertificate(svid)}, new TrustManager[] {trust}, null);
        SSLEngine ours = context.createSSLEngine("localhost", 443);
        ours.setUseClientMode(true);
        SSLEngine theirs = context.createSSLEngine();
        theirs.setUseClientMode(false);
        theirs.setNeedClientAuth(true);
        FirstHandshake client = new FirstHandshake(ours);
        FirstHandshake server = new FirstHandshake(theirs);
        for (int i = 0; i < FLIGHTS && !(client.isDone() && server.isDone()); i++) {
            client.flight(server.sent);
            server.flight(client.sent);
        }
        return client.isDone() && server.isDone();
    }

    private boolean isDone() {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    /** Reads what the peer has sent, and sends what follows, until it is the peer's turn. */
    private void flight(ByteBuffer received) throws SSLException {
        received.flip();
        boolean goesOn = true;
        while (goesOn) {
            goesOn = step(received);
        }
        received.compact();
    }

    /** @return false if it is the peer's turn, or this flight is longer than the buffer */
    private boolean step(ByteBuffer received) throws SSLException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                engine.getDelegatedTask().run();
                yield true;
            }
            case NEED_WRAP -> engine.wrap(NOTHING, sent).getStatus() == Status.OK;
            case NEED_UNWRAP -> engine.unwrap(received, plaintext).getStatus() == Status.OK;
            default -> false;
        };
    }
}
