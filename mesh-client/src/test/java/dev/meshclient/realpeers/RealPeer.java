package dev.meshclient.realpeers;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.TestCertificates;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/** A server that shows a certificate of the mesh, asks for one, and writes down whose it was given. */
interface RealPeer extends Closeable {
    /**
     * A request that the server answered, by its own log.
     *
     * @param serial of the certificate that the caller showed
     * @param id the SPIFFE ID in it; empty if there is none
     * @param protocol as the server calls it
     */
    record Seen(String path, String serial, String id, String protocol) {}

    int port();

    /** In the order of the log. */
    List<Seen> seen() throws IOException;

    /** All that it printed, to find out why a test failed. */
    String log() throws IOException;

    @Override
    void close();

    /** Kinds of servers. */
    enum Kind {
        NGINX,
        HAPROXY,
        ENVOY,
        JETTY;

        /** Starts one that trusts the authorities of the identity. */
        RealPeer start(Path directory, TestCertificates own, List<TestCertificates> trusted) throws Exception {
            return switch (this) {
                case NGINX -> new NginxPeer(directory, own, trusted, "");
                case HAPROXY -> new HaproxyPeer(directory, own, trusted);
                case ENVOY -> new EnvoyPeer(directory, own, trusted);
                case JETTY -> new JettyPeer(own.svid(trusted.toArray(TestCertificates[]::new)));
            };
        }
    }

    /** The files that servers read, by the names that Kubernetes gives them. */
    static void write(Path directory, TestCertificates own, List<TestCertificates> trusted) throws IOException {
        Files.writeString(directory.resolve("tls.key"), own.keyPem());
        Files.writeString(directory.resolve("tls.crt"), own.chainPem());
        Files.writeString(directory.resolve("ca.crt"), bundle(trusted));
    }

    static String bundle(List<TestCertificates> trusted) {
        return TestCertificates.pem(
                trusted.stream().map(TestCertificates::certificate).toArray());
    }

    /** As servers print it. */
    static String serial(X509Certificate certificate) {
        return serial(certificate.getSerialNumber().toString(16));
    }

    /** Without what servers differ in. */
    static String serial(String hex) {
        return hex.toLowerCase(Locale.ROOT).replaceFirst("^0+", "");
    }

    static String serial(TestCertificates certificate) {
        return serial(certificate.certificate());
    }

    /** Those that are written to their ends. */
    static List<String> wholeLines(String log) {
        return log.substring(0, log.lastIndexOf('\n') + 1).lines().toList();
    }

    /** The word between {@code name=} and the next blank. */
    static String word(String line, String name) {
        int at = line.indexOf(" " + name + "=");
        if (at < 0) {
            return "";
        }
        int from = at + name.length() + 2;
        int to = line.indexOf(' ', from);
        String word = to < 0 ? line.substring(from) : line.substring(from, to);
        return word.equals("-") ? "" : word;
    }

    /** Whose it is, if it says so. */
    static String id(X509Certificate certificate) {
        try {
            return SpiffeId.of(certificate).toString();
        } catch (CertificateException none) {
            return "";
        }
    }
}
