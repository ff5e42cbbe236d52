package dev.meshclient.examples.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The roots in {@code ca/}: {@code root-1.crt}, {@code root-1.key} and so on; the newest root signs, and all roots are trusted. The file
 * {@code ca/trust-domain} states their trust domain.
 */
final class DevAuthority {
    private static final String TRUST_DOMAIN = "trust-domain";
    private static final Duration ROOT_LIFE = Duration.ofDays(365);
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private final Path directory;
    private final String trustDomain;
    private final Duration life;
    private final SecureRandom random = new SecureRandom();

    private DevAuthority(Path directory, String trustDomain, Duration life) {
        this.directory = directory;
        this.trustDomain = trustDomain;
        this.life = life;
    }

    /** The authority of a directory that has a root, in the trust domain of that root. */
    static DevAuthority of(Path directory, Duration life) throws IOException {
        if (!isIn(directory)) {
            throw new IllegalArgumentException(directory
                    + " holds no root and no trust-domain: check the directory, or create them by 'make NAME...'");
        }
        return new DevAuthority(
                directory, Files.readString(directory.resolve(TRUST_DOMAIN)).strip(), life);
    }

    /** The authority of a new directory. */
    static DevAuthority make(Path directory, String trustDomain, Duration life)
            throws IOException, GeneralSecurityException {
        DevCertificates.write(Files.createDirectories(directory).resolve(TRUST_DOMAIN), trustDomain + "\n");
        DevAuthority authority = new DevAuthority(directory, trustDomain, life);
        if (authority.roots().isEmpty()) {
            authority.addRoot();
        }
        return authority;
    }

    /** Whether the directory has an authority. */
    static boolean isIn(Path directory) throws IOException {
        return Files.exists(directory.resolve(TRUST_DOMAIN))
                && !roots(directory).isEmpty();
    }

    String trustDomain() {
        return trustDomain;
    }

    /** Whether the newest root signed the first certificate of a file. */
    boolean isOfNewest(Path chain) throws IOException, GeneralSecurityException {
        List<Path> roots = roots();
        try {
            certificate(chain).verify(certificate(roots.get(roots.size() - 1)).getPublicKey());
            return true;
        } catch (SignatureException | InvalidKeyException other) {
            return false;
        }
    }

    private static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(Files.readString(file).getBytes(StandardCharsets.US_ASCII)));
    }

    KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    void addRoot() throws IOException, GeneralSecurityException {
        List<Path> before = roots();
        int number = before.isEmpty() ? 1 : number(before.get(before.size() - 1)) + 1;
        KeyPair keys = newKeys();
        String name = "CN=" + trustDomain + " root " + number;
        X509v3CertificateBuilder root = builder(name, name, keys.getPublic(), ROOT_LIFE)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(Extension.subjectAlternativeName, false, uri("spiffe://" + trustDomain));
        DevCertificates.write(directory.resolve("root-" + number + ".key"), DevCertificates.key(keys));
        DevCertificates.write(
                directory.resolve("root-" + number + ".crt"), DevCertificates.pem(sign(root, keys.getPrivate())));
    }

    void withdrawOldRoots() throws IOException {
        List<Path> roots = roots();
        for (Path old : roots.subList(0, roots.size() - 1)) {
            Files.delete(old);
            Files.deleteIfExists(keyOf(old));
        }
    }

    /** All roots, oldest first. */
    String bundle() throws IOException {
        StringBuilder bundle = new StringBuilder();
        for (Path root : roots()) {
            bundle.append(Files.readString(root));
        }
        return bundle.toString();
    }

    /** An X.509-SVID; also for {@code localhost}, so that {@code curl} can call a server with it. */
    X509Certificate issue(String workload, KeyPair keys) throws IOException, GeneralSecurityException {
        List<Path> roots = roots();
        Path newest = roots.get(roots.size() - 1);
        X509Certificate root = certificate(newest);
        String id = "spiffe://" + trustDomain + "/" + workload;
        X509v3CertificateBuilder leaf = builder(
                        root.getSubjectX500Principal().getName(), "CN=" + workload, keys.getPublic(), life)
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }))
                .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                    new GeneralName(GeneralName.uniformResourceIdentifier, id),
                    new GeneralName(GeneralName.dNSName, workload),
                    new GeneralName(GeneralName.dNSName, "localhost"),
                    new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                }));
        return sign(leaf, key(keyOf(newest)));
    }

    private X509v3CertificateBuilder builder(String issuer, String subject, PublicKey key, Duration life) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                new BigInteger(120, random).setBit(119),
                Date.from(now.minus(CLOCKS_DIFFER)),
                Date.from(now.plus(life)),
                new X500Name(subject),
                key);
    }

    private static GeneralNames uri(String uri) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    private static X509Certificate sign(X509v3CertificateBuilder certificate, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static PrivateKey key(Path file) throws IOException {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            if (parser.readObject() instanceof PrivateKeyInfo key) {
                return new JcaPEMKeyConverter().getPrivateKey(key);
            }
        }
        throw new IOException(
                file + " holds no PKCS#8 key: delete " + file.getParent() + " and create all certificates again");
    }

    private List<Path> roots() throws IOException {
        return roots(directory);
    }

    private static List<Path> roots(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("root-\\d+\\.crt"))
                    .sorted((a, b) -> Integer.compare(number(a), number(b)))
                    .toList();
        }
    }

    private static int number(Path root) {
        return Integer.parseInt(root.getFileName().toString().replaceAll("\\D", ""));
    }

    private static Path keyOf(Path root) {
        return root.resolveSibling(root.getFileName().toString().replace(".crt", ".key"));
    }
}
