package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** nginx closes a connection that is idle for a second, and does not announce it. */
class KeptConnectionsTest {
    private static final Duration LONGER_THAN_KEPT = Duration.ofMillis(1500);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_post_is_lost_after_a_pause(boolean tls) throws Exception {
        HeldCertificate held = new HeldCertificate.Builder()
                .addSubjectAlternativeName("orders")
                .addSubjectAlternativeName("127.0.0.1")
                .build();
        HandshakeCertificates trust = new HandshakeCertificates.Builder()
                .addTrustedCertificate(held.certificate())
                .build();
        Files.writeString(directory.resolve("tls.crt"), held.certificatePem());
        Files.writeString(directory.resolve("tls.key"), held.privateKeyPkcs8Pem());
        String certificate = tls ? "ssl_certificate tls.crt; ssl_certificate_key tls.key;" : "";
        try (Program nginx = PlainNginx.start(directory, tls ? "ssl" : "", "keepalive_timeout 1s; " + certificate);
                Mesh mesh = mesh(nginx, tls)) {
            OkHttpClient plain = new OkHttpClient.Builder()
                    .protocols(List.of(Protocol.HTTP_1_1))
                    .sslSocketFactory(trust.sslSocketFactory(), trust.trustManager())
                    .build();
            String scheme = tls ? "https" : "http";
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String both = pausedBetween(mesh.wrap(plain), "http://orders/")
                        + pausedBetween(plain, scheme + "://127.0.0.1:" + nginx.port() + "/");
                answers.add(both);
            }
            assertThat(answers).containsOnly("200200");
        }
    }

    private static Mesh mesh(Program nginx, boolean tls) {
        return Mesh.builder()
                .policy(Documents.mesh("shop")
                        .services(Documents.service("orders")
                                .with("'timeouts': {'request': '60s', 'connect': '30s'}")
                                .with(tls ? "'tls': {'mode': 'SIMPLE'}" : "'tls': {'mode': 'DISABLE'}")
                                .endpoint(nginx.port()))
                        .source())
                .snapshotDirectory(null)
                .build();
    }

    /** The status of a POST some time after a GET. */
    private static String pausedBetween(OkHttpClient client, String url) {
        Request get = new Request.Builder().url(url).build();
        status(client, get);
        await().pollDelay(LONGER_THAN_KEPT).until(() -> true);
        return status(
                client, get.newBuilder().post(RequestBody.create("goods", null)).build());
    }

    private static String status(OkHttpClient client, Request request) {
        try (Response response = client.newCall(request).execute()) {
            response.body().string();
            return String.valueOf(response.code());
        } catch (IOException e) {
            return e.toString();
        }
    }
}
