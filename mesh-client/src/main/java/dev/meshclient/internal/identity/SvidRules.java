package dev.meshclient.internal.identity;

import dev.meshclient.identity.SpiffeId;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/** Decider: the rules for an X.509-SVID beyond RFC 5280 (X509-SVID, sections 2 to 5). */
final class SvidRules {
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;
    private static final String ANY_USE = "2.5.29.37.0";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private SvidRules() {}

    /** The ID of a chain whose certificates keep the rules. Does not verify any signature. */
    static SpiffeId check(X509Certificate[] chain) throws CertificateException {
        SpiffeId id = leaf(chain[0]);
        for (int i = 1; i < chain.length; i++) {
            signing(chain[i], i + 1, id);
        }
        return id;
    }

    private static SpiffeId leaf(X509Certificate leaf) throws CertificateException {
        SpiffeId id = SpiffeId.of(leaf);
        if (id.path().isEmpty()) {
            throw refused(id, "the ID of a leaf has a path, this one names a whole trust domain");
        }
        use(leaf, id);
        return id;
    }

    /** Checks what a leaf may be used for. */
    static void use(X509Certificate leaf, Object id) throws CertificateException {
        if (leaf.getBasicConstraints() >= 0) {
            throw refused(id, "it is a CA certificate (cA is true), which must not be used to authenticate");
        }
        boolean[] usage = leaf.getKeyUsage();
        if (usage == null) {
            throw refused(id, "it has no key usage");
        }
        if (!has(usage, DIGITAL_SIGNATURE)) {
            throw refused(id, "its key usage lacks digitalSignature");
        }
        if (has(usage, KEY_CERT_SIGN) || has(usage, CRL_SIGN)) {
            throw refused(
                    id,
                    "its key usage has " + (has(usage, KEY_CERT_SIGN) ? "keyCertSign" : "cRLSign")
                            + ", which a leaf must not have");
        }
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purposes != null
                && !purposes.contains(ANY_USE)
                && !(purposes.contains(SERVER_AUTH) && purposes.contains(CLIENT_AUTH))) {
            throw refused(
                    id,
                    "its extended key usage lacks " + (purposes.contains(SERVER_AUTH) ? "clientAuth" : "serverAuth"));
        }
    }

    static void signing(X509Certificate certificate, int place, Object leaf) throws CertificateException {
        String which = "certificate " + place + " of its chain, '" + certificate.getSubjectX500Principal() + "', ";
        if (certificate.getBasicConstraints() < 0) {
            throw refused(leaf, which + "is no CA certificate (cA is false)");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !has(usage, KEY_CERT_SIGN)) {
            throw refused(leaf, which + "may not sign certificates (its key usage lacks keyCertSign)");
        }
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        for (List<?> name : names == null ? List.<List<?>>of() : names) {
            String value = String.valueOf(name.get(1));
            if (value.startsWith("spiffe://")
                    && value.indexOf('/', 9) >= 0
                    && value.indexOf('/', 9) < value.length() - 1) {
                throw refused(leaf, which + "has the ID '" + value + "', that of a signing certificate has no path");
            }
        }
    }

    private static boolean has(boolean[] usage, int bit) {
        return usage.length > bit && usage[bit];
    }

    private static CertificateException refused(Object id, String rule) {
        return new CertificateException("the certificate of '" + id + "' is no X.509-SVID: " + rule);
    }
}
