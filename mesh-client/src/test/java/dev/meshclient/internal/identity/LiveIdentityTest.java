package dev.meshclient.internal.identity;

import static dev.meshclient.identity.TestCertificates.svid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.RecordingLogger;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.ThreadlessTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.VirtualTime;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveIdentityTest {
    private static final String ID = "spiffe://shop.example/checkout";
    private static final Instant START = Instant.ofEpochSecond(1_000_000_000L);
    private static final Duration LIFE = Duration.ofHours(10);
    private static final TestCertificates ROOT = TestCertificates.root("root");
    private static final TestCertificates NEXT_ROOT = TestCertificates.root("next root");

    private final StepTime time = new InlineTime();
    private final List<String> events = new ArrayList<>();
    private WorkloadIdentity.@Nullable Sink sink;
    private boolean watched;

    private final LiveIdentity identity =
            LiveIdentity.start("identity", new Source(), time, new Recording(), svid -> {});

    /** Delivers what the test says. */
    private final class Source implements WorkloadIdentity {
        @Override
        public Closeable watch(Sink reported) {
            sink = reported;
            watched = true;
            return () -> watched = false;
        }

        @Override
        public String toString() {
            return "the source";
        }
    }

    /** What was reported, in order. */
    private class Recording implements LiveIdentity.News {
        @Override
        public void rotated(LiveIdentity.Change change) {
            events.add(change.isSoft() ? "renewed" : "trust changed");
        }

        @Override
        public void rejected(String source, IOException reason) {
            events.add("rejected by " + source + ": " + reason.getMessage());
        }

        @Override
        public void expiring(Svid svid, int percent) {
            events.add(percent + " %");
        }
    }

    /** A listener that blocks until the gate is raised. */
    private final class Blocking extends Recording {
        private final Time time;
        private final Signal gate;

        Blocking(Time time) {
            this.time = time;
            this.gate = time.signal("gate");
        }

        @Override
        public void rotated(LiveIdentity.Change change) {
            super.rotated(change);
            try {
                gate.await(time.now() + Duration.ofHours(1).toNanos());
            } catch (InterruptedIOException e) {
                throw new UncheckedIOException(e);
            }
            events.add("changed");
        }
    }

    @Test
    void each_line_of_the_log_names_the_identity_since_several_may_have_one_source() {
        RecordingLogger log = new RecordingLogger();
        try (LiveIdentity edge =
                LiveIdentity.start(log, "certificate 'edge'", new Source(), time, new Recording(), svid -> {})) {
            sink().failed(new IOException("no file"));
            sink().deliver(fresh(START));
            assertThat(edge.current()).isNotNull();
            time.step(Duration.ofHours(5).plusMinutes(1).toNanos());
            time.step(Duration.ofHours(3).toNanos());
            time.step(Duration.ofHours(3).toNanos());
        }
        assertThat(log.lines()).hasSizeGreaterThan(3).allMatch(line -> line.matches("[A-Z]+ certificate 'edge': .*"));
    }

    @Test
    void what_must_precede_the_first_certificate_happens_once_and_before_its_use() {
        List<String> prepared = new ArrayList<>();
        List<LiveIdentity> made = new ArrayList<>();
        made.add(LiveIdentity.start(
                "identity",
                new Source(),
                time,
                new Recording(),
                svid -> prepared.add("in use: " + made.get(0).current())));
        sink().deliver(fresh(START));
        sink().deliver(fresh(START.plusSeconds(60)));
        assertThat(prepared).containsExactly("in use: null");
        assertThat(made.get(0).current()).isNotNull();
    }

    @Test
    void has_none_before_the_source_has_one() {
        assertThat(identity.current()).isNull();
        assertThatThrownBy(identity::forHandshake)
                .isInstanceOf(SSLException.class)
                .hasMessage("this workload has no certificate yet, no TLS connection is made with one: "
                        + "the source has not delivered any");

        sink().failed(new IOException("/x/tls.crt cannot be read: it does not exist"));

        assertThatThrownBy(identity::forHandshake).hasMessageContaining("with one: /x/tls.crt cannot be read");
        assertThat(identity.status().problem()).contains("/x/tls.crt");
    }

    @Test
    void uses_what_the_source_delivers() throws IOException {
        Svid first = fresh(START);
        sink().deliver(first);

        assertThat(identity.current()).isSameAs(first);
        assertThat(identity.forHandshake()).isSameAs(first);
        assertThat(events).containsExactly("trust changed");
    }

    @Test
    void tells_a_renewal_from_a_change_of_trust() {
        List<Boolean> soft = new ArrayList<>();
        identity.onChange(change -> soft.add(change.isSoft()));
        Svid first = fresh(START);
        sink().deliver(first);
        sink().deliver(fresh(START));
        sink().deliver(ROOT.issue(wanted(START)).svid(ROOT, NEXT_ROOT));
        sink().deliver(ROOT.issue(wanted(START)).svid(NEXT_ROOT, ROOT));
        sink().deliver(NEXT_ROOT.issue(wanted(START)).svid(NEXT_ROOT));
        sink().deliver(NEXT_ROOT
                .issue(svid(ID + "2").valid(START, START.plus(LIFE)))
                .svid(NEXT_ROOT));

        assertThat(soft).containsExactly(false, true, false, true, false, false);
    }

    @Test
    void does_not_tell_of_the_same_again() {
        Svid first = fresh(START);
        sink().deliver(first);
        sink().deliver(first);

        assertThat(events).containsExactly("trust changed");
    }

    @Test
    void keeps_what_it_has_when_the_source_has_nothing_good_and_says_so_once() throws IOException {
        Svid first = fresh(START);
        sink().deliver(first);
        sink().failed(new IOException("bad"));
        sink().failed(new IOException("bad"));
        time.step(Duration.ofMinutes(5).toNanos());

        assertThat(identity.forHandshake()).isSameAs(first);
        assertThat(events).containsExactly("trust changed", "rejected by the source: bad");
        assertThat(identity.status().problem()).isEqualTo("bad");
        assertThat(identity.status().problemAge()).isEqualTo(Duration.ofMinutes(5));

        sink().deliver(first);

        assertThat(identity.status().problem()).isEmpty();
        assertThat(identity.status().age()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void tells_at_half_and_at_four_fifths_of_the_life_and_when_it_is_over() {
        sink().deliver(fresh(START));
        time.step(Duration.ofHours(5).minusSeconds(1).toNanos());
        assertThat(events).containsExactly("trust changed");

        time.step(Duration.ofSeconds(2).toNanos());
        assertThat(events).containsExactly("trust changed", "50 %");

        time.step(Duration.ofHours(3).minusSeconds(2).toNanos());
        assertThat(events).containsExactly("trust changed", "50 %");

        time.step(Duration.ofSeconds(2).toNanos());
        assertThat(events).containsExactly("trust changed", "50 %", "80 %");

        time.step(Duration.ofHours(2).minusSeconds(2).toNanos());
        assertThat(events).containsExactly("trust changed", "50 %", "80 %");

        time.step(Duration.ofSeconds(2).toNanos());
        assertThat(events).containsExactly("trust changed", "50 %", "80 %", "100 %");
        time.step(Duration.ofDays(3).toNanos());
        assertThat(events).hasSize(4);
    }

    @Test
    void does_not_tell_of_a_life_that_was_renewed_in_time() {
        sink().deliver(fresh(START));
        for (int hour = 4; hour <= 40; hour += 4) {
            time.step(Duration.ofHours(4).toNanos());
            sink().deliver(fresh(START.plus(Duration.ofHours(hour))));
        }

        assertThat(events).hasSize(11).doesNotContain("50 %");
    }

    @Test
    void makes_no_new_connection_with_a_certificate_that_has_expired() {
        sink().deliver(fresh(START));
        sink().failed(new IOException("/x/tls.key does not belong to it"));
        time.step(LIFE.plusHours(1).toNanos());

        assertThat(identity.current()).isNotNull();
        assertThatThrownBy(identity::forHandshake)
                .isInstanceOf(SSLException.class)
                .hasMessage("the own certificate, " + ID + ", has expired at " + START.plus(LIFE)
                        + " (60 min ago), no new connection is made with it; it is from the source, "
                        + "where the newest was refused: /x/tls.key does not belong to it");
        assertThat(identity.status().expiresIn()).isEqualTo(Duration.ofHours(-1));
    }

    @Test
    void does_not_take_an_expired_one_for_one_that_is_valid() throws IOException {
        Svid good = fresh(START);
        sink().deliver(good);
        sink().deliver(fresh(START.minus(LIFE).minusSeconds(1)));

        assertThat(identity.forHandshake()).isSameAs(good);
        assertThat(events)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("rejected by the source: the certificate that")
                .contains("has expired");
    }

    @Test
    void takes_one_that_is_not_valid_yet_when_it_is() throws IOException {
        Svid good = fresh(START);
        Svid later = fresh(START.plus(Duration.ofHours(1)));
        sink().deliver(good);
        sink().deliver(later);

        assertThat(identity.forHandshake()).isSameAs(good);
        assertThat(events).last().asString().contains("is valid only from");

        time.step(Duration.ofMinutes(55).toNanos());
        sink().deliver(later);
        assertThat(events).hasSize(2);

        time.step(Duration.ofMinutes(5).plusSeconds(1).toNanos());

        assertThat(identity.forHandshake()).isSameAs(later);
        assertThat(events).last().isEqualTo("renewed");
        assertThat(identity.status().problem()).isEmpty();
    }

    @Test
    void takes_whatever_comes_first_and_says_what_is_wrong_with_it() {
        sink().deliver(fresh(START.minus(LIFE).minusSeconds(1)));

        assertThat(identity.current()).isNotNull();
        assertThat(events).containsExactly("trust changed", "100 %");
        assertThatThrownBy(identity::forHandshake).hasMessageContaining("has expired");
    }

    @Test
    void a_subscriber_that_fails_does_not_hurt_the_others() {
        List<String> reported = new ArrayList<>();
        identity.onChange(change -> {
            throw new IllegalStateException("for the test");
        });
        identity.onChange(change -> reported.add("changed"));
        sink().deliver(fresh(START));

        assertThat(reported).containsExactly("changed");
        assertThat(events).containsExactly("trust changed");
    }

    @Test
    void a_listener_that_blocks_holds_up_neither_the_next_one_nor_its_callers() {
        VirtualTime virtual = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        virtual.run(() -> {
            Blocking news = new Blocking(virtual);
            List<Svid> subscribed = new ArrayList<>();
            try (LiveIdentity live = LiveIdentity.start("identity", new Source(), virtual, news, svid -> {})) {
                live.onChange(change -> {
                    assertThat(live.current()).isSameAs(change.now());
                    subscribed.add(change.now());
                });
                Svid first = fresh(START);
                Svid second = fresh(START);
                virtual.start("source", () -> sink().deliver(first));
                Signal pause = virtual.signal("pause");
                pause.await(virtual.now() + 1_000_000);
                assertThat(events).containsExactly("trust changed");

                sink().deliver(second);
                sink().failed(new IOException("bad"));

                assertThat(live.current()).isSameAs(second);
                assertThat(subscribed).containsExactly(first, second);
                assertThat(events).containsExactly("trust changed");

                news.gate.raise();
                pause.await(virtual.now() + 1_000_000);
                news.gate.raise();
                pause.await(virtual.now() + 1_000_000);
                assertThat(events)
                        .containsExactly(
                                "trust changed", "changed", "renewed", "changed", "rejected by the source: bad");
            }
            virtual.join();
        });
    }

    @Test
    void closes_while_a_listener_blocks_and_tells_it_no_more() {
        VirtualTime virtual = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        virtual.run(() -> {
            Blocking news = new Blocking(virtual);
            LiveIdentity live = LiveIdentity.start("identity", new Source(), virtual, news, svid -> {});
            virtual.start("source", () -> sink().deliver(fresh(START)));
            virtual.signal("pause").await(virtual.now() + 1_000_000);
            sink().deliver(fresh(START));
            long before = virtual.now();

            live.close();

            assertThat(virtual.now()).isEqualTo(before);
            assertThat(watched).isFalse();
            assertThat(events).containsExactly("trust changed");
            news.gate.raise();
            virtual.join();
            assertThat(events).containsExactly("trust changed", "changed");
        });
    }

    @Test
    void tells_on_after_a_subscriber_that_failed_badly() {
        identity.onChange(change -> {
            throw new AssertionError("for the test");
        });
        sink().deliver(fresh(START));
        sink().deliver(fresh(START));

        assertThat(events).containsExactly("trust changed", "renewed");
    }

    @Test
    void hears_nothing_once_it_is_closed() throws IOException {
        sink().deliver(fresh(START));
        identity.close();
        sink().deliver(fresh(START));
        time.step(Duration.ofDays(1).toNanos());

        assertThat(watched).isFalse();
        assertThat(time.armed()).isZero();
        assertThat(events).containsExactly("trust changed");
    }

    @Test
    void a_source_that_does_not_close_keeps_no_other_from_being_closed() {
        WorkloadIdentity broken = watcher -> () -> {
            throw new IllegalStateException("broken");
        };
        assertThatCode(LiveIdentity.start("identity", broken, time, new Recording(), svid -> {})::close)
                .doesNotThrowAnyException();
    }

    @Test
    void a_certificate_that_waits_is_taken_although_no_thread_can_be_had_at_first() {
        ThreadlessTime few = new ThreadlessTime();
        LiveIdentity.start("identity", new Source(), few, new Recording(), svid -> {});
        sink().deliver(fresh(START));
        sink().deliver(fresh(START.plus(Duration.ofMinutes(5))));
        few.refuse(1);
        few.step(Duration.ofMinutes(7).toNanos());
        assertThat(events).hasSize(3).last().isEqualTo("renewed");
    }

    private WorkloadIdentity.Sink sink() {
        return Objects.requireNonNull(sink);
    }

    private static TestCertificates.Wanted wanted(Instant from) {
        return svid(ID).valid(from, from.plus(LIFE));
    }

    private static Svid fresh(Instant from) {
        return ROOT.issue(wanted(from)).svid(ROOT);
    }
}
