package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Headers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One attempt alone: its result, its cancellation on the wire, its headers. */
class AttemptTest {
    private final StepTime time = new StepTime();
    private final IOException canceled = new IOException("Canceled");
    private final Call call = Calls.call(time, Calls.get());
    private final List<String> ran = new ArrayList<>();
    private Attempt attempt = new Attempt(call, null);

    @BeforeEach
    void begin() throws IOException {
        attempt = call.beginAttempt();
    }

    /** A peer that reads 1 has certainly not seen the request before. */
    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"RESPONSE", "CACHED"},
            mode = EnumSource.Mode.EXCLUDE)
    void an_attempt_that_may_have_been_processed_counts_for_the_peer(Outcome outcome) throws Exception {
        attempt.failed(outcome, new IOException("first"));
        assertThat(call.beginAttempt().announcedNumber())
                .isEqualTo(outcome.processed() == Outcome.Processed.NO ? 1 : 2);
    }

    @Test
    void the_first_result_counts() {
        time.step(7);
        assertThat(attempt.responded(200)).isTrue();
        time.step(7);
        assertThat(attempt.failed(Outcome.RESET, new IOException("late"))).isFalse();
        assertThat(attempt.result()).isEqualTo(new Result(Outcome.RESPONSE, 200, null));
        assertThat(attempt.elapsedNanos()).isEqualTo(7);
    }

    @Test
    @Timeout(60)
    void of_two_threads_one_records_the_result_and_both_read_it_whole() throws Exception {
        try (RealTime real = RealTime.create("attempt")) {
            CyclicBarrier together = new CyclicBarrier(2);
            AtomicInteger responded = new AtomicInteger();
            Call both = Calls.call(real, Calls.get());
            int rounds = 2_000;
            for (int i = 0; i < rounds; i++) {
                Attempt raced = both.beginAttempt();
                real.start("wire", () -> {
                    meet(together);
                    responded.addAndGet(raced.responded(200) ? 1 : 0);
                    meet(together);
                });
                meet(together);
                boolean failed = raced.failed(Outcome.ATTEMPT_TIMEOUT, canceled);
                Result seen = Objects.requireNonNull(raced.result());
                meet(together);
                assertThat(seen).isSameAs(raced.result());
                assertThat(seen.failure() == null)
                        .isEqualTo(seen.status() == 200)
                        .isNotEqualTo(failed);
                assertThat(responded.getAndSet(0)).isEqualTo(failed ? 0 : 1);
            }
        }
    }

    private static void meet(CyclicBarrier together) {
        try {
            together.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cancelling_cancels_the_wire_and_then_ends_the_attempt() {
        attempt.onCancel(() -> ran.add("wire"));
        attempt.onEnd(() -> ran.add("end"));
        attempt.cancel(canceled);
        assertThat(ran).containsExactly("wire", "end");
    }

    @Test
    void a_wire_that_comes_after_the_cancellation_is_cancelled_at_once() {
        attempt.cancel(canceled);
        attempt.onCancel(() -> ran.add("wire"));
        assertThat(ran).containsExactly("wire");
    }

    @Test
    @Timeout(60)
    void however_a_wire_and_a_cancellation_meet_the_wire_is_cancelled() throws Exception {
        try (RealTime real = RealTime.create("attempt")) {
            CyclicBarrier together = new CyclicBarrier(2);
            Call both = Calls.call(real, Calls.get());
            for (int i = 0; i < 2_000; i++) {
                Attempt raced = both.beginAttempt();
                AtomicInteger wire = new AtomicInteger();
                real.start("caller", () -> {
                    meet(together);
                    raced.cancel(canceled);
                    meet(together);
                });
                meet(together);
                raced.onCancel(wire::incrementAndGet);
                meet(together);
                assertThat(wire.get()).isPositive();
            }
        }
    }

    @Test
    void a_cancellation_after_the_headers_is_a_failure_of_the_body() {
        attempt.responded(200);
        attempt.cancel(canceled);
        assertThat(attempt.status()).isEqualTo(200);
        assertThat(attempt.failure()).isNull();
        assertThat(call.failure()).isSameAs(canceled);
        assertThat(CallDecision.Made.of(attempt, Attempt.RUNNING).failure()).contains("Canceled");
    }

    @Test
    void a_refusal_names_its_own_attempt_in_its_decision() {
        IOException refusal =
                attempt.refuse(decision -> new IOException(decision.attempts().toString()));
        assertThat(refusal).hasMessageContaining("#1").hasMessageContaining("refused");
        assertThat(attempt.failure()).isSameAs(refusal);
        assertThat(attempt.outcome()).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void a_refusal_is_never_a_result_without_its_failure() {
        List<Result> seen = new ArrayList<>();
        attempt.refuse(decision -> {
            seen.add(attempt.result());
            return new IOException("full");
        });
        assertThat(seen).containsOnlyNulls();
        assertThat(attempt.failure()).hasMessage("full");
    }

    @Test
    void a_cancellation_before_a_refusal_stays_the_result() {
        attempt.failed(Outcome.CANCELLED, canceled);
        IOException refusal =
                attempt.refuse(decision -> new IOException(decision.attempts().toString()));
        assertThat(refusal).hasMessageContaining("cancel");
        assertThat(attempt.failure()).isSameAs(canceled);
    }

    @Test
    void headers_of_observers_replace_or_add_and_are_none_before() {
        assertThat(attempt.wireHeaders()).isNull();
        attempt.set("a", "1").set("a", "2").add("b", "1").add("b", "2");
        assertThat(attempt.wireHeaders()).isEqualTo(Headers.of("a", "2", "b", "1", "b", "2"));
        assertThatThrownBy(() -> attempt.set("no header", "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
