package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.NoRetry.Why;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The call states why a failed attempt was not repeated, in a kind and in a sentence. */
class NoRetryTest {
    private static final RequestBody ONE_SHOT = new RequestBody() {
        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public void writeTo(BufferedSink sink) {}

        @Override
        public boolean isOneShot() {
            return true;
        }
    };

    private final StepTime time = new StepTime();
    private EndpointsLeft left = EndpointsLeft.ALWAYS_SOME;
    private @Nullable RetryPolicy policy = RetryPolicy.builder().attempts(1).build();
    private RetryConstraint limits = RetryConstraint.NONE;
    private MeshOptions options = MeshOptions.DEFAULT;
    private Request request = Calls.get();
    private long deadline = Long.MAX_VALUE;

    private Call callOf(Outcome outcome) {
        return callOf(attempt -> {
            attempt.pick(Calls.pick(() -> left, 2));
            throw Calls.fail(attempt, outcome);
        });
    }

    private Call callOf(int status, String... headers) {
        return callOf(attempt -> {
            attempt.pick(Calls.pick(() -> left, 2));
            return Calls.respond(attempt, status, headers);
        });
    }

    private Call callOf(AttemptLayer peer) {
        CallLayer retry = Retry.create(
                time, policy, false, new RetryPermits(new RetryBudget(), limits, (service, backend, why) -> {}), peer);
        Call call = Calls.call(time, request, options);
        call.deadline(deadline);
        try {
            call.run(retry).close();
        } catch (IOException asScripted) {
            assertThat(call.latest()).isNotNull();
        }
        return call;
    }

