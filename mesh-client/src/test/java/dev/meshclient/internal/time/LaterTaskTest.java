package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaterTaskTest {
    private static final long SECOND = 1_000_000_000L;

    private final ThreadlessTime time = new ThreadlessTime();
    private final List<Long> runs = new ArrayList<>();

    @Test
    void a_task_runs_once_at_its_time() {
        time.startAt(10 * SECOND, "task", () -> runs.add(time.now()));
        time.step(100 * SECOND);
        assertThat(runs).containsExactly(10 * SECOND);
    }

    @Test
    void a_task_for_which_no_thread_can_be_had_is_started_again_every_60_s() {
        time.refuse(2);
        time.startAt(10 * SECOND, "task", () -> runs.add(time.now()));
        time.step(200 * SECOND);
        assertThat(runs).containsExactly(130 * SECOND);
    }

    @Test
    void a_cancelled_task_is_not_started_again() {
        time.refuse(1);
        Time.Timer timer = time.startAt(10 * SECOND, "task", () -> runs.add(time.now()));
        time.step(20 * SECOND);
        timer.cancel();
        time.step(200 * SECOND);
        assertThat(runs).isEmpty();
        assertThat(time.armed()).isZero();
    }
}
