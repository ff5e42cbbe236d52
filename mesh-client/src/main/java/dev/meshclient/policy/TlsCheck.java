package dev.meshclient.policy;

import dev.meshclient.internal.pem.PemText;
import java.security.cert.CertificateException;
import java.util.regex.Pattern;

/** Checks {@code tls}. A field that the mode does not use is refused: its author expects it to be verified. */
final class TlsCheck {
    private static final int MAX_NAMES = 256;
    private static final int MAX_PEM = 1_048_576;
    static final Pattern ALT_NAME = Pattern.compile("[!-~]+");

    private TlsCheck() {}

    static void check(Place place, Tls tls) {
        place.field("sni").host(tls.sni(), Hosts.MAX_NAME, Hosts.DNS_NAME, "a DNS name");
        place.field("subjectAltNames")
                .each(tls.subjectAltNames(), 0, MAX_NAMES, (at, name) -> altName(at, tls.mode(), name));
        certificates(place.field("caCertificates"), tls);
        place.field("credentialName").name(tls.credentialName());
        switch (tls.mode()) {
            case DISABLE -> {
                place.misplaced(
                        "subjectAltNames",
                        tls.subjectAltNames().isEmpty() ? null : tls.subjectAltNames(),
                        "with mode SIMPLE, MUTUAL or MESH_MUTUAL");
                trust(place, tls, "with mode SIMPLE or MUTUAL");
            }
            case SIMPLE -> {
                if (tls.caCertificates() != null) {
                    place.misplaced(
                            "credentialName",
                            tls.credentialName(),
                            "with mode SIMPLE where caCertificates are not stated");
                }
            }
            case MUTUAL -> {}
            case MESH_MUTUAL ->
                trust(
                        place,
                        tls,
                        "with mode SIMPLE or MUTUAL; MESH_MUTUAL has the identity of the workload and its bundles");
        }
    }

    private static void trust(Place place, Tls tls, String where) {
        place.misplaced("caCertificates", tls.caCertificates(), where);
        place.misplaced("credentialName", tls.credentialName(), where);
    }

    private static void altName(Place place, Tls.Mode mode, String name) {
        if (mode == Tls.Mode.MESH_MUTUAL) {
            place.text(
                    name,
                    ServiceAccounts.MAX,
                    ServiceAccounts.ID,
                    "a SPIFFE ID in full, such as spiffe://shop.example/ns/prod/sa/orders");
        } else {
            place.text(name, ServiceAccounts.MAX, ALT_NAME, "a DNS name, an IP address or a URI, in printable ASCII");
        }
    }

    private static void certificates(Place place, Tls tls) {
        String pem = tls.caCertificates();
        if (pem != null && place.text(pem, 1, MAX_PEM)) {
            try {
                PemText.certificates(pem, "a text");
            } catch (CertificateException e) {
                place.wrongIn(
                        String.valueOf(e.getMessage()),
                        "X.509 certificates in PEM, each between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----");
            }
        }
    }
}
