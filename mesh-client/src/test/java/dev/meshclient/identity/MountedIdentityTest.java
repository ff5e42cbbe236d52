package dev.meshclient.identity;

import static dev.meshclient.identity.TestCertificates.authority;
import static dev.meshclient.identity.TestCertificates.host;
import static dev.meshclient.identity.TestCertificates.svid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.identity.TestCertificates.Kind;
import dev.meshclient.internal.time.RealTime;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MountedIdentityTest {
    private static final String ID = "spiffe://shop.example/checkout";
    private static final TestCertificates ROOT = TestCertificates.root("shop root");
    private static final TestCertificates PARTNER = TestCertificates.root("partner root");

    @TempDir
    private Path directory;

    private final RealTime time = RealTime.create("test");
    private final Recording sink = new Recording();
    private @Nullable Closeable watch;

    /** What was reported, in order. */
    private static final class Recording implements WorkloadIdentity.Sink {
        private final List<Svid> delivered = new CopyOnWriteArrayList<>();
        private final List<String> problems = new CopyOnWriteArrayList<>();

        @Override
        public void deliver(Svid svid) {
            delivered.add(svid);
        }

        @Override
        public void failed(IOException problem) {
            problems.add(String.valueOf(problem.getMessage()));
        }

        Svid awaitDelivery(int number) {
            await().until(() -> delivered.size() >= number);
            return delivered.get(number - 1);
        }

        /** The next problem that says so. */
        String awaitProblem(String words) {
            await().until(() -> problems.stream().anyMatch(p -> p.contains(words)));
            return problems.stream().filter(p -> p.contains(words)).findFirst().orElseThrow();
        }
    }

    @AfterEach
    void close() throws IOException {
        if (watch != null) {
            watch.close();
        }
        time.close();
    }

    @ParameterizedTest
    @CsvSource({
        "tls.crt, tls.key, ca.crt",
        "svid.pem, svid_key.pem, bundle.pem",
        "svid.pem, svid_key.pem, svid_bundle.pem",
        "cert-chain.pem, key.pem, root-cert.pem"
    })
    void finds_the_files_of_kubernetes_spiffe_helper_and_istio(String certificates, String key, String bundle)
            throws IOException {
        TestCertificates leaf = ROOT.issue(authority("intermediate")).issue(svid(ID));
        write(certificates, leaf.chainPem());
        write(key, leaf.keyPem());
        write(bundle, ROOT.certificatePem());
        watch(MountedIdentity.at(directory));

        Svid svid = sink.awaitDelivery(1);
        assertThat(svid.id()).isEqualTo(SpiffeId.parse(ID));
        assertThat(svid.chain()).isEqualTo(leaf.chain()).hasSize(2);
        assertThat(svid.key()).isEqualTo(leaf.key());
        assertThat(svid.authorities()).containsExactly(ROOT.certificate());
        assertThat(svid.bundles().trustDomains()).containsExactly("shop.example");
        assertThat(sink.problems).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void takes_pairs_of_each_kind_of_key(Kind kind) throws IOException {
        put(ROOT.issue(svid(ID).kind(kind)), ROOT);
        watch(MountedIdentity.at(directory));

        assertThat(sink.awaitDelivery(1).leaf().getPublicKey().getAlgorithm()).isIn("EC", "RSA", "EdDSA", "Ed25519");
    }

    @Test
    void takes_other_names_and_a_bundle_in_json_and_none() throws IOException {
        TestCertificates leaf = ROOT.issue(svid(ID));
        Path certificates = write("me.pem", leaf.chainPem());
        write("me.key", leaf.keyPem());
        write("bundle.json", jwks(ROOT));
        watch(MountedIdentity.at(directory).withFiles(certificates.toString(), "me.key", "bundle.json"));

        assertThat(sink.awaitDelivery(1).bundles().of("shop.example"))
                .isNotNull()
                .satisfies(bundle -> {
                    assertThat(bundle.x509Authorities()).containsExactly(ROOT.certificate());
                    assertThat(bundle.sequence()).isEqualTo(7);
                });

        Recording other = new Recording();
        try (Closeable closing =
                MountedIdentity.at(directory).withFiles("me.pem", "me.key").watch(time, other)) {
            assertThat(closing).isNotNull();
            assertThat(other.awaitDelivery(1).authorities()).isEmpty();
        }
    }

    @Test
    void takes_a_certificate_without_a_spiffe_id() throws IOException {
        put(ROOT.issue(host("checkout.example")), ROOT);
        write("partner.pem", PARTNER.certificatePem());
        watch(MountedIdentity.at(directory).withFederated("partner.example", Path.of("partner.pem")));

        Svid svid = sink.awaitDelivery(1);
        assertThat(svid.id()).isNull();
        assertThat(svid.name()).isEqualTo("CN=checkout.example");
        assertThat(svid.authorities()).containsExactly(ROOT.certificate());
        assertThat(svid.bundles().trustDomains()).containsExactly("partner.example");
    }

    @Test
    void takes_an_encrypted_key_and_overwrites_its_password() throws Exception {
        TestCertificates leaf = ROOT.issue(svid(ID));
        char[] password = "open sesame".toCharArray();
        put(leaf, ROOT);
        write(
                "tls.key",
                TestCertificates.pem(new PKCS8Generator(
                        PrivateKeyInfo.getInstance(leaf.key().getEncoded()),
                        new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                .setProvider(new BouncyCastleProvider())
                                .setPassword(password.clone())
                                .build())));
        watch(MountedIdentity.at(directory).withKeyPassword(() -> password));

        assertThat(sink.awaitDelivery(1).key()).isEqualTo(leaf.key());
        assertThat(password).containsOnly('\0');
    }

    @Test
    void adds_the_bundles_of_other_trust_domains() throws IOException {
        put(ROOT.issue(svid(ID)), ROOT);
        Path bundles = Files.createDirectory(directory.resolve("federated"));
        Files.writeString(bundles.resolve("partner.example.pem"), PARTNER.certificatePem());
        Files.writeString(bundles.resolve("revoked.example.json"), "\uFEFF{\"keys\": []}");
        Files.writeString(bundles.resolve("README"), "not a bundle");
        Path explicit = write("third.pem", PARTNER.certificatePem());
        watch(MountedIdentity.at(directory)
                .withFederatedIn(Path.of("federated"))
                .withFederated("third.example", explicit));

        assertThat(sink.awaitDelivery(1).bundles())
                .hasToString(
                        "[partner.example (1 X.509 and 0 JWT authorities), revoked.example (0 X.509 and 0 JWT authorities), "
                                + "shop.example (1 X.509 and 0 JWT authorities), third.example (1 X.509 and 0 JWT authorities)]");

        Files.writeString(bundles.resolve("shop.example.pem"), PARTNER.certificatePem());

        assertThat(sink.awaitProblem("two bundles")).contains("there are two bundles of trust domain 'shop.example'");
    }

    @Test
    void refuses_a_federated_name_that_is_no_trust_domain() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MountedIdentity.at(directory).withFederated("Partner", Path.of("x.pem")))
                .withMessageContaining("trust domain has 'P'");
    }

    @Test
    void follows_the_swap_of_a_mounted_volume() throws IOException {
        TestCertificates first = ROOT.issue(svid(ID));
        TestCertificates second = ROOT.issue(svid(ID));
        mount("..1", first);
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
        for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
            Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
        }
        watch(MountedIdentity.at(directory));
        assertThat(sink.awaitDelivery(1).leaf()).isEqualTo(first.certificate());

        mount("..2", second);
        Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2"));
        Files.move(
                directory.resolve("..data_tmp"),
                directory.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);

        assertThat(sink.awaitDelivery(2).leaf()).isEqualTo(second.certificate());
        assertThat(sink.problems).isEmpty();
    }

    @Test
    void waits_for_files_that_come_later() throws IOException {
        watch(MountedIdentity.at(directory));
        assertThat(sink.awaitProblem("no certificate"))
                .isEqualTo(
                        "there is no certificate in " + directory + "; looked for is one of [tls.crt, tls.key, ca.crt, "
                                + "svid.pem, svid_key.pem, bundle.pem or svid_bundle.pem, cert-chain.pem, key.pem, root-cert.pem], "
                                + "other names are set by withFiles(...), in Spring Boot by certificate and private-key beside directory");

        put(ROOT.issue(svid(ID)), ROOT);

        assertThat(sink.awaitDelivery(1).id()).isEqualTo(SpiffeId.parse(ID));
    }

    @Test
    void keeps_the_last_pair_until_key_and_certificate_fit_again() throws IOException {
        TestCertificates first = ROOT.issue(svid(ID));
        TestCertificates second = ROOT.issue(svid(ID));
        put(first, ROOT);
        watch(MountedIdentity.at(directory));
        sink.awaitDelivery(1);

        write("tls.crt", second.chainPem());
        assertThat(sink.awaitProblem("does not belong"))
                .contains(directory.resolve("tls.crt") + " with " + directory.resolve("tls.key"))
                .contains("the private key (EC) does not belong to the certificate 'CN=workload', serial "
                        + second.certificate().getSerialNumber().toString(16) + " (EC)");
        assertThat(sink.delivered).hasSize(1);

        write("tls.key", second.keyPem());
        assertThat(sink.awaitDelivery(2).leaf()).isEqualTo(second.certificate());
    }

    @Test
    void says_that_the_own_certificate_comes_first() throws IOException {
        TestCertificates leaf = ROOT.issue(authority("intermediate")).issue(svid(ID));
        put(leaf, ROOT);
        write("tls.crt", TestCertificates.pem(leaf.chain().get(1), leaf.chain().get(0)));
        watch(MountedIdentity.at(directory));

        assertThat(sink.awaitProblem("must come first"))
                .contains("belongs to certificate 2 of the chain, 'CN=workload'");
    }

    @Test
    void names_the_file_that_is_half_written_or_gone() throws IOException {
        TestCertificates leaf = ROOT.issue(svid(ID));
        put(leaf, ROOT);
        watch(MountedIdentity.at(directory));
        sink.awaitDelivery(1);

        write("tls.crt", leaf.chainPem().substring(0, 300));
        assertThat(sink.awaitProblem("breaks off")).startsWith(directory.resolve("tls.crt") + " breaks off");
        write("tls.crt", leaf.chainPem());
        sink.awaitDelivery(2); // the problem is over

        Files.delete(directory.resolve("tls.key"));
        assertThat(sink.awaitProblem("tls.key"))
                .isEqualTo(directory.resolve("tls.key") + " cannot be read: it does not exist");

        write("tls.key", leaf.keyPem());
        sink.awaitDelivery(3);
        write("ca.crt", "");
        assertThat(sink.awaitProblem("ca.crt"))
                .isEqualTo(directory.resolve("ca.crt") + ": it holds no certificate in PEM "
                        + "(-----BEGIN CERTIFICATE-----)");
        assertThat(sink.delivered).hasSize(3);
    }

    @Test
    void names_the_file_that_it_may_not_read() throws IOException {
        put(ROOT.issue(svid(ID)), ROOT);
        Path key = directory.resolve("tls.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("---------"));
        assumeTrue(!Files.isReadable(key), "root reads everything");
        watch(MountedIdentity.at(directory));

        assertThat(sink.awaitProblem("tls.key")).isEqualTo(key + " cannot be read: permission denied");
    }

    @Test
    void names_the_file_that_is_none() throws IOException {
        put(ROOT.issue(svid(ID)), ROOT);
        Files.delete(directory.resolve("tls.key"));
        Path key = Files.createDirectory(directory.resolve("tls.key"));
        watch(MountedIdentity.at(directory));

        assertThat(sink.awaitProblem("tls.key"))
                .startsWith(key + " cannot be read: ")
                .contains("directory");
    }

    @Test
    void refuses_an_own_certificate_with_two_ids() throws IOException {
        put(ROOT.issue(svid(ID).uri("spiffe://shop.example/other")), ROOT);
        watch(MountedIdentity.at(directory));

        assertThat(sink.awaitProblem("2 URIs")).contains("an X.509-SVID has exactly one");
    }

    @Test
    void tells_of_a_problem_once() throws IOException {
        watch(MountedIdentity.at(directory));
        sink.awaitProblem("no certificate");
        write("unrelated", "1");
        TestCertificates leaf = ROOT.issue(svid(ID));
        put(leaf, ROOT);
        sink.awaitDelivery(1);

        assertThat(sink.problems.stream().filter(p -> p.contains("no certificate in " + directory)))
                .hasSize(1);
    }

    @Test
    void runs_without_a_mesh() throws IOException {
        put(ROOT.issue(svid(ID)), ROOT);
        watch = MountedIdentity.at(directory).watch(sink);

        assertThat(sink.awaitDelivery(1).id()).isEqualTo(SpiffeId.parse(ID));
    }

    private void watch(MountedIdentity identity) {
        watch = identity.watch(time, sink);
    }

    private void mount(String version, TestCertificates leaf) throws IOException {
        Path data = Files.createDirectory(directory.resolve(version));
        Files.writeString(data.resolve("tls.crt"), leaf.chainPem());
        Files.writeString(data.resolve("tls.key"), leaf.keyPem());
        Files.writeString(data.resolve("ca.crt"), ROOT.certificatePem());
    }

    /** Bundle and key first: until the certificate is there, nothing is looked at. */
    private void put(TestCertificates leaf, TestCertificates root) throws IOException {
        write("ca.crt", root.certificatePem());
        write("tls.key", leaf.keyPem());
        write("tls.crt", leaf.chainPem());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
    }

    private static String jwks(TestCertificates root) throws IOException {
        try {
            String der = Base64.getEncoder().encodeToString(root.certificate().getEncoded());
            return "{\"spiffe_sequence\": 7, \"keys\": [{\"use\": \"x509-svid\", \"kty\": \"EC\", \"x5c\": [\"" + der
                    + "\"]}]}";
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
    }
}
