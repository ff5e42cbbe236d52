package dev.meshclient.registry;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.security.Principal;
import okhttp3.OkHttpClient;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that answers only clients that show a certificate. */
class ClientCertificateTest {
    private final FastTime time = new FastTime(20);
    private final RecordingSink sink = new RecordingSink();
    private final HeldCertificate root = new HeldCertificate.Builder()
            .certificateAuthority(0)
            .commonName("mesh root")
            .build();
    private FakeRegistry registry;
    private Closeable watch = () -> {};

    @BeforeEach
    void start() throws IOException {
        HandshakeCertificates ofServer = new HandshakeCertificates.Builder()
                .heldCertificate(signed("localhost"))
                .addTrustedCertificate(root.certificate())
                .build();
        registry = FakeRegistry.overMutualTls(ofServer.sslSocketFactory()).serves(document(1), "\"a\"");
    }

    @AfterEach
    void stop() throws IOException {
        watch.close();
        registry.close();
        time.close();
    }

    private HeldCertificate signed(String name) {
        return new HeldCertificate.Builder()
                .signedBy(root)
                .commonName(name)
                .addSubjectAlternativeName(name)
                .build();
    }

    private void watch(HandshakeCertificates certificates) {
        OkHttpClient client = new OkHttpClient.Builder()
                .sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager())
                .build();
        watch = PolicySource.http(registry.uri("/policy")).client(client).watch(sink.at(time));
    }

    @Test
    void the_certificate_of_the_given_client_is_shown() {
        watch(new HandshakeCertificates.Builder()
                .addTrustedCertificate(root.certificate())
                .heldCertificate(signed("checkout"))
                .build());
        sink.awaitEvents("v1");
        assertThat(registry.request(0).getHandshake()).isNotNull();
        assertThat(registry.request(0).getHandshake().peerPrincipal())
                .extracting(Principal::getName)
                .isEqualTo("CN=checkout");
    }

    @Test
    void without_one_there_is_no_document_and_the_failure_is_reported() {
        watch(new HandshakeCertificates.Builder()
                .addTrustedCertificate(root.certificate())
                .build());
        sink.awaitEvent("!");
        assertThat(sink.problem(0)).contains("registry " + registry.uri("/policy"), "asked again in");
        assertThat(registry.requests()).isZero();
        assertThat(sink.events()).doesNotContain("v1");
    }
}
