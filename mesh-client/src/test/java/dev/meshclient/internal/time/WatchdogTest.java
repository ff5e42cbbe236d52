package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The clock is the test's: only how long the thread sleeps between two looks is real. */
class WatchdogTest {
    private static final long SECOND = 1_000_000_000;
    private static final long TICK = 1_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final Watchdog watchdog = new Watchdog("watchdog-test", clock::get, TICK);

    /** Until it is gone: threads are found by their name. */
    @AfterEach
    void close() {
        watchdog.close();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().equals("watchdog-test")));
    }

    /** Waits until the thread has looked at everything once more. */
    private void look() throws InterruptedException {
        CountDownLatch fired = new CountDownLatch(1);
        watchdog.arm(0, fired::countDown);
        fired.await();
    }

    private static Thread thread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("watchdog-test"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void fires_once_when_its_time_has_come() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        watchdog.arm(5 * SECOND, fired::incrementAndGet);
        look();
        clock.set(5 * SECOND - 1);
        look();
        assertThat(fired).hasValue(0);
        clock.set(5 * SECOND);
        look();
        look();
        assertThat(fired).hasValue(1);
    }

    @Test
    void a_cancelled_timer_never_fires_and_may_be_cancelled_again() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        Time.Timer timer = watchdog.arm(SECOND, fired::incrementAndGet);
        timer.cancel();
        timer.cancel();
        clock.set(2 * SECOND);
        look();
        assertThat(fired).hasValue(0);
    }

    @Test
    void cancelling_one_leaves_its_neighbours() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        Time.Timer[] timers = new Time.Timer[30];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = watchdog.arm(SECOND, fired::incrementAndGet);
        }
        for (int i = 0; i < timers.length; i += 3) {
            timers[i].cancel();
        }
        clock.set(SECOND);
        look();
        look();
        assertThat(fired).hasValue(20);
    }

    @Test
    void a_timer_that_is_due_can_still_be_cancelled_by_one_that_fires_before_it() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        Time.Timer[] pair = new Time.Timer[2];
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            pair[i] = watchdog.arm(SECOND, () -> {
                fired.incrementAndGet();
                pair[other].cancel();
            });
        }
        clock.set(SECOND);
        look();
        look();
        assertThat(fired).hasValue(1);
    }

    @Test
    void an_action_may_arm_again() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        watchdog.arm(SECOND, () -> watchdog.arm(2 * SECOND, fired::incrementAndGet));
        clock.set(SECOND);
        look();
        look();
        assertThat(fired).hasValue(0);
        clock.set(2 * SECOND);
        look();
        look();
        assertThat(fired).hasValue(1);
    }

    @Test
    void a_broken_action_does_not_stop_the_clock() throws Exception {
        watchdog.arm(0, () -> {
            throw new IllegalStateException("planted by a test");
        });
        look();
        watchdog.arm(0, () -> {
            throw new AssertionError("planted by a test");
        });
        look();
        assertThat(thread().isAlive()).isTrue();
    }

    @Test
    void an_action_that_leaves_the_interrupt_flag_up_does_not_make_it_spin() throws Exception {
        watchdog.arm(0, () -> Thread.currentThread().interrupt());
        look();
        await().until(() -> thread().getState() == Thread.State.TIMED_WAITING);
        assertThat(thread().isInterrupted()).isFalse();
    }

    @Test
    void parks_a_second_after_the_last_timer_and_wakes_for_the_next() throws Exception {
        look();
        await().until(() -> thread().getState() == Thread.State.TIMED_WAITING);
        clock.addAndGet(SECOND + 1);
        await().until(() -> thread().getState() == Thread.State.WAITING);
        look();
        await().until(() -> thread().getState() == Thread.State.TIMED_WAITING);
    }

    @Test
    void ticks_while_a_timer_is_armed() throws Exception {
        Time.Timer far = watchdog.arm(Time.NEVER, () -> {});
        for (int i = 0; i < 5; i++) {
            clock.addAndGet(2 * SECOND);
            look();
        }
        assertThat(thread().getState()).isNotEqualTo(Thread.State.WAITING);
        far.cancel();
        clock.addAndGet(2 * SECOND);
        await().until(() -> thread().getState() == Thread.State.WAITING);
    }

    @Test
    void close_ends_the_thread_parked_or_not() throws Exception {
        look();
        Thread ticking = thread();
        watchdog.close();
        ticking.join();

        Watchdog other = new Watchdog("watchdog-test", clock::get, TICK);
        other.arm(0, () -> {});
        Thread parked = thread();
        await().until(() -> {
            clock.addAndGet(SECOND + 1);
            return parked.getState() == Thread.State.WAITING;
        });
        other.close();
        parked.join();
    }

    @Test
    void what_is_armed_after_close_still_fires_and_then_the_thread_ends() {
        watchdog.close();
        AtomicInteger fired = new AtomicInteger();
        watchdog.arm(0, fired::incrementAndGet);
        await().until(() -> fired.get() == 1);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().equals("watchdog-test")));
    }

    /** Arms just as the thread goes to park: a wake-up that is lost leaves a timer that never fires. */
    @Test
    void no_timer_is_lost_however_arming_meets_parking() {
        // A clock that leaps a second at each look: the thread wants to park after every tick.
        Watchdog hasty = new Watchdog("hasty-test", () -> clock.addAndGet(SECOND + 1), 1_000);
        SplittableRandom random = new SplittableRandom(1);
        AtomicInteger fired = new AtomicInteger();
        try {
            for (int i = 1; i <= 30_000; i++) {
                hasty.arm(0, fired::incrementAndGet);
                // Spins, to be awake when the thread is on its way to the parking place, at any point of it.
                spin(i, fired, 30 * SECOND);
                assertThat(fired).as("a timer was lost").hasValue(i);
                spin(i + 1, fired, random.nextInt(120_000));
            }
        } finally {
            hasty.close();
        }
    }

    private static void spin(int until, AtomicInteger value, long nanos) {
        long end = System.nanoTime() + nanos;
        while (value.get() < until && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** Fires or is cancelled in time, never both undone: each timer's action runs at most once, and once if no thread cancels it. */
    @Test
    void arm_cancel_and_fire_race() throws Exception {
        int threads = 4;
        int each = 30_000;
        Watchdog racing = new Watchdog("racing-test", clock::incrementAndGet, 1_000);
        AtomicIntegerArray fired = new AtomicIntegerArray(threads * each);
        AtomicIntegerArray kept = new AtomicIntegerArray(threads * each);
        Thread[] armers = new Thread[threads];
        try {
            for (int t = 0; t < threads; t++) {
                int base = t * each;
                armers[t] = new Thread(() -> {
                    SplittableRandom random = new SplittableRandom(base);
                    for (int i = 0; i < each; i++) {
                        int id = base + i;
                        Time.Timer timer = racing.arm(clock.get() + random.nextInt(3), () -> fired.incrementAndGet(id));
                        if (random.nextBoolean()) {
                            timer.cancel();
                        } else {
                            kept.set(id, 1);
                        }
                    }
                });
                armers[t].start();
            }
            for (Thread armer : armers) {
                armer.join();
            }
            await().untilAsserted(() -> {
                for (int id = 0; id < fired.length(); id++) {
                    assertThat(fired.get(id)).isBetween(kept.get(id), 1);
                }
            });
        } finally {
            racing.close();
        }
    }
}
