package dev.meshclient.examples.inbound;

import com.sun.net.httpserver.HttpServer;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A service that every client may read and no client may change: the policy states it, and the filter enforces it. */
public final class InboundExample {
    private InboundExample() {}

    static final String POLICY = """
            {
              "apiVersion": "meshclient.dev/v1",
              "kind": "MeshPolicy",
              "metadata": { "mesh": "shop" },
              "services": {
                "reviews": {
                  "hosts": ["reviews"],
                  "authorization": [
                    {
                      "name": "reads",
                      "action": "ALLOW",
                      "rules": [{ "to": [{ "operation": { "methods": ["GET"], "paths": ["/api/*"] } }] }]
                    }
                  ]
                }
              }
            }
            """;

    /** Starts a server behind the filter, on a free port. */
    static HttpServer serve(Mesh mesh) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] body = "five stars".getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                })
                .getFilters()
                .add(new MeshFilter(mesh.inbound()));
        server.start();
        return server;
    }

    /** Sends three requests: one that the policy allows, one with another method, and one with an encoded path. */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (Mesh mesh = Mesh.builder()
                .workload(Workload.of("reviews"))
                .policy(PolicySource.of(POLICY))
                .build()) {
            HttpServer server = serve(mesh);
            HttpClient client = HttpClient.newHttpClient();
            for (String asked : new String[] {"GET /api/7", "POST /api/7", "GET /api/%2e%2e/admin"}) {
                String[] parts = asked.split(" ", 2);
                HttpRequest request = HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + server.getAddress().getPort() + parts[1]))
                        .method(parts[0], HttpRequest.BodyPublishers.noBody())
                        .build();
                System.out.println(asked + " -> "
                        + client.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode());
            }
            server.stop(0);
        }
    }
}
