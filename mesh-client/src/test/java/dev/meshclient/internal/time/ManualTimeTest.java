package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks wait for the clock, the test moves it: after {@code advance} all tasks wait or have ended. */
@Timeout(20)
class ManualTimeTest {
    private static final long SECOND = 1_000_000_000;

    private final ManualTime time = new ManualTime(1);
    private final List<String> done = new CopyOnWriteArrayList<>();

    private void task(Signal signal, long until) {
        time.start("task", () -> {
            try {
                done.add("raised " + signal.await(until) + " at " + time.now() / SECOND);
            } catch (InterruptedIOException e) {
                done.add("interrupted");
            }
        });
    }

    @Test
    void the_wall_clock_begins_at_the_same_instant_in_each_run() {
        assertThat(time.wall().instant()).isEqualTo("2026-01-01T00:00:00Z");
        time.advance(Duration.ofHours(1));
        assertThat(time.wall().instant()).isEqualTo("2026-01-01T01:00:00Z");
    }

    @Test
    void a_task_waits_until_the_clock_is_moved() {
        task(time.signal("task"), 5 * SECOND);

        time.advance(Duration.ofSeconds(4));
        assertThat(done).isEmpty();
        time.advance(Duration.ofSeconds(60));
        assertThat(done).containsExactly("raised false at 5");
        assertThat(time.now()).isEqualTo(64 * SECOND);
    }

    @Test
    void a_raised_signal_wakes_its_task_before_the_clock_moves() {
        Signal signal = time.signal("task");
        task(signal, Time.NEVER);
        time.advance(Duration.ofSeconds(1));

        signal.raise();
        time.advance(Duration.ofSeconds(60));

        assertThat(done).containsExactly("raised true at 1");
    }

    @Test
    void a_task_that_a_timer_starts_runs_before_the_next_timer() {
        time.at(SECOND, "first", () -> task(time.signal("task"), 0));
        time.at(2 * SECOND, "second", () -> done.add("second"));

        time.advance(Duration.ofSeconds(3));

        assertThat(done).containsExactly("raised false at 1", "second");
    }

    @Test
    void an_interrupted_task_ends_and_the_clock_moves_on() {
        Thread[] thread = new Thread[1];
        time.start("task", () -> {
            thread[0] = Thread.currentThread();
            try {
                time.signal("task").await(Time.NEVER);
            } catch (InterruptedIOException e) {
                done.add("interrupted");
            }
        });
        time.advance(Duration.ZERO);

        thread[0].interrupt();
        await().until(() -> !done.isEmpty());
        time.advance(Duration.ofSeconds(1));
        assertThat(time.now()).isEqualTo(SECOND);
    }

    @Test
    void an_interrupted_caller_does_not_move_the_clock() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> time.signal("call").await(SECOND)).isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(time.now()).isZero();
    }
}
