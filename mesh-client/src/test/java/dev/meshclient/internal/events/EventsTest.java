package dev.meshclient.internal.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.limit.Limit;
import dev.meshclient.internal.limit.LimitSettings;
import dev.meshclient.internal.retry.Retry;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.retry.RetryPermits;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.ThreadlessTime;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;

/** The events of whole calls that a listener gets: one above a retry layer, one an attempt below it. */
class EventsTest {
    private final StepTime time = new StepTime();
    private final List<String> reported = new ArrayList<>();
    private final Deque<Object> script = new ArrayDeque<>();
    private final List<Attempt> open = new ArrayList<>();
    private final Call call = Calls.call(time, Calls.get());

    private final class Recording implements CallObserver {
        Recording(CallInfo call) {
            reported.add("call " + call.request().url().host());
        }

        @Override
        public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
            reported.add("attempt " + attempt.number() + " " + attempt.outcomeName());
        }

        @Override
        public void attemptEnded(AttemptInfo attempt) {
            reported.add("attempt " + attempt.number() + " " + attempt.outcomeName()
                    + (attempt.status() == 0 ? "" : " " + attempt.status()));
        }

        @Override
        public void ended(CallInfo call) {
            IOException failure = call.failure();
            reported.add("end after " + call.decision().attempts().size()
                    + (failure == null ? "" : " " + failure.getMessage()));
        }
    }

    private final AttemptLayer peer = attempt -> {
        Object next = script.isEmpty() ? 200 : script.poll();
        if (next instanceof Outcome outcome) {
            throw Calls.fail(attempt, outcome);
        }
        if (next instanceof RuntimeException broken) {
            throw broken;
        }
        if (next.equals("open")) {
            open.add(attempt);
            return Calls.respondOpen(attempt, 200);
        }
        if (next.equals("slow")) {
            attempt.pause(1000);
        }
        return Calls.respond(attempt, next instanceof Integer status ? status : 200);
    };

    private CallLayer layers(InFlight inFlight, CallObserver.Factory... observers) {
        Events events = Events.of(time, List.of(observers), List.of());
        AttemptLayer attempts = events.ofAttempts(peer);
        CallLayer retry = Retry.create(
                time,
                null,
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                attempts);
        LimitSettings one = LimitSettings.of(Limits.builder().maxRequests(1L).build(), false);
        inFlight.activate(one);
        return events.ofCalls(Limit.create(inFlight, one, retry));
    }

    private CallLayer layers() {
        return layers(new InFlight(), Recording::new);
    }

    @Test
    void an_answer() throws Exception {
        call.run(layers());
        assertThat(reported)
                .containsExactly("call orders", "attempt 1 running", "attempt 1 response 200", "end after 1");
    }

    @Test
    void a_body_that_is_read_later_ends_the_call_later() throws Exception {
        script.add("open");
        call.run(layers());
        assertThat(reported).hasSize(3);
        open.get(0).over();
        open.get(0).over();
        call.cancel(new IOException("too late"));
        assertThat(reported)
                .containsExactly("call orders", "attempt 1 running", "attempt 1 response 200", "end after 1");
    }

    @Test
    void a_retry() throws Exception {
        script.addAll(List.of(Outcome.RESET, 503));
        call.run(layers());
        assertThat(reported)
                .containsExactly(
                        "call orders",
                        "attempt 1 running",
                        "attempt 1 reset",
                        "attempt 2 running",
                        "attempt 2 response 503",
                        "attempt 3 running",
                        "attempt 3 response 200",
                        "end after 3");
    }

    @Test
    void a_failure() {
        script.addAll(List.of(Outcome.PROTOCOL_ERROR));
        assertThatThrownBy(() -> call.run(layers())).hasMessage("protocol-error");
        assertThat(reported)
                .containsExactly(
                        "call orders", "attempt 1 running", "attempt 1 protocol-error", "end after 1 protocol-error");
    }

    @Test
    void a_refusal_has_no_attempts() throws Exception {
        CallLayer layers = layers(new InFlight(), Recording::new);
        script.add("open");
        Calls.call(time, Calls.get()).run(layers);
        reported.clear();
        assertThatThrownBy(() -> call.run(layers)).hasMessageContaining("1 calls in flight");
        assertThat(reported).hasSize(2);
        assertThat(reported.get(0)).isEqualTo("call orders");
        assertThat(reported.get(1)).startsWith("end after 0 '' has 1 calls in flight");
    }

    @Test
    void a_call_that_is_cancelled_during_an_attempt() {
        script.add("slow");
        time.at(500, "caller", () -> call.cancel(new IOException("Canceled")));
        assertThatThrownBy(() -> call.run(layers())).hasMessage("Canceled");
        assertThat(reported)
                .containsExactly("call orders", "attempt 1 running", "attempt 1 running", "end after 1 Canceled");
    }

    @Test
    void a_body_that_is_cut_off_is_a_failed_call_that_had_its_answer() throws Exception {
        script.add("open");
        call.run(layers());
        call.cancel(new IOException("Canceled"));
        assertThat(reported)
                .containsExactly("call orders", "attempt 1 running", "attempt 1 response 200", "end after 1 Canceled");
        assertThat(call.decision().attempts().get(0).status()).isEqualTo(200);
        assertThat(call.decision().attempts().get(0).failure()).contains("Canceled");
    }

    @Test
    void an_interceptor_that_breaks_is_a_failure_too() {
        script.add(new IllegalStateException("broken"));
        assertThatThrownBy(() -> call.run(layers())).isInstanceOf(IllegalStateException.class);
        assertThat(reported).endsWith("attempt 1 running", "end after 1 java.lang.IllegalStateException: broken");
    }

    private static final class Broken implements CallObserver {
        @Override
        public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
            throw new AssertionError("attempt starting");
        }

        @Override
        public void attemptEnded(AttemptInfo attempt) {
            throw new NoClassDefFoundError("attempt ended");
        }

        @Override
        public void ended(CallInfo call) {
            throw new IllegalStateException("ended");
        }
    }

    private static CallObserver refusing(CallInfo call) {
        throw new IllegalStateException("observe");
    }

    @Test
    void an_observer_that_throws_disturbs_neither_the_call_nor_the_next_observer() throws Exception {
        InFlight inFlight = new InFlight();
        CallLayer layers = layers(inFlight, EventsTest::refusing, call -> new Broken(), Recording::new);

        assertThat(call.run(layers).code()).isEqualTo(200);

        assertThat(reported)
                .containsExactly("call orders", "attempt 1 running", "attempt 1 response 200", "end after 1");
        assertThat(inFlight.getAsLong()).isZero();
    }

    @Test
    void an_only_observer_that_throws_disturbs_no_call() throws Exception {
        assertThat(call.run(layers(new InFlight(), c -> new Broken())).code()).isEqualTo(200);
        assertThat(Calls.call(time, Calls.get())
                        .run(layers(new InFlight(), EventsTest::refusing))
                        .code())
                .isEqualTo(200);
    }

    @Test
    void the_live_call_and_attempt_are_the_views() throws Exception {
        List<Object> views = new ArrayList<>();
        script.add("open");
        call.run(layers(new InFlight(), c -> {
            views.add(c);
            return new CallObserver() {
                @Override
                public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                    views.add(attempt);
                    views.add(attempt.call());
                }
            };
        }));
        assertThat(views).containsExactly(call, open.get(0), call);
    }

    @Test
    void headers_that_an_observer_sets_belong_to_that_attempt() throws Exception {
        script.addAll(List.of(Outcome.RESET, "open"));
        call.run(layers(new InFlight(), c -> new CallObserver() {
            @Override
            public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                headers.set("x-attempt", String.valueOf(attempt.number()));
            }
        }));
        Attempt second = open.get(0);
        assertThat(second.wireHeaders()).isEqualTo(Headers.of("x-attempt", "2"));
        assertThat(Objects.requireNonNull(second.previous()).wireHeaders()).isEqualTo(Headers.of("x-attempt", "1"));
    }

    @Test
    void when_an_observer_sees_the_end_the_calls_place_is_free_again() throws Exception {
        InFlight inFlight = new InFlight();
        long[] seen = {-1};
        call.run(layers(inFlight, c -> new CallObserver() {
            @Override
            public void ended(CallInfo ended) {
                seen[0] = inFlight.getAsLong();
            }
        }));
        assertThat(seen[0]).isZero();
    }

    @Test
    void without_observers_there_are_no_layers() {
        CallLayer below = c -> peer.call(c.beginAttempt());
        Events events = Events.of(time, List.of(), List.of(event -> {}));
        assertThat(events.ofCalls(below)).isSameAs(below);
        assertThat(events.ofAttempts(peer)).isSameAs(peer);
    }

    @Test
    void events_of_policy_wait_for_the_next_document_while_no_thread_can_be_had() {
        ThreadlessTime few = new ThreadlessTime();
        Events events = Events.of(few, List.of(), List.of(new MeshListener() {
            @Override
            public void on(MeshEvent event) {
                reported.add(event.toString());
            }
        }));
        few.refuse(1);
        events.policyApplied("version 1");
        events.deliverOfPolicy();
        assertThat(reported).isEmpty();
        events.policyApplied("version 2");
        events.deliverOfPolicy();
        assertThat(reported).hasSize(2);
    }
}
