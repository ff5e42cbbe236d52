package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** A retry policy that is not enforced, above the built-in retries, and a peer that answers by script. */
class ShadowRetryTest {
    private final StepTime time = new StepTime();
    private final Deque<Object> script = new ArrayDeque<>();
    private RetryConstraint budget = RetryConstraint.NONE;
    private EndpointsLeft left = EndpointsLeft.ALWAYS_SOME;
    private boolean neutral;
    private Request request = Calls.get();
    private MeshOptions options = MeshOptions.DEFAULT;
    private int attempts;

    private final AttemptLayer peer = attempt -> {
        attempts++;
        attempt.pick(Calls.pick(() -> left, 1));
        Object next = script.isEmpty() ? 200 : script.poll();
        if (next instanceof Outcome outcome) {
            throw Calls.fail(attempt, outcome);
        }
        if (next instanceof String[] headers) {
            return Calls.respond(attempt, 503, headers);
        }
        return Calls.respond(attempt, (Integer) next);
    };

    private static RetryPolicy.Builder retries(int attempts) {
        return RetryPolicy.builder().attempts(attempts).shadow(true);
    }

    private List<String> would(RetryPolicy.Builder shadow, Object... peers) {
        script.clear();
        script.addAll(List.of(peers));
        attempts = 0;
        CallLayer retry = Retry.create(
                time, null, neutral, new RetryPermits(new RetryBudget(), budget, (service, backend, why) -> {}), peer);
        Call call = Calls.call(time, request, options);
        try {
            call.run(ShadowRetry.create(shadow.build(), neutral, retry)).close();
        } catch (IOException asScripted) {
            assertThat(call.latest()).isNotNull();
        }
        assertThat(attempts).isEqualTo(call.attempts());
        return call.shadow();
    }

    @Test
    void no_policy_leaves_the_layer_out() {
        CallLayer next = call -> peer.call(call.beginAttempt());
        assertThat(ShadowRetry.create(null, false, next)).isSameAs(next);
    }

    @Test
    void the_built_in_conditions_make_no_difference() {
        assertThat(would(retries(2), 503, 200)).isEmpty();
        assertThat(would(retries(2), 503, 503, 503)).isEmpty();
        assertThat(would(retries(2), Outcome.RESET, 500)).isEmpty();
        assertThat(would(retries(2), 200)).isEmpty();
    }

    @Test
    void a_status_that_the_built_in_conditions_do_not_retry() {
        assertThat(would(retries(2).codes(Set.of(500)), 500))
                .containsExactly("retry would retry the attempt: number 1, status 500");
        assertThat(attempts).isEqualTo(1);
        assertThat(would(retries(2).codes(Set.of(500, 503)), 503, 500))
                .containsExactly("retry would retry the attempt: number 2, status 500");
    }

    @Test
    void a_status_that_the_shadow_does_not_retry() {
        assertThat(would(retries(2).codes(Set.of(500)), 503, 503, 200))
                .containsExactly("retry would not retry the attempt: number 1, status 503; the policy does not retry"
                        + " this outcome (retry.codes, retry.retryOn)");
        assertThat(attempts).isEqualTo(3);
    }

    @Test
    void an_outcome_without_a_response() {
        RetryPolicy.Builder refused = retries(2).retryOn(List.of(RetryOn.CONNECT_FAILURE));
        assertThat(would(refused, Outcome.RESET, 200))
                .containsExactly("retry would not retry the attempt: number 1, reset; the policy does not retry this"
                        + " outcome (retry.codes, retry.retryOn)");
        assertThat(would(refused, Outcome.CONNECT_FAILURE, 200)).isEmpty();
    }

    @Test
    void more_attempts_and_fewer() {
        assertThat(would(retries(4), 503, 503, 503))
                .containsExactly("retry would retry the attempt: number 3, status 503");
        assertThat(would(retries(1), 503, 503, 503))
                .containsExactly("retry would not retry the attempt: number 2, status 503; the retries are used up (1,"
                        + " retry.attempts)");
        assertThat(would(retries(1), 503, 200)).isEmpty();
    }

    @Test
    void none_at_all_repeats_not_even_what_was_not_processed() {
        assertThat(would(retries(0), Outcome.REFUSED_STREAM, 200))
                .containsExactly("retry would not retry the attempt: number 1, refused-stream; the policy states no"
                        + " retries (retry.attempts)");
        assertThat(would(retries(0), 500)).isEmpty();
    }

    @Test
    void a_service_without_built_in_retries() {
        neutral = true;
        assertThat(would(retries(2), 503)).containsExactly("retry would retry the attempt: number 1, status 503");
        assertThat(attempts).isEqualTo(1);
        assertThat(would(retries(2), 500)).isEmpty();
    }

    @Test
    void what_no_policy_repeats_makes_no_difference() {
        RetryPolicy.Builder all = retries(5).codes(Set.of(500, 503));
        options = MeshOptions.DEFAULT.withoutRetries();
        assertThat(would(all, 500)).isEmpty();
        options = MeshOptions.DEFAULT;
        request = Calls.post();
        assertThat(would(all, 500)).isEmpty();
        request = Calls.get();
        assertThat(would(all, (Object) new String[] {"x-mesh-no-retry", "1"})).isEmpty();
        neutral = true;
        assertThat(would(all, (Object) new String[] {"x-mesh-no-retry", "1"})).isEmpty();
    }

    @Test
    void a_spent_budget_and_missing_endpoints_refuse_the_retries_of_both() {
        budget = RetryConstraint.builder().percent(0).minRetryCount(0).build();
        assertThat(would(retries(2), 503)).isEmpty();
        assertThat(would(retries(2).codes(Set.of(500)), 503)).isEmpty();
        budget = RetryConstraint.NONE;
        left = EndpointsLeft.NONE;
        assertThat(would(retries(2), 503)).isEmpty();
        assertThat(attempts).isEqualTo(1);
    }
}
