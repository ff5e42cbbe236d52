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
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import org.junit.jupiter.api.Test;

/** The attempt timer alone, between an attempt and a peer that takes its time. */
class AttemptTimerTest {
    private static final Duration LIMIT = Duration.ofMillis(200);
    private static final long MILLI = 1_000_000;

    private final StepTime time = new StepTime();
    private final List<Attempt> attempts = new ArrayList<>();

    private Response run(Call call, AttemptLayer peer) throws IOException {
        return call.run(c -> {
            attempts.add(c.beginAttempt());
            return AttemptTimer.create(time, LIMIT, peer).call(attempts.get(attempts.size() - 1));
        });
    }

    private Response run(AttemptLayer peer) throws IOException {
        return run(Calls.call(time, Calls.get()), peer);
    }

    private static AttemptLayer after(long millis) {
        return attempt -> {
            attempt.pause(millis * MILLI);
            attempt.responded(200);
            return Calls.response(attempt.call().request(), 200);
        };
    }

    @Test
    void no_limit_leaves_the_layer_out() {
        AttemptLayer next = after(1);
        assertThat(AttemptTimer.create(time, null, next)).isSameAs(next);
        assertThat(AttemptTimer.create(time, Duration.ZERO, next)).isSameAs(next);
    }

    @Test
    void headers_in_time_disarm_it_and_the_body_may_last() throws Exception {
        run(after(199));
        assertThat(time.armed()).isZero();
        time.step(3600_000 * MILLI);
        assertThat(attempts.get(0).cancelCause()).isNull();
        assertThat(attempts.get(0).outcome()).isEqualTo(Outcome.RESPONSE);
    }

    @Test
    void headers_that_are_late_end_the_attempt_and_not_the_call() {
        Call call = Calls.call(time, Calls.get());
        assertThatThrownBy(() -> run(call, after(1000)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("no response headers from orders within 200 ms (timeouts.backendRequest)");
        assertThat(time.now()).isEqualTo(200 * MILLI);
        assertThat(attempts.get(0).outcome()).isEqualTo(Outcome.ATTEMPT_TIMEOUT);
        assertThat(attempts.get(0).isOver()).isTrue();
        assertThat(call.cancelCause()).isNull();
    }

    @Test
    void the_time_counts_from_the_start_of_the_attempt() throws IOException {
        Call call = Calls.call(time, Calls.get());
        call.pause(50 * MILLI);
        assertThatThrownBy(() -> run(call, after(1000))).isInstanceOf(SocketTimeoutException.class);
        assertThat(time.now()).isEqualTo(250 * MILLI);
    }

    @Test
    void a_failure_in_time_is_the_failures_own() {
        assertThatThrownBy(() -> run(attempt -> {
                    throw Calls.fail(attempt, Outcome.RESET);
                }))
                .hasMessage("reset");
        assertThat(attempts.get(0).outcome()).isEqualTo(Outcome.RESET);
        assertThat(time.armed()).isZero();
    }

    @Test
    void whatever_is_thrown_disarms_it() {
        assertThatThrownBy(() -> run(attempt -> {
                    throw new IllegalStateException("a network interceptor");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(time.armed()).isZero();
    }

    @Test
    void the_end_of_the_call_is_no_timeout_of_the_attempt() {
        Call call = Calls.call(time, Calls.get());
        time.at(100 * MILLI, "caller", () -> call.cancel(new IOException("Canceled")));
        assertThatThrownBy(() -> run(call, after(1000))).hasMessage("Canceled");
        assertThat(attempts.get(0).outcome()).isNull();
        assertThat(time.armed()).isZero();
    }

    @Test
    void a_response_that_comes_with_the_timeout_is_closed_and_the_timeout_thrown() {
        boolean[] closed = new boolean[1];
        AttemptLayer racing = attempt -> {
            time.step(300 * MILLI); // fires while the response is on its way up
            attempt.responded(200);
            return watched(attempt, closed);
        };
        assertThatThrownBy(() -> run(racing)).isInstanceOf(SocketTimeoutException.class);
        assertThat(closed[0]).isTrue();
        assertThat(attempts.get(0).outcome()).isEqualTo(Outcome.ATTEMPT_TIMEOUT);
    }

    /** A timer's action may run after its cancel returned; by then the caller reads the body. */
    @Test
    void a_timer_that_fires_late_does_not_break_a_response_that_was_returned() throws Exception {
        List<Runnable> fired = new ArrayList<>();
        StepTime slow = new StepTime() {
            @Override
            public Timer at(long at, String name, Runnable action) {
                fired.add(action);
                return () -> {};
            }
        };
        Attempt attempt = Calls.call(slow, Calls.get()).beginAttempt();
        AttemptTimer.create(slow, LIMIT, after(1)).call(attempt);
        fired.forEach(Runnable::run);
        assertThat(attempt.cancelCause()).isNull();
        assertThat(attempt.outcome()).isEqualTo(Outcome.RESPONSE);
    }

    private static Response watched(Attempt attempt, boolean[] closed) {
        ForwardingSource source = new ForwardingSource(new Buffer()) {
            @Override
            public void close() throws IOException {
                closed[0] = true;
                super.close();
            }
        };
        return Calls.response(attempt.call().request(), 200)
                .newBuilder()
                .body(ResponseBody.create(Okio.buffer(source), null, -1))
                .build();
    }
}
