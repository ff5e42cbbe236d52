package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RealTimeTest {
    private static final long MS = 1_000_000;

    @Test
    void the_clock_starts_near_zero_and_never_runs_back() {
        try (RealTime time = RealTime.create("real-time-test")) {
            long last = time.now();
            assertThat(last).isBetween(0L, Duration.ofSeconds(30).toNanos());
            for (int i = 0; i < 10_000; i++) {
                long now = time.now();
                assertThat(now).isGreaterThanOrEqualTo(last);
                last = now;
            }
        }
    }

    @Test
    void a_timer_fires_on_the_watchdog_and_never_early() throws Exception {
        try (RealTime time = RealTime.create("real-time-test")) {
            CountDownLatch fired = new CountDownLatch(1);
            String[] thread = new String[1];
            long[] at = new long[1];
            long due = time.now() + 30 * MS;
            time.at(due, "test", () -> {
                at[0] = time.now();
                thread[0] = Thread.currentThread().getName();
                fired.countDown();
            });
            fired.await();
            assertThat(at[0]).isGreaterThanOrEqualTo(due);
            assertThat(thread[0]).isEqualTo("real-time-test-timer");
        }
    }

    /** The application's code may interrupt the thread of a mesh that runs it, or throw an InterruptedException undeclared. */
    @Test
    void a_thread_of_a_mesh_goes_on_after_an_interrupt_that_is_not_its_end() throws Exception {
        RealTime time = RealTime.create("real-time-test");
        Signal news = time.signal("news");
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        List<String> seen = new CopyOnWriteArrayList<>();
        time.start("task", () -> {
            Interrupts.keep(new InterruptedException());
            seen.add("kept " + Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
            waits.countDown();
            try {
                seen.add("raised " + news.await(Time.NEVER));
                waits.countDown();
                news.await(Time.NEVER);
            } catch (InterruptedIOException e) {
                seen.add("interrupted");
            } finally {
                ended.countDown();
            }
        });
        waits.await();
        news.raise();
        await().until(() -> seen.size() >= 2);
        time.close();
        ended.await();
        assertThat(seen).containsExactly("kept false", "raised true", "interrupted");
    }

    @Test
    void an_interrupt_of_a_caller_is_kept() {
        Interrupts.keep(new IllegalStateException());
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Interrupts.keep(new InterruptedException());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void tasks_run_side_by_side_on_named_daemons() throws Exception {
        try (RealTime time = RealTime.create("real-time-test")) {
            CountDownLatch meet = new CountDownLatch(3);
            Set<String> names = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 3; i++) {
                time.start("task", () -> {
                    assertThat(Thread.currentThread().isDaemon()).isTrue();
                    meet.countDown();
                    awaitQuietly(meet);
                    names.add(Thread.currentThread().getName());
                });
            }
            meet.await();
            await().untilAsserted(() -> assertThat(names)
                    .containsExactlyInAnyOrder("real-time-test-1", "real-time-test-2", "real-time-test-3"));
        }
    }

    @Test
    void close_interrupts_tasks_and_ends_all_threads_once_no_timer_is_armed() throws Exception {
        RealTime time = RealTime.create("real-time-closed");
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Time.Timer timer = time.at(Time.NEVER, "never", () -> {});
        time.start("waiter", () -> {
            waits.countDown();
            try {
                time.signal("signal").await(Time.NEVER);
            } catch (InterruptedIOException e) {
                interrupted.countDown();
            }
        });
        waits.await();
        assertThat(threads("real-time-closed")).isEqualTo(2);
        time.close();
        interrupted.await();
        await().untilAsserted(() -> assertThat(threads("real-time-closed")).isEqualTo(1)); // what is armed is kept
        timer.cancel();
        await().untilAsserted(() -> assertThat(threads("real-time-closed")).isZero());
    }

    @Test
    void one_that_armed_nothing_has_no_thread() {
        try (RealTime time = RealTime.create("real-time-idle")) {
            assertThat(time.now()).isNotNegative();
            assertThat(threads("real-time-idle")).isZero();
        }
    }

    @Test
    void the_wall_clock_is_the_systems() {
        try (RealTime time = RealTime.create("real-time-test")) {
            long before = System.currentTimeMillis();
            assertThat(time.wall().millis()).isBetween(before, before + 60_000);
        }
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith(prefix))
                .count();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