    private static void assertWhy(Call call, Why why, String part) {
        NoRetry none = Objects.requireNonNull(call.noRetry());
        assertThat(none.why()).isEqualTo(why);
        assertThat(call.decision().detail()).isEqualTo(none.text()).contains(part);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 404})
    void a_response_that_needs_no_retry_needs_no_reason(int status) {
        Call call = callOf(status);
        assertThat(call.noRetry()).isNull();
        assertThat(call.decision().detail()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500})
    void the_policy_does_not_retry_this_status(int status) {
        assertWhy(callOf(status), Why.CONDITION, "the policy does not retry this outcome (retry.codes, retry.retryOn)");
    }

    @Test
    void the_policy_does_not_retry_this_outcome() {
        assertWhy(callOf(Outcome.PROTOCOL_ERROR), Why.CONDITION, "does not retry this outcome");
    }

    @Test
    void the_mesh_refuses_the_attempt_itself_and_states_that_elsewhere() {
        assertThat(callOf(Outcome.REFUSED).noRetry()).isNull();
    }

    @Test
    void the_policy_states_no_retries() {
        policy = RetryPolicy.builder().attempts(0).build();
        assertWhy(callOf(503), Why.OFF, "the policy states no retries");
        assertWhy(callOf(Outcome.RESET), Why.OFF, "the policy states no retries");
        assertThat(callOf(200).noRetry()).isNull();
    }

    @Test
    void the_caller_switched_retries_off() {
        options = MeshOptions.DEFAULT.withoutRetries();
        assertWhy(callOf(503), Why.OFF, "MeshOptions.withoutRetries()");
    }

    @Test
    void the_caller_limits_the_attempts() {
        policy = RetryPolicy.builder().attempts(3).build();
        options = MeshOptions.DEFAULT.withMaxAttempts(2);
        Call call = callOf(503);
        assertWhy(call, Why.ATTEMPTS, "the caller asks for at most 2 attempts");
        assertThat(call.decision().attempts()).hasSize(2);
    }

    @Test
    void what_was_not_processed_is_not_repeated_beyond_the_limit_of_the_caller() {
        policy = RetryPolicy.builder().attempts(3).build();
        options = MeshOptions.DEFAULT.withMaxAttempts(2);
        Call call = callOf(Outcome.REFUSED_STREAM);
        assertWhy(call, Why.ATTEMPTS, "the caller asks for at most 2 attempts");
        assertThat(call.decision().attempts()).hasSize(2);
    }

    @Test
    void the_limit_of_the_caller_gives_no_more_retries_than_the_policy() {
        options = MeshOptions.DEFAULT.withMaxAttempts(5);
        Call call = callOf(503);
        assertWhy(call, Why.ATTEMPTS, "the retries are used up (1, retry.attempts)");
        assertThat(call.decision().attempts()).hasSize(2);
        policy = RetryPolicy.builder().attempts(0).build();
        assertWhy(callOf(503), Why.OFF, "the policy states no retries");
    }

    @Test
    void one_attempt_of_the_caller_is_the_same_as_no_retries() {
        options = MeshOptions.DEFAULT.withMaxAttempts(1);
        assertThat(options.isWithoutRetries()).isTrue();
        assertWhy(callOf(503), Why.OFF, "MeshOptions.withoutRetries()");
        assertThatThrownBy(() -> MeshOptions.DEFAULT.withMaxAttempts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 or more, not 0");
    }

    @Test
    void the_retries_are_used_up() {
        assertWhy(callOf(503), Why.ATTEMPTS, "the retries are used up (1, retry.attempts)");
    }

    @Test
    void a_post_may_have_been_processed() {
        request = Calls.post();
        assertWhy(callOf(503), Why.UNSAFE, "is not idempotent");
    }

    @Test
    void the_body_can_be_written_once() {
        request = Calls.get().newBuilder().put(ONE_SHOT).build();
        assertWhy(callOf(503), Why.BODY, "can be written only once");
    }

    @Test
    void the_response_forbids_it() {
        assertWhy(callOf(503, "x-mesh-no-retry", "1"), Why.NO_RETRY_HEADER, "x-mesh-no-retry");
    }

    @Test
    void the_inbound_request_is_a_retry() {
        options =
                MeshOptions.DEFAULT.withInbound(InboundContext.of(name -> name.equals("x-mesh-attempt") ? "2" : null));
        assertWhy(callOf(503), Why.INBOUND_RETRY, "a request that is a retry itself");
    }

    @Test
    void the_response_asks_for_a_long_pause() {
        assertWhy(callOf(429, "Retry-After", "301"), Why.CONDITION, "retry.codes");
        policy = RetryPolicy.builder().attempts(1).codes(Set.of(429)).build();
        assertWhy(callOf(429, "Retry-After", "301"), Why.RETRY_AFTER, "longer pause");
    }

    @Test
    void no_time_is_left() {
        deadline = 1;
        assertWhy(callOf(503), Why.DEADLINE, "no time left");
    }

    @Test
    void no_endpoint_is_left() {
        left = EndpointsLeft.NONE;
        assertWhy(callOf(503), Why.ENDPOINTS, "no endpoint is left");
    }

    @Test
    void the_budget_is_exhausted() {
        limits = RetryConstraint.builder().percent(0).minRetryCount(0).build();
        assertWhy(callOf(503), Why.BUDGET, "retry budget exhausted");
    }

    @Test
    void a_shadow_budget_refuses_nothing_and_counts_as_if_it_did() {
        limits = RetryConstraint.builder()
                .percent(0)
                .minRetryCount(1)
                .shadow(true)
                .build();
        policy = RetryPolicy.builder().attempts(3).build();
        Call call = callOf(503);
        String would = "retryConstraint would refuse the retry: the retry budget is spent: "
                + "at most 0 % of the requests within 10000 ms, and 1 within 1000 ms";
        assertThat(call.attempts()).isEqualTo(4);
        assertThat(call.decision().shadow()).containsExactly(would, would);
        assertWhy(call, Why.ATTEMPTS, "the retries are used up");
        assertThat(call.decision()).asString().endsWith(", shadow [" + would + ", " + would + "]");
    }

    @Test
    void a_shadow_budget_leaves_the_protection_against_unprocessed_requests_in_force() {
        limits = RetryConstraint.builder()
                .percent(0)
                .minRetryCount(0)
                .shadow(true)
                .build();
        Call call = callOf(Outcome.REFUSED_STREAM);
        assertWhy(call, Why.UNPROCESSED, "too many requests were not processed");
        assertThat(call.attempts()).isEqualTo(2);
        assertThat(call.decision().shadow()).isEmpty();
    }

    @Test
    void every_endpoint_refuses() {
        assertWhy(callOf(Outcome.REFUSED_STREAM), Why.UNPROCESSED, "refused without being processed in 7 attempts");
    }

    /** Tags of metrics are these words. */
    @Test
    void each_kind_has_a_word_of_its_own() {
        assertThat(List.of(Why.values()))
                .extracting(Why::word)
                .doesNotHaveDuplicates()
                .allMatch(w -> w.matches("[a-z-]+"));
    }
}
