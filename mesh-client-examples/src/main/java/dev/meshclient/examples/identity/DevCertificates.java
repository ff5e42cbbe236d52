package dev.meshclient.examples.identity;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/**
 * A certificate authority in a directory, for tests of mTLS and of the rotation of certificates under a running mesh. For
 * development only: the directory holds the keys of the authority beside the certificates.
 *
 * <p>{@code ca/} holds the roots; each other directory holds the identity of one workload, with the names of a Kubernetes secret:
 * {@code tls.crt}, {@code tls.key}, {@code ca.crt}. Its SPIFFE ID is {@code spiffe://<trust domain>/<name of the directory>}.
 */
public final class DevCertificates {
    private static final Duration LIFE = Duration.ofHours(24);
    private static final String DOMAIN = "dev.example";

    private final Path directory;
    private final DevAuthority authority;

    private DevCertificates(Path directory, DevAuthority authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /**
     * The certificates of a directory. Creates the directory and the first root if they do not exist.
     *
     * @param life the life of each new certificate
     * @throws IllegalArgumentException if the directory has another trust domain
     */
    public static DevCertificates in(Path directory, String trustDomain, Duration life)
            throws IOException, GeneralSecurityException {
        Path ca = directory.resolve("ca");
        if (!DevAuthority.isIn(ca)) {
            return new DevCertificates(directory, DevAuthority.make(ca, trustDomain, life));
        }
        DevCertificates there = at(directory, life);
        if (!there.authority.trustDomain().equals(trustDomain)) {
            throw new IllegalArgumentException(directory + " has the trust domain " + there.authority.trustDomain()
                    + ", not " + trustDomain + ": use another directory, or that trust domain");
        }
        return there;
    }

    /**
     * The certificates of an existing directory, in its trust domain.
     *
     * @throws IllegalArgumentException if the directory does not exist or has no root
     */
    public static DevCertificates at(Path directory, Duration life) throws IOException {
        return new DevCertificates(directory, DevAuthority.of(directory.resolve("ca"), life));
    }

    /** Creates or renews the identity of a workload, signed by the newest root. @return the directory for {@code MountedIdentity.at} */
    public Path make(String workload) throws IOException, GeneralSecurityException {
        Path home = Files.createDirectories(directory.resolve(workload));
        KeyPair keys = authority.newKeys();
        String certificate = pem(authority.issue(workload, keys));
        write(home.resolve("ca.crt"), authority.bundle());
        write(home.resolve("tls.key"), key(keys));
        write(home.resolve("tls.crt"), certificate);
        return home;
    }

    /** Renews the certificates of all workloads. */
    public void renew() throws IOException, GeneralSecurityException {
        for (Path home : workloads()) {
            make(home.getFileName().toString());
        }
    }

    /** Creates another root, which all workloads trust beside the older roots. It signs all later certificates. */
    public void addRoot() throws IOException, GeneralSecurityException {
        authority.addRoot();
        writeBundles();
    }

    /**
     * Removes the older roots from the trust of all workloads.
     *
     * @throws IllegalStateException if a certificate of an older root is left, which no peer would accept: renew first
     */
    public void withdrawOldRoots() throws IOException, GeneralSecurityException {
        for (Path home : workloads()) {
            if (!authority.isOfNewest(home.resolve("tls.crt"))) {
                throw new IllegalStateException(
                        home + " has a certificate of an older root, which no peer would accept: renew first");
            }
        }
        authority.withdrawOldRoots();
        writeBundles();
    }

    private void writeBundles() throws IOException {
        for (Path home : workloads()) {
            write(home.resolve("ca.crt"), authority.bundle());
        }
    }

    private List<Path> workloads() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> Files.exists(entry.resolve("tls.crt")))
                    .sorted()
                    .toList();
        }
    }

    static String key(KeyPair keys) throws IOException {
        return pem(
                new PKCS8Generator(PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded()), null));
    }

    static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    /** Replaces the file as a whole; only its owner can read it, where files have owners. */
    static void write(Path file, String text) throws IOException {
        Path written = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(written);
        if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
            Files.createFile(
                    written, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(written, text, StandardCharsets.UTF_8);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * {@code DevCertificates DIRECTORY make NAME...}, {@code ... renew}, {@code ... add-root}, {@code ... withdraw-old-roots};
     * a trust domain other than {@code dev.example} for a new directory, and a life other than 24 h, as
     * {@code -Dtrust.domain=a.example -Dlife=PT10M}.
     */
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        List<String> words = new ArrayList<>(List.of(args));
        if (words.size() < 2) {
            throw new IllegalArgumentException(
                    "usage: DevCertificates DIRECTORY make NAME... | renew | add-root | withdraw-old-roots");
        }
        Path directory = Path.of(words.remove(0));
        Duration life = Duration.parse(System.getProperty("life", LIFE.toString()));
        String domain = System.getProperty("trust.domain");
        String what = words.remove(0);
        switch (what) {
            case "make" -> {
                boolean goesOn = domain == null && DevAuthority.isIn(directory.resolve("ca"));
                DevCertificates certificates =
                        goesOn ? at(directory, life) : in(directory, domain == null ? DOMAIN : domain, life);
                for (String workload : words) {
                    System.out.println(certificates.make(workload));
                }
            }
            case "renew" -> at(directory, life).renew();
            case "add-root" -> at(directory, life).addRoot();
            case "withdraw-old-roots" -> at(directory, life).withdrawOldRoots();
            default ->
                throw new IllegalArgumentException(
                        "'" + what + "' is not a command; use make, renew, add-root or withdraw-old-roots");
        }
    }
}
