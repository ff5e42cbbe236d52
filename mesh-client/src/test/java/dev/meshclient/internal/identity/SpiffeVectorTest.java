package dev.meshclient.internal.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.identity.TrustBundle;
import dev.meshclient.identity.TrustBundles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The files of go-spiffe, java-spiffe and grpc-java: each is what its name says, by the SPIFFE standards. Where an
 * implementation is stricter than the standard allows (keys of unknown use, several values of {@code x5c}), the standard is
 * kept, and the bundle that is read trusts no peer by that key.
 */
class SpiffeVectorTest {
    private static final String GO = "go-spiffe/bundle/spiffebundle/testdata/spiffebundle_";
    private static final String GRPC = "grpc-java/core/src/test/resources/io/grpc/internal/spiffebundle";
    private static final String CERTS = "grpc-java/testing/src/main/resources/certs/";
    private static final String JAVA = "java-spiffe/java-spiffe-core/src/test/resources/testdata/";

    /** One file: what is done with it, and how it ends. */
    private interface Case {
        /** A result in words, or what is refused. */
        String run(Path file) throws Exception;
    }

    private record Expected(Case read, Predicate<String> result, String words) {}

    private final Map<String, Expected> cases = new LinkedHashMap<>();

    SpiffeVectorTest() {
        bundle(GO + "valid_1.json", "1 X.509 and 1 JWT");
        bundle(GO + "valid_2.json", "1 X.509 and");
        bundle(GO + "valid_with_wit.json", "1 X.509 and 2 JWT");
        bundle(GO + "multiple_x509.json", "1 X.509 and 1 JWT");
        bundle(GO + "missing_kid.json", "refused: keys[1] is for JWT-SVIDs and has no 'kid'");
        bundle(GO + "no_keys.json", "refused: it has no array 'keys'");

        map(
                GRPC + ".json",
                "[example.com (1 X.509 and 0 JWT authorities, sequence 12035488), test.example.com (2 X.509 and 0 JWT "
                        + "authorities), test.google.com.au (0 X.509 and 0 JWT authorities)]");
        map(GRPC + "_ec.json", "example.com (");
        map(GRPC + "_corrupted_cert.json", "refused: keys[0].x5c[0] is no certificate");
        map(GRPC + "_duplicates.json", "no JSON that can be read: Duplicate field 'google.com'");
        map(GRPC + "_empty_x5c.json", "google.com (1 X.509 and");
        map(GRPC + "_ignored_keys.json", "google.com (1 X.509 and");
        map(GRPC + "_malformed.json", "has no object 'trust_domains'");
        map(GRPC + "_missing_x5c.json", "google.com (1 X.509 and");
        map(GRPC + "_wrong_kid.json", "refused: keys[0] is for X.509-SVIDs and has a 'kid'");
        map(GRPC + "_wrong_kty.json", "refused: keys[0] has no key type 'kty'");
        map(GRPC + "_wrong_multi_certs.json", "google.com (1 X.509 and");
        map(GRPC + "_wrong_root.json", "has no object 'trust_domains'");
        map(GRPC + "_wrong_seq_type.json", "refused: 'spiffe_sequence' is 123.5, no integer");
        map(GRPC + "_wrong_use.json", "google.com (0 X.509 and 0 JWT");
        map(CERTS + "spiffebundle.json", "example.com (1 X.509");
        map(CERTS + "spiffebundle1.json", "foo.bar.com (1 X.509");

        jwks(JAVA + "jwtbundle/jwks_valid_EC_1.json", "0 X.509 and 1 JWT");
        jwks(JAVA + "jwtbundle/jwks_valid_RSA_1.json", "0 X.509 and 1 JWT");
        jwks(JAVA + "jwtbundle/jwks_valid_RSA_EC.json", "0 X.509 and 2 JWT");
        jwks(JAVA + "jwtbundle/jwks_missing_kid.json", "refused: keys[1] is for JWT-SVIDs and has no 'kid'");
        jwks(JAVA + "jwtbundle/jwks_invalid_keytype.json", "0 X.509 and 0 JWT");
        bundle(JAVA + "workloadapi/bundle.json", "0 X.509 and 3 JWT");

        pem(JAVA + "x509bundle/cert.pem", "(1 X.509");
        pem(JAVA + "x509bundle/certs.pem", "(2 X.509");
        pem(JAVA + "x509bundle/corrupted.pem", "damaged");
        pem(JAVA + "x509bundle/empty.pem", "holds no certificate");
        pem(JAVA + "x509bundle/not-pem.pem", "holds no certificate");
        pem("java-spiffe/java-spiffe-helper/src/test/resources/testdata/bundle.pem", "(3 X.509");
        for (String bundle : List.of(
                JAVA + "internal/bundle.pem",
                JAVA + "workloadapi/federated-bundle.pem",
                "java-spiffe/java-spiffe-provider/src/test/resources/testdata/bundle.pem",
                CERTS + "ca.pem")) {
            pem(bundle, "(1 X.509");
        }

        chain(JAVA + "x509svid/good-leaf-only.pem", "spiffe://");
        chain(JAVA + "x509svid/good-leaf-and-intermediate.pem", "spiffe://");
        chain(JAVA + "x509svid/cert.der", "spiffe://");
        chain(JAVA + "x509svid/corrupted", "No certificate data found");
        chain(JAVA + "x509svid/wrong-leaf-ca-true.pem", "cA is true");
        chain(JAVA + "x509svid/wrong-leaf-cert-sign.pem", "its key usage has keyCertSign");
        chain(JAVA + "x509svid/wrong-leaf-crl-sign.pem", "its key usage has cRLSign");
        chain(JAVA + "x509svid/wrong-leaf-no-digital-signature.pem", "lacks digitalSignature");
        chain(JAVA + "x509svid/wrong-leaf-empty-id.pem", "no URI");
        chain(JAVA + "x509svid/wrong-intermediate-no-ca.pem", "is no CA certificate");
        chain(JAVA + "x509svid/wrong-intermediate-no-key-cert-sign.pem", "may not sign certificates");
        chain(JAVA + "workloadapi/svid.der", "spiffe://");
        chain("java-spiffe/java-spiffe-helper/src/test/resources/testdata/svid.pem", "spiffe://");
        chain("java-spiffe/java-spiffe-helper/src/test/resources/testdata/svid.der", "spiffe://");
        chain(CERTS + "spiffe_multi_uri_san_cert.pem", "has 2 URIs");
        for (String plain : List.of("client", "badclient", "badserver", "server0", "server1")) {
            chain(CERTS + plain + ".pem", "no URI");
        }
        // "The key usage extension MUST be set on all SVIDs" (X509-SVID, 4.3): gRPC takes these as peers, we do not
        chain(
                CERTS + "client_spiffe.pem",
                "'spiffe://foo.bar.com/9eebccd2-12bf-40a6-b262-65fe0487d453' is no X.509-SVID: it has no key usage");
        chain(
                CERTS + "server1_spiffe.pem",
                "'spiffe://example.com/workload/9eebccd2' is no X.509-SVID: it has no key usage");
        chain(CERTS + "spiffe_cert.pem", "spiffe://foo.bar.com/client/workload/1");

        authorities(JAVA + "workloadapi/bundle.der");
        authorities("java-spiffe/java-spiffe-helper/src/test/resources/testdata/bundle.der");
    }

