package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** The decision of a response. */
class MeshDecisionTest {
    @Test
    void a_call_of_a_service_without_listed_endpoints_has_one_and_a_call_outside_has_none() throws Exception {
        try (MockWebServer server = new MockWebServer();
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("t")
                                .services("'partner': {'hosts': ['localhost'], 'resolution': 'NONE'}")
                                .source())
                        .snapshotDirectory(null)
                        .build()) {
            server.start();
            server.enqueue(new MockResponse.Builder().code(503).build());
            server.enqueue(new MockResponse.Builder().build());
            OkHttpClient http = mesh.wrap(new OkHttpClient());

            try (Response response = http.newCall(new Request.Builder()
                            .url("http://localhost:" + server.getPort() + "/")
                            .build())
                    .execute()) {
                Decision decision = Mesh.decision(response);
                assertThat(decision.service()).isEqualTo("partner");
                assertThat(decision.attempts())
                        .extracting(Decision.Attempt::status)
                        .containsExactly(503);
            }
            try (Response response = http.newCall(new Request.Builder()
                            .url("http://127.0.0.1:" + server.getPort() + "/")
                            .build())
                    .execute()) {
                assertThat(Mesh.decision(response)).isSameAs(Decision.NONE);
            }
        }
    }
}
