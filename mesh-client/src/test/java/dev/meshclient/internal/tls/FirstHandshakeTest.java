package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.TestCertificates;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

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

    private static TestCertificates issued(String id) {
        return ROOT.issue(TestCertificates.svid(id)
                .valid(CLOCK.instant().minusSeconds(60), CLOCK.instant().plus(Duration.ofHours(1))));
    }
}
