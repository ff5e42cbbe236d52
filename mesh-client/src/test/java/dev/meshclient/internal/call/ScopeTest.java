package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Thrown;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call and its attempts: when each ends, what a cancel ends with it, and which actions run then. */
class ScopeTest {
    private final IOException canceled = new IOException("Canceled");

    private final StepTime time = new StepTime();
    private final Call call = Calls.call(time, Calls.get());
    private final List<String> reported = new ArrayList<>();

    private Runnable tells(String name) {
        return () -> reported.add(name);
    }

    private static Response answered(Attempt attempt) {
        return Calls.respondOpen(attempt, 200);
    }

    @Test
    void a_call_is_over_when_it_has_returned_and_its_last_body_has_ended() throws Exception {
        call.onEnd(tells("call"));
        Attempt[] attempts = new Attempt[2];
        call.run(c -> {
            attempts[0] = c.beginAttempt();
            attempts[1] = c.beginAttempt();
            return answered(attempts[1]);
        });
        attempts[1].over();
        assertThat(call.isOver()).isFalse();
        attempts[0].over();
        assertThat(call.isOver()).isTrue();
        assertThat(reported).containsExactly("call");
    }

    @Test
    void an_attempt_that_ends_before_the_layers_return_does_not_end_the_call() throws Exception {
        call.onEnd(tells("call"));
        call.run(c -> {
            c.beginAttempt().over();
            assertThat(call.isOver()).isFalse();
            return answered(c.beginAttempt());
        });
        assertThat(reported).isEmpty();
        call.cancel(canceled);
        assertThat(reported).containsExactly("call");
    }

    @Test
    void the_clock_is_read_again_after_a_wait_and_for_each_further_attempt() throws Exception {
        time.step(1); // no layer lets time pass without a wait
        assertThat(call.nowOrStart()).isEqualTo(call.startedAt());
        call.pause(5);
        assertThat(call.nowOrStart()).isEqualTo(time.now());
        Attempt first = call.beginAttempt();
        assertThat(first.startedAt()).isEqualTo(time.now());
        first.pause(5);
        assertThat(first.nowOrStart()).isEqualTo(time.now());
        assertThat(call.beginAttempt().startedAt()).isEqualTo(time.now());
        Call other = Calls.call(time, Calls.get());
        other.beginAttempt();
        time.step(5); // the attempt took it
        assertThat(other.nowOrStart()).isEqualTo(time.now());
        assertThat(other.beginAttempt().startedAt()).isEqualTo(time.now());
    }

    @Test
    void actions_at_the_end_run_last_first_whatever_their_number() {
        for (String name : List.of("events", "deadline", "limit", "a", "b")) {
            call.onEnd(tells(name));
        }
        call.over();
        assertThat(reported).containsExactly("b", "a", "limit", "deadline", "events");
    }

    @Test
    void an_action_with_room_for_one_more_runs_it_first_and_the_order_stays() {
        Call roomy = Calls.call(time, Calls.get());
        List<Runnable> room = new ArrayList<>();
        roomy.onEnd(new EndAction() {
            @Override
            public boolean runsFirst(Runnable other) {
                return room.isEmpty() && room.add(other);
            }

            @Override
            public void run() {
                room.get(0).run();
                reported.add("deadline");
            }
        });
        roomy.onEnd(tells("limit"));
        roomy.onEnd(tells("retry"));
        roomy.over();
        assertThat(reported).containsExactly("retry", "limit", "deadline");
    }

    @Test
    void an_action_that_comes_after_the_end_runs_at_once() {
        call.over();
        call.onEnd(tells("late"));
        call.over();
        assertThat(reported).containsExactly("late");
    }

    @Test
    void cancelling_the_call_ends_all_its_attempts_with_the_same_cause() throws Exception {
        Attempt first = call.beginAttempt();
        Attempt second = call.beginAttempt();
        call.cancel(canceled);
        call.cancel(new IOException("a second word"));
        for (Scope<?> each : List.of(call, first, second)) {
            assertThat(each.cancelCause()).isSameAs(canceled);
        }
        assertThat(first.isOver()).isTrue();
        assertThat(second.isOver()).isTrue();
        assertThatThrownBy(call::beginAttempt).isSameAs(canceled);
    }

    @Test
    void cancelling_an_attempt_does_not_end_the_call() throws Exception {
        Attempt attempt = call.beginAttempt();
        attempt.cancel(canceled);
        assertThat(attempt.isOver()).isTrue();
        assertThat(call.cancelCause()).isNull();
        assertThat(call.beginAttempt().number()).isEqualTo(2);
    }

    @Test
    void what_is_over_cannot_be_cancelled_any_more() throws Exception {
        Attempt attempt = call.beginAttempt();
        attempt.over();
        attempt.cancel(canceled);
        assertThat(attempt.cancelCause()).isNull();
    }

    @Test
    void whatever_the_layers_throw_ends_the_attempts_that_they_left_open() {
        assertThatThrownBy(() -> call.run(c -> {
                    c.beginAttempt().onEnd(tells("first"));
                    c.beginAttempt().onEnd(tells("second"));
                    c.onEnd(tells("call"));
                    throw new AssertionError("a broken interceptor");
                }))
                .isInstanceOf(AssertionError.class);
        assertThat(reported).containsExactly("second", "first", "call");
    }

