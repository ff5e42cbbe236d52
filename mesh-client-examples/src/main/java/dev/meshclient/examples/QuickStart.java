package dev.meshclient.examples;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.net.URI;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** A client whose calls follow a policy document; any static file server can serve it. */
public final class QuickStart {
    private QuickStart() {}

    /** The README's lines. */
    static String order(URI registry) throws IOException {
        Mesh mesh = Mesh.builder()
                .workload(Workload.of("checkout").zone("eu/eu-1a")) // this process, and its zone
                .policy(PolicySource.http(registry)) // a registry, or any static file server
                .claim("orders") // calls to this host never bypass the mesh
                .build(); // does not wait for the policy

        OkHttpClient http = mesh.wrap(new OkHttpClient()); // still an OkHttpClient
        Request request = new Request.Builder().url("http://orders/v1/orders/7").build();
        try (Response response = http.newCall(request).execute()) {
            return response.body().string() + "\n" + Mesh.decision(response);
        } finally {
            mesh.close(); // when the process ends
        }
    }

    /** Starts a service and a file server for its policy, and makes one call. */
    public static void main(String[] args) throws IOException {
        try (LocalServer orders = LocalServer.serving("order 7");
                LocalServer files = LocalServer.serving(policy(orders.port()))) {
            System.out.println(order(files.uri("/policy.json")));
        }
    }

    static String policy(int port) {
        return """
                {
                  "apiVersion": "meshclient.dev/v1",
                  "kind": "MeshPolicy",
                  "metadata": { "mesh": "shop", "version": 1 },
                  "services": {
                    "orders": {
                      "hosts": ["orders"],
                      "endpoints": [{ "address": "127.0.0.1", "port": %d, "locality": "eu/eu-1a" }]
                    }
                  }
                }
                """.formatted(port);
    }
}
