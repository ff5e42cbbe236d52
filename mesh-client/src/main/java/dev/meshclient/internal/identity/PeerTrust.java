package dev.meshclient.internal.identity;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TrustBundle;
import dev.meshclient.identity.TrustBundles;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the identity of a peer, as a trust manager. It is immutable: after a change of trust make another one, and another
 * {@code SSLContext}, since a resumed session bypasses both.
 */
public final class PeerTrust extends X509ExtendedTrustManager {
    private final Check check;
    private final @Nullable NameCheck names;
    private final List<X509Certificate> authorities;

    private PeerTrust(Check check, @Nullable NameCheck names, List<X509Certificate> authorities) {
        this.check = check;
        this.names = names;
        this.authorities = List.copyOf(authorities);
    }

    /** The same, and notifies the listener of each reason for which a chain is refused, on the thread of the handshake. */
    public PeerTrust reporting(Consumer<CertificateException> refusals) {
        Check reported = (chain, question) -> {
            try {
                check.of(chain, question);
            } catch (CertificateException e) {
                refusals.accept(e);
                throw e;
            }
        };
        return new PeerTrust(reported, names, authorities);
    }

    /** Whether a trusted chain has the expected name. */
    public interface NameCheck {
        /** @param session the session that is being made; it has no certificate of the peer yet */
        void of(X509Certificate[] chain, SSLSession session) throws CertificateException;
    }

    /** One way to verify. */
    private interface Check {
        void of(X509Certificate[] chain, TrustPath.Question question) throws CertificateException;
    }

    /**
     * Accepts peers with SPIFFE IDs: the certificate is an X.509-SVID, leads to the bundle of its own trust domain, and carries
     * one of the {@code allowed} IDs. The host name does not matter.
     *
     * @param allowed the accepted IDs; empty = no peer is accepted
     */
    public static PeerTrust ofSvids(TrustBundles bundles, Set<SpiffeId> allowed, InstantSource clock) {
        Set<SpiffeId> names = Set.copyOf(allowed);
        Svids svids = new Svids(bundles, clock);
        return new PeerTrust(
                (chain, question) -> {
                    SpiffeId id = svids.verify(chain, question);
                    if (!names.contains(id)) {
                        throw new WrongIdentity(
                                "the peer is '" + id + "', "
                                        + (names.isEmpty()
                                                ? "no name is allowed"
                                                : "expected is one of " + sorted(names)),
                                false);
                    }
                },
                null,
                svids.authorities());
    }

    /** Accepts peers with any SPIFFE ID of a known trust domain: for servers, which authorize later. */
    public static PeerTrust ofAnySvid(TrustBundles bundles, InstantSource clock) {
        Svids svids = new Svids(bundles, clock);
        return new PeerTrust(svids::verify, null, svids.authorities());
    }

    /**
     * Accepts the clients of a server with this identity: those with any SPIFFE ID of a known trust domain, or, if the identity has no
     * SPIFFE ID, those with a certificate that its authorities signed.
     */
    public static PeerTrust ofClients(Svid svid, InstantSource clock) {
        return svid.id() == null ? ofAuthorities(svid.authorities(), clock) : ofAnySvid(svid.bundles(), clock);
    }

    /** Accepts peers whose certificate leads to one of these authorities, whatever name it has. */
    public static PeerTrust ofAuthorities(List<X509Certificate> authorities, InstantSource clock) {
        return ofAuthorities(authorities, null, clock);
    }

    /**
     * Accepts peers whose certificate leads to one of these authorities and has the expected name.
     *
     * @param names checks the name within each handshake; null: any name is accepted
     */
    public static PeerTrust ofAuthorities(
            List<X509Certificate> authorities, @Nullable NameCheck names, InstantSource clock) {
        TrustPath path = new TrustPath(authorities, clock);
        return new PeerTrust(
                (chain, question) -> path.check(
                        chain,
                        question,
                        "the peer '" + chain[0].getSubjectX500Principal().getName() + "'",
                        "this service's CA certificates"),
                names,
                authorities);
    }

    /** Each trust domain vouches for its own members only. */
    private static final class Svids {
        private final Map<String, TrustPath> byTrustDomain = new TreeMap<>();

        Svids(TrustBundles bundles, InstantSource clock) {
            for (TrustBundle bundle : bundles.all()) {
                byTrustDomain.put(bundle.trustDomain(), new TrustPath(bundle.x509Authorities(), clock));
            }
        }

        SpiffeId verify(X509Certificate[] chain, TrustPath.Question question) throws CertificateException {
            SpiffeId id = SvidRules.check(chain);
            TrustPath path = byTrustDomain.get(id.trustDomain());
            if (path == null) {
                throw new UnknownAuthority(
                        "the peer '" + id + "' is of trust domain '" + id.trustDomain()
                                + "', of which there is no bundle; known are " + byTrustDomain.keySet(),
                        null);
            }
            path.check(chain, question, "the peer '" + id + "'", "trust domain '" + id.trustDomain() + "'");
            return id;
        }

        List<X509Certificate> authorities() {
            List<X509Certificate> all = new ArrayList<>();
            byTrustDomain.values().forEach(path -> all.addAll(path.authorities()));
            return all;
        }
    }

    private static Set<String> sorted(Set<SpiffeId> names) {
        Set<String> sorted = new TreeSet<>();
        names.forEach(name -> sorted.add(name.toString()));
        return sorted;
    }

    /** @param session the session that is being made; null: none */
    private void check(X509Certificate @Nullable [] chain, @Nullable SSLSession session, TrustPath.Question question)
            throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("the peer presented no certificate");
        }
        check.of(chain, question);
        if (names != null && session != null) {
            names.of(chain, session);
        }
    }

    private static @Nullable SSLSession session(@Nullable Socket socket) {
        return socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, session(socket), jdk -> jdk.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine.getHandshakeSession(), jdk -> jdk.checkServerTrusted(chain, authType, engine));
    }

    /** Outside a handshake. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null, jdk -> jdk.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, null, jdk -> jdk.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, null, jdk -> jdk.checkClientTrusted(chain, authType, engine));
    }

    /** Outside a handshake. */
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, null, jdk -> jdk.checkClientTrusted(chain, authType));
    }

    /** The issuers that servers send to clients, and that complete a chain for display. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }
}
