package dev.meshclient.opentelemetry;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A call of two attempts: 503, then 200. As a program it runs beside OpenTelemetry's agent. */
final class RetriedCall {
    static final String SENT = "sent traceparent: ";

    private RetriedCall() {}

    /** Arguments: {@code mesh} if the mesh makes spans. */
    public static void main(String[] arguments) throws Exception {
        OpenTelemetry ofMesh = List.of(arguments).contains("mesh") ? GlobalOpenTelemetry.get() : null;
        for (String traceparent : make(ofMesh, new OkHttpClient(), client -> client)) {
            System.out.println(SENT + traceparent);
        }
    }

    /** The header {@code traceparent} of each attempt. */
    static List<String> make(
            @Nullable OpenTelemetry ofMesh, OkHttpClient client, UnaryOperator<Call.Factory> aboveTheMesh)
            throws IOException, InterruptedException {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().code(503).build());
            server.enqueue(new MockResponse.Builder().body("ok").build());
            Mesh.Builder builder = Mesh.builder().policy(PolicySource.lenient("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "agent"},
                     "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}""".formatted(server.getPort())));
            if (ofMesh != null) {
                builder.openTelemetry(ofMesh);
            }
            try (Mesh mesh = builder.snapshotDirectory(null).build()) {
                Request request = new Request.Builder().url("http://orders/").build();
                try (Response response =
                        aboveTheMesh.apply(mesh.wrap(client)).newCall(request).execute()) {
                    if (response.code() != 200) {
                        throw new IOException("a status of " + response.code());
                    }
                }
            }
            List<String> traceparents = new ArrayList<>();
            while (traceparents.size() < server.getRequestCount()) {
                traceparents.add(
                        String.valueOf(server.takeRequest().getHeaders().get("traceparent")));
            }
            return traceparents;
        }
    }
}
