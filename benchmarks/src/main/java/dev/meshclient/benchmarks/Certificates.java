package dev.meshclient.benchmarks;

import dev.meshclient.identity.Svid;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root, and the certificates that it signs, for a day. */
final class Certificates {
    static final String TRUST_DOMAIN = "benchmark.example";
    private static final char[] PASSWORD = "benchmark".toCharArray();
    private static final String ROOT = "root";

    private final KeyPair rootKeys = newKeys();
    private final X509Certificate root;
    private long serial;

    Certificates() throws GeneralSecurityException, IOException {
        root = sign(ROOT, rootKeys, Extension.basicConstraints, new BasicConstraints(true), KeyUsage.keyCertSign);
    }

    /** The identity of a workload of the trust domain, whose name is also a DNS name of the certificate. */
    Svid identity(String workload, String... moreNames) throws GeneralSecurityException, IOException {
        KeyPair keys = newKeys();
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + TRUST_DOMAIN + "/" + workload));
        names.add(new GeneralName(GeneralName.dNSName, workload));
        for (String name : moreNames) {
            names.add(new GeneralName(GeneralName.dNSName, name));
        }
        X509Certificate leaf = sign(
                workload,
                keys,
                Extension.subjectAlternativeName,
                new GeneralNames(names.toArray(GeneralName[]::new)),
                KeyUsage.digitalSignature);
        return Svid.of(List.of(leaf), keys.getPrivate(), List.of(root));
    }

    /** Writes an identity to a file for other processes; it is deleted when this one ends. */
    static Path write(Svid identity) throws GeneralSecurityException, IOException {
        Path file = Files.createTempFile("identity", ".p12");
        file.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(file)) {
            keys(identity.leaf(), identity.key(), identity.authorities().get(0)).store(out, PASSWORD);
        }
        return file;
    }

    /** TLS with the identity of such a file. */
    static SSLContext mutualTls(Path file) throws GeneralSecurityException, IOException {
        return mutualTls(read(file));
    }

    /** Trusts the root of the identity of such a file. */
    static X509TrustManager trust(Path file) throws GeneralSecurityException, IOException {
        return (X509TrustManager) trust(read(file)).getTrustManagers()[0];
    }

    private static KeyStore read(Path file) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    static SSLContext mutualTls(Svid identity) throws GeneralSecurityException, IOException {
        return mutualTls(
                keys(identity.leaf(), identity.key(), identity.authorities().get(0)));
    }

    static X509TrustManager trust(Svid identity) throws GeneralSecurityException, IOException {
        KeyStore keys =
                keys(identity.leaf(), identity.key(), identity.authorities().get(0));
        return (X509TrustManager) trust(keys).getTrustManagers()[0];
    }

    private static SSLContext mutualTls(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust(keys).getTrustManagers(), null);
        return context;
    }

    private static TrustManagerFactory trust(KeyStore keys) throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        return trust;
    }

    private static KeyStore keys(X509Certificate leaf, PrivateKey key, X509Certificate root)
            throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", key, PASSWORD, new Certificate[] {leaf});
        keys.setCertificateEntry(ROOT, root);
        return keys;
    }

    private X509Certificate sign(
            String subject, KeyPair keys, ASN1ObjectIdentifier extension, ASN1Encodable value, int usage)
            throws GeneralSecurityException, IOException {
        Instant now = Instant.now();
        X509v3CertificateBuilder certificate = new JcaX509v3CertificateBuilder(
                        new X500Name("CN=" + ROOT),
                        BigInteger.valueOf(++serial),
                        Date.from(now.minus(Duration.ofMinutes(1))),
                        Date.from(now.plus(Duration.ofDays(1))),
                        new X500Name("CN=" + subject),
                        keys.getPublic())
                .addExtension(extension, extension.equals(Extension.basicConstraints), value)
                .addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(certificate.build(
                            new JcaContentSignerBuilder("SHA256withECDSA").build(rootKeys.getPrivate())));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
