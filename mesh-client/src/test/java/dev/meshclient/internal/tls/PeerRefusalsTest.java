package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.RecordingLogger;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.StepTime;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;

class PeerRefusalsTest {
    private final StepTime time = new StepTime();
    private final RecordingLogger log = new RecordingLogger();
    private final PeerRefusals refused = PeerRefusals.ofHandshakes(time, log);

    @Test
    void one_line_a_minute_has_the_reason_and_the_number_of_the_others() {
        refused.accept(new CertificateException("unknown root"));
        for (int i = 0; i < 1000; i++) {
            refused.accept(new CertificateException("unknown root " + i));
        }
        time.step(59_999_999_999L);
        refused.accept(new CertificateException("another"));
        assertThat(log.lines())
                .containsExactly("WARN a client is refused in the TLS handshake: unknown root"
                        + " (no other since the last such line; the next one is in a minute)");

        time.step(1);
        refused.accept(new CertificateException("no SPIFFE ID"));
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .isEqualTo("WARN a client is refused in the TLS handshake: no SPIFFE ID"
                        + " (1001 other(s) since the last such line; the next one is in a minute)");
    }

    /** Names in a certificate are the client's to choose. */
    @Test
    void the_reason_is_one_short_line() {
        refused.accept(new CertificateException("CN=x\r\n2026 ERROR forged" + "y".repeat(10_000)));
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                .contains("CN=x 2026 ERROR forged")
                .doesNotContain("\n")
                .hasSizeLessThan(700));
    }

    @Test
    void what_verifies_the_clients_of_a_server_reports_whom_it_refuses() throws Exception {
        TestCertificates root = TestCertificates.root("shop");
        TestCertificates stranger = TestCertificates.root("stranger");
        Svid own = root.issue(TestCertificates.svid("spiffe://shop.example/orders"))
                .svid(root);
        try (RealTime real = RealTime.create("test");
                ServerContexts contexts = ServerContexts.start(WorkloadIdentity.of(own), real, log)) {
            X509Certificate[] forged = stranger.issue(TestCertificates.svid("spiffe://shop.example/checkout"))
                    .svid(stranger)
                    .chain()
                    .toArray(X509Certificate[]::new);
            assertThatThrownBy(() -> contexts.trust(own).checkClientTrusted(forged, "EC"))
                    .isInstanceOf(CertificateException.class);
        }
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN a client is refused in the TLS handshake: the peer 'spiffe://shop.example/checkout'");
    }
}
