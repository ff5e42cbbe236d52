package dev.meshclient.realpeers;

import static org.awaitility.Awaitility.await;

import dev.meshclient.identity.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** nginx with {@code ssl_verify_client on}, which answers 400 to a caller whose certificate it does not take. */
final class NginxPeer implements RealPeer {
    private final Path directory;
    private final Path program = Program.find("nginx");
    private final Program running;

    /**
     * A request by its log.
     *
     * @param at when it was answered
     * @param certificate PEM, as it stands in a URL; a remark for {@code /load}, which is much
     * @param clientPort where the caller's connection comes from
     * @param resumed whether the session was
     */
    record Line(
            Instant at,
            String path,
            int status,
            String serial,
            String certificate,
            String protocol,
            int clientPort,
            boolean resumed) {}

    /** @param directives for its http block's server, in nginx's words */
    NginxPeer(Path directory, TestCertificates own, List<TestCertificates> trusted, String directives)
            throws IOException {
        this.directory = directory;
        RealPeer.write(directory, own, trusted);
        Files.write(directory.resolve("tickets"), new byte[80]); // sessions outlive a reload
        String settings = """
                daemon off;
                worker_processes 1;
                pid nginx.pid;
                error_log error.log notice;
                events { worker_connections 1024; }
                http {
                  map $uri $certificate { /load one-of-many; default $ssl_client_escaped_cert; }
                  log_format seen 'seen at=$msec path=$uri status=$status serial=$ssl_client_serial protocol=$server_protocol port=$remote_port reused=$ssl_session_reused cert=$certificate';
                  access_log access.log seen;
                  client_body_temp_path body;
                  proxy_temp_path proxy;
                  fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi;
                  scgi_temp_path scgi;
                  server {
                    listen 127.0.0.1:%d ssl http2 backlog=1024;
                    ssl_certificate tls.crt;
                    ssl_certificate_key tls.key;
                    ssl_client_certificate ca.crt;
                    ssl_verify_client on;
                    ssl_session_cache shared:sessions:1m;
                    ssl_session_ticket_key tickets;
                    keepalive_requests 1000000;
                    %s
                    location / { return 200 "answered"; }
                  }
                }
                """;
        this.running = Program.start(
                directory,
                port -> Files.writeString(directory.resolve("nginx.conf"), settings.formatted(port, directives)),
                List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log"));
    }

    /** Takes other files; returns when the workers with the old files take no new connections. */
    void reload(TestCertificates own, List<TestCertificates> trusted) throws IOException, InterruptedException {
        long before = stopping();
        RealPeer.write(directory, own, trusted);
        Program.run(
                directory,
                List.of(
                        program.toString(),
                        "-p",
                        directory.toString(),
                        "-c",
                        "nginx.conf",
                        "-e",
                        "error.log",
                        "-s",
                        "reload"));
        await().pollInterval(Duration.ofMillis(10)).until(() -> stopping() > before);
    }

    private long stopping() throws IOException {
        return Files.readAllLines(directory.resolve("error.log")).stream()
                .filter(line -> line.endsWith("gracefully shutting down"))
                .count();
    }

    @Override
    public int port() {
        return running.port();
    }

    List<Line> lines() throws IOException {
        List<Line> lines = new ArrayList<>();
        for (String line : RealPeer.wholeLines(Files.readString(directory.resolve("access.log")))) {
            if (line.startsWith("seen ") && !RealPeer.word(line, "cert").isEmpty()) {
                lines.add(new Line(
                        Instant.ofEpochMilli(
                                Long.parseLong(RealPeer.word(line, "at").replace(".", ""))),
                        RealPeer.word(line, "path"),
                        Integer.parseInt(RealPeer.word(line, "status")),
                        RealPeer.serial(RealPeer.word(line, "serial")),
                        RealPeer.word(line, "cert"),
                        RealPeer.word(line, "protocol"),
                        Integer.parseInt(RealPeer.word(line, "port")),
                        RealPeer.word(line, "reused").equals("r")));
            }
        }
        return lines;
    }

    @Override
    public List<Seen> seen() throws IOException {
        return lines().stream()
                .filter(line -> line.status() == 200 || line.status() == 101)
                .map(line -> new Seen(
                        line.path(), line.serial(), RealPeer.id(certificate(line.certificate())), line.protocol()))
                .toList();
    }

    private static X509Certificate certificate(String escaped) {
        byte[] pem = URLDecoder.decode(escaped, StandardCharsets.US_ASCII).getBytes(StandardCharsets.US_ASCII);
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
        } catch (CertificateException e) {
            throw new IllegalArgumentException(escaped, e);
        }
    }

    @Override
    public String log() throws IOException {
        return running.output()
                + Files.readString(directory.resolve("error.log"))
                + Files.readString(directory.resolve("access.log"));
    }

    @Override
    public void close() {
        running.close();
    }
}
