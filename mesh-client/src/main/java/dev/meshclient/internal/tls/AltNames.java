package dev.meshclient.internal.tls;

import dev.meshclient.internal.endpoint.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Decider: whether a certificate carries one of some names, each compared as a whole (Istio's {@code subjectAltNames}). */
public final class AltNames {
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

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

    private static boolean is(List<?> san, String name) {
        String value = String.valueOf(san.get(1));
        return switch ((Integer) san.get(0)) {
            case DNS -> value.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT));
            case URI -> value.equals(name);
            case IP -> Resolver.isAddress(name) && sameAddress(value, name);
            default -> false;
        };
    }

    private static boolean sameAddress(String one, String other) {
        try {
            return InetAddress.getByName(one).equals(InetAddress.getByName(other));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
