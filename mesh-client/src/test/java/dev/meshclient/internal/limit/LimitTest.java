package dev.meshclient.internal.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Overloaded;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The limit layer alone, between calls and a peer whose bodies stay open. */
class LimitTest {
    private final StepTime time = new StepTime();
    private final InFlight inFlight = new InFlight();
    private final List<Attempt> open = new ArrayList<>();
    private final CallLayer peer = call -> {
        Attempt attempt = call.beginAttempt();
        open.add(attempt);
        attempt.responded(200);
        return Calls.response(call.request(), 200);
    };

    private Call run(CallLayer limit) throws IOException {
        Call call = Calls.call(time, Calls.get());
        call.run(limit);
        return call;
    }

    private CallLayer limit(long max) {
        return Limit.create(inFlight, max, false, peer);
    }

    @Test
    void one_call_more_than_the_limit_is_refused_at_once() throws Exception {
        CallLayer three = limit(3);
        run(three);
        run(three);
        run(three);
        assertThatThrownBy(() -> run(three)).isInstanceOfSatisfying(Overloaded.class, e -> {
            assertThat(e.getMessage()).contains("3 calls in flight").contains("at most 3");
            assertThat(e.reason()).isEqualTo("UO");
            assertThat(e.advice()).contains("limits.maxRequests");
        });
        assertThat(open).hasSize(3);
        assertThat(inFlight.getAsLong()).as("a refused call takes no place").isEqualTo(3);
    }

    @Test
    void the_end_of_a_body_frees_its_place_once() throws Exception {
        CallLayer one = limit(1);
        run(one);
        open.get(0).over();
        open.get(0).over();
        assertThat(inFlight.getAsLong()).isZero();
        run(one);
        assertThatThrownBy(() -> run(one)).isInstanceOf(Overloaded.class);
    }

    @Test
    void cancelling_a_call_whose_body_is_open_frees_its_place_once() throws Exception {
        Call call = run(limit(1));
        call.cancel(new IOException("Canceled"));
        open.get(0).over();
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void a_failure_frees_its_place() {
        CallLayer failing = Limit.create(inFlight, 1L, false, call -> {
            throw Calls.fail(call.beginAttempt(), Outcome.RESET);
        });
        assertThatThrownBy(() -> run(failing)).hasMessage("reset");
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void even_an_unexpected_failure_frees_its_place() {
        CallLayer broken = Limit.create(inFlight, 1L, false, call -> {
            call.beginAttempt();
            throw new IllegalStateException("an interceptor of the caller");
        });
        assertThatThrownBy(() -> run(broken)).isInstanceOf(IllegalStateException.class);
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void a_call_that_was_cancelled_before_it_came_here_leaves_no_trace() {
        Call call = Calls.call(time, Calls.get());
        call.cancel(new IOException("Canceled"));
        assertThatThrownBy(() -> call.run(limit(1))).hasMessage("Canceled");
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void lowering_the_limit_waits_for_no_call_and_admits_again_below_it() throws Exception {
        CallLayer four = limit(4);
        for (int i = 0; i < 4; i++) {
            run(four);
        }
        CallLayer two = limit(2);
        assertThatThrownBy(() -> run(two)).hasMessageContaining("4 calls in flight, of at most 2");
        open.get(0).over();
        open.get(1).over();
        assertThatThrownBy(() -> run(two)).hasMessageContaining("2 calls in flight, of at most 2");
        open.get(2).over();
        run(two);
        assertThat(inFlight.getAsLong()).isEqualTo(2);
    }

    @Test
    void zero_admits_no_call() {
        assertThatThrownBy(() -> run(limit(0))).isInstanceOf(Overloaded.class);
        assertThat(open).isEmpty();
    }

    @Test
    void where_nothing_is_stated_1024_are_admitted_and_a_neutral_service_has_no_limit() throws Exception {
        CallLayer builtIn = Limit.create(inFlight, null, false, peer);
        for (int i = 0; i < 1024; i++) {
            run(builtIn);
        }
        assertThatThrownBy(() -> run(builtIn)).isInstanceOf(Overloaded.class);
        assertThat(Limit.create(inFlight, null, true, peer)).isSameAs(peer);
    }

    @Test
    void what_is_in_flight_is_always_the_calls_that_are_not_over() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        List<Call> calls = new ArrayList<>();
        CallLayer[] limits = {limit(5), limit(20), limit(0)};
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(2) == 0) {
                try {
                    calls.add(run(limits[random.nextInt(3)]));
                } catch (Overloaded full) {
                    assertThat(full.decision().attempts()).isEmpty();
                }
            } else if (!calls.isEmpty()) {
                int at = random.nextInt(calls.size());
                if (random.nextBoolean()) {
                    calls.get(at).cancel(new IOException("Canceled"));
                } else {
                    open.get(at).over();
                }
                calls.remove(at);
                open.remove(at);
            }
            assertThat(inFlight.getAsLong()).isEqualTo(calls.size()).isLessThanOrEqualTo(20);
        }
    }
}
