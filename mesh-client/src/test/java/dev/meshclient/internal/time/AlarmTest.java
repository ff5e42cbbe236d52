package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An alarm alone, on the watchdog and on a clock that knows only timers. */
class AlarmTest {
    private static final class Counting extends Alarm {
        private final AtomicInteger rings = new AtomicInteger();
        private final AtomicLong lastDue = new AtomicLong(-1);
        private final CountDownLatch rang = new CountDownLatch(1);

        @Override
        protected void ring(long due) {
            rings.incrementAndGet();
            lastDue.set(due);
            rang.countDown();
        }
    }

    private final StepTime stepped = new StepTime();

    @Test
    void an_alarm_rings_once_and_is_given_the_time_it_was_armed_for() {
        Counting alarm = new Counting();
        stepped.arm(alarm, 100, "test");
        stepped.step(99);
        assertThat(alarm.rings).hasValue(0);
        stepped.step(1_000);
        assertThat(alarm.rings).hasValue(1);
        assertThat(alarm.lastDue).hasValue(100);
    }

    @Test
    void a_cancelled_alarm_never_rings() {
        Counting alarm = new Counting();
        stepped.arm(alarm, 100, "test");
        alarm.cancel();
        alarm.cancel();
        stepped.step(1_000);
        assertThat(alarm.rings).hasValue(0);
    }

    @Test
    void an_alarm_may_be_cancelled_before_it_is_armed_and_after_it_rang() {
        Counting alarm = new Counting();
        alarm.cancel();
        stepped.arm(alarm, 100, "test");
        stepped.step(100);
        alarm.cancel();
        assertThat(alarm.rings).hasValue(1);
    }

    @Test
    @Timeout(60)
    void on_the_watchdog_it_gets_the_time_it_was_armed_for_too() throws Exception {
        try (RealTime real = RealTime.create("alarm")) {
            Counting alarm = new Counting();
            long at = real.now() + 1_000_000;
            real.arm(alarm, at, "test");
            assertThat(alarm.rang.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(alarm.lastDue).hasValue(at);
        }
    }

    @Test
    @Timeout(60)
    void an_alarm_that_two_threads_cancel_rings_at_most_once_and_never_if_it_was_not_due() throws Exception {
        int rounds = 300;
        Counting[] alarms = new Counting[rounds];
        boolean[] early = new boolean[rounds];
        try (RealTime real = RealTime.create("alarm")) {
            CyclicBarrier together = new CyclicBarrier(2);
            long[] due = new long[rounds];
            for (int i = 0; i < rounds; i++) {
                alarms[i] = new Counting();
                due[i] = real.now() + (i % 12) * 2_000_000L;
                real.arm(alarms[i], due[i], "test");
            }
            real.start("canceller", () -> {
                meet(together);
                for (int i = rounds - 1; i >= 0; i--) {
                    alarms[i].cancel();
                }
                meet(together);
            });
            meet(together);
            for (int i = 0; i < rounds; i++) {
                alarms[i].cancel();
                early[i] = real.now() < due[i];
            }
            meet(together);
            Counting last = new Counting(); // the watchdog has looked at the others once more when it rings
            real.arm(last, real.now() + 50_000_000, "test");
            assertThat(last.rang.await(30, TimeUnit.SECONDS)).isTrue();
        }
        for (int i = 0; i < rounds; i++) {
            assertThat(alarms[i].rings.get()).isBetween(0, early[i] ? 0 : 1);
        }
    }

    private static void meet(CyclicBarrier together) {
        try {
            together.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
