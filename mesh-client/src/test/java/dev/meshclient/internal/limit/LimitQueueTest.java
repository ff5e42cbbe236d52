package dev.meshclient.internal.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.MeshOptions;
import dev.meshclient.Overloaded;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.deadline.Deadline;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The queue of calls above the limit, with a thread for each call. */
class LimitQueueTest {
    private static final long MS = 1_000_000;

    private final InFlight inFlight = new InFlight();
    private final List<String> done = new ArrayList<>(); // one task runs at a time
    private VirtualTime time = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
    private int served;
    private int mostServed;
    private int sent;
    private CallLayer layers = call -> Calls.response(call.request(), 200);

    /** Answers after that time. */
    private void peer(long nanos) {
        layers = layersOver(call -> {
            Attempt attempt = call.beginAttempt();
            served++;
            sent++;
            mostServed = Math.max(mostServed, served);
            try {
                attempt.pause(nanos);
            } finally {
                served--;
            }
            return Calls.respond(attempt, 200);
        });
    }

    private CallLayer layersOver(CallLayer peer) {
        LimitSettings any = new LimitSettings(1, 1, false, false);
        return Deadline.create(time, null, true, Limit.create(inFlight, any, peer));
    }

    private void limits(long max, long pending) {
        limits(Limits.builder().maxRequests(max).maxPendingRequests(pending).build());
    }

    private void limits(Limits limits) {
        inFlight.activate(LimitSettings.of(limits, false));
    }

    private Call start(String name) {
        return start(name, MeshOptions.DEFAULT);
    }

    private Call start(String name, MeshOptions options) {
        Call call = Calls.call(time, Calls.get(), options);
        time.start(name, () -> {
            try {
                call.run(layers);
                done.add(name + " at " + time.now() / MS);
            } catch (Overloaded e) {
                done.add(name + " refused at " + time.now() / MS);
            } catch (IOException e) {
                done.add(name + " " + e.getClass().getSimpleName() + " at " + time.now() / MS + ": "
                        + call.decision().detail());
            }
        });
        return call;
    }

    private void sleep(long millis) throws IOException {
        time.signal("pause").await(time.now() + millis * MS);
    }

    /** One call after the other, a millisecond apart. */
    private List<Call> startEach(int number) throws IOException {
        List<Call> calls = new ArrayList<>();
        for (int i = 1; i <= number; i++) {
            calls.add(start("call " + i));
            sleep(1);
        }
        return calls;
    }

    private void checkEmpty() {
        assertThat(inFlight.getAsLong()).isZero();
        assertThat(inFlight.pending()).isZero();
        assertThat(inFlight.enter()).as("a slot is free").isTrue();
        inFlight.leave();
    }

    @Test
    void calls_above_the_limit_get_their_slots_in_order_of_arrival_and_one_too_many_is_refused_at_once() {
        time.run(() -> {
            limits(1, 3);
            peer(10 * MS);
            List<Call> calls = startEach(5);
            assertThat(inFlight.pending()).isEqualTo(3);
            time.join();
            assertThat(done)
                    .containsExactly(
                            "call 5 refused at 4", "call 1 at 10", "call 2 at 20", "call 3 at 30", "call 4 at 40");
            assertThat(calls.get(0).decision().detail()).isEmpty();
            assertThat(calls.get(3).decision().detail())
                    .isEqualTo("waited 27 ms for a slot of limits.maxRequests, behind 2 calls in the queue");
            checkEmpty();
        });
    }

    @Test
    void an_arrival_never_overtakes_a_call_that_waits() {
        time.run(() -> {
            limits(2, 9);
            peer(10 * MS);
            startEach(3);
            limits(1, 9); // the two in flight end at 10 and 11; the slot at 10 is none
            sleep(7); // now it is 10: a slot has just become free, or not
            start("late");
            time.join();
            assertThat(done).containsExactly("call 1 at 10", "call 2 at 11", "call 3 at 21", "late at 31");
            checkEmpty();
        });
    }

    @Test
    void an_arrival_while_calls_are_admitted_takes_no_slot_of_those_that_still_wait() {
        limits(1, 9);
        assertThat(inFlight.enter()).isTrue();
        boolean[] overtook = new boolean[1];
        PendingCall first = new PendingCall(inFlight, () -> overtook[0] = inFlight.enter());
        PendingCall second = new PendingCall(inFlight, () -> {});
        inFlight.arrive(first);
        inFlight.arrive(second);
        limits(3, 9);
        assertThat(overtook[0]).isFalse();
        assertThat(second.state()).isEqualTo(PendingCall.State.ADMITTED);
        assertThat(inFlight.getAsLong()).isEqualTo(3);
    }

    @Test
    void the_deadline_ends_a_wait_and_the_decision_states_how_long_and_behind_how_many() {
        time.run(() -> {
            limits(1, 9);
            peer(10_000 * MS);
            startEach(2);
            Call late = start("late", MeshOptions.DEFAULT.withTimeout(Duration.ofMillis(100)));
            sleep(150);
            assertThat(done).hasSize(1);
            assertThat(done.get(0)).startsWith("late DeadlineExceeded at 1");
            assertThat(late.failure()).isInstanceOfSatisfying(DeadlineExceeded.class, e -> {
                assertThat(e.decision().detail())
                        .matches("waited 1\\d\\d ms for a slot of limits.maxRequests, behind 1 call in the queue");
                assertThat(e.decision().attempts()).isEmpty();
                assertThat(e.reason()).isEqualTo("UT");
                assertThat(e)
                        .hasMessageMatching(
                                "the call to '.*' was not over within 1\\d\\d ms, after 0 attempt\\(s\\): it waited"
                                        + " 1\\d\\d ms for a slot of limits.maxRequests, behind 1 call in the queue; .*");
                assertThat(e.advice()).contains("raise that limit").contains("limits.maxPendingRequests");
            });
            assertThat(inFlight.pending()).isEqualTo(1);
            time.join();
            checkEmpty();
        });
    }

