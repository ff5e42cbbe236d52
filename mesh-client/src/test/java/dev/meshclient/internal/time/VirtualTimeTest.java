package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VirtualTimeTest {
    private static final long MS = 1_000_000;

    /** Two pairs that wake each other at random instants, and timers among them: what happened, in order. */
    private static List<String> happenings(VirtualTime time) {
        List<String> seen = new ArrayList<>();
        time.run(() -> {
            for (int i = 0; i < 4; i++) {
                String name = "task-" + i;
                time.start(name, () -> {
                    Signal signal = time.signal(name);
                    for (int round = 0; round < 50; round++) {
                        long until = time.now() + 1 + time.random().nextLong(3 * MS);
                        Time.Timer timer = time.at(until - MS / 2, name, signal::raise);
                        boolean raised = await(signal, until);
                        timer.cancel();
                        seen.add(time.now() + " " + name + " " + raised);
                    }
                });
            }
            time.join();
        });
        return seen;
    }

    private static boolean await(Signal signal, long until) {
        try {
            return signal.await(until);
        } catch (InterruptedIOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_same_seed_is_the_same_run(ThreadKind kind) {
        assumeTrue(kind.isAvailable());
        List<String> first = happenings(VirtualTime.continuous(ThreadKind.PLATFORM, 7));
        assertThat(first).hasSize(200);
        assertThat(happenings(VirtualTime.continuous(kind, 7))).isEqualTo(first);
        assertThat(happenings(VirtualTime.continuous(kind, 8))).isNotEqualTo(first);
    }

    @Test
    void whole_millis_end_all_waits_and_timers_on_the_tick() {
        List<String> seen = happenings(VirtualTime.inWholeMillis(ThreadKind.PLATFORM, 7));
        assertThat(seen).hasSize(200).allMatch(s -> Long.parseLong(s.split(" ", 2)[0]) % MS == 0);
    }

    @Test
    void the_seed_orders_what_happens_at_one_instant() {
        List<String> orders = new ArrayList<>();
        for (int seed = 0; seed < 20; seed++) {
            StringBuilder order = new StringBuilder();
            VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, seed);
            time.run(() -> {
                time.at(MS, "a", () -> order.append('a'));
                time.at(MS, "b", () -> order.append('b'));
                time.signal("pause").await(2 * MS);
            });
            orders.add(order.toString());
        }
        assertThat(orders).contains("ab", "ba").hasSize(20);
    }

    @Test
    void a_signal_stays_raised_once() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            Signal signal = time.signal("signal");
            signal.raise();
            signal.raise();
            assertThat(signal.await(MS)).isTrue();
            assertThat(signal.await(MS)).isFalse();
            assertThat(time.now()).isEqualTo(MS);
        });
    }

    @Test
    void an_interrupt_ends_the_wait_and_leaves_the_flag_up() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        List<String> seen = new ArrayList<>();
        time.run(() -> {
            time.at(3 * MS, "interrupter", () -> time.interrupt("caller"));
            time.start("caller", () -> {
                assertThatThrownBy(() -> time.signal("answer").await(Time.NEVER))
                        .isInstanceOf(InterruptedIOException.class);
                seen.add(time.now() + " " + Thread.currentThread().isInterrupted());
            });
            time.join();
            time.start(
                    "next on the same thread",
                    () -> seen.add(Thread.currentThread().isInterrupted() + ""));
            time.join();
        });
        assertThat(seen).containsExactly(3 * MS + " true", "false");
    }

    @Test
    void the_wall_clock_keeps_pace() {
        VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        time.run(() -> {
            long before = time.wall().millis();
            time.signal("pause").await(5_000 * MS);
            assertThat(time.wall().millis() - before).isEqualTo(5_000);
        });
    }

    @Test
    void the_heap_gives_events_in_order_whatever_is_taken_out() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            EventHeap heap = new EventHeap();
            List<Event> expected = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Event event =
                        new Event(Event.Kind.TIMER, random.nextInt(10), random.nextInt(3), i, "e", null, null, "t", 0);
                heap.add(event);
                expected.add(event);
                if (random.nextInt(3) == 0) {
                    Event out = expected.remove(random.nextInt(expected.size()));
                    heap.remove(out);
                    heap.remove(out);
                }
            }
            expected.sort((a, b) -> a == b ? 0 : a.isBefore(b) ? -1 : 1);
            assertThat(heap.rest()).isEqualTo(expected);
            List<Event> polled = new ArrayList<>();
            for (Event event = heap.poll(); event != null; event = heap.poll()) {
                polled.add(event);
            }
            assertThat(polled).isEqualTo(expected);
        }
    }
}
