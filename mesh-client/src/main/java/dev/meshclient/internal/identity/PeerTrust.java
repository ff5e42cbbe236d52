package dev.meshclient.internal.identity;

import dev.meshclient.identity.SpiffeId;
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
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whether a peer is who was meant, as a trust manager. It holds what was trusted when it was made and never changes: after a
 * change of trust make another, and another {@code SSLContext}, or a resumed session gets past both.
 */
public final class PeerTrust extends X509ExtendedTrustManager {
    private final Check check;
    private final List<X509Certificate> authorities;

    private PeerTrust(Check check, List<X509Certificate> authorities) {
        this.check = check;
        this.authorities = List.copyOf(authorities);
    }

    /** One way to check. */
    private interface Check {
        void of(X509Certificate[] chain, TrustPath.Question question) throws CertificateException;
    }

    /**
     * Peers with SPIFFE IDs: the certificate is an X.509-SVID, leads to the bundle of its own trust domain, and names one of
     * {@code allowed}. The host name does not matter.
     *
     * @param allowed nobody else; empty = nobody at all
     */
    public static PeerTrust ofSvids(TrustBundles bundles, Set<SpiffeId> allowed, InstantSource clock) {
        Set<SpiffeId> names = Set.copyOf(allowed);
        Svids svids = new Svids(bundles, clock);
        return new PeerTrust(
                (chain, question) -> {
                    SpiffeId id = svids.verify(chain, question);
                    if (!names.contains(id)) {
                        throw new CertificateException("the peer is '" + id + "', expected is "
                                + (names.isEmpty() ? "nobody: no name is allowed" : "one of " + sorted(names)));
                    }
                },
                svids.authorities());
    }

    /** Peers with any SPIFFE ID of a trust domain that is known: for servers, which authorize later. */
    public static PeerTrust ofAnySvid(TrustBundles bundles, InstantSource clock) {
        Svids svids = new Svids(bundles, clock);
        return new PeerTrust(svids::verify, svids.authorities());
    }

    /**
     * Peers whose certificate leads to one of these authorities. Whether it is for the host that was meant is not checked:
     * that is left to the verifier of host names.
     */
    public static PeerTrust ofAuthorities(List<X509Certificate> authorities, InstantSource clock) {
        TrustPath path = new TrustPath(authorities, clock);
        return new PeerTrust(
                (chain, question) -> path.check(
                        chain,
                        question,
                        "the peer '" + chain[0].getSubjectX500Principal().getName() + "'",
                        "this service's CA certificates"),
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
                throw new CertificateException("the peer '" + id + "' is of trust domain '" + id.trustDomain()
                        + "', of which there is no bundle; known are " + byTrustDomain.keySet());
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

    private void check(X509Certificate @Nullable [] chain, TrustPath.Question question) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("the peer presented no certificate");
        }
        check.of(chain, question);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, jdk -> jdk.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, jdk -> jdk.checkServerTrusted(chain, authType, engine));
    }

    /** Outside of a handshake. */
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, jdk -> jdk.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, jdk -> jdk.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, jdk -> jdk.checkClientTrusted(chain, authType, engine));
    }

    /** Outside of a handshake. */
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, jdk -> jdk.checkClientTrusted(chain, authType));
    }

    /** What servers tell clients, and what a chain is completed with for display. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.toArray(X509Certificate[]::new);
    }
}
