package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.okhttp.direct.ChosenPath;
import dev.meshclient.internal.okhttp.direct.OkHttpPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/**
 * The bytes that the mesh adds to what a whole call allocates on its thread; those of plain OkHttp have a deadline, as the mesh's
 * have. The bounds are the marks that the benchmarks are held to.
 */
class AddedBytesTest {
    private static final byte[] RESPONSE =
            ("HTTP/1.1 200 OK\r\nContent-Length: 128\r\n\r\n" + "x".repeat(128)).getBytes(StandardCharsets.US_ASCII);
    private static final int CALLS = 50;
    private static final int MOST_DIRECT = 0;
    private static final int MOST_PUBLIC = 1232;

    @Test
    void a_call_to_one_endpoint_allocates_no_more_than_without_the_mesh_or_little_over_the_public_api()
            throws IOException {
        int most = ChosenPath.of(OkHttp.VERSION) == OkHttpPath.PUBLIC ? MOST_PUBLIC : MOST_DIRECT;
        try (RawServer server = RawServer.of(AddedBytesTest::answer);
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("test")
                                .services(Documents.service("orders").endpoint(server.port()))
                                .source())
                        .build()) {
            OkHttpClient plain = new OkHttpClient.Builder()
                    .callTimeout(Duration.ofMinutes(1))
                    .build();
            OkHttpClient wrapped = mesh.wrap(new OkHttpClient());
            Request direct = request("127.0.0.1:" + server.port());
            Request logical = request("orders");
            long added =
                    Allocated.added(() -> calls(wrapped, logical), () -> calls(plain, direct), (long) most * CALLS);
            assertThat(added / CALLS).isLessThanOrEqualTo(most);
        }
    }

    private static Request request(String authority) {
        return new Request.Builder()
                .url("http://" + authority + "/v1/orders/12345")
                .build();
    }

    private static void answer(RawServer.Peer peer) throws IOException {
        while (true) {
            peer.head();
            peer.write(RESPONSE);
        }
    }

    private static void calls(OkHttpClient client, Request request) {
        for (int i = 0; i < CALLS; i++) {
            try (Response response = client.newCall(request).execute()) {
                assertThat(response.body().bytes()).hasSize(128);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
