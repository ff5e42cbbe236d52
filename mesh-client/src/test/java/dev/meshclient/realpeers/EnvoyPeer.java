package dev.meshclient.realpeers;

import dev.meshclient.identity.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Envoy with {@code require_client_certificate}, configured with the names that it accepts, as a sidecar is. */
final class EnvoyPeer implements RealPeer {
    private final Path access;
    private final Program running;

    EnvoyPeer(Path directory, TestCertificates own, List<TestCertificates> trusted) throws IOException {
        Path program = Program.find("envoy");
        RealPeer.write(directory, own, trusted);
        this.access = directory.resolve("access.log");
        String json = """
                {"static_resources": {"listeners": [{
                  "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                  "filter_chains": [{
                    "transport_socket": {"name": "tls", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                      "require_client_certificate": true,
                      "common_tls_context": {
                        "alpn_protocols": ["h2", "http/1.1"],
                        "tls_certificates": [{"certificate_chain": {"filename": "tls.crt"}, "private_key": {"filename": "tls.key"}}],
                        "validation_context": {
                          "trusted_ca": {"filename": "ca.crt"},
                          "match_typed_subject_alt_names": [{"san_type": "URI", "matcher": {"prefix": "spiffe://shop.example/"}}]}}}},
                    "filters": [{"name": "http", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                      "stat_prefix": "orders",
                      "access_log": [{"name": "file", "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                        "path": "access.log",
                        "log_format": {"text_format_source": {"inline_string":
                          "seen path=%%REQ(:PATH)%% serial=%%DOWNSTREAM_PEER_SERIAL%% id=%%DOWNSTREAM_PEER_URI_SAN%% protocol=%%PROTOCOL%%\\n"}}}}],
                      "http_filters": [{"name": "router", "typed_config": {
                        "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
                      "route_config": {"virtual_hosts": [{"name": "orders", "domains": ["*"], "routes": [
                        {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "answered"}}}]}]}}}]
                  }]}]}}
                """;
        this.running = Program.start(
                directory,
                port -> Files.writeString(directory.resolve("envoy.json"), json.formatted(port)),
                List.of(
                        program.toString(),
                        "-c",
                        "envoy.json",
                        "--use-dynamic-base-id",
                        "--concurrency",
                        "1",
                        "--log-level",
                        "info",
                        "--component-log-level",
                        "connection:debug",
                        "--file-flush-interval-msec",
                        "50"));
    }

    @Override
    public int port() {
        return running.port();
    }

    @Override
    public List<Seen> seen() throws IOException {
        return !Files.exists(access)
                ? List.of()
                : RealPeer.wholeLines(Files.readString(access)).stream()
                        .map(line -> new Seen(
                                RealPeer.word(line, "path"),
                                RealPeer.serial(RealPeer.word(line, "serial")),
                                RealPeer.word(line, "id"),
                                RealPeer.word(line, "protocol")))
                        .toList();
    }

    @Override
    public String log() throws IOException {
        return running.output() + (Files.exists(access) ? Files.readString(access) : "");
    }

    @Override
    public void close() {
        running.close();
    }
}
