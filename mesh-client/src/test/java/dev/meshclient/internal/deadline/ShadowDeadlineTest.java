package dev.meshclient.internal.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A limit of calls that is not enforced, above the deadline that is, and a peer that takes its time. */
class ShadowDeadlineTest {
    private static final long SECOND = 1_000_000_000L;

    private final StepTime time = new StepTime();
    private @Nullable Attempt open;

    private CallLayer layers(String limit, boolean neutral, CallLayer peer) {
        return ShadowDeadline.create(time, Duration.parse(limit), Deadline.create(time, null, neutral, peer));
    }

    /** Headers after this time, and a body that ends with them. */
    private static CallLayer after(String time) {
        return call -> {
            Attempt attempt = call.beginAttempt();
            attempt.pause(Duration.parse(time).toNanos());
            return Calls.respond(attempt, 200);
        };
    }

    /** Headers after 1 s, and a body that stays open. */
    private CallLayer open(int status, String contentType) {
        return call -> {
            Attempt attempt = call.beginAttempt();
            attempt.pause(SECOND);
            open = attempt;
            attempt.responded(status);
            return Calls.response(call.request(), status, "Content-Type", contentType);
        };
    }

    private Call callOf(MeshOptions options, CallLayer layers) {
        Call call = Calls.call(time, Calls.get(), options);
        try {
            call.run(layers).close();
        } catch (IOException e) {
            assertThat(e).isSameAs(call.cancelCause());
        }
        return call;
    }

    @Test
    void a_limit_that_is_not_stated_leaves_the_layer_out() {
        CallLayer next = after("PT0S");
        assertThat(ShadowDeadline.create(time, null, next)).isSameAs(next);
    }

    @Test
    void a_call_that_takes_longer_is_answered_and_states_so() {
        Call call = callOf(MeshOptions.DEFAULT, layers("PT2S", false, after("PT2.5S")));
        assertThat(call.failure()).isNull();
        assertThat(call.decision().shadow())
                .containsExactly("timeouts would cancel the call: it was not over within 2000 ms (timeouts.request)");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // limit, of the caller, peer -> counts
                "PT2S,  -,     PT1.9S, false",
                "PT2S,  -,     PT20S, true", // it ends with the built-in deadline, after 15 s
                "PT15S, -,     PT20S, false", // the built-in limit would end it too
                "PT30S, -,     PT40S, false",
                "PT0S,  -,     PT10S, false", // none
                "PT2S,  PT1S,  PT20S, false", // the caller's limit is shorter
                "PT2S,  PT2S,  PT20S, false",
                "PT2S,  PT3S,  PT20S, true",
                "PT20S, PT30S, PT40S, true",
            })
    void it_counts_where_it_is_shorter_than_the_limits_in_force(
            String limit, @Nullable String options, String peer, boolean counts) {
        MeshOptions of =
                options == null ? MeshOptions.DEFAULT : MeshOptions.DEFAULT.withTimeout(Duration.parse(options));
        Call call = callOf(of, layers(limit, false, after(peer)));
        assertThat(call.shadow()).hasSize(counts ? 1 : 0);
    }

    @Test
    void where_no_limit_is_in_force_it_counts_as_well() {
        Call call = callOf(MeshOptions.DEFAULT, layers("PT2S", true, after("PT1H")));
        assertThat(call.failure()).isNull();
        assertThat(call.shadow()).hasSize(1);
    }

    @Test
    void a_failure_after_the_limit_counts_too() {
        CallLayer fails = call -> {
            call.beginAttempt().pause(3 * SECOND);
            throw new IOException("broken");
        };
        Call call = Calls.call(time, Calls.get());
        assertThatThrownBy(() -> call.run(layers("PT2S", false, fails))).hasMessage("broken");
        assertThat(call.shadow()).hasSize(1);
    }

    @Test
    void the_body_is_part_of_the_call() throws Exception {
        Call call = Calls.call(time, Calls.get());
        call.run(layers("PT2S", false, open(200, "text/plain")));
        time.step(SECOND / 2);
        assertThat(call.shadow()).isEmpty();
        time.step(SECOND);
        assertThat(call.shadow()).hasSize(1);
        Call ended = Calls.call(time, Calls.get());
        ended.run(layers("PT2S", false, open(200, "text/plain")));
        Objects.requireNonNull(open).over();
        time.step(10 * SECOND);
        assertThat(ended.shadow()).isEmpty();
    }

    @Test
    void a_stream_counts_until_its_headers() throws Exception {
        for (String limit : new String[] {"PT2S", "PT0.5S"}) {
            Call call = Calls.call(time, Calls.get());
            call.run(layers(limit, false, open(200, "text/event-stream")));
            int atHeaders = call.shadow().size();
            time.step(10 * SECOND);
            Objects.requireNonNull(open).over();
            assertThat(call.shadow()).hasSize(atHeaders).hasSize(limit.equals("PT2S") ? 0 : 1);
        }
    }

    @Test
    void the_deadline_in_force_is_that_of_peers() {
        Call call = callOf(MeshOptions.DEFAULT, layers("PT2S", false, after("PT1S")));
        assertThat(call.deadline()).isEqualTo(15 * SECOND);
    }

    @Test
    void the_decision_of_a_call_that_the_deadline_in_force_ends_states_it() {
        Call call = callOf(MeshOptions.DEFAULT, layers("PT2S", false, after("PT20S")));
        assertThat(call.failure()).isInstanceOf(DeadlineExceeded.class);
        assertThat(call.decision().shadow()).hasSize(1);
        assertThat(((DeadlineExceeded) Objects.requireNonNull(call.failure()))
                        .decision()
                        .shadow())
                .hasSize(1);
    }
}
