package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FirstHandshakeTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-29T00:00:00Z"));
    private static final TestCertificates ROOT = TestCertificates.root("root");

    @Test
    void a_process_agrees_on_mutual_tls_with_itself() throws Exception {
        assertThat(FirstHandshake.succeeds(
                        issued("spiffe://shop.example/checkout").svid(ROOT), CLOCK))
                .isTrue();
    }

    @Test
    void authorities_that_do_not_vouch_for_it_end_the_handshake_with_a_caught_exception() {
        assertThatThrownBy(() -> FirstHandshake.succeeds(
                        issued("spiffe://shop.example/checkout").svid(TestCertificates.root("another")), CLOCK))
                .isInstanceOf(SSLException.class);
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_flight_longer_than_the_buffer_ends_the_handshake() throws Exception {
        TestCertificates own = issued("spiffe://shop.example/checkout");
        List<X509Certificate> chain = new ArrayList<>(own.chain());
        chain.addAll(Collections.nCopies(400, ROOT.certificate())); // 150 kB
        Svid svid = Svid.of(chain, own.key(), List.of(ROOT.certificate()));
        try {
            assertThat(FirstHandshake.succeeds(svid, CLOCK)).isFalse();
        } catch (SSLException limited) {
            assertThat(limited).hasMessageContaining("exceeds the maximum");
        }
    }

    private static TestCertificates issued(String id) {
        return ROOT.issue(TestCertificates.svid(id)
                .valid(CLOCK.instant().minusSeconds(60), CLOCK.instant().plus(Duration.ofHours(1))));
    }
}
