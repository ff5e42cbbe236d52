package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Endpoints that are all the same {@link LoopbackServer}, each at an address of its own.
 *
 * @param protocol {@code h1}, {@code h2c}, {@code tls-h1} or {@code tls-h2}
 * @param port the server's for this protocol
 * @param store the server's certificate
 */
record LoopbackEndpoints(String protocol, int size, int port, Path store) {
    private static final long KEEP_ALIVE_MINUTES = 5; // OkHttp's own
    private static final int MOST_IDLE = 16_384;

    private boolean isTls() {
        return protocol.startsWith("tls");
    }

    private static String address(int endpoint) {
        return "127.1." + endpoint / 250 + "." + (endpoint % 250 + 1);
    }

    /** A client without a mesh, whose pool keeps all connections; OkHttp's own keeps five that are idle. */
    OkHttpClient plain() throws IOException, GeneralSecurityException {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(MOST_IDLE, KEEP_ALIVE_MINUTES, TimeUnit.MINUTES))
                .dns(host -> List.of(
                        InetAddress.getByName(address(Integer.parseInt(host.substring(1, host.indexOf('.')))))));
        if (isTls()) {
            X509TrustManager trust =
                    (X509TrustManager) LoopbackServer.trust(store).getTrustManagers()[0];
            builder.sslSocketFactory(LoopbackServer.tls(store).getSocketFactory(), trust);
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
        return (isTls() ? "https://e" : "http://e") + endpoint % size + ".mesh.test:" + port + "/";
    }

    /** The URL of the service for the wrapped client. */
    String serviceUrl() {
        return isTls() ? "https://orders/" : "http://orders/";
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
                   "timeouts": {"request": "1m"}, "limits": {"maxRequests": 100000},
                   "loadBalancer": {"simple": "ROUND_ROBIN"%s}, "endpoints": [%s]}}}
                """.formatted(
                                protocol.equals("h2c") ? "\"appProtocol\": \"kubernetes.io/h2c\"," : "",
                                loadBalancer,
                                endpoints)))
                .build();
        mesh.awaitReady(Duration.ofSeconds(10));
        return mesh;
    }

    static void call(OkHttpClient http, String url) throws IOException {
        Request request = new Request.Builder().url(url).build();
        try (Response response = http.newCall(request).execute()) {
            if (!response.body().string().equals("ok")) {
                throw new IOException("unexpected: " + response);
            }
        }
    }
}
