package dev.meshclient.internal.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Decider: whether a certificate carries one of some names, each compared as a whole (Istio's {@code subjectAltNames}). A name
 * is compared only with names of its kind (RFC 6125 6.2 to 6.5): an authority may verify only one kind, and write anything
 * into the others.
 */
public final class AltNames {
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]+(\\.[0-9]+){3}|\\[?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*]?");

    private AltNames() {}

    /** Verifies these names instead of the host. */
    public record Verifier(List<String> names) implements HostnameVerifier {
        public Verifier {
            names = List.copyOf(names);
        }

        @Override
        public boolean verify(String host, SSLSession session) {
            X509Certificate leaf = leaf(session);
            return leaf != null && hasOneOf(leaf, names);
        }
    }

    /** The peer's own certificate; null if it presented none. */
    static @Nullable X509Certificate leaf(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException anonymous) {
            return null;
        }
    }

    static boolean hasOneOf(X509Certificate certificate, List<String> names) {
        try {
            Collection<List<?>> own = certificate.getSubjectAlternativeNames();
            return own != null && own.stream().anyMatch(san -> names.stream().anyMatch(name -> is(san, name)));
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }

    /** The names of a certificate, for messages. */
    static List<String> of(X509Certificate certificate) {
        try {
            Collection<List<?>> own = certificate.getSubjectAlternativeNames();
            return own == null
                    ? List.of()
                    : own.stream().map(san -> String.valueOf(san.get(1))).toList();
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
    }

    private static boolean is(List<?> san, String name) {
        String value = String.valueOf(san.get(1));
        Integer kind = (Integer) san.get(0);
        return kind == kindOf(name)
                && switch (kind) {
                    case DNS -> value.equalsIgnoreCase(name);
                    case IP -> sameAddress(value, name);
                    default -> value.equals(name);
                };
    }

    /** Apart from IPv6 addresses, only URIs have a colon. */
    private static int kindOf(String name) {
        return ADDRESS.matcher(name).matches() ? IP : name.indexOf(':') >= 0 ? URI : DNS;
    }

    private static boolean sameAddress(String one, String other) {
        try {
            return InetAddress.getByName(one).equals(InetAddress.getByName(other));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
