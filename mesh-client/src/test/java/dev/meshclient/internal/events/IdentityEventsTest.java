package dev.meshclient.internal.events;

import static dev.meshclient.identity.TestCertificates.svid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdentityEventsTest {
    private static final Instant START = Instant.ofEpochSecond(1_000_000_000L);
    private static final Instant END = START.plus(Duration.ofHours(10));
    private static final TestCertificates ROOT = TestCertificates.root("root");

    private final StepTime time = new InlineTime();
    private final List<String> reported = new ArrayList<>();

    private final class Recording implements MeshListener {
        @Override
        public void on(MeshEvent event) {
            if (event instanceof MeshEvent.IdentityRotated e) {
                reported.add(
                        "rotated " + e.id() + " until " + e.notAfter() + (e.trustChanged() ? ", trust changed" : ""));
            } else if (event instanceof MeshEvent.IdentityRejected e) {
                reported.add("rejected " + e.source() + ": " + e.reason());
            } else if (event instanceof MeshEvent.IdentityExpiring e) {
                reported.add("expiring " + e.id() + " at " + e.notAfter() + ", " + e.lifePercent() + " %");
            }
        }
    }

    private final class Scripted implements WorkloadIdentity {
        @Override
        public Closeable watch(Sink sink) {
            sink.failed(new IOException("not yet"));
            for (int i = 0; i < 2; i++) {
                sink.deliver(ROOT.issue(svid("spiffe://a.example/b").valid(START, END))
                        .svid(ROOT));
            }
            return () -> reported.add("closed");
        }

        @Override
        public String toString() {
            return "the script";
        }
    }

    /** A listener that fails is no reason for the next to hear nothing. */
    @Test
    void all_listeners_are_notified_in_order() throws IOException {
        MeshListener failing = new MeshListener() {
            @Override
            public void on(MeshEvent event) {
                throw new IllegalStateException("for the test");
            }
        };
        LiveIdentity identity = LiveIdentity.start(
                "identity",
                new Scripted(),
                time,
                new IdentityEvents(Events.of(time, List.of(), List.of(failing, new Recording()))),
                svid -> {});
        time.step(Duration.ofHours(11).toNanos());
        identity.close();

        assertThat(reported)
                .containsExactly(
                        "rejected the script: not yet",
                        "rotated spiffe://a.example/b until " + END + ", trust changed",
                        "rotated spiffe://a.example/b until " + END,
                        "expiring spiffe://a.example/b at " + END + ", 50 %",
                        "expiring spiffe://a.example/b at " + END + ", 80 %",
                        "expiring spiffe://a.example/b at " + END + ", 100 %",
                        "closed");
    }
}
