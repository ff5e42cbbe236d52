package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.time.Duration;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class ClosedMeshTest {
    /**
     * Makes a call by a client of which only its interceptor is still known. It connects on this thread: a thread of OkHttp that
     * connected may wait for minutes with the call on its stack.
     */
    private static WeakReference<Interceptor> called(Mesh mesh, Request request) throws IOException {
        String added = new String("added"); // so that the interceptor is an object of its own
        Interceptor interceptor = chain ->
                chain.proceed(chain.request().newBuilder().header(added, added).build());
        OkHttpClient client = mesh.wrap(new OkHttpClient.Builder()
                .fastFallback(false)
                .addNetworkInterceptor(interceptor)
                .build());
        try (Response response = client.newCall(request).execute()) {
            assertThat(response.code()).isEqualTo(200);
        }
        client.connectionPool().evictAll();
        return new WeakReference<>(interceptor);
    }

    @Test
    void keeps_nothing_of_the_clients_that_called_a_host_without_endpoints() throws Exception {
        MockWebServer server = new MockWebServer();
        server.start(InetAddress.getLoopbackAddress(), 0);
        server.enqueue(new MockResponse.Builder().body("ok").build());
        Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("127.0.0.1").with("'resolution': 'NONE'"))
                        .source())
                .drainTimeout(Duration.ZERO)
                .build();
        try (server) {
            Request request = new Request.Builder()
                    .url("http://127.0.0.1:" + server.getPort())
                    .build();
            WeakReference<Interceptor> interceptor = called(mesh, request);
            mesh.close();
            await().untilAsserted(() -> {
                System.gc();
                assertThat(interceptor.get()).isNull();
            });
            assertThat(mesh.status()).isNotNull(); // the mesh itself is still reachable
        } finally {
            mesh.close();
        }
    }
}
