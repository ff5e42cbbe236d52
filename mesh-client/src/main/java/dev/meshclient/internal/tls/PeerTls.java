package dev.meshclient.internal.tls;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TrustBundle;
import dev.meshclient.internal.identity.PeerTrust;
import dev.meshclient.internal.pem.PemText;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS to one endpoint, with a certificate or trusted authorities of the mesh. Factory and verifier stay the same objects while
 * the identity rotates; behind them each identity has a context of its own, since a resumed session bypasses the trust manager
 * and shows the peer the old certificate.
 */
public final class PeerTls {
    private final Time time;
    private final Peer peer;
    private final Identities identities;
    private final ExpectedNames expected;
    private final Lifetime lifetime;
    private final Layered factory = new Layered(this);
    private final HostnameVerifier verifier = this::verify;
    private final List<X509Certificate> stated;

    /** The identities that handshakes have used: a rotation is reported after its first use. */
    private final List<Svid> used = new CopyOnWriteArrayList<>();

    private volatile @Nullable Held held;

    /** Is notified at each handshake of the limits of a connection's use. */
    public interface Lifetime {
        /** A TLS handshake is about to begin; afterwards the peer may refuse the presented certificate, or its absence. */
        void begins(Socket socket);

        /** The certificate that a socket is about to present expires at this time. */
        void ofOwn(Socket socket, Instant end);

        /** A certificate that a peer presented expires at this time. */
        void ofPeer(Instant end);
    }

    /** The TLS context and trust for an identity, or for none. */
    private record Held(@Nullable Svid svid, SSLContext context, PeerTrust trust) {}

    private PeerTls(Time time, Peer peer, Identities identities, HostnameVerifier hostNames, Lifetime lifetime) {
        this.time = time;
        this.peer = peer;
        this.identities = identities;
        this.expected = new ExpectedNames(peer, hostNames);
        this.lifetime = lifetime;
        this.stated = certificates(peer.tls().caCertificates());
    }

    /** @param hostNames verifies host names where the policy states no other names and the mode allows it */
    public static PeerTls create(
            Time time, Peer peer, Identities identities, HostnameVerifier hostNames, Lifetime lifetime) {
        return new PeerTls(time, peer, identities, hostNames, lifetime);
    }

    /** Lays TLS over connected sockets. Always the same object. */
    public SSLSocketFactory factory() {
        return factory;
    }

    /**
     * The currently trusted authorities: OkHttp completes chains with them, for display.
     *
     * @throws OwnIdentityFault if the needed identity is missing
     */
    public X509TrustManager trust() throws SSLException {
        return current().trust;
    }

    /** Verifies the identity of the peer, also for a resumed session, which no trust manager sees. Always the same object. */
    public HostnameVerifier verifier() {
        return verifier;
    }

    private boolean verify(String host, SSLSession session) {
        X509Certificate leaf = AltNames.leaf(session);
        boolean named = leaf != null && isValid(leaf) && expected.areIn(leaf, host, session);
        if (leaf != null && named) {
            lifetime.ofPeer(leaf.getNotAfter().toInstant());
        }
        return named;
    }

    private boolean isValid(X509Certificate leaf) {
        return !time.wall().instant().isAfter(leaf.getNotAfter().toInstant());
    }

    /**
     * Whether connections made here must not be used any more: an authority is not trusted any more, or the own identity has
     * changed.
     */
    public boolean isWithdrawn() {
        Svid in = latest();
        return in != null && used.stream().anyMatch(then -> !covers(in, then));
    }

    /** Whether existing connections should be replaced because trust has changed. */
    public boolean isOutdated() {
        Svid in = latest();
        return in != null && used.stream().anyMatch(then -> !in.trustsAs(then));
    }

    private @Nullable Svid latest() {
        try {
            return identities.of(peer).current();
        } catch (OwnIdentityFault gone) {
            return null;
        }
    }

    private static boolean covers(Svid now, Svid then) {
        return Objects.equals(now.id(), then.id())
                && Set.copyOf(now.authorities()).containsAll(then.authorities())
                && then.bundles().all().stream().allMatch(bundle -> covers(now, bundle));
    }

    private static boolean covers(Svid now, TrustBundle then) {
        TrustBundle in = now.bundles().of(then.trustDomain());
        return in != null && Set.copyOf(in.x509Authorities()).containsAll(then.x509Authorities());
    }

    /** The context for a handshake that begins now. */
    private Held current() throws SSLException {
        Svid svid = peer.needsCredential() ? identities.usable(peer) : null;
        Held now = held;
        if (now != null && now.svid == svid) {
            return now;
        }
        synchronized (this) {
            now = held;
            if (now == null || now.svid != svid) {
                now = made(svid);
                if (svid != null && used.stream().noneMatch(svid::trustsAs)) {
                    used.add(svid);
                }
                held = now;
            }
            return now;
        }
    }

    private Held made(@Nullable Svid svid) throws SSLException {
        PeerTrust trust = trust(svid);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] keys = svid != null && peer.presentsCertificate()
                    ? new KeyManager[] {new OwnCertificate(svid)}
                    : new KeyManager[0];
            context.init(keys, new TrustManager[] {trust}, null);
            return new Held(svid, context, trust);
        } catch (GeneralSecurityException e) {
            OwnIdentityFault fault = new OwnIdentityFault(
                    "this JDK has no TLS for " + (svid == null ? "the CA certificates of policy" : svid.name()) + ": "
                            + e.getMessage(),
                    "see which algorithms its java.security allows");
            fault.initCause(e);
            throw fault;
        }
    }

    private PeerTrust trust(@Nullable Svid svid) {
        if (peer.mode() == Tls.Mode.MESH_MUTUAL && svid != null) {
            return PeerTrust.ofSvids(svid.bundles(), expected.ids(), time.wall());
        }
        List<X509Certificate> authorities = !stated.isEmpty() || svid == null ? stated : svid.authorities();
        return PeerTrust.ofAuthorities(authorities, expected::check, time.wall());
    }

    /** Certificates of the policy, which was checked before. */
    private static List<X509Certificate> certificates(@Nullable String pem) {
        try {
            return pem == null ? List.of() : PemText.certificates(pem, "caCertificates");
        } catch (CertificateException e) {
            throw new IllegalStateException("policy let through what are no certificates", e);
        }
    }

    Socket layer(Socket socket, String host, int port, boolean autoClose) throws IOException {
        Held now = current();
        lifetime.begins(socket);
        if (now.svid != null && peer.presentsCertificate()) {
            lifetime.ofOwn(socket, now.svid.notAfter());
        }
        return new PeerSocket((SSLSocket) now.context.getSocketFactory().createSocket(socket, host, port, autoClose));
    }

    SSLSocketFactory layering() {
        Held now = held;
        return now == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : now.context.getSocketFactory();
    }

    /** Whether the client presents a certificate. */
    public boolean presentsCertificate() {
        return peer.presentsCertificate();
    }

    /** The presented identity, for messages. */
    public String presented() {
        Held now = held;
        return now == null || now.svid == null || !peer.presentsCertificate()
                ? "none"
                : "'" + now.svid.name() + "', valid until " + now.svid.notAfter();
    }

    @Override
    public String toString() {
        return peer.mode() + " TLS to '" + peer.service() + "'"
                + (peer.names().isEmpty() ? "" : " as " + String.join(" or ", peer.names()));
    }
}
