package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The mesh's interceptor, in places where others put it. */
class EntryTest {
    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        server.start();
        server.enqueue(new MockResponse.Builder().body("hello").build());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Mesh mesh() {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders").endpoint(server.getPort()))
                        .source())
                .build();
    }

    private static String get(OkHttpClient client) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }

    @Test
    void an_instrumentation_may_wrap_each_interceptor() throws Exception {
        try (Mesh mesh = mesh()) {
            OkHttpClient.Builder builder = mesh.wrap(new OkHttpClient()).newBuilder();
            builder.interceptors().replaceAll(Instrumented::new);
            assertThat(get(builder.build())).isEqualTo("hello");
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }

    private record Instrumented(Interceptor interceptor) implements Interceptor {
        @Override
        public Response intercept(Chain chain) throws IOException {
            return interceptor.intercept(chain);
        }
    }

    @Test
    void a_client_may_be_wrapped_twice() throws Exception {
        try (Mesh mesh = mesh()) {
            assertThat(get(mesh.wrap(mesh.wrap(new OkHttpClient())))).isEqualTo("hello");
        }
        assertThat(server.getRequestCount()).isEqualTo(1);
    }
}
