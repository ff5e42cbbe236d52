package dev.meshclient.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.meshclient.identity.TestCertificates.Kind;
import dev.meshclient.internal.pem.PemText;
import dev.meshclient.internal.time.Patience;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    private static final String CONTENT =
            TestCertificates.root("root").certificatePem().replaceAll("-----[A-Z ]+-----|\\s", "");
    private static final char[] PASSWORD = "open sesame".toCharArray();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void reads_pkcs8(Kind kind) throws Exception {
        PrivateKey key = kind.generate().getPrivate();

        assertThat(read(pkcs8(key), null)).isEqualTo(key);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void reads_encrypted_pkcs8(Kind kind) throws Exception {
        PrivateKey key = kind.generate().getPrivate();
        String pem = TestCertificates.pem(new PKCS8Generator(
                PrivateKeyInfo.getInstance(key.getEncoded()),
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPassword(PASSWORD)
                        .build()));

        assertThat(pem).contains("BEGIN ENCRYPTED PRIVATE KEY");
        assertThat(read(pem, PASSWORD)).isEqualTo(key);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"RSA", "P256", "P384", "P521"})
    void reads_pkcs1_and_sec1(Kind kind) throws Exception {
        PrivateKey key = kind.generate().getPrivate();
        String pem = TestCertificates.pem(new JcaMiscPEMGenerator(asOpensslHasIt(key)));

        assertThat(pem).contains(kind == Kind.RSA ? "BEGIN RSA PRIVATE KEY" : "BEGIN EC PRIVATE KEY");
        assertThat(secret(read(pem, null))).isEqualTo(secret(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AES-256-CBC", "AES-128-CBC", "DES-EDE3-CBC"})
    void reads_keys_that_old_openssl_encrypted(String cipher) throws Exception {
        for (Kind kind : List.of(Kind.RSA, Kind.P256)) {
            PrivateKey key = kind.generate().getPrivate();
            String pem = TestCertificates.pem(new JcaMiscPEMGenerator(
                    asOpensslHasIt(key),
                    new JcePEMEncryptorBuilder(cipher)
                            .setProvider(new BouncyCastleProvider())
                            .build(PASSWORD)));

            assertThat(pem).contains("DEK-Info: " + cipher);
            assertThat(secret(read(pem, PASSWORD))).isEqualTo(secret(key));
        }
    }

    /** {@code openssl ecparam -genkey} writes the curve before the key. */
    @Test
    void passes_over_what_is_no_key() throws Exception {
        TestCertificates leaf = TestCertificates.root("root").issue(TestCertificates.host("a"));
        String parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

        assertThat(read("Bag Attributes: x\n" + leaf.chainPem() + parameters + leaf.keyPem(), null))
                .isEqualTo(leaf.key());
        assertThat(PemText.certificates("words\n" + leaf.keyPem() + leaf.chainPem(), "it"))
                .isEqualTo(leaf.chain());
    }

    @Test
    void says_what_is_wrong_and_shows_nothing_of_it() throws Exception {
        String key = pkcs8(Kind.P256.generate().getPrivate());
        String encrypted = TestCertificates.pem(new PKCS8Generator(
                PrivateKeyInfo.getInstance(Kind.P256.generate().getPrivate().getEncoded()),
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPassword(PASSWORD)
                        .build()));

        assertThatThrownBy(() -> read("", null)).hasMessageContaining("k.pem holds no private key in PEM");
        assertThatThrownBy(() -> read(key.substring(0, 100), null))
                .hasMessageContaining("k.pem breaks off or is damaged");
        assertThatThrownBy(() -> read(encrypted, null))
                .hasMessageContaining("k.pem is encrypted and no password is given: set withKeyPassword(...)");
        assertThatThrownBy(() -> read(encrypted, "wrong".toCharArray()))
                .hasMessageContaining("k.pem cannot be decrypted: the password is wrong")
                .message()
                .doesNotContain("wrong\"");
    }

    @Test
    void names_the_certificate_that_is_damaged() {
        TestCertificates root = TestCertificates.root("root");
        String good = root.certificatePem();

        assertThatThrownBy(() -> PemText.certificates("", "c.pem"))
                .hasMessageContaining("c.pem holds no certificate in PEM");
        assertThatThrownBy(() -> PemText.certificates(good + good.substring(0, 200), "c.pem"))
                .hasMessageContaining("c.pem breaks off or is damaged at certificate 2");
        assertThatThrownBy(() -> PemText.certificates(
                        good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "c.pem"))
                .hasMessageContaining("certificate 2 of c.pem is damaged");
    }

    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

    /** Written by an editor, a template or another system; RFC 7468 3 lets a parser ignore blanks. */
    @ParameterizedTest
    @ValueSource(strings = {"\uFEFF", " ", "\t", "\u00a0", "  \u200b", "\r", "\uFEFF\r\n "})
    void reads_each_certificate_whatever_stands_around_its_lines(String around) throws Exception {
        TestCertificates one = TestCertificates.root("one");
        TestCertificates two = TestCertificates.root("two");
        String pem = (one.certificatePem() + two.certificatePem()).replace("\r", "");

        assertThat(PemText.certificates(around + pem, "it")).containsExactly(one.certificate(), two.certificate());
        assertThat(PemText.certificates(pem.replace(BEGIN, around + BEGIN), "it"))
                .hasSize(2);
        assertThat(PemText.certificates(pem.replace("\n", around.strip() + " \r\n"), "it"))
                .hasSize(2);
        assertThat(PemText.certificates(pem.replace("\n", "\r"), "it")).hasSize(2);
        assertThat(read(around + one.keyPem(), null)).isEqualTo(one.key());
    }

    /** Each of them was skipped, and the rest believed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "word -----BEGIN CERTIFICATE-----",
                "# -----BEGIN CERTIFICATE-----",
                "----BEGIN CERTIFICATE-----",
                "-----BEGIN CERTIFICATE----",
                "-----BEGIN CERTIFICATE",
                "----- BEGIN CERTIFICATE-----",
                "-----begin certificate-----",
                "-----Begin Certificate-----",
                "\u2013\u2013\u2013BEGIN CERTIFICATE\u2013\u2013\u2013",
                "-----BEGIN CERTIFICATE----- MIIB",
                "-----BEGIN TRUSTED CERTIFICATE-----",
                "-----BEGIN X.509 CERTIFICATE-----",
                "-----BEGIN PKCS7-----",
                "-----BEGIN CMS-----"
            })
    void refuses_a_certificate_that_it_would_skip_and_names_the_line(String begin) {
        String good = TestCertificates.root("one").certificatePem().replace("\r", "");
        String pem = "words\n" + good.replace(BEGIN, begin) + good;

        assertThatThrownBy(() -> PemText.certificates(pem, "ca.crt"))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith("ca.crt, line 2, has a ");
    }

    /** The end of a block that is missing would take the next block, or the rest of the text, with it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BcBcE | line 3, begins a block within that of line 1",
                "BcEcE | line 5, has the end of a block that does not begin, or begins as another type",
                "EBcE | line 1, has the end of a block that does not begin, or begins as another type",
                "BcKBcE | line 3, has the end of a block that does not begin, or begins as another type",
                "BcEBc | breaks off or is damaged at certificate 2: the block that begins in line 4 has no end",
                "BtcE | certificate 1 of ca.crt is damaged (line 1)",
                "BhcE | certificate 1 of ca.crt is damaged (line 1)",
                "BctE | certificate 1 of ca.crt is damaged (line 1)",
            })
    void refuses_blocks_that_are_not_whole(String text, String problem) {
        assertThatThrownBy(() -> PemText.certificates(pem(text), "ca.crt"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("ca.crt")
                .hasMessageContaining(problem);
    }

    /** RFC 7468 2 and 5.2: explanatory text stands outside of the encapsulation boundaries. */
    @ParameterizedTest
    @ValueSource(strings = {"tBcEtBcE", "hBcEBcEt", "tthBcEthhBcEtt"})
    void reads_past_text_between_blocks(String text) throws Exception {
        assertThat(PemText.certificates(pem(text), "ca.crt")).hasSize(2);
    }

    /** Each letter is a line, but for {@code c}, the content of a certificate, which is one line too. */
    private static String pem(String text) {
        return text.chars()
                .mapToObj(c -> switch (c) {
                    case 'B' -> BEGIN;
                    case 'E' -> "-----END CERTIFICATE-----";
                    case 'K' -> "-----END PRIVATE KEY-----";
                    case 't' -> "-- Begin of our own roots; see wiki --";
                    case 'h' -> "subject: /CN=root";
                    default -> CONTENT;
                })
                .collect(Collectors.joining("\n"));
    }

    @Test
    void reads_long_lines_in_one_pass() {
        String blanks = " ".repeat(2_000_000);
        String dashes = "--BEGIN".repeat(300_000);

        assertTimeoutPreemptively(Patience.LONG, () -> assertThat(PemText.certificates(
                        "a" + blanks + "b\n" + dashes + "\n" + "A ".repeat(900_000) + "\n" + pem("BcE"), "ca.crt"))
                .hasSize(1));
        assertThatThrownBy(() -> PemText.certificates("-----BEGIN " + "A ".repeat(900_000) + "-----", "ca.crt"))
                .hasMessageStartingWith("ca.crt, line 1, has a block of type 'A A A")
                .hasMessageMatching(".{0,200}");
    }

    /** Of the curves that the JDK has removed (JDK-8235710). */
    @Test
    void a_key_on_a_curve_that_the_JDK_lacks_says_so() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec("secp256k1"));
        PrivateKey key = read(pkcs8(generator.generateKeyPair().getPrivate()), null);

        assertThatThrownBy(() -> KeyPairs.check(TestCertificates.root("root").chain(), key))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith(
                        "this JDK cannot sign with the private key (EC): Curve not supported: secp256k1")
                .hasMessageEndingWith("; RSA, P-256, P-384, P-521 and Ed25519 keys are supported");
    }

    @Test
    void registers_no_security_provider() throws Exception {
        reads_encrypted_pkcs8(Kind.RSA);

        assertThat(Security.getProvider("BC")).isNull();
    }

    /** One key may be written with its public half or without. */
    private static BigInteger secret(PrivateKey key) {
        return key instanceof ECPrivateKey ec ? ec.getS() : ((RSAPrivateKey) key).getPrivateExponent();
    }

    /** With the curve inside, which the JDK leaves out. */
    private static PrivateKey asOpensslHasIt(PrivateKey key) throws Exception {
        return KeyFactory.getInstance(key.getAlgorithm(), new BouncyCastleProvider())
                .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
    }

    private static String pkcs8(PrivateKey key) {
        return TestCertificates.pem(new PKCS8Generator(PrivateKeyInfo.getInstance(key.getEncoded()), null));
    }

    private static PrivateKey read(String pem, char @Nullable [] password) throws Exception {
        return PemKeys.privateKey(pem, password, "k.pem");
    }
}
