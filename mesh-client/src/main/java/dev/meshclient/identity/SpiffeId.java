package dev.meshclient.identity;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Objects;

/**
 * A SPIFFE ID: {@code spiffe://trust-domain/path} (SPIFFE-ID, section 2). The constructor checks as strictly as {@link #parse}.
 *
 * @param trustDomain lower case, 1 to 255 bytes
 * @param path with its leading slash, or empty for the ID of the trust domain itself, as in its signing certificates
 */
public record SpiffeId(String trustDomain, String path) {
    /** Longer IDs are refused: the standard does not require support for them. */
    public static final int MAX_BYTES = 2048;

    private static final String SCHEME = "spiffe://";
    private static final String TRUST_DOMAIN = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    private static final String SEGMENT = TRUST_DOMAIN + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int MAX_TRUST_DOMAIN = 255;

    /** @throws IllegalArgumentException if the parts do not make a SPIFFE ID */
    public SpiffeId {
        Objects.requireNonNull(trustDomain, "trustDomain must not be null: pass a trust domain, such as shop.example");
        Objects.requireNonNull(path, "path must not be null: pass a path with its leading slash, or an empty one");
        String id = SCHEME + trustDomain + path;
        checkTrustDomain(id, trustDomain);
        checkPath(id, path);
        if (id.length() > MAX_BYTES) {
            throw refused(
                    id.substring(0, 100) + "...",
                    "it has " + id.length() + " bytes, at most " + MAX_BYTES + " are legal");
        }
    }

    /** @throws IllegalArgumentException if the text is no SPIFFE ID; the message names the broken rule */
    public static SpiffeId parse(String id) {
        Objects.requireNonNull(id, "id must not be null: pass an ID, such as spiffe://shop.example/orders");
        if (!id.startsWith(SCHEME)) {
            throw refused(
                    id.length() > 100 ? id.substring(0, 100) + "..." : id, "it does not begin with '" + SCHEME + "'");
        }
        int slash = id.indexOf('/', SCHEME.length());
        int end = slash < 0 ? id.length() : slash;
        return new SpiffeId(id.substring(SCHEME.length(), end), id.substring(end));
    }

    /**
     * The ID of an X.509-SVID. Checks nothing else of the certificate: the issuer could have written any ID.
     *
     * @throws CertificateException if the certificate does not have exactly one URI, or the URI is no SPIFFE ID
     */
    public static SpiffeId of(X509Certificate certificate) throws CertificateException {
        Objects.requireNonNull(certificate, "certificate must not be null: pass the certificate of a workload");
        return UriNames.idOf(certificate);
    }

    /**
     * Whether the certificate states a SPIFFE ID, legal or not: a URI that begins with {@code spiffe:}, in any case, maybe beside others,
     * or names that cannot be read. If the ID of a client with such a certificate is not verified, do not call
     * {@link dev.meshclient.authz.InboundRequest.Builder#peer}: its peer is not known, and a policy that depends on it denies the request.
     */
    public static boolean isStatedBy(X509Certificate certificate) {
        Objects.requireNonNull(certificate, "certificate must not be null: pass the certificate of a client");
        return UriNames.stateId(certificate);
    }

    /** Whether it belongs to this trust domain. */
    public boolean isMemberOf(String domain) {
        Objects.requireNonNull(domain, "domain must not be null: pass a trust domain, such as shop.example");
        return trustDomain.equals(domain);
    }

    static String checkTrustDomain(String domain) {
        checkTrustDomain(SCHEME + domain, domain);
        return domain;
    }

    private static void checkTrustDomain(String id, String domain) {
        if (domain.isEmpty()) {
            throw refused(id, "its trust domain is empty");
        }
        for (int i = 0; i < domain.length(); i++) {
            char c = domain.charAt(i);
            if (TRUST_DOMAIN.indexOf(c) < 0) {
                throw refused(
                        id,
                        "its trust domain has '" + c
                                + "', legal are a-z 0-9 . - _ and neither user, port, query nor %");
            }
        }
        if (domain.length() > MAX_TRUST_DOMAIN) {
            throw refused(
                    id,
                    "its trust domain has " + domain.length() + " bytes, at most " + MAX_TRUST_DOMAIN + " are legal");
        }
    }

    private static void checkPath(String id, String path) {
        if (path.isEmpty()) {
            return;
        }
        if (path.charAt(0) != '/') {
            throw refused(id, "its path does not begin with '/'");
        }
        if (path.endsWith("/")) {
            throw refused(id, "its path ends with '/'");
        }
        for (String segment : path.substring(1).split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw refused(id, "its path has the segment '" + segment + "', none may be empty, '.' or '..'");
            }
            for (int i = 0; i < segment.length(); i++) {
                char c = segment.charAt(i);
                if (SEGMENT.indexOf(c) < 0) {
                    throw refused(
                            id,
                            "its path has '" + c + "', legal are a-z A-Z 0-9 . - _ and neither query, fragment nor %");
                }
            }
        }
    }

    private static IllegalArgumentException refused(String id, String rule) {
        return new IllegalArgumentException("'" + id + "' is no SPIFFE ID: " + rule);
    }

    /** The ID as text. */
    @Override
    public String toString() {
        return SCHEME + trustDomain + path;
    }
}