    @Test
    void an_attempt_whose_end_throws_leaves_no_earlier_one_open() {
        assertThatThrownBy(() -> call.run(c -> {
                    c.beginAttempt().onEnd(tells("first"));
                    c.beginAttempt().onEnd(() -> {
                        throw new IllegalStateException("a broken listener");
                    });
                    c.onEnd(tells("call"));
                    throw new AssertionError("a broken interceptor");
                }))
                .hasMessage("a broken listener");
        assertThat(reported).containsExactly("first", "call");
    }

    @Test
    void an_attempt_whose_cancelling_throws_leaves_no_earlier_one_running() throws Exception {
        Attempt first = call.beginAttempt();
        call.beginAttempt().onCancel(() -> {
            throw new IllegalStateException("a broken listener");
        });
        assertThatThrownBy(() -> call.cancel(canceled)).hasMessage("a broken listener");
        assertThat(first.cancelCause()).isSameAs(canceled);
    }

    @Test
    void a_pause_is_not_shortened_by_a_wake_up_alone() throws Exception {
        time.at(10, "waker", call::raise);
        call.pause(100);
        assertThat(time.now()).isEqualTo(100);
    }

    @Test
    void cancelling_ends_a_pause() {
        time.at(10, "caller", () -> call.cancel(canceled));
        assertThatThrownBy(() -> call.pause(100)).isSameAs(canceled);
        assertThat(time.now()).isEqualTo(10);
    }

    /** The cancel comes after the wait looked for one, and before there is a signal to raise. */
    @Test
    void a_cancel_between_looking_and_waiting_is_not_lost() {
        Call[] racing = new Call[1];
        StepTime cancelling = new StepTime() {
            @Override
            public Signal signal(String name) {
                racing[0].cancel(canceled);
                return super.signal(name);
            }
        };
        racing[0] = Calls.call(cancelling, Calls.get());
        assertThatThrownBy(() -> racing[0].pause(100)).isSameAs(canceled);
        assertThat(cancelling.now()).isZero();
    }

    @Test
    void each_action_at_the_end_runs_once_whichever_thread_ends_first() throws Exception {
        int threads = 4;
        int rounds = 5_000;
        AtomicInteger[] counts = new AtomicInteger[rounds];
        Call[] calls = new Call[rounds];
        Attempt[] attempts = new Attempt[rounds];
        for (int i = 0; i < rounds; i++) {
            AtomicInteger count = new AtomicInteger();
            counts[i] = count;
            calls[i] = Calls.call(time, Calls.get());
            attempts[i] = calls[i].beginAttempt();
            attempts[i].onEnd(() -> count.addAndGet(1));
            calls[i].onEnd(() -> count.addAndGet(10));
        }
        CyclicBarrier start = new CyclicBarrier(threads);
        try (RealTime real = RealTime.create("test")) {
            CountDownLatch done = new CountDownLatch(threads);
            for (int t = 0; t < threads; t++) {
                int role = t;
                real.start("racer", () -> {
                    try {
                        start.await();
                        for (int i = 0; i < rounds; i++) {
                            race(role, calls[i], attempts[i], counts[i]);
                        }
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    } finally {
                        done.countDown();
                    }
                });
            }
            done.await();
        }
        for (AtomicInteger count : counts) {
            assertThat(count).as("attempt 1, call 10, latecomer 100").hasValue(111);
        }
    }

    private void race(int role, Call call, Attempt attempt, AtomicInteger count) throws IOException {
        switch (role) {
            case 0 -> call.run(c -> answered(attempt));
            case 1 -> attempt.over();
            case 2 -> call.cancel(canceled);
            default -> attempt.onEnd(() -> count.addAndGet(100));
        }
    }

    @Test
    void a_thread_that_waits_is_woken_by_another_that_cancels() throws Exception {
        try (RealTime real = RealTime.create("test")) {
            for (int i = 0; i < 2_000; i++) {
                Call waiting = Calls.call(real, Calls.get());
                real.start("caller", () -> waiting.cancel(canceled));
                assertThatThrownBy(() -> waiting.pause(3600_000_000_000L)).isSameAs(canceled);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void an_action_that_throws_at_the_end_keeps_no_other_from_running(Thrown thrown) throws Exception {
        Attempt attempt = call.beginAttempt();
        for (Scope<?> each : List.of(call, attempt)) {
            each.onEnd(tells("limit"));
            each.onEnd(() -> {
                throw thrown.now();
            });
            each.onEnd(tells("deadline"));
        }
        assertThatThrownBy(() -> call.run(c -> {
                    throw new IOException("of the layers");
                }))
                .hasToString(thrown.text());
        assertThat(reported).containsExactly("deadline", "limit", "deadline", "limit");
        assertThat(call.isOver()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void an_attempt_is_over_although_its_cancelling_throws(Thrown thrown) throws Exception {
        Attempt attempt = call.beginAttempt();
        attempt.onEnd(tells("attempt"));
        attempt.onCancel(() -> {
            throw thrown.now();
        });
        assertThatThrownBy(() -> attempt.cancel(canceled)).hasToString(thrown.text());
        assertThat(reported).containsExactly("attempt");
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_the_layers_throw_is_the_failure_of_the_call(Thrown thrown) {
        assertThatThrownBy(() -> call.run(c -> {
                    throw thrown.now();
                }))
                .hasToString(thrown.text());
        assertThat(call.failure()).isNotNull().message().contains("of the application");
    }
}
