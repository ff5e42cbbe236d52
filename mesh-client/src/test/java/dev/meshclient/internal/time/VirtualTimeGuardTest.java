package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One planted fault a test: virtual time must name the fault, its time and its task. */
class VirtualTimeGuardTest {
    private static final long MS = 1_000_000;
    /** Of a real second: a task that was let go just now gets the processor within it. */
    private static final int PATIENCE = 10;
    /** For faults of threads that run: they are borne six times as long. */
    private static final int LITTLE_PATIENCE = 3;

    @FunctionalInterface
    private interface Fault {
        void happen(VirtualTime time) throws Exception;
    }

    private static ThrowableAssertAlternative<AssertionError> failureOf(ThreadKind kind, Fault fault) {
        return failureOf(kind, PATIENCE, fault);
    }

    private static ThrowableAssertAlternative<AssertionError> failureOf(ThreadKind kind, int patience, Fault fault) {
        assumeTrue(kind.isAvailable());
        VirtualTime time = new VirtualTime(kind, 1, 1, patience);
        return assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> time.run(() -> fault.happen(time)));
    }

    private static void pause(VirtualTime time, long nanos) {
        try {
            time.signal("pause").await(time.now() + nanos);
        } catch (InterruptedIOException e) {
            throw new AssertionError(e);
        }
    }

    private static void waitForEver(VirtualTime time, String signal) {
        try {
            time.signal(signal).await(Time.NEVER);
        } catch (InterruptedIOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_deadlock_shows_which_task_waits_where(ThreadKind kind) {
        failureOf(kind, time -> {
                    pause(time, 5 * MS);
                    time.start("caller-1", () -> waitForEver(time, "a permit"));
                    time.join();
                })
                .withMessageContaining("deadlock at t=5 ms")
                .withMessageContaining("task 'caller-1' waits for 'a permit' since t=5 ms")
                .withMessageContaining("VirtualTimeGuardTest.waitForEver");
    }

    @ParameterizedTest
    @EnumSource
    void a_timer_that_is_left_behind(ThreadKind kind) {
        failureOf(kind, time -> time.at(5_000 * MS, "sweep", () -> {}))
                .withMessageContaining("leaves behind:\n  timer 'sweep' of 'root', made at t=0 ms, due at t=5000 ms");
    }

    @ParameterizedTest
    @EnumSource
    void a_task_that_is_left_behind(ThreadKind kind) {
        failureOf(kind, time -> {
                    time.start("mirror-7", () -> waitForEver(time, "an answer"));
                    pause(time, MS);
                })
                .withMessageContaining("the root ended at t=1 ms and leaves behind")
                .withMessageContaining("task 'mirror-7' waits for 'an answer' since t=0 ms");
    }

    @ParameterizedTest
    @EnumSource
    void a_task_that_did_not_even_begin(ThreadKind kind) {
        failureOf(kind, time -> time.start("late", () -> {}))
                .withMessageContaining("leaves behind:\n  task 'late' of 'root'");
    }

    @ParameterizedTest
    @EnumSource
    void an_exception_of_a_task(ThreadKind kind) {
        failureOf(kind, time -> {
                    pause(time, 7 * MS);
                    time.start("caller-3", () -> {
                        throw new IllegalStateException("a broken layer");
                    });
                    time.join();
                })
                .withMessageContaining(
                        "task 'caller-3' failed at t=7 ms: java.lang.IllegalStateException: a broken layer")
                .havingCause()
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource
    void an_exception_of_a_timer(ThreadKind kind) {
        failureOf(kind, time -> {
                    time.at(2 * MS, "sweep", () -> {
                        throw new IllegalStateException("a broken sweep");
                    });
                    pause(time, 10 * MS);
                })
                .withMessageContaining("timer 'sweep' of 'root' failed at t=2 ms")
                .withMessageContaining("a broken sweep");
    }

    @ParameterizedTest
    @EnumSource
    void a_task_that_spins_on_the_clock(ThreadKind kind) {
        failureOf(kind, time -> {
                    while (time.now() < MS) {
                        Thread.onSpinWait();
                    }
                })
                .withMessageContaining("at t=0 ms 'root' read the clock 1000000 times");
    }

    @ParameterizedTest
    @EnumSource
    void time_that_stands_still(ThreadKind kind) {
        failureOf(kind, time -> {
                    Signal signal = time.signal("again");
                    while (true) {
                        time.at(time.now(), "now", signal::raise);
                        signal.await(Time.NEVER);
                    }
                })
                .withMessageContaining("time stands still");
    }

    @ParameterizedTest
    @EnumSource
    void a_timer_that_waits(ThreadKind kind) {
        failureOf(kind, time -> {
                    time.at(MS, "attempt", () -> pause(time, MS));
                    pause(time, 10 * MS);
                })
                .withMessageContaining("at t=1 ms the action of timer 'attempt' waits for 'pause'");
    }

    @ParameterizedTest
    @EnumSource
    void two_tasks_that_wait_for_one_signal(ThreadKind kind) {
        failureOf(kind, time -> {
                    Signal signal = time.signal("answer");
                    time.start("first", () -> quietly(() -> signal.await(MS)));
                    time.start("second", () -> quietly(() -> signal.await(MS)));
                    time.join();
                })
                .withMessageContaining("both wait for 'answer'");
    }

    @ParameterizedTest
    @EnumSource
    void a_thread_that_is_not_ours_even_if_it_hides_it(ThreadKind kind) {
        failureOf(kind, time -> {
                    Signal signal = time.signal("answer");
                    Thread foreign = new Thread(() -> quietly(signal::raise), "foreign");
                    foreign.start();
                    foreign.join();
                })
                .withMessageContaining("thread 'foreign' used 'answer' out of turn, while 'root' runs");
    }

    @ParameterizedTest
    @EnumSource
    void a_latch(ThreadKind kind) {
        failureOf(kind, time -> {
                    pause(time, 3 * MS);
                    new CountDownLatch(1).await();
                })
                .withMessageContaining("task 'root' has the turn at t=3 ms and is WAITING")
                .withMessageContaining("CountDownLatch.await");
    }

    @ParameterizedTest
    @EnumSource
    void a_monitor_that_is_held_over_a_wait(ThreadKind kind) {
        Object lock = new Object();
        failureOf(kind, time -> {
                    time.start("second", () -> {
                        synchronized (lock) {
                            time.now();
                        }
                    });
                    synchronized (lock) {
                        pause(time, MS);
                    }
                })
                .withMessageContaining("task 'second' has the turn at t=0 ms and is BLOCKED");
    }

    @ParameterizedTest
    @EnumSource
    void a_loop_without_an_end(ThreadKind kind) {
        AtomicBoolean ended = new AtomicBoolean();
        failureOf(kind, LITTLE_PATIENCE, time -> {
                    while (!ended.get()) {
                        Thread.onSpinWait();
                    }
                })
                .withMessageContaining("task 'root' has the turn at t=0 ms and is RUNNABLE");
        ended.set(true);
    }

    @ParameterizedTest
    @EnumSource
    void a_wait_that_swallows_the_end_of_the_run(ThreadKind kind) {
        AtomicBoolean ended = new AtomicBoolean();
        failureOf(
                        kind,
                        LITTLE_PATIENCE,
                        time -> time.start("stubborn", () -> {
                            while (!ended.get()) {
                                quietly(() -> time.signal("x").await(Time.NEVER));
                            }
                        }))
                .withMessageContaining("leaves behind");
        ended.set(true);
    }

    @ParameterizedTest
    @EnumSource
    void a_failed_run_lets_its_threads_go(ThreadKind kind) throws Exception {
        Thread[] threads = new Thread[2];
        failureOf(kind, time -> {
            threads[0] = Thread.currentThread();
            time.start("mirror", () -> {
                threads[1] = Thread.currentThread();
                waitForEver(time, "an answer");
            });
            pause(time, MS);
        });
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    /** What a test of the faulty kind does: hides everything, the fault included. */
    private static void quietly(Action action) {
        try {
            action.run();
        } catch (Throwable hidden) {
            Thread.onSpinWait();
        }
    }
}
