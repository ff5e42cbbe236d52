package dev.meshclient.examples.demo;

import dev.meshclient.examples.identity.DevCertificates;
import dev.meshclient.identity.MountedIdentity;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The identities of the demo: an authority and an identity for each service, in a directory that close() deletes. */
final class Certificates implements Closeable {
    static final String TRUST_DOMAIN = "demo.example";

    /** The workload that calls the first service. */
    static final String CALLERS = "callers";

    /** A workload with a certificate of the same authority that no policy allows. */
    static final String STRANGER = "stranger";

    private static final Duration LIFE = Duration.ofHours(24);

    private final Path directory;
    private final DevCertificates certificates;

    private Certificates(Path directory, DevCertificates certificates) {
        this.directory = directory;
        this.certificates = certificates;
    }

    /** Creates all identities. */
    static Certificates make(List<String> services) throws IOException {
        Path directory = Files.createTempDirectory("mesh-demo-identity");
        try {
            DevCertificates certificates = DevCertificates.in(directory, TRUST_DOMAIN, LIFE);
            for (String workload : Stream.concat(services.stream(), Stream.of(CALLERS, STRANGER))
                    .toList()) {
                certificates.make(workload);
            }
            return new Certificates(directory, certificates);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    Path directory() {
        return directory;
    }

    /** The identity of that workload, for an application. */
    MountedIdentity of(String workload) {
        return MountedIdentity.at(directory.resolve(workload));
    }

    static String spiffeId(String workload) {
        return "spiffe://" + TRUST_DOMAIN + "/" + workload;
    }

    /** The serial number of the workload's current certificate. */
    BigInteger serial(String workload) throws IOException {
        byte[] file = Files.readAllBytes(directory.resolve(workload).resolve("tls.crt"));
        try {
            X509Certificate leaf = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(file));
            return leaf.getSerialNumber();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Gives each workload another certificate with another key, signed by the newest root. */
    void renew() throws IOException {
        try {
            certificates.renew();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Makes each workload trust one more root. */
    void addRoot() throws IOException {
        try {
            certificates.addRoot();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Makes each workload trust the newest root alone. */
    void withdrawOldRoots() throws IOException {
        try {
            certificates.withdrawOldRoots();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
