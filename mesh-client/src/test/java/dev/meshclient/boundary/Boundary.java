package dev.meshclient.boundary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Three servers: the endpoint of {@code orders}, a host outside of the mesh, and the place where bytes would go that slipped
 * out: all names of the caller's Dns are this machine, and {@code orders} is called at that server's port.
 */
abstract class Boundary {
    final MockWebServer inside = new MockWebServer();
    final MockWebServer outside = new MockWebServer();
    final MockWebServer leak = new MockWebServer();
    private final List<Mesh> meshes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        inside.start();
        outside.start();
        leak.start();
    }

    @AfterEach
    void nothing_slipped_out() {
        meshes.forEach(Mesh::close);
        inside.close();
        outside.close();
        int slipped = leak.getRequestCount();
        leak.close();
        assertThat(slipped).as("requests that slipped out of the mesh").isEqualTo(slips());
    }

    /** How many requests a test lets slip on purpose. */
    int slips() {
        return 0;
    }

    /** {@code orders} has an endpoint and this host. */
    Documents policy(String host) {
        return policy("orders", host);
    }

    Documents policy(String service, String host) {
        return Documents.mesh("boundary")
                .services(Documents.service(service, host)
                        .with("'timeouts': {'connect': '30s'}")
                        .endpoint(inside.getPort()));
    }

    /** Hosts outside of the mesh are refused. */
    Documents strict() {
        return policy("orders").with("'outboundTrafficPolicy': 'REGISTRY_ONLY'");
    }

    /** {@code orders} has an endpoint, {@code billing} is claimed and has none. */
    Mesh mesh() {
        return mesh(policy("orders"));
    }

    Mesh mesh(Documents document) {
        return closing(Mesh.builder().policy(document.source()).claim("billing").build());
    }

    Mesh closing(Mesh mesh) {
        meshes.add(mesh);
        return mesh;
    }

    OkHttpClient.Builder caller() {
        return new OkHttpClient.Builder()
                .dns(host -> List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})));
    }

    String url(String host) {
        return "http://" + host + ":" + leak.getPort() + "/";
    }

    String orders() {
        return url("orders");
    }

    String outsideUrl() {
        return "http://example.test:" + outside.getPort() + "/";
    }

    static Request get(String url) {
        return new Request.Builder().url(url).build();
    }

    static String read(Call.Factory calls, String url) throws IOException {
        try (Response response = calls.newCall(get(url)).execute()) {
            return response.body().string();
        }
    }

    static MockResponse ok(String body) {
        return new MockResponse.Builder().body(body).build();
    }

    static MockResponse redirect(String location) {
        return new MockResponse.Builder()
                .code(302)
                .addHeader("Location", location)
                .build();
    }

    /** The next request of a server of the mesh: it says which attempt it is. */
    static RecordedRequest meshed(MockWebServer server) throws InterruptedException {
        RecordedRequest request = server.takeRequest();
        assertThat(request.getHeaders().get("x-mesh-attempt")).isNotNull();
        return request;
    }

    /** The next request of a server outside: it carries nothing of the mesh. */
    static RecordedRequest plain(MockWebServer server) throws InterruptedException {
        RecordedRequest request = server.takeRequest();
        assertThat(request.getHeaders().names()).noneMatch(name -> name.startsWith("x-mesh"));
        return request;
    }
}
