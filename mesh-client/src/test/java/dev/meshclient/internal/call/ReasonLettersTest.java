package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.MeshFailure;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnknownHostException;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReasonLettersTest {
    private final StepTime time = new StepTime();
    private final Call call = Calls.call(time, Calls.get());

    @ParameterizedTest
    @CsvSource({
        "CONNECT_FAILURE, UF",
        "TLS_REFUSED, UF",
        "REFUSED_STREAM, UR",
        "RESET_BEFORE_REQUEST, UC",
        "STALE, UC",
        "RESET, UC",
        "ATTEMPT_TIMEOUT, UT",
        "PROTOCOL_ERROR, UPE",
        "LOCAL, LR",
        "CANCELLED, DC"
    })
    void the_last_outcome_gives_the_letters(Outcome outcome, String letters) {
        assertThatThrownBy(() -> call.run(c -> {
                    Calls.respond(c.beginAttempt(), 503);
                    throw Calls.fail(c.beginAttempt(), outcome);
                }))
                .isInstanceOf(IOException.class);
        assertThat(call.reason()).isEqualTo(letters);
    }

    @Test
    void a_response_has_none() throws Exception {
        call.run(c -> Calls.respond(c.beginAttempt(), 503));
        assertThat(call.reason()).isEmpty();
    }

    @Test
    void a_body_that_breaks_is_a_broken_connection() throws Exception {
        call.run(c -> {
            Attempt attempt = c.beginAttempt();
            attempt.responded(200);
            attempt.bodyFailed(new IOException("reset"));
            attempt.over();
            return Calls.response(c.request(), 200);
        });
        assertThat(call.reason()).isEqualTo("UC");
    }

    @Test
    void an_unknown_name_is_a_failure_of_dns() {
        assertThatThrownBy(() -> call.run(c -> {
                    UnknownHostException unknown = new UnknownHostException("orders.internal");
                    c.beginAttempt().failed(Outcome.CONNECT_FAILURE, unknown);
                    throw unknown;
                }))
                .isInstanceOf(UnknownHostException.class);
        assertThat(call.reason()).isEqualTo("DF");
    }

    @Test
    void a_call_cancelled_before_its_first_attempt_is_the_callers_end() {
        call.cancel(new IOException("Canceled"));
        assertThatThrownBy(() -> call.run(c -> Calls.respond(c.beginAttempt(), 200)))
                .hasMessage("Canceled");
        assertThat(call.reason()).isEqualTo("DC");
    }

    @ParameterizedTest
    @CsvSource({"timeout, UT", "interrupted, LR"})
    void a_limit_of_okhttp_is_a_timeout_and_an_interrupted_thread_is_local(String message, String letters) {
        assertThatThrownBy(() -> call.run(c -> {
                    Calls.respond(c.beginAttempt(), 503);
                    throw new InterruptedIOException(message);
                }))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(call.reason()).isEqualTo(letters);
    }

    @Test
    void a_header_that_an_observer_removes_is_that_of_neither() throws Exception {
        Call with = Calls.call(
                time,
                new Request.Builder()
                        .url("http://orders/")
                        .header("a", "request")
                        .build());
        with.run(c -> {
            Attempt attempt = c.beginAttempt();
            attempt.set("a", "observer").remove("A");
            assertThat(attempt.header("a")).isNull();
            attempt.set("a", "again");
            assertThat(attempt.header("a")).isEqualTo("again");
            return Calls.respond(attempt, 200);
        });
    }

    @Test
    void a_failure_of_the_mesh_has_its_own_letters() {
        assertThatThrownBy(() -> call.run(c -> {
                    throw Failures.make().noRoute("no rule", "add one", c.decision());
                }))
                .isInstanceOf(MeshFailure.class);
        assertThat(call.reason()).isEqualTo(MeshFailure.NO_ROUTE);
    }

    @Test
    void a_crash_before_an_attempt_is_local() {
        assertThatThrownBy(() -> call.run(c -> {
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(call.reason()).isEqualTo("LR");
    }

    @Test
    void an_attempt_shows_the_header_that_an_observer_set_in_place_of_the_requests() throws Exception {
        Call with = Calls.call(
                time,
                new Request.Builder()
                        .url("http://orders/")
                        .header("a", "request")
                        .header("b", "request")
                        .build());
        with.run(c -> {
            Attempt attempt = c.beginAttempt();
            assertThat(attempt.header("a")).isEqualTo("request");
            attempt.set("A", "observer");
            assertThat(attempt.header("a")).isEqualTo("observer");
            assertThat(attempt.header("b")).isEqualTo("request");
            assertThat(attempt.header("c")).isNull();
            return Calls.respond(attempt, 200);
        });
    }
}
