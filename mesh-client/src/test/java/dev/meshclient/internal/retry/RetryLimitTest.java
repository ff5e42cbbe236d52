package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Retries in flight to a backend whose retries stay open. */
class RetryLimitTest {
    private boolean takesPlace;
    private final StepTime time = new StepTime() {
        @Override
        public long now() {
            if (takesPlace) {
                takesPlace = false;
                inFlight.enter(1);
            }
            return super.now();
        }
    };
    private Runnable asked = () -> {};
    private final BackendState backend = new BackendState();
    private final RetriesInFlight inFlight = backend.get(RetriesInFlight.SLOT);
    private final List<Attempt> open = new ArrayList<>();
    private final Deque<Object> script = new ArrayDeque<>();
    private RetryConstraint budget = RetryConstraint.NONE;
    private Limits.Builder limits = Limits.builder().maxRetries(1L);

    private final AttemptLayer peer = attempt -> {
        attempt.pick(Calls.pick(
                () -> {
                    asked.run();
                    return EndpointsLeft.ALWAYS_SOME;
                },
                3));
        Object next = script.poll();
        if (next instanceof Outcome outcome) {
            throw Calls.fail(attempt, outcome);
        }
        if (next instanceof Integer status) {
            return Calls.respond(attempt, status);
        }
        open.add(attempt);
        return Calls.respondOpen(attempt, 200);
    };

    private Call call(Object... peers) {
        script.clear();
        script.addAll(List.of(peers));
        RetryPermits with =
                new RetryPermits(new RetryBudget(), budget, (service, name, why) -> {}).with(limits.build(), backend);
        CallLayer retry = Retry.create(time, null, false, with, peer);
        Call call = Calls.call(time, Calls.get());
        try {
            call.run(retry);
        } catch (IOException asScripted) {
            assertThat(call.latest()).isNotNull();
        }
        return call;
    }

    private void assertNoneInFlight() {
        assertThat(inFlight.isBelow(1)).isTrue();
    }

    @Test
    void one_retry_too_many_is_not_made_and_the_call_states_why() {
        assertThat(call(503, "open").attempts()).isEqualTo(2);
        Call refused = call(503, "open");
        assertThat(refused.attempts()).isEqualTo(1);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.noRetry()).isNotNull().extracting(NoRetry::why).isEqualTo(NoRetry.Why.LIMIT);
        assertThat(refused.decision().detail()).isEqualTo("limits.maxRetries: 1 retries are in flight");
        open.get(0).over();
        assertThat(call(503, "open").attempts())
                .as("after the end of the retry")
                .isEqualTo(2);
        open.get(1).over();
        assertNoneInFlight();
    }

    @Test
    void another_call_takes_no_place_between_the_limit_and_the_budget() {
        asked = () -> takesPlace = true;
        assertThat(call(503, "open").attempts()).isEqualTo(2);
        assertThat(takesPlace).isFalse();
        open.get(0).over();
        assertNoneInFlight();
    }

    @Test
    void a_call_counts_once_however_often_it_is_retried() {
        assertThat(call(503, 503, 503).attempts()).isEqualTo(3);
        assertNoneInFlight();
    }

    @Test
    void a_retry_counts_during_its_pause_and_a_cancelled_pause_leaves_nothing() {
        long[] during = new long[1];
        Call[] outer = new Call[1];
        time.at(10_000_000, "cancel", () -> outer[0].cancel(new IOException("Canceled")));
        RetryPermits with =
                new RetryPermits(new RetryBudget(), budget, (service, name, why) -> {}).with(limits.build(), backend);
        time.at(9_000_000, "look", () -> during[0] = inFlight.isBelow(1) ? 0 : 1);
        Call call = Calls.call(time, Calls.get());
        outer[0] = call;
        try {
            call.run(Retry.create(
                    time,
                    RetryPolicy.builder()
                            .attempts(1)
                            .codes(Set.of(503))
                            .backoff(Duration.ofSeconds(60))
                            .build(),
                    false,
                    with,
                    attempt -> {
                        attempt.pick(Calls.pick(() -> EndpointsLeft.ALWAYS_SOME, 3));
                        return Calls.respond(attempt, 503);
                    }));
        } catch (IOException cancelled) {
            assertThat(cancelled).hasMessage("Canceled");
        }
        assertThat(during[0]).isEqualTo(1);
        assertNoneInFlight();
    }

    @Test
    void a_repetition_of_what_no_endpoint_processed_does_not_count() {
        assertThat(call(503, "open").attempts()).isEqualTo(2);
        assertThat(call(Outcome.REFUSED_STREAM, "open").attempts()).isEqualTo(2);
    }

    @Test
    void a_retry_that_the_budget_refuses_leaves_nothing() {
        budget = RetryConstraint.builder().percent(0).minRetryCount(0).build();
        assertThat(call(503, "open").decision().detail()).isEqualTo("retry budget exhausted");
        assertNoneInFlight();
    }

    @Test
    void zero_permits_no_retry_and_nothing_stated_any_number() {
        limits = Limits.builder().maxRetries(0L);
        assertThat(call(503, "open").attempts()).isEqualTo(1);
        limits = Limits.builder();
        call(503, "open");
        assertThat(call(503, "open").attempts()).isEqualTo(2);
    }

    @Test
    void a_shadow_makes_the_retry_and_records_it() {
        limits = Limits.builder().maxRetries(1L).shadow(true);
        assertThat(call(503, "open").shadow()).isEmpty();
        Call above = call(503, "open");
        assertThat(above.attempts()).isEqualTo(2);
        assertThat(above.shadow())
                .containsExactly("limits would refuse the retry: limits.maxRetries: 1 retries are in flight");
        open.forEach(Attempt::over);
        assertNoneInFlight();
    }
}
