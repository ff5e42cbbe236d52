package dev.meshclient.identity;

import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a workload at one time: certificate chain, private key, and trusted authorities. Immutable; the key fits the
 * certificate. A certificate without a SPIFFE ID is legal: it serves {@code MUTUAL} TLS, not {@code MESH_MUTUAL}.
 */
public final class Svid {
    private final @Nullable SpiffeId id;
    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<X509Certificate> authorities;
    private final TrustBundles bundles;

    private Svid(
            @Nullable SpiffeId id,
            List<X509Certificate> chain,
            PrivateKey key,
            List<X509Certificate> authorities,
            TrustBundles bundles) {
        this.id = id;
        this.chain = chain;
        this.key = key;
        this.authorities = authorities;
        this.bundles = bundles;
    }

    /**
     * Makes an identity of a certificate and its authorities. If the certificate has a SPIFFE ID they become the bundle of its
     * trust domain.
     *
     * @param chain leaf first, without the root
     * @param authorities may be empty: then no peer is trusted
     * @throws CertificateException if the key does not fit the leaf, or the leaf has a SPIFFE ID
     *     that breaks the rules
     */
    public static Svid of(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities)
            throws CertificateException {
        Objects.requireNonNull(chain, "chain must not be null: pass the certificate and its issuers");
        Objects.requireNonNull(key, "key must not be null: pass the private key of the certificate");
        Objects.requireNonNull(authorities, "authorities must not be null: pass the trusted authorities, or List.of()");
        List<X509Certificate> certificates = List.copyOf(chain);
        List<X509Certificate> trusted = List.copyOf(authorities);
        KeyPairs.check(certificates, key);
        SpiffeId id = UriNames.ownId(certificates.get(0));
        TrustBundles bundles =
                id == null ? TrustBundles.NONE : TrustBundles.of(TrustBundle.of(id.trustDomain(), trusted));
        return new Svid(id, certificates, key, trusted, bundles);
    }

    /**
     * The same identity with other bundles; {@link #authorities} become those of its own trust domain, if it has one.
     *
     * @param bundles must include the own trust domain, otherwise none of its members is trusted
     */
    public Svid withBundles(TrustBundles bundles) {
        Objects.requireNonNull(bundles, "bundles must not be null: pass TrustBundles.NONE for none");
        TrustBundle own = id == null ? null : bundles.of(id.trustDomain());
        List<X509Certificate> trusted = id == null ? authorities : own == null ? List.of() : own.x509Authorities();
        return new Svid(id, chain, key, trusted, bundles);
    }

    /** The SPIFFE ID; null if the certificate has none. */
    public @Nullable SpiffeId id() {
        return id;
    }

    /** The own certificate, then its issuers, without the root. Never empty. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The own certificate. */
    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** The key of the own certificate. */
    public PrivateKey key() {
        return key;
    }

    /** The authorities for peers without SPIFFE IDs. */
    public List<X509Certificate> authorities() {
        return authorities;
    }

    /** The authorities for peers with SPIFFE IDs, by trust domain. */
    public TrustBundles bundles() {
        return bundles;
    }

    /** When the whole chain has become valid. */
    public Instant notBefore() {
        return chain.stream()
                .map(c -> c.getNotBefore().toInstant())
                .reduce(Instant.MIN, (a, b) -> a.isAfter(b) ? a : b);
    }

    /** When the first certificate of the chain expires. */
    public Instant notAfter() {
        return chain.stream()
                .map(c -> c.getNotAfter().toInstant())
                .reduce(Instant.MAX, (a, b) -> a.isBefore(b) ? a : b);
    }

    /** Its name for messages: the SPIFFE ID, otherwise the subject. */
    public String name() {
        return id == null ? leaf().getSubjectX500Principal().getName() : id.toString();
    }

    /**
     * Whether the other is the same workload with the same X.509 authorities: at most its certificate was renewed or its JWT
     * keys changed.
     */
    public boolean trustsAs(Svid other) {
        Objects.requireNonNull(other, "other must not be null: pass another Svid");
        return Objects.equals(id, other.id)
                && Set.copyOf(authorities).equals(Set.copyOf(other.authorities))
                && bundles.trustsAs(other.bundles);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Svid that
                && chain.equals(that.chain)
                && key.equals(that.key)
                && authorities.equals(that.authorities)
                && bundles.equals(that.bundles);
    }

    @Override
    public int hashCode() {
        return chain.hashCode();
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return name() + ", serial " + leaf().getSerialNumber().toString(16) + ", " + notBefore() + " to " + notAfter();
    }
}
