package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.RecordingLogger;
import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerFault;
import dev.meshclient.internal.identity.WrongIdentity;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;

class PeerFaultsTest {
    private final StepTime time = new StepTime();
    private final RecordingLogger log = new RecordingLogger();
    private final List<String> events = new ArrayList<>();
    private final PeerFaults faults = new PeerFaults(time, new Noting(), log);

    private final class Noting implements LiveIdentity.News {
        @Override
        public void rotated(LiveIdentity.Change change) {}

        @Override
        public void rejected(String source, IOException reason) {}

        @Override
        public void expiring(Svid svid, int percent) {}

        @Override
        public void peerRejected(String service, String endpoint, PeerFault fault, String reason) {
            events.add(service + " " + endpoint + " " + fault + " " + reason);
        }
    }

    private static SSLException handshake(Exception cause) {
        SSLException e = new SSLHandshakeException(cause.getMessage());
        e.initCause(cause);
        return e;
    }

    private void note(String endpoint, IOException failure) {
        faults.note("orders", endpoint, failure, "why");
    }

    @Test
    void each_failure_is_an_event_and_each_kind_of_a_peer_is_logged_once_a_minute() {
        IOException wrong = handshake(new WrongIdentity("other", false));
        for (int i = 0; i < 3; i++) {
            note("a:1", wrong);
            note("b:1", wrong);
            note("a:1", handshake(new CertificateException("unknown root")));
        }
        assertThat(log.lines()).hasSize(3).allMatch(line -> line.startsWith("WARN "));
        assertThat(log.lines().get(0)).contains("a:1 of 'orders' is rejected (WRONG_IDENTITY): why");
        assertThat(events).hasSize(9).contains("orders a:1 NOT_TRUSTED why", "orders b:1 WRONG_IDENTITY why");

        time.step(59_000_000_000L);
        note("a:1", wrong);
        assertThat(log.lines()).hasSize(3);
        time.step(1_000_000_000L);
        note("a:1", wrong);
        assertThat(log.lines()).hasSize(4);
    }

    /** Names in a certificate are the peer's to choose. */
    @Test
    void a_reason_of_several_lines_is_one_line_of_the_log() {
        faults.note("orders", "a:1", new SSLPeerUnverifiedException("x"), "is for\n    evil\r\n2026 WARN forged");
        assertThat(log.lines()).hasSize(1).first().asString().contains("is for evil 2026 WARN forged");
    }

    @Test
    void a_failure_that_is_none_of_security_is_neither() {
        note("a:1", new IOException("reset"));
        note("a:1", new IOException("the signer of the goods", new CertificateException("revoked")));
        note("a:1", new SSLHandshakeException("Received fatal alert: unknown_ca"));
        note("a:1", new SSLHandshakeException("Remote host terminated the handshake"));
        assertThat(events).isEmpty();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void kinds() {
        assertThat(PeerFault.of(new SSLPeerUnverifiedException("x"))).isEqualTo(PeerFault.WRONG_IDENTITY);
        assertThat(PeerFault.of(handshake(new CertificateException("outer", new WrongIdentity("x", true)))))
                .isEqualTo(PeerFault.WRONG_IDENTITY);
        assertThat(PeerFault.of(new SSLException("Unsupported or unrecognized SSL message")))
                .isEqualTo(PeerFault.PLAINTEXT);
    }

    @Test
    void failures_of_1024_peers_are_logged_in_a_minute_and_all_are_events() {
        for (int i = 0; i < 2_000; i++) {
            note("a:" + i, new SSLPeerUnverifiedException("x"));
        }
        assertThat(events).hasSize(2_000);
        assertThat(log.lines()).hasSize(1024).last().asString().contains("no further one is");

        time.step(60_000_000_000L);
        note("a:1999", new SSLPeerUnverifiedException("x"));
        note("a:1999", new SSLPeerUnverifiedException("x"));
        assertThat(log.lines()).hasSize(1025).last().asString().contains("a:1999", "the next such failure of it");
    }
}
