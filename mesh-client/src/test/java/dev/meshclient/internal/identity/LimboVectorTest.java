package dev.meshclient.internal.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The certificate paths of x509-limbo, host names left aside: against the JDK's PKIX path builder, we accept nothing that it
 * refuses, and refuse what it accepts by the rules of the JDK's trust manager for TLS, or of SPIFFE, each by name.
 */
class LimboVectorTest {
    /** What the JDK's trust manager asks beyond its path builder (RFC 5280, 4.2.1.2, 4.2.1.3, 4.2.1.9 and 4.2.1.12). */
    private static final List<String> OF_TLS = List.of(
            "KeyUsage does not allow digital signatures",
            "Extended key usage does not permit use for TLS server authentication",
            "Extended key usage does not permit use for TLS client authentication",
            "is not a CA certificate",
            "does not have keyCertSign bit set in KeyUsage extension",
            "Path does not chain with any of the trust anchors"); // a critical subject key identifier

    /** X509-SVID, sections 4.1 to 4.4; that all of them lack a SPIFFE ID is left aside. */
    private static final List<String> OF_SPIFFE = List.of(
            "it has no key usage",
            "its key usage lacks digitalSignature",
            "its key usage has keyCertSign",
            "its extended key usage lacks clientAuth",
            "its extended key usage lacks serverAuth",
            "it is a CA certificate (cA is true)",
            "is no CA certificate (cA is false)",
            "may not sign certificates (its key usage lacks keyCertSign)");

    private record Paths(List<X509Certificate> anchors, List<X509Certificate> chain, Instant now, boolean server) {}

    @Test
    void accepts_nothing_that_pkix_refuses_and_refuses_by_documented_rules_only() throws Exception {
        int same = 0;
        int unreadable = 0;
        int accepted = 0;
        Map<String, List<String>> tls = new TreeMap<>();
        Map<String, List<String>> spiffe = new TreeMap<>();
        List<String> wronglyAccepted = new ArrayList<>();
        List<String> unexplained = new ArrayList<>();
        List<JsonNode> cases = cases();
        for (JsonNode test : cases) {
            String id = test.path("id").asText();
            Paths paths;
            try {
                paths = read(test);
            } catch (CertificateException e) {
                unreadable++; // no handshake gets as far as a path
                continue;
            }
            boolean pkix = pkixAccepts(paths);
            String ours = ours(paths);
            if (ours.isEmpty()) {
                accepted++;
                if (!pkix) {
                    wronglyAccepted.add(id);
                }
                String rule = svidRule(paths);
                if (!rule.isEmpty() && !note(spiffe, rule, OF_SPIFFE, id)) {
                    unexplained.add(id + ": " + rule);
                }
            }
            if (ours.isEmpty() == pkix) {
                same++;
            } else if (pkix && !note(tls, ours, OF_TLS, id)) {
                unexplained.add(id + ": " + ours);
            }
        }
        System.out.println("x509-limbo: " + cases.size() + " cases, " + unreadable
                + " with certificates that this JDK cannot read; as PKIX " + same + " (" + accepted
                + " accepted), accepted against PKIX " + wronglyAccepted.size() + ", refused against PKIX:");
        print("  by the JDK's trust manager: ", tls);
        print("  of those accepted no X.509-SVID, SPIFFE ID aside: ", spiffe);
        assertThat(wronglyAccepted).as("accepted, and PKIX does not").isEmpty();
        assertThat(unexplained).as("refused, by no documented rule").isEmpty();
        assertThat(accepted).isGreaterThan(50);
    }

    private static boolean note(Map<String, List<String>> differences, String message, List<String> rules, String id) {
        for (String rule : rules) {
            if (message.contains(rule)) {
                differences.computeIfAbsent(rule, r -> new ArrayList<>()).add(id);
                return true;
            }
        }
        return false;
    }

    private static void print(String kind, Map<String, List<String>> differences) {
        differences.forEach((rule, ids) -> System.out.println(kind + rule + ", " + ids.size() + ": " + ids));
    }

    private static String ours(Paths paths) {
        PeerTrust trust = PeerTrust.ofAuthorities(paths.anchors, () -> paths.now);
        X509Certificate[] chain = paths.chain.toArray(X509Certificate[]::new);
        try {
            if (paths.server) {
                trust.checkServerTrusted(chain, "UNKNOWN");
            } else {
                trust.checkClientTrusted(chain, "UNKNOWN");
            }
            return "";
        } catch (CertificateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String svidRule(Paths paths) {
        try {
            SvidRules.use(paths.chain.get(0), "it");
            for (int i = 1; i < paths.chain.size(); i++) {
                SvidRules.signing(paths.chain.get(i), i + 1, "it");
            }
            return "";
        } catch (CertificateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static boolean pkixAccepts(Paths paths) throws GeneralSecurityException {
        if (paths.anchors.contains(paths.chain.get(0))) {
            return true; // nothing is left to build
        }
        Set<TrustAnchor> anchors = new HashSet<>();
        paths.anchors.forEach(anchor -> anchors.add(new TrustAnchor(anchor, null)));
        if (anchors.isEmpty()) {
            return false;
        }
        X509CertSelector leaf = new X509CertSelector();
        leaf.setCertificate(paths.chain.get(0));
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, leaf);
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(paths.now));
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(paths.chain)));
        try {
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (GeneralSecurityException | UnsupportedOperationException e) {
            return false; // the latter comes of name constraints on names that the JDK does not know
        }
    }

    private static Paths read(JsonNode test) throws CertificateException {
        List<X509Certificate> anchors = new ArrayList<>();
        for (JsonNode anchor : test.path("trusted_certs")) {
            anchors.add(certificate(anchor));
        }
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(certificate(test.path("peer_certificate")));
        for (JsonNode intermediate : test.path("untrusted_intermediates")) {
            chain.add(certificate(intermediate));
        }
        String time = test.path("validation_time").asText("");
        return new Paths(
                anchors,
                chain,
                time.isEmpty() || time.equals("null")
                        ? Instant.parse("2025-06-01T00:00:00Z")
                        : OffsetDateTime.parse(time).toInstant(),
                test.path("validation_kind").asText().equals("SERVER"));
    }

    private static X509Certificate certificate(JsonNode pem) throws CertificateException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.asText().getBytes(StandardCharsets.US_ASCII)));
    }

    private static List<JsonNode> cases() throws IOException {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        JsonNode all = new ObjectMapper()
                .readTree(Path.of(folder, "x509-limbo", "limbo.json").toFile());
        return Stream.of(all.path("testcases")).flatMap(JsonNode::valueStream).toList();
    }
}
