package dev.meshclient.internal.identity;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SignatureException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain leads to one of some authorities: the JDK's validation (RFC 5280, its disabled algorithms, key usage for
 * TLS), without revocation lists, at the time of a given clock. An expired authority is not accepted, although the JDK's trust
 * manager would accept it.
 */
final class TrustPath {
    private static final int SHOWN_BYTES = 8;

    private final Set<TrustAnchor> anchors;
    private final List<X509Certificate> authorities;
    private final InstantSource clock;

    TrustPath(List<X509Certificate> authorities, InstantSource clock) {
        this.authorities = List.copyOf(authorities);
        this.anchors = authorities.stream().map(a -> new TrustAnchor(a, null)).collect(Collectors.toUnmodifiableSet());
        this.clock = clock;
    }

    /** One question to the JDK: about a client or a server, with or without a handshake. */
    interface Question {
        void ask(X509ExtendedTrustManager jdk) throws CertificateException;
    }

    List<X509Certificate> authorities() {
        return authorities;
    }

    /**
     * @param peer the peer that presented the chain, for messages
     * @param owner the owner of the authorities, for messages
     */
    void check(X509Certificate[] chain, Question question, String peer, String owner) throws CertificateException {
        if (anchors.isEmpty()) {
            throw new UnknownAuthority(
                    peer + " is not trusted: there are no authorities of " + owner + " (an empty bundle revokes all)",
                    null);
        }
        Instant now = clock.instant();
        for (X509Certificate certificate : chain) {
            String fault = Validity.fault(certificate, now);
            if (!fault.isEmpty() && certificate == chain[0]) {
                throw new CertificateException(peer + " is not trusted: its certificate " + fault);
            }
        }
        Set<TrustAnchor> valid = anchors.stream()
                .filter(anchor -> Validity.fault(anchor.getTrustedCert(), now).isEmpty())
                .collect(Collectors.toSet());
        if (valid.isEmpty()) {
            throw new CertificateException(peer + " is not trusted: all " + anchors.size() + " authorities of " + owner
                    + " " + names(null) + " have expired, or are not valid yet");
        }
        try {
            question.ask(jdk(valid, now));
        } catch (CertificateException | RuntimeException e) { // the JDK throws the latter on some name constraints
            String hint = hint(chain, now);
            String what = peer + " is not trusted: its certificate, issued by "
                    + last(chain[chain.length - 1])
                    + ", does not lead to one of the " + anchors.size() + " authorities of " + owner + " "
                    + names(chain[chain.length - 1].getIssuerX500Principal()) + ": " + reason(e)
                    + hint
                    + (valid.size() < anchors.size()
                            ? "; " + (anchors.size() - valid.size()) + " of the authorities expired"
                            : "");
            throw hint.isEmpty() && isNoPath(deepest(e))
                    ? new UnknownAuthority(what, e)
                    : new CertificateException(what, e);
        }
    }

    /** @param issuer of the peer's chain: an authority of this name is not the one that signed it; null: none */
    private String names(@Nullable X500Principal issuer) {
        return authorities.stream()
                .limit(5)
                .map(a -> "'" + a.getSubjectX500Principal().getName() + "'"
                        + (isAmbiguous(a.getSubjectX500Principal(), issuer) ? " " + fingerprint(a) : ""))
                .collect(Collectors.joining(", ", "(", anchors.size() > 5 ? ", ...)" : ")"));
    }

    private boolean isAmbiguous(X500Principal name, @Nullable X500Principal issuer) {
        return name.equals(issuer)
                || authorities.stream()
                                .filter(a -> a.getSubjectX500Principal().equals(name))
                                .count()
                        > 1;
    }

    /** Tells authorities of one name apart; the beginning of what {@code openssl x509 -fingerprint -sha256} prints. */
    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return "SHA-256 " + HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest, 0, SHOWN_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256, and a certificate that was read has its bytes", e);
        }
    }

    /** A root that the peer presents may have the name of a trusted one. */
    private static String last(X509Certificate certificate) {
        X500Principal issuer = certificate.getIssuerX500Principal();
        return "'" + issuer + "'"
                + (issuer.equals(certificate.getSubjectX500Principal()) ? " " + fingerprint(certificate) : "");
    }

    private static String reason(Throwable e) {
        Throwable deepest = deepest(e);
        return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
    }

    private static Throwable deepest(Throwable e) {
        Throwable deepest = e;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    /** An authority of the name of a trusted one, with another key, has not signed the chain either. */
    private static boolean isNoPath(Throwable deepest) {
        return deepest instanceof CertPathBuilderException
                || deepest instanceof SignatureException
                || (deepest instanceof CertPathValidatorException e
                        && (e.getReason() == PKIXReason.NO_TRUST_ANCHOR
                                || e.getReason() == BasicReason.INVALID_SIGNATURE));
    }

    /** The JDK reports only that it found no path. */
    private static String hint(X509Certificate[] chain, Instant now) {
        for (int i = 1; i < chain.length; i++) {
            String fault = Validity.fault(chain[i], now);
            if (!fault.isEmpty()) {
                return "; certificate " + (i + 1) + " of its chain " + fault;
            }
        }
        return "";
    }

    private static X509ExtendedTrustManager jdk(Set<TrustAnchor> anchors, Instant now) throws CertificateException {
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager x509) {
                    return x509;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException("this JDK cannot validate certificates: " + e.getMessage(), e);
        }
        throw new CertificateException("this JDK has no PKIX trust manager for X.509");
    }
}
