package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that leads to a broken instance, as behind a load balancer that distributes connections. */
class EjectedConnectionTest {
    private static int status(OkHttpClient http) {
        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = http.newCall(request).execute()) {
            return response.code();
        } catch (IOException ejected) {
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_probe_does_not_use_the_connection_that_the_endpoint_was_ejected_for(boolean http2) throws Exception {
        try (MockWebServer server = new MockWebServer()) {
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    return new MockResponse.Builder()
                            .code(request.getConnectionIndex() == 0 ? 500 : 200)
                            .build();
                }
            });
            if (http2) {
                server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
            }
            server.start();
            try (Mesh mesh = Mesh.builder()
                    .policy(Documents.mesh("ejected")
                            .services(Documents.service("orders")
                                    .endpoint("127.0.0.1", server.getPort())
                                    .with(http2 ? "'appProtocol': 'kubernetes.io/h2c'" : "'appProtocol': 'http'")
                                    .with("'retry': {'attempts': 0}")
                                    .with(
                                            "'outlierDetection': {'consecutive5xxErrors': 1, 'minHealthPercent': 0, 'maxEjectionPercent': 100,"
                                                    + " 'baseEjectionTime': '1s', 'maxEjectionTime': '1s'}"))
                            .source())
                    .build()) {
                OkHttpClient http = mesh.wrap(new OkHttpClient());
                assertThat(status(http)).isEqualTo(500);
                await().atMost(Duration.ofSeconds(30)).until(() -> status(http) == 200);
                assertThat(status(http)).isEqualTo(200);
                assertThat(server.getRequestCount()).isEqualTo(3);
            }
        }
    }
}
