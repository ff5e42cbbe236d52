package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Decision;
import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.contract.RefusingPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Calls to hosts whose endpoints the policy does not list: where policy states nothing, all is as without the mesh. */
class NeutralCallTest {
    private static Mesh mesh(String stated) {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(Documents.service("all", "*")
                                .with("'resolution': 'NONE'")
                                .with(stated))
                        .source())
                .build();
    }

    private static Throwable failure(Mesh mesh, int port) {
        OkHttpClient client = mesh.wrap(new OkHttpClient());
        Request request =
                new Request.Builder().url("http://127.0.0.1:" + port + "/").build();
        return catchThrowable(() -> client.newCall(request).execute().close());
    }

    @Test
    void a_failure_is_the_one_that_okhttp_throws_with_nothing_hung_on_it() throws Exception {
        try (Mesh mesh = mesh("");
                RefusingPort dead = RefusingPort.open()) {
            Throwable e = failure(mesh, dead.port());
            assertThat(e).isInstanceOf(ConnectException.class).hasNoSuppressedExceptions();
            assertThat(Mesh.decision(e)).isEqualTo(Decision.NONE);
        }
    }

    @Test
    void a_failure_that_a_stated_limit_made_says_what_was_decided() throws Exception {
        try (Mesh mesh = mesh("'timeouts': {'backendRequest': '200ms'}");
                MockWebServer server = new MockWebServer()) {
            server.enqueue(new MockResponse.Builder()
                    .onResponseStart(SocketEffect.Stall.INSTANCE)
                    .build());
            server.start();
            Throwable e = failure(mesh, server.getPort());
            assertThat(e).isInstanceOf(SocketTimeoutException.class);
            assertThat(Mesh.decision(e).attempts()).hasSize(1);
        }
    }

    @Test
    void the_prior_responses_are_those_of_okhttp_also_where_it_repeats_by_itself() throws Exception {
        try (Mesh mesh = mesh("")) {
            OkHttpClient plain = new OkHttpClient();
            assertThat(history(mesh.wrap(plain))).isEqualTo(history(plain)).isEqualTo(List.of(200, 408, 302));
        }
    }

    private static List<Integer> history(OkHttpClient client) throws IOException {
        try (MockWebServer server = new MockWebServer()) {
            server.enqueue(new MockResponse.Builder()
                    .code(302)
                    .addHeader("Location", "/next")
                    .build());
            server.enqueue(new MockResponse.Builder().code(408).build());
            server.enqueue(new MockResponse.Builder().build());
            server.start();
            List<Integer> codes = new ArrayList<>();
            Request request = new Request.Builder().url(server.url("/")).build();
            try (Response last = client.newCall(request).execute()) {
                for (Response response = last; response != null; response = response.priorResponse()) {
                    codes.add(response.code());
                }
            }
            return codes;
        }
    }
}
