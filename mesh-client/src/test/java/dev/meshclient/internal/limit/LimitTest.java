package dev.meshclient.internal.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Overloaded;
import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
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
        return limit(Limits.builder().maxRequests(max), peer);
    }

    private CallLayer limit(Limits.Builder limits, CallLayer next) {
        LimitSettings settings = LimitSettings.of(limits.build(), false);
        inFlight.activate(settings);
        return Limit.create(inFlight, settings, next);
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
        CallLayer failing = limit(Limits.builder().maxRequests(1L), call -> {
            throw Calls.fail(call.beginAttempt(), Outcome.RESET);
        });
        assertThatThrownBy(() -> run(failing)).hasMessage("reset");
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void even_an_unexpected_failure_frees_its_place() {
        CallLayer broken = limit(Limits.builder().maxRequests(1L), call -> {
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
    void a_refusal_names_the_field_in_force_that_refuses() throws Exception {
        CallLayer before = limit(4);
        limit(1); // a call of the policy before is refused by the limit in force
        run(before);
        assertThatThrownBy(() -> run(before)).isInstanceOfSatisfying(Overloaded.class, e -> assertThat(
                        e.decision().detail())
                .isEqualTo("limits.maxRequests: 1 calls in flight, of at most 1"));
        CallLayer adaptive = limit(Limits.builder().adaptive(true), peer);
        for (int i = 1; i < 20; i++) {
            run(adaptive);
        }
        assertThatThrownBy(() -> run(adaptive)).isInstanceOfSatisfying(Overloaded.class, e -> {
            assertThat(e.decision().detail()).startsWith("limits.adaptive: 20 calls");
            assertThat(e.advice()).as("a higher maxRequests changes nothing").doesNotContain("maxRequests");
        });
    }

    private CallLayer shadow(@Nullable Long max) {
        return limit(Limits.builder().maxRequests(max).shadow(true), peer);
    }

    @Test
    void a_shadow_lets_every_call_pass_and_records_those_that_the_limit_would_refuse() throws Exception {
        CallLayer two = shadow(2L);
        List<List<String>> recorded = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            recorded.add(run(two).decision().shadow());
        }
        List<String> would = List.of("limits would refuse the call: 2 calls in flight, of at most 2");
        assertThat(recorded).containsExactly(List.of(), List.of(), would, would);
        assertThat(open).hasSize(4);
        assertThat(inFlight.getAsLong()).isEqualTo(4);
    }

    @Test
    void a_call_that_a_shadow_would_refuse_takes_no_place_of_the_others() throws Exception {
        CallLayer two = shadow(2L);
        for (int i = 0; i < 4; i++) {
            run(two);
        }
        open.get(0).over(); // one of the two that the limit would let pass
        assertThat(run(two).shadow()).as("with 3 in flight").isEmpty();
        open.get(2).over(); // one that it would have refused
        assertThat(run(two).shadow()).hasSize(1);
        open.forEach(Attempt::over);
        assertThat(inFlight.getAsLong()).isZero();
        assertThat(run(two).shadow()).isEmpty();
    }

    @Test
    void a_limit_in_force_counts_the_calls_that_a_shadow_let_pass() throws Exception {
        for (int i = 0; i < 4; i++) {
            run(shadow(2L));
        }
        assertThatThrownBy(() -> run(limit(4))).hasMessageContaining("4 calls in flight, of at most 4");
        open.forEach(Attempt::over);
        run(limit(1));
        assertThat(inFlight.getAsLong()).isEqualTo(1);
    }

    @Test
    void a_shadow_without_a_limit_has_the_built_in_one() throws Exception {
        CallLayer builtIn = shadow(null);
        for (int i = 0; i < 1024; i++) {
            assertThat(run(builtIn).shadow()).isEmpty();
        }
        assertThat(run(builtIn).shadow())
                .containsExactly("limits would refuse the call: 1024 calls in flight, of at most 1024");
        LimitSettings none = LimitSettings.of(Limits.builder().shadow(true).build(), true);
        assertThat(Limit.create(inFlight, none, peer)).isSameAs(peer);
    }

    @Test
    void a_call_of_an_older_shadow_passes_under_a_policy_without_a_limit() throws Exception {
        CallLayer older =
                limit(Limits.builder().maxRequests(1L).maxPendingRequests(1L).shadow(true), peer);
        inFlight.activate(LimitSettings.NONE);
        run(older);
        assertThat(run(older).shadow()).isEmpty();
        open.forEach(Attempt::over);
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void a_shadow_with_a_queue_records_which_calls_would_wait_and_which_would_be_refused() throws Exception {
        CallLayer queue =
                limit(Limits.builder().maxRequests(1L).maxPendingRequests(1L).shadow(true), peer);
        List<List<String>> recorded = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            recorded.add(run(queue).decision().shadow());
        }
        assertThat(recorded)
                .containsExactly(
                        List.of(),
                        List.of("limits would let the call wait: 1 calls in flight, of at most 1"),
                        List.of("limits would refuse the call: 2 calls in flight, of at most 1"),
                        List.of("limits would refuse the call: 2 calls in flight, of at most 1"));
        open.forEach(Attempt::over);
        assertThat(inFlight.getAsLong()).isZero();
    }

    private Runnable calls(Limits.Builder limits) {
        CallLayer layer = limit(limits, call -> Calls.respond(call.beginAttempt(), 200));
        return () -> {
            for (int i = 0; i < 1000; i++) {
                try {
                    run(layer);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }

    @Test
    void a_queue_in_which_no_call_waits_costs_no_byte() {
        Runnable without = calls(Limits.builder().maxRequests(10L));
        Runnable with = calls(Limits.builder().maxRequests(10L).maxPendingRequests(10L));
        assertThat(Allocated.added(with, without, 0)).isNotPositive();
    }

    @Test
    void zero_admits_no_call() {
        assertThatThrownBy(() -> run(limit(0))).isInstanceOf(Overloaded.class);
        assertThat(open).isEmpty();
    }

    @Test
    void where_nothing_is_stated_1024_are_admitted_and_a_neutral_service_has_no_limit() throws Exception {
        CallLayer builtIn = limit(Limits.builder(), peer);
        for (int i = 0; i < 1024; i++) {
            run(builtIn);
        }
        assertThatThrownBy(() -> run(builtIn)).isInstanceOf(Overloaded.class);
        assertThat(Limit.create(inFlight, LimitSettings.of(Limits.NONE, true), peer))
                .isSameAs(peer);
    }

    @Test
    void what_is_in_flight_is_always_the_calls_that_are_not_over() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        List<Call> calls = new ArrayList<>();
        long[] limits = {5, 20, 0};
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(2) == 0) {
                try {
                    calls.add(run(limit(limits[random.nextInt(3)])));
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
