package dev.meshclient.internal.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A limit of attempts that is not enforced, and a peer that takes its time. */
class ShadowAttemptTimerTest {
    private static final long MILLI = 1_000_000;

    private final StepTime time = new StepTime();

    private Call callOf(String limit, AttemptLayer peer) throws IOException {
        Call call = Calls.call(time, Calls.get());
        call.run(c ->
                ShadowAttemptTimer.create(time, Duration.parse(limit), peer).call(c.beginAttempt()));
        return call;
    }

    private static AttemptLayer after(long millis) {
        return attempt -> {
            attempt.pause(millis * MILLI);
            attempt.responded(200);
            return Calls.response(attempt.call().request(), 200);
        };
    }

    @Test
    void a_limit_that_is_not_stated_leaves_the_layer_out() {
        AttemptLayer next = after(1);
        assertThat(ShadowAttemptTimer.create(time, null, next)).isSameAs(next);
    }

    @Test
    void headers_that_are_late_are_returned_and_the_call_states_so() throws Exception {
        Call call = callOf("PT0.2S", after(250));
        assertThat(call.status()).isEqualTo(200);
        assertThat(call.shadow())
                .containsExactly("timeouts would cancel the attempt: number 1 had no response headers within"
                        + " 200 ms (timeouts.backendRequest)");
    }

    @Test
    void headers_in_time_count_for_nothing_and_the_body_may_last() throws Exception {
        Call call = callOf("PT0.2S", after(199));
        time.step(3600_000 * MILLI);
        assertThat(call.shadow()).isEmpty();
    }

    @Test
    void no_limit_counts_nothing() throws Exception {
        assertThat(callOf("PT0S", after(60_000)).shadow()).isEmpty();
    }

    @Test
    void a_failure_after_the_limit_counts_too() {
        Call call = Calls.call(time, Calls.get());
        AttemptLayer fails = attempt -> {
            attempt.pause(300 * MILLI);
            throw Calls.fail(attempt, Outcome.RESET);
        };
        assertThatThrownBy(() -> call.run(c -> {
                    Attempt attempt = c.beginAttempt();
                    return ShadowAttemptTimer.create(time, Duration.ofMillis(200), fails)
                            .call(attempt);
                }))
                .isInstanceOf(IOException.class);
        assertThat(call.shadow()).hasSize(1);
    }
}
