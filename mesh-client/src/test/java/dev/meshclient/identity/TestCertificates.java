package dev.meshclient.identity;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
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
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority for tests: makes certificates when they are needed, good ones and wrong ones. */
public final class TestCertificates {
    /** What certificates have unless a test says otherwise. */
    public static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    public static final Instant NOW = START.plus(Duration.ofDays(10));
    public static final Instant END = START.plus(Duration.ofDays(100));

    private static final AtomicLong SERIAL = new AtomicLong(1000);

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final List<X509Certificate> chain;

    private TestCertificates(X509Certificate certificate, PrivateKey key, List<X509Certificate> chain) {
        this.certificate = certificate;
        this.key = key;
        this.chain = chain;
    }

    /** Kinds of keys. */
    public enum Kind {
        P256("EC", "secp256r1", "SHA256withECDSA"),
        P384("EC", "secp384r1", "SHA384withECDSA"),
        P521("EC", "secp521r1", "SHA512withECDSA"),
        RSA("RSA", "", "SHA256withRSA"),
        ED25519("Ed25519", "", "Ed25519");

        private final String algorithm;
        private final String curve;
        private final String signature;

        Kind(String algorithm, String curve, String signature) {
            this.algorithm = algorithm;
            this.curve = curve;
            this.signature = signature;
        }

        /** A new pair, but for RSA, where it is one of two in turn. */
        public KeyPair generate() {
            if (this == RSA) {
                return RsaPairs.next();
            }
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
                if (!curve.isEmpty()) {
                    generator.initialize(new ECGenParameterSpec(curve));
                }
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        static Kind of(PrivateKey key) {
            return key.getAlgorithm().equals("RSA") ? RSA : key.getAlgorithm().equals("EC") ? P256 : ED25519;
        }
    }

    /** What is to be in a certificate; a good SVID unless it is changed. */
    public static final class Wanted {
        private String subject = "CN=workload";
        private final List<GeneralName> names = new ArrayList<>();
        private @Nullable GeneralName excluded;
        private boolean ca;
        private int usage = KeyUsage.digitalSignature;
        private List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
        private Instant notBefore = START;
        private Instant notAfter = END;
        private Kind kind = Kind.P256;

        private Wanted() {}

        public Wanted subject(String subject) {
            this.subject = subject;
            return this;
        }

        public Wanted uri(String uri) {
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
            return this;
        }

        public Wanted dns(String host) {
            names.add(new GeneralName(GeneralName.dNSName, host));
            return this;
        }

        public Wanted ip(String address) {
            names.add(new GeneralName(GeneralName.iPAddress, address));
            return this;
        }

        public Wanted name(GeneralName name) {
            names.add(name);
            return this;
        }

        /** Which names those below a signing certificate must not have. */
        public Wanted excluded(GeneralName excluded) {
            this.excluded = excluded;
            return this;
        }

        public Wanted ca() {
            this.ca = true;
            return this;
        }

        /** Of {@link KeyUsage}; 0 = none at all. */
        public Wanted usage(int usage) {
            this.usage = usage;
            return this;
        }

        /** None = the extension is left out. */
        public Wanted purposes(KeyPurposeId... purposes) {
            this.purposes = List.of(purposes);
            return this;
        }

        public Wanted valid(Instant notBefore, Instant notAfter) {
            this.notBefore = notBefore;
            this.notAfter = notAfter;
            return this;
        }

        public Wanted kind(Kind kind) {
            this.kind = kind;
            return this;
        }
    }

    /** A leaf with that SPIFFE ID. */
    public static Wanted svid(String id) {
        return new Wanted().uri(id);
    }

    /** A leaf without a SPIFFE ID. */
    public static Wanted host(String host) {
        return new Wanted().subject("CN=" + host).dns(host);
    }

    /** A signing certificate. */
    public static Wanted authority(String name) {
        return new Wanted()
                .subject("CN=" + name)
                .ca()
                .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
                .purposes()
                .valid(START.minus(Duration.ofDays(1000)), END.plus(Duration.ofDays(10_000)));
    }

    /** A root. */
    public static TestCertificates root(String name) {
        return root(name, Kind.P256);
    }

    public static TestCertificates root(String name, Kind kind) {
        KeyPair keys = kind.generate();
        Wanted wanted = authority(name);
        X509Certificate certificate = sign(wanted, keys, wanted.subject, keys.getPrivate());
        return new TestCertificates(certificate, keys.getPrivate(), List.of(certificate));
    }

    /** What this authority issues: a leaf or another authority. */
    public TestCertificates issue(Wanted wanted) {
        KeyPair keys = wanted.kind.generate();
        X509Certificate issued =
                sign(wanted, keys, certificate.getSubjectX500Principal().getName(), key);
        List<X509Certificate> all = new ArrayList<>(List.of(issued));
        if (!certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
            all.addAll(chain);
        }
        return new TestCertificates(issued, keys.getPrivate(), List.copyOf(all));
    }

    private static X509Certificate sign(Wanted wanted, KeyPair keys, String issuer, PrivateKey signing) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(SERIAL.incrementAndGet()),
                    Date.from(wanted.notBefore),
                    Date.from(wanted.notAfter),
                    new X500Name(wanted.subject),
                    keys.getPublic());
            extend(builder, wanted);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(Kind.of(signing).signature).build(signing)));
        } catch (OperatorCreationException | GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void extend(X509v3CertificateBuilder builder, Wanted wanted) throws CertIOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(wanted.ca));
        if (wanted.usage != 0) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(wanted.usage));
        }
        if (!wanted.purposes.isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(wanted.purposes.toArray(KeyPurposeId[]::new)));
        }
        if (wanted.excluded != null) {
            builder.addExtension(Extension.nameConstraints, true, new NameConstraints(null, new GeneralSubtree[] {
                new GeneralSubtree(wanted.excluded)
            }));
        }
        if (!wanted.names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(wanted.names.toArray(GeneralName[]::new)));
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public PrivateKey key() {
        return key;
    }

    /** Leaf first, without the root. */
    public List<X509Certificate> chain() {
        return chain;
    }

    public X509Certificate[] presented() {
        return chain.toArray(X509Certificate[]::new);
    }

    /** As an identity that trusts these. */
    public Svid svid(TestCertificates... roots) {
        try {
            return Svid.of(
                    chain,
                    key,
                    List.of(roots).stream().map(TestCertificates::certificate).toList());
        } catch (CertificateException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** As a bundle of a trust domain. */
    public TrustBundle bundle(String trustDomain) {
        return TrustBundle.of(trustDomain, List.of(certificate));
    }

    public String certificatePem() {
        return pem(certificate);
    }

    public String chainPem() {
        return pem(chain.toArray());
    }

    /** PKCS#8. */
    public String keyPem() {
        return pem(new PKCS8Generator(PrivateKeyInfo.getInstance(key.getEncoded()), null));
    }

    public static String pem(Object... objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
