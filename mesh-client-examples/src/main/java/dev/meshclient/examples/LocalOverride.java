package dev.meshclient.examples;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** For a developer's machine: {@code http://orders} is the process on localhost, whatever the platform's policy states. */
public final class LocalOverride {
    private LocalOverride() {}

    /** Calls {@code http://orders}: the server at that port of localhost. */
    static String order(int port) throws IOException {
        PolicySource platform = PolicySource.of("""
                {
                  "apiVersion": "meshclient.dev/v1",
                  "kind": "MeshPolicy",
                  "metadata": { "mesh": "shop" },
                  "services": {
                    "orders": {
                      "hosts": ["orders"],
                      "endpoints": [{ "address": "10.0.1.11", "port": 8080, "labels": { "version": "v1" } }],
                      "subsets": [{ "name": "v1", "labels": { "version": "v1" } }],
                      "rules": [{ "backendRefs": [{ "name": "orders", "subset": "v1" }] }]
                    }
                  }
                }
                """);
        PolicySource override = PolicySource.override("orders", "http://localhost:" + port, platform);
        try (Mesh mesh = Mesh.builder().policy(override).build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            Request request =
                    new Request.Builder().url("http://orders/v1/orders/7").build();
            try (Response response = http.newCall(request).execute()) {
                return response.body().string();
            }
        }
    }

    /** Starts a service and calls it by its name in the mesh. */
    public static void main(String[] args) throws IOException {
        try (LocalServer orders = LocalServer.serving("order 7")) {
            System.out.println(order(orders.port()));
        }
    }
}
