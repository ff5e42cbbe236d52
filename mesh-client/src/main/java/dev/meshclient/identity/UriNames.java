package dev.meshclient.identity;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The URIs in a certificate's subject alternative names. */
final class UriNames {
    private static final int URI = 6;
    private static final String EXTENSION = "2.5.29.17"; // subject alternative names, RFC 5280 4.2.1.6

    private UriNames() {}

    static List<String> of(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> name.get(0).equals(URI))
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
    }

    /** The only SPIFFE ID of a certificate that must be an SVID. */
    static SpiffeId idOf(X509Certificate certificate) throws CertificateException {
        List<String> uris = of(certificate);
        if (uris.size() != 1) {
            throw new CertificateException("certificate '" + certificate.getSubjectX500Principal() + "' has "
                    + (uris.isEmpty() ? "no URI" : uris.size() + " URIs " + uris)
                    + " among its subject alternative names, an X.509-SVID has exactly one");
        }
        try {
            return SpiffeId.parse(uris.get(0));
        } catch (IllegalArgumentException e) {
            throw new CertificateException(
                    "certificate '" + certificate.getSubjectX500Principal() + "' is no X.509-SVID: " + e.getMessage(),
                    e);
        }
    }

    /** The SPIFFE ID of a certificate; null if it has none. */
    static @Nullable SpiffeId ownId(X509Certificate certificate) throws CertificateException {
        return hasSpiffe(certificate) ? idOf(certificate) : null;
    }

    private static boolean hasSpiffe(X509Certificate certificate) throws CertificateParsingException {
        return of(certificate).stream().anyMatch(uri -> uri.regionMatches(true, 0, "spiffe:", 0, 7));
    }

    /** Whether a URI claims to be a SPIFFE ID, or the names cannot be read: of illegal ones the JDK gives none. */
    static boolean stateId(X509Certificate certificate) {
        try {
            return certificate.getSubjectAlternativeNames() == null
                    ? certificate.getExtensionValue(EXTENSION) != null
                    : hasSpiffe(certificate);
        } catch (CertificateParsingException e) {
            return true;
        }
    }
}
