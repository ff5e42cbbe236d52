package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Endpoints that are all the same {@link PeerServer}, each at an address of its own.
 *
 * @param protocol one of {@link #PROTOCOLS}
 * @param port the server's for this protocol
 * @param keys the server's certificate, by {@link Certificates#write}
 */
record LoopbackEndpoints(String protocol, int size, int port, Path keys) {
    static final List<String> PROTOCOLS = List.of("h1", "h2c", "tls-h1", "tls-h2");

    private static final String HOST = "orders";
    private static final String PLAIN_HOSTS = ".mesh.test";
    private static final long KEEP_ALIVE_MINUTES = 5; // OkHttp's own
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int MOST_IDLE = 16_384;

    /** A server that answers after a pause, and what is needed to reach it. */
    record Server(PeerServer process, Path keys) implements Closeable {
        static Server start(long pauseMillis) throws IOException, GeneralSecurityException {
            Path keys = Certificates.write(new Certificates().identity(HOST, "*" + PLAIN_HOSTS));
            return new Server(PeerServer.pausing(pauseMillis, keys), keys);
        }

        LoopbackEndpoints endpoints(String protocol, int size) {
            return new LoopbackEndpoints(
                    protocol, size, protocol.startsWith("tls") ? process.tlsPort() : process.port(), keys);
        }

        @Override
        public void close() {
            process.close();
        }
    }

    /** @throws IllegalArgumentException if this protocol is not known */
    LoopbackEndpoints {
        if (!PROTOCOLS.contains(protocol)) {
            throw new IllegalArgumentException("'" + protocol + "' is none of the protocols " + PROTOCOLS);
        }
    }

    private boolean isTls() {
        return protocol.startsWith("tls");
    }

    private static String address(int endpoint) {
        return "127.1." + endpoint / 250 + "." + (endpoint % 250 + 1);
    }

    /** A client without a mesh, whose pool keeps all connections; OkHttp's own keeps five that are idle. */
    OkHttpClient plain() throws IOException, GeneralSecurityException {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .readTimeout(LONGEST)
                .connectionPool(new ConnectionPool(MOST_IDLE, KEEP_ALIVE_MINUTES, TimeUnit.MINUTES))
                .dns(host -> List.of(
                        InetAddress.getByName(address(Integer.parseInt(host.substring(1, host.indexOf('.')))))));
        if (isTls()) {
            builder.sslSocketFactory(Certificates.mutualTls(keys).getSocketFactory(), Certificates.trust(keys));
        }
        if (protocol.equals("h2c")) {
            builder.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        } else if (protocol.endsWith("h1")) {
            builder.protocols(List.of(Protocol.HTTP_1_1));
        }
        return builder.build();
    }

    /** The URL of an endpoint for the plain client. */
    String url(int endpoint) {
        return (isTls() ? "https://e" : "http://e") + endpoint % size + PLAIN_HOSTS + ":" + port + "/";
    }

    /** The URL of the service for the wrapped client. */
    String serviceUrl() {
        return isTls() ? "https://" + HOST + "/" : "http://" + HOST + "/";
    }

    /** @param loadBalancer more fields of it */
    Mesh mesh(String loadBalancer) throws IOException {
        StringBuilder endpoints = new StringBuilder();
        for (int i = 0; i < size; i++) {
            endpoints
                    .append(i == 0 ? "" : ", ")
                    .append("{\"address\": \"%s\", \"port\": %d}".formatted(address(i), port));
        }
        Mesh mesh = Mesh.builder()
                .policy(PolicySource.of("""
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "services": {"orders": {"hosts": ["orders"], %s
                   "timeouts": {"request": "%s"}, "limits": {"maxRequests": 100000},
                   "loadBalancer": {"simple": "ROUND_ROBIN"%s}, "endpoints": [%s]}}}
                """.formatted(
                                protocol.equals("h2c") ? "\"appProtocol\": \"kubernetes.io/h2c\"," : "",
                                LONGEST.toSeconds() + "s",
                                loadBalancer,
                                endpoints)))
                .build();
        mesh.awaitReady(Duration.ofSeconds(10));
        return mesh;
    }

    static void call(OkHttpClient http, String url) throws IOException {
        Request request = new Request.Builder().url(url).build();
        try (Response response = http.newCall(request).execute()) {
            if (response.code() != 200 || response.body().bytes().length != InMemoryPeer.BODY.length()) {
                throw new IOException("not the peer's answer: " + response);
            }
        }
    }
}
