package dev.meshclient.realpeers;

import dev.meshclient.identity.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/** HAProxy with {@code verify required}. */
final class HaproxyPeer implements RealPeer {
    private final Program running;

    HaproxyPeer(Path directory, TestCertificates own, List<TestCertificates> trusted) throws IOException {
        Path program = Program.find("haproxy");
        RealPeer.write(directory, own, trusted);
        Files.writeString(directory.resolve("both.pem"), own.chainPem() + own.keyPem());
        String settings = """
                global
                  log stdout len 16384 format raw local0 info
                defaults
                  mode http
                  log global
                  timeout client 30s
                  timeout server 30s
                  timeout connect 5s
                frontend orders
                  bind 127.0.0.1:%d ssl crt both.pem ca-file ca.crt verify required alpn h2,http/1.1
                  log-format "seen path=%%[var(txn.path)] serial=%%[ssl_c_serial,hex] protocol=%%[ssl_fc_alpn] cert=%%[ssl_c_der,hex]"
                  http-request set-var(txn.path) path
                  http-request return status 200 content-type text/plain string answered
                """;
        this.running = Program.start(
                directory,
                port -> Files.writeString(directory.resolve("haproxy.cfg"), settings.formatted(port)),
                List.of(program.toString(), "-db", "-f", "haproxy.cfg"));
    }

    @Override
    public int port() {
        return running.port();
    }

    @Override
    public List<Seen> seen() throws IOException {
        return RealPeer.wholeLines(running.output()).stream()
                .filter(line ->
                        line.startsWith("seen ") && !RealPeer.word(line, "cert").isEmpty())
                .map(line -> new Seen(
                        RealPeer.word(line, "path"),
                        RealPeer.serial(RealPeer.word(line, "serial")),
                        RealPeer.id(certificate(RealPeer.word(line, "cert"))),
                        RealPeer.word(line, "protocol")))
                .toList();
    }

    private static X509Certificate certificate(String hex) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(HexFormat.of().parseHex(hex)));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(hex, e);
        }
    }

    @Override
    public String log() throws IOException {
        return running.output();
    }

    @Override
    public void close() {
        running.close();
    }
}
