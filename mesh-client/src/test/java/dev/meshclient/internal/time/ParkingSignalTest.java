package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParkingSignalTest {
    private static final long MS = 1_000_000;

    private final RealTime time = RealTime.create("signal-test");
    private final Signal signal = time.signal("test");

    @AfterEach
    void close() {
        time.close();
    }

    private Thread waiter(AtomicBoolean result) {
        Thread thread = new Thread(
                () -> {
                    try {
                        result.set(signal.await(Time.NEVER));
                    } catch (InterruptedIOException e) {
                        result.set(Thread.currentThread().isInterrupted());
                    }
                },
                "waiter");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static boolean isParked(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    @Test
    void raised_before_the_wait_it_is_true_once() throws Exception {
        signal.raise();
        signal.raise();
        assertThat(signal.await(Time.NEVER)).isTrue();
        long until = time.now() + 5 * MS;
        assertThat(signal.await(until)).isFalse();
        assertThat(time.now()).isGreaterThanOrEqualTo(until);
    }

    @Test
    void raised_and_too_late_it_is_still_true() throws Exception {
        signal.raise();
        assertThat(signal.await(0)).isTrue();
        assertThat(signal.await(0)).isFalse();
    }

    @Test
    void raise_wakes_the_waiter() throws Exception {
        AtomicBoolean result = new AtomicBoolean();
        Thread thread = waiter(result);
        await().until(() -> isParked(thread));
        signal.raise();
        thread.join();
        assertThat(result).isTrue();
    }

    @Test
    void an_interrupt_ends_the_wait_and_leaves_the_flag_up() throws Exception {
        AtomicBoolean result = new AtomicBoolean();
        Thread thread = waiter(result);
        await().until(() -> isParked(thread));
        thread.interrupt();
        thread.join();
        assertThat(result).isTrue();
    }

    @Test
    void an_interrupt_from_before_the_wait_counts_unless_it_is_raised() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> signal.await(Time.NEVER)).isInstanceOf(InterruptedIOException.class);
        signal.raise();
        assertThat(signal.await(Time.NEVER)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_stray_permit_does_not_end_the_wait() throws Exception {
        AtomicBoolean result = new AtomicBoolean();
        Thread thread = waiter(result);
        await().until(() -> isParked(thread));
        for (int i = 0; i < 100; i++) {
            LockSupport.unpark(thread);
        }
        await().during(Duration.ofMillis(50)).until(thread::isAlive);
        signal.raise();
        thread.join();
        assertThat(result).isTrue();
    }

    /** Each raise answers one wait: a lost wake-up hangs it. */
    @Test
    void no_raise_is_lost_between_two_threads() throws Exception {
        int rounds = 100_000;
        Signal ping = time.signal("ping");
        Signal pong = time.signal("pong");
        AtomicInteger answered = new AtomicInteger();
        time.start("answerer", () -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    if (ping.await(time.now() + 30_000 * MS)) {
                        answered.incrementAndGet();
                        pong.raise();
                    }
                }
            } catch (InterruptedIOException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (int i = 0; i < rounds; i++) {
            ping.raise();
            assertThat(pong.await(time.now() + 30_000 * MS)).isTrue();
        }
        assertThat(answered).hasValue(rounds);
    }
}
