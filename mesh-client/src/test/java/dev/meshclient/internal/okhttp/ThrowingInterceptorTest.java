package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.Thrown;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A caller's interceptor that throws what it does not declare, below the mesh: its call ends, and nothing is lost. */
class ThrowingInterceptorTest {
    private final MockWebServer server = new MockWebServer();
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server.enqueue(new MockResponse.Builder().body("hello").build());
        server.enqueue(new MockResponse.Builder().body("hello").build());
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String get(OkHttpClient client) throws IOException {
        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void its_call_has_failed_and_the_next_one_has_its_place(Thrown thrown) throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint(server.getPort())
                                .with("'limits': {'maxRequests': 1}, 'timeouts': {'request': '0s'}"))
                        .source())
                .observer(call -> new CallObserver() {
                    @Override
                    public void ended(CallInfo ended) {
                        IOException failure = ended.failure();
                        seen.add(failure == null ? "answered" : Objects.toString(failure.getMessage()));
                    }
                })
                .build()) {
            OkHttpClient plain = new OkHttpClient();
            OkHttpClient throwing = mesh.wrap(plain.newBuilder()
                    .addNetworkInterceptor(chain -> {
                        chain.proceed(chain.request());
                        throw thrown.now();
                    })
                    .build());
            assertThatThrownBy(() -> get(throwing)).hasToString(thrown.text());
            assertThat(seen).singleElement().asString().contains("of the application");
            assertThat(get(mesh.wrap(plain))).isEqualTo("hello");
            assertThat(seen).hasSize(2).endsWith("answered");
        }
    }
}
