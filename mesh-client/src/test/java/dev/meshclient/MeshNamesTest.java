package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Resolution DNS on real sockets. */
class MeshNamesTest {
    private static final String PATIENT = "'timeouts': {'connect': '30s', 'request': '60s'}, 'retry': {'attempts': 0}";

    private final MockWebServer server = new MockWebServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private void answers(String body) {
        server.enqueue(new MockResponse.Builder().body(body).build());
    }

    private static Mesh.Builder mesh(String host, String settings) {
        return Mesh.builder()
                .drainTimeout(Duration.ZERO)
                .policy(Documents.mesh("test")
                        .services(Documents.service("named", host)
                                .with("'resolution': 'DNS'")
                                .with(settings)
                                .with(PATIENT))
                        .source());
    }

    private static Response get(Mesh mesh, OkHttpClient client, String url) throws IOException {
        return mesh.wrap(client).newCall(new Request.Builder().url(url).build()).execute();
    }

    @Test
    void localhost_is_found_by_the_platform() throws Exception {
        server.start(InetAddress.getAllByName("localhost")[0], 0);
        answers("from localhost");
        String host = "localhost:" + server.getPort();
        try (Mesh mesh = mesh(host, "").build();
                Response response = get(mesh, new OkHttpClient(), "http://" + host + "/")) {
            assertThat(response.body().string()).isEqualTo("from localhost");
            assertThat(Mesh.decision(response).attempts().get(0).endpoint())
                    .matches("(127\\.0\\.0\\.1|\\[(0:){7}1]):" + server.getPort());
        }
    }

    @Test
    void an_unknown_name_fails_with_what_the_platform_says() throws Exception {
        try (Mesh mesh = mesh("nobody.invalid", "").build()) {
            assertThatThrownBy(() -> get(mesh, new OkHttpClient(), "http://nobody.invalid/"))
                    .isInstanceOf(NoHealthyEndpoint.class)
                    .hasMessageContaining("'nobody.invalid' ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "orders.prod., orders.prod",
        "orders.prod, orders.prod.",
        "ORDERS.Prod.:80, orders.prod",
        "*.Prod., orders.prod",
        "bücher.example, BÜCHER.example",
        "BÜCHER.example., xn--bcher-kva.example",
        "*.bücher.example, a.bücher.example",
        "10.0.0.7., 10.0.0.7",
        "[2001:DB8:0::0:7], [2001:db8::7]",
        "[::ffff:10.0.0.7], 10.0.0.7",
        "[64:ff9b::192.0.2.33]:80, [64:ff9b::c000:221]",
    })
    void a_document_spells_a_host_as_freely_as_a_url(String inDocument, String inUrl) throws Exception {
        server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
        answers("from the service");
        try (Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("test")
                                .services(Documents.service("named", inDocument)
                                        .with("'endpoints': [{'address': '127.0.0.1', 'port': " + server.getPort()
                                                + "}]"))
                                .source())
                        .build();
                Response response = get(mesh, new OkHttpClient(), "http://" + inUrl + "/")) {
            assertThat(response.body().string()).isEqualTo("from the service");
        }
    }

    // ---- TLS: the certificate is that of the logical host, or of sni, whatever was resolved

    private void startTls(String name) throws IOException {
        HeldCertificate held =
                new HeldCertificate.Builder().addSubjectAlternativeName(name).build();
        certificates = new HandshakeCertificates.Builder()
                .heldCertificate(held)
                .addTrustedCertificate(held.certificate())
                .build();
        server.useHttps(certificates.sslSocketFactory());
        server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    }

    private HandshakeCertificates certificates = new HandshakeCertificates.Builder().build();

    private String sniAfterCall(String settings) throws Exception {
        answers("secret");
        OkHttpClient client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager())
                .build();
        try (Mesh mesh = mesh("payments:" + server.getPort(), settings)
                        .resolver(name -> List.of("127.0.0.1"))
                        .build();
                Response response = get(mesh, client, "http://payments:" + server.getPort() + "/")) {
            assertThat(response.body().string()).isEqualTo("secret");
        }
        RecordedRequest request = server.takeRequest();
        assertThat(request.getHeaders().get("Host")).isEqualTo("payments:" + server.getPort());
        return String.join(",", request.getHandshakeServerNames());
    }

    @Test
    void the_certificate_must_carry_the_logical_host() throws Exception {
        startTls("payments");
        assertThat(sniAfterCall("'tls': {'mode': 'SIMPLE'}")).isEqualTo("payments");
    }

    @Test
    void or_the_sni_of_the_policy() throws Exception {
        startTls("payments.bank.example");
        assertThat(sniAfterCall("'tls': {'mode': 'SIMPLE', 'sni': 'payments.bank.example'}"))
                .isEqualTo("payments.bank.example");
    }

    @Test
    void the_sni_of_the_policy_is_spelled_as_freely_as_the_host_of_a_url() throws Exception {
        startTls("xn--bcher-kva.bank.example");
        assertThat(sniAfterCall("'tls': {'mode': 'SIMPLE', 'sni': 'Bücher.BANK.example.'}"))
                .isEqualTo("xn--bcher-kva.bank.example");
    }

    @Test
    void and_not_the_address() throws Exception {
        startTls("127.0.0.1");
        assertThatThrownBy(() -> sniAfterCall("'tls': {'mode': 'SIMPLE'}"))
                .isInstanceOf(SSLPeerUnverifiedException.class);
    }
}
