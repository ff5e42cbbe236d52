package dev.meshclient.policy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code tls}. What a mode does not use is refused: whoever wrote it believes that it is checked. */
final class TlsReader {
    private static final int MAX_NAMES = 256;
    private static final int MAX_PEM = 1_048_576;
    private static final Words<Tls.Mode> MODE = Words.of(Tls.Mode.values()).alias("ISTIO_MUTUAL", Tls.Mode.MESH_MUTUAL);
    static final Pattern ALT_NAME = Pattern.compile("[!-~]+");

    private TlsReader() {}

    static Tls tls(Node node) {
        Fields fields = new Fields(node);
        Tls.Mode mode = fields.required("mode", MODE.expected(null), n -> n.word(MODE), Tls.Mode.DISABLE);
        String sni = fields.optional("sni", Hosts::dnsName);
        List<String> names = fields.list("subjectAltNames", 1, MAX_NAMES, n -> altName(mode, n));
        String ca = fields.optional("caCertificates", TlsReader::certificates);
        String credential = fields.optional("credentialName", Node::name);
        switch (mode) {
            case DISABLE -> {
                fields.misplaced("with mode SIMPLE, MUTUAL or MESH_MUTUAL", "subjectAltNames");
                fields.misplaced("with mode SIMPLE or MUTUAL", "caCertificates", "credentialName");
            }
            case SIMPLE -> {
                if (ca != null) {
                    fields.misplaced("with mode SIMPLE where caCertificates are not stated", "credentialName");
                }
            }
            case MUTUAL -> {}
            case MESH_MUTUAL ->
                fields.misplaced(
                        "with mode SIMPLE or MUTUAL; MESH_MUTUAL has the identity of the workload and its bundles",
                        "caCertificates",
                        "credentialName");
        }
        fields.othersRefused();
        return new Tls(mode, sni, names, ca, credential);
    }

    private static String altName(Tls.Mode mode, Node node) {
        return mode == Tls.Mode.MESH_MUTUAL
                ? node.text(
                        ServiceAccounts.MAX,
                        ServiceAccounts.ID,
                        "a SPIFFE ID in full, such as spiffe://shop.example/ns/prod/sa/orders")
                : node.text(ServiceAccounts.MAX, ALT_NAME, "a DNS name, an IP address or a URI, in printable ASCII");
    }

    private static @Nullable String certificates(Node node) {
        String pem = node.text(1, MAX_PEM);
        if (!pem.isEmpty() && !isCertificates(pem)) {
            node.wrong(
                    "X.509 certificates in PEM, each between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----");
        }
        return pem;
    }

    private static boolean isCertificates(String pem) {
        try {
            return pem.contains("-----BEGIN CERTIFICATE-----")
                    && !CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                            .isEmpty();
        } catch (CertificateException e) {
            return false;
        }
    }
}
