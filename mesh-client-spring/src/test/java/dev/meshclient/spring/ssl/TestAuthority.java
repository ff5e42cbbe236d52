package dev.meshclient.spring.ssl;

import dev.meshclient.identity.Svid;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority, which issues X.509-SVIDs and other authorities. */
final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(1000);

    private final Issued own;
    private final boolean isRoot;

    /** A certificate, its issuers without the root, and its key. */
    record Issued(List<X509Certificate> chain, PrivateKey key) {
        X509Certificate leaf() {
            return chain.get(0);
        }

        Svid svid(TestAuthority... trusted) throws CertificateException {
            return Svid.of(chain, key, certificates(trusted));
        }
    }

    private TestAuthority(Issued own, boolean isRoot) {
        this.own = own;
        this.isRoot = isRoot;
    }

    static TestAuthority root(String name) throws Exception {
        KeyPair keys = keys();
        X509Certificate certificate = sign(name, "", true, keys, name, keys.getPrivate(), Duration.ofDays(1));
        return new TestAuthority(new Issued(List.of(certificate), keys.getPrivate()), true);
    }

    TestAuthority intermediate(String name) throws Exception {
        return new TestAuthority(issue(name, "", true, Duration.ofDays(1)), false);
    }

    Issued svid(String id) throws Exception {
        return issue("workload", id, false, Duration.ofHours(1));
    }

    Issued expiredSvid(String id) throws Exception {
        return issue("workload", id, false, Duration.ofSeconds(-1));
    }

    X509Certificate certificate() {
        return own.leaf();
    }

    private Issued issue(String name, String id, boolean isAuthority, Duration life) throws Exception {
        KeyPair keys = keys();
        String issuer = own.leaf().getSubjectX500Principal().getName().substring("CN=".length());
        List<X509Certificate> chain =
                new ArrayList<>(List.of(sign(name, id, isAuthority, keys, issuer, own.key(), life)));
        if (!isRoot) {
            chain.addAll(own.chain());
        }
        return new Issued(List.copyOf(chain), keys.getPrivate());
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(
            String name, String id, boolean isAuthority, KeyPair keys, String issuer, PrivateKey key, Duration life)
            throws IOException, OperatorCreationException, GeneralSecurityException {
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(now.minus(Duration.ofHours(1))),
                Date.from(now.plus(life)),
                new X500Name("CN=" + name),
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(isAuthority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
        if (!id.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    static List<X509Certificate> certificates(TestAuthority... authorities) {
        return Arrays.stream(authorities).map(TestAuthority::certificate).toList();
    }

    static String pem(List<?> objects) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        }
        return text.toString();
    }

    static String keyPem(PrivateKey key) throws IOException {
        return pem(List.of(new PKCS8Generator(PrivateKeyInfo.getInstance(key.getEncoded()), null)));
    }

    /** Replaces the files as Kubernetes does for a secret: by one link to another directory. */
    static void mount(Path directory, List<X509Certificate> chain, PrivateKey key, TestAuthority... trusted)
            throws IOException {
        Path data = Files.createTempDirectory(directory, "..version");
        Files.writeString(data.resolve("tls.crt"), pem(chain));
        Files.writeString(data.resolve("tls.key"), keyPem(key));
        Files.writeString(data.resolve("ca.crt"), pem(certificates(trusted)));
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), data.getFileName());
        Files.move(
                link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
            if (!Files.exists(directory.resolve(name))) {
                Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
            }
        }
    }

    static void mount(Path directory, Issued own, TestAuthority... trusted) throws IOException {
        mount(directory, own.chain(), own.key(), trusted);
    }
}