    @TestFactory
    Stream<DynamicTest> files() {
        Path root = root();
        System.out.println("spiffe: " + cases.size() + " files, each as its name says");
        return cases.entrySet().stream()
                .map(c -> DynamicTest.dynamicTest(c.getKey(), () -> {
                    String result = result(c.getValue().read, root.resolve(c.getKey()));
                    assertThat(c.getValue().result.test(result))
                            .as("%s: is '%s', expected is '%s'", c.getKey(), result, c.getValue().words)
                            .isTrue();
                }));
    }

    @TestFactory
    Stream<DynamicTest> no_file_is_left_out() {
        Path root = root();
        return Stream.of(DynamicTest.dynamicTest("all files", () -> {
            Set<String> there = new TreeSet<>();
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(Files::isRegularFile)
                        .map(file -> root.relativize(file).toString())
                        .filter(file ->
                                !file.startsWith("standards") && !file.endsWith("LICENSE") && !file.endsWith("README"))
                        .filter(file -> !file.endsWith("_service_config.json")) // of gRPC, not of SPIFFE
                        .forEach(there::add);
            }
            assertThat(cases.keySet()).containsExactlyInAnyOrderElementsOf(there);
        }));
    }

    private static Path root() {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        return Path.of(folder, "spiffe");
    }

    private static String result(Case read, Path file) throws Exception {
        try {
            return read.run(file);
        } catch (CertificateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void expect(String file, Case read, String words) {
        cases.put(file, new Expected(read, result -> result.contains(words), words));
    }

    private void bundle(String file, String words) {
        expect(
                file,
                f -> TrustBundle.fromSpiffeJwks("x.example", Files.readString(f))
                        .toString(),
                words);
    }

    private void map(String file, String words) {
        expect(file, f -> TrustBundles.fromSpiffeBundleMap(Files.readString(f)).toString(), words);
    }

    /** JWKS of JWT bundles do not say what their keys are for; read as a SPIFFE bundle they would be ignored. */
    private void jwks(String file, String words) {
        expect(
                file,
                f -> TrustBundle.fromSpiffeJwks(
                                "x.example",
                                Files.readString(f)
                                        .replaceAll("\"use\"\\s*:\\s*\"sig\",", "")
                                        .replace("\"kty\"", "\"use\": \"jwt-svid\", \"kty\""))
                        .toString(),
                words);
    }

    private void pem(String file, String words) {
        expect(file, f -> TrustBundle.fromPem("x.example", Files.readString(f)).toString(), words);
    }

    private void chain(String file, String words) {
        expect(file, f -> SvidRules.check(certificates(f)).toString(), words);
    }

    private void authorities(String file) {
        expect(file, f -> certificates(f).length + " certificates", "certificates");
    }

    private static X509Certificate[] certificates(Path file) throws CertificateException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
        if (all.isEmpty()) {
            throw new CertificateException("no certificate");
        }
        return all.toArray(X509Certificate[]::new);
    }
}