    /** The end of one leaves its slot to the other, whose time is over too. */
    @Test
    void a_call_is_not_sent_after_its_deadline() {
        for (int seed = 1; seed <= 20; seed++) {
            LimitQueueTest one = new LimitQueueTest();
            one.time = VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed);
            one.endTogether();
        }
    }

    private void endTogether() {
        time.run(() -> {
            limits(1, 9);
            peer(10_000 * MS);
            MeshOptions brief = MeshOptions.DEFAULT.withTimeout(Duration.ofMillis(100));
            start("a", brief);
            start("b", brief);
            time.join();
            assertThat(done).hasSize(2).allMatch(line -> line.contains("DeadlineExceeded"));
            assertThat(sent).isEqualTo(1);
            checkEmpty();
        });
    }

    @Test
    void cancelling_or_interrupting_a_waiting_call_lets_the_next_move_up() {
        time.run(() -> {
            limits(1, 9);
            peer(10 * MS);
            List<Call> calls = startEach(4);
            calls.get(1).cancel(new IOException("Canceled"));
            time.interrupt("call 3");
            time.join();
            assertThat(done).hasSize(4);
            assertThat(done.subList(0, 2))
                    .anySatisfy(end -> assertThat(end).startsWith("call 2 IOException at 4"))
                    .anySatisfy(end -> assertThat(end).startsWith("call 3 InterruptedIOException at 4"));
            assertThat(done.subList(2, 4)).containsExactly("call 1 at 10", "call 4 at 20");
            checkEmpty();
        });
    }

    @Test
    void raising_the_limit_wakes_as_many_as_may_go_and_lowering_it_keeps_the_others_in_place() {
        time.run(() -> {
            limits(1, 9);
            peer(10 * MS);
            startEach(5); // one in flight, four wait
            limits(3, 9);
            assertThat(inFlight.getAsLong()).isEqualTo(3);
            assertThat(inFlight.pending()).isEqualTo(2);
            limits(1, 0); // takes no place from those that wait
            assertThat(inFlight.pending()).isEqualTo(2);
            start("late");
            time.join();
            assertThat(done)
                    .containsExactly(
                            "late refused at 5",
                            "call 1 at 10",
                            "call 2 at 15",
                            "call 3 at 15",
                            "call 4 at 25",
                            "call 5 at 35");
            checkEmpty();
        });
    }

    @Test
    void a_limit_of_zero_refuses_those_that_wait_because_no_slot_would_come_free() {
        time.run(() -> {
            limits(1, 9);
            peer(10 * MS);
            startEach(3);
            limits(0, 9);
            time.join();
            assertThat(done).contains("call 2 refused at 3", "call 3 refused at 3", "call 1 at 10");
            start("late");
            time.join();
            assertThat(done).contains("late refused at 10");
        });
    }

    @Test
    void a_policy_without_a_limit_or_with_a_shadow_lets_all_go() {
        time.run(() -> {
            limits(1, 9);
            peer(10 * MS);
            startEach(3);
            limits(Limits.builder().maxRequests(1L).shadow(true).build());
            assertThat(inFlight.getAsLong()).isEqualTo(3);
            limits(1, 9);
            start("late");
            sleep(1);
            assertThat(inFlight.pending()).isEqualTo(1);
            inFlight.activate(LimitSettings.NONE);
            assertThat(inFlight.getAsLong()).isEqualTo(4);
            time.join();
            assertThat(done).hasSize(4).noneMatch(end -> end.contains("refused"));
            checkEmpty();
        });
    }

    @Test
    void closing_the_mesh_ends_all_waits() {
        time.run(() -> {
            limits(1, 9);
            peer(10 * MS);
            List<Call> calls = startEach(3);
            inFlight.close();
            start("late");
            time.join();
            assertThat(calls.get(2).failure())
                    .isInstanceOf(PolicyUnavailable.class)
                    .hasMessageContaining("the mesh was closed before the call");
            assertThat(done).hasSize(4).contains("call 1 at 10");
            assertThat(inFlight.getAsLong()).isZero();
        });
    }

    /** Arrivals, ends, cancellations, deadlines and policy changes at the same millisecond. */
    @Test
    void no_slot_and_no_call_is_lost_when_events_meet() {
        for (int seed = 1; seed <= 20; seed++) {
            LimitQueueTest one = new LimitQueueTest();
            one.time = VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed);
            one.race(seed);
        }
    }

    private void race(int seed) {
        time.run(() -> {
            SplittableRandom random = new SplittableRandom(seed);
            limits(3, 5);
            peer(3 * MS);
            int most = 3;
            for (int i = 0; i < 200; i++) {
                Call call = start(
                        "call " + i,
                        random.nextInt(4) == 0
                                ? MeshOptions.DEFAULT.withTimeout(Duration.ofMillis(1 + random.nextInt(5)))
                                : MeshOptions.DEFAULT);
                if (random.nextInt(5) == 0) {
                    time.at(time.now() + random.nextInt(6) * MS, "cancel", () -> call.cancel(new IOException("x")));
                }
                if (random.nextInt(10) == 0) {
                    int max = 1 + random.nextInt(4);
                    most = Math.max(most, max);
                    limits(max, random.nextInt(6));
                }
                if (random.nextInt(2) == 0) {
                    sleep(random.nextInt(3));
                }
            }
            sleep(1000);
            time.join();
            assertThat(done).as("seed " + seed).hasSize(200);
            assertThat(mostServed).as("seed " + seed).isLessThanOrEqualTo(most);
            checkEmpty();
        });
    }
}
