package dev.meshclient.internal.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The deadline layer alone, between a call and a peer that takes its time. */
class DeadlineTest {
    private static final long SECOND = 1_000_000_000L;

    private final StepTime time = new StepTime();
    private @Nullable Attempt open;

    /** Never answers: a caller waits until it is cancelled, or for an hour. */
    private final CallLayer silent = call -> {
        Attempt attempt = call.beginAttempt();
        attempt.pause(3600 * SECOND);
        return Calls.respond(attempt, 200);
    };

    private Attempt opened() {
        return Objects.requireNonNull(open);
    }

    private CallLayer deadline(@Nullable String stated, CallLayer next) {
        return Deadline.create(time, stated == null ? null : Duration.parse(stated), false, next);
    }

    /** Headers at once, a body that stays open. */
    private CallLayer headers(int status, String contentType) {
        return call -> {
            Attempt attempt = call.beginAttempt();
            open = attempt;
            attempt.responded(status);
            return Calls.response(call.request(), status, "Content-Type", contentType);
        };
    }

    private Call call(@Nullable String options, @Nullable String callTimeout) {
        MeshOptions said =
                options == null ? MeshOptions.DEFAULT : MeshOptions.DEFAULT.withTimeout(Duration.parse(options));
        Call call = Calls.call(time, Calls.get(), said);
        if (callTimeout != null) {
            call.deadline(time.now() + Duration.parse(callTimeout).toNanos());
        }
        return call;
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // policy, MeshOptions, callTimeout -> ended by us after
                "-,     -,     -,     PT15S", // no timeout is stated: built in
                "PT5S,  -,     -,     PT5S",
                "PT5S,  PT2S,  -,     PT2S", // the nearer counts
                "PT2S,  PT5S,  -,     PT2S", // policy shortens what the caller stated
                "-,     PT20S, -,     PT20S", // stated by the caller: nothing is built in
                "PT0S,  -,     -,     PT1H", // policy says none
                "PT0S,  PT3S,  -,     PT3S",
                "-,     -,     PT30S, PT1H", // OkHttp ends it, not we
                "PT0S,  -,     PT30S, PT1H",
                "PT5S,  -,     PT30S, PT5S",
            })
    void the_nearest_of_what_is_stated_counts(
            @Nullable String policy, @Nullable String options, @Nullable String callTimeout, String ended)
            throws Exception {
        Call call = call(options, callTimeout);
        try {
            call.run(deadline(policy, silent));
        } catch (DeadlineExceeded e) {
            assertThat(call.cancelCause()).isSameAs(e);
        }
        assertThat(Duration.ofNanos(time.now())).isEqualTo(Duration.parse(ended));
        assertThat(time.armed()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"600000, 15", "2000, 2"
    }) // a distant deadline of the inbound request lifts no limit, a near one shortens it
    void the_deadline_of_the_inbound_request_only_shortens(String leftMillis, long seconds) {
        InboundContext inbound = InboundContext.of(header -> header.equals("x-mesh-deadline-ms") ? leftMillis : null);
        Call call = Calls.call(time, Calls.get(), MeshOptions.DEFAULT.withInbound(inbound));

        assertThatThrownBy(() -> call.run(deadline(null, silent))).isInstanceOf(DeadlineExceeded.class);

        assertThat(time.now()).isBetween((seconds - 1) * SECOND, (seconds + 1) * SECOND);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'not over within 0 ms, the time that the inbound request had left (x-mesh-deadline-ms), after'",
        "2000, 'ms, the time that the inbound request had left (x-mesh-deadline-ms), after'",
        "600000, 'not over within 15000 ms, after'"
    })
    void the_message_names_the_header_if_the_inbound_request_sets_the_limit(String leftMillis, String message) {
        InboundContext inbound = InboundContext.of(header -> header.equals("x-mesh-deadline-ms") ? leftMillis : null);
        Call call = Calls.call(time, Calls.get(), MeshOptions.DEFAULT.withInbound(inbound));

        assertThatThrownBy(() -> call.run(deadline(null, silent)))
                .isInstanceOf(DeadlineExceeded.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_neutral_service_has_no_limit_of_ours() throws Exception {
        Calls.call(time, Calls.get()).run(Deadline.create(time, null, true, silent));
        assertThat(time.now()).isEqualTo(3600 * SECOND);
    }

    @Test
    void a_neutral_service_keeps_what_the_caller_says() {
        assertThatThrownBy(() -> call("PT1S", null).run(Deadline.create(time, null, true, silent)))
                .isInstanceOf(DeadlineExceeded.class);
        assertThat(time.now()).isEqualTo(SECOND);
    }

    @Test
    void the_failure_says_what_was_not_over_when_and_what_next() {
        Call call = call(null, null);
        assertThatThrownBy(() -> call.run(deadline("PT0.25S", silent)))
                .isInstanceOf(InterruptedIOException.class)
                .isInstanceOfSatisfying(DeadlineExceeded.class, e -> {
                    assertThat(e.getMessage())
                            .contains("'orders'")
                            .contains("250 ms")
                            .contains("1 attempt(s)")
                            .contains("timeouts.request");
                    assertThat(e.reason()).isEqualTo("UT");
                    assertThat(e.decision().attempts())
                            .singleElement()
                            .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo("deadline"));
                    assertThat(e.decision()).hasToString(call.decision().toString());
                });
    }

    @Test // the caller's limit does not count against the endpoint, but it is a deadline as well
    void the_decision_of_a_limit_of_the_caller_says_deadline() {
        assertThatThrownBy(() -> call("PT0.25S", null).run(deadline(null, silent)))
                .isInstanceOfSatisfying(
                        DeadlineExceeded.class,
                        e -> assertThat(e.decision())
                                .hasToString(
                                        "no policy, no service, no rule, no backend, attempts [#1 deadline after 250 ms], reason UT"));
    }

    @Test
    void the_time_counts_from_the_start_of_the_call_and_is_what_retries_see() {
        Call call = call(null, null);
        time.step(SECOND);
        assertThatThrownBy(() -> call.run(deadline("PT3S", silent))).isInstanceOf(DeadlineExceeded.class);
        assertThat(call.deadline()).isEqualTo(3 * SECOND);
        assertThat(time.now()).isEqualTo(3 * SECOND);
    }

    @Test
    void the_body_counts_and_is_ended_with_the_call() throws Exception {
        Call call = call(null, null);
        call.run(deadline("PT3S", headers(200, "text/plain")));
        assertThat(call.isOver()).isFalse();
        assertThat(time.armed()).isEqualTo(1);
        time.step(3 * SECOND);
        assertThat(opened().cancelCause()).isInstanceOf(DeadlineExceeded.class);
        assertThat(call.isOver()).isTrue();
    }

    @Test
    void the_end_of_the_body_disarms_the_timer() throws Exception {
        call(null, null).run(deadline("PT3S", headers(200, "text/plain")));
        opened().over();
        assertThat(time.armed()).isZero();
    }

    @Test
    void a_failure_disarms_the_timer() {
        CallLayer failing = call -> {
            throw new IOException("reset");
        };
        assertThatThrownBy(() -> call(null, null).run(deadline("PT3S", failing)))
                .hasMessage("reset");
        assertThat(time.armed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "Text/Event-Stream; charset=utf-8",
                "application/grpc",
                "application/grpc+proto",
                "application/x-ndjson",
                "application/ndjson; charset=utf-8",
                "application/json-seq",
                "multipart/x-mixed-replace;boundary=frame"
            })
    void a_stream_ends_it_at_the_headers(String type) throws Exception {
        Call call = call(null, null);
        call.run(deadline("PT3S", headers(200, type)));
        assertThat(time.armed()).isZero();
        time.step(60 * SECOND);
        assertThat(opened().cancelCause()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/json",
                "application/x-ndjson-like",
                "multipart/mixed",
                "application/octet-stream"
            })
    void any_other_body_is_limited_to_its_end(String type) throws Exception {
        call(null, null).run(deadline("PT3S", headers(200, type)));
        time.step(4 * SECOND);
        assertThat(opened().cancelCause()).isInstanceOf(DeadlineExceeded.class);
    }

    @Test
    void a_rule_of_streams_ends_it_at_the_headers() throws Exception {
        Call call = call(null, null);
        Backend backend = new Backend(
                "orders", "orders", Resolution.STATIC, AppProtocol.HTTP, Tls.of(Tls.Mode.DISABLE), null, 0, 0);
        call.target(new Target(new Revision("-/7"), "orders", "all", backend, true, CallMeter.NONE));
        call.run(deadline("PT3S", headers(200, "application/octet-stream")));
        time.step(60 * SECOND);
        assertThat(opened().cancelCause()).isNull();
    }

    @Test
    void switching_protocols_ends_it_at_the_headers() throws Exception {
        Call call = call("PT1S", null);
        call.run(deadline("PT3S", headers(101, "")));
        time.step(60 * SECOND);
        assertThat(opened().cancelCause()).isNull();
    }

    @Test
    void a_stream_still_has_to_begin_in_time() {
        CallLayer late = call -> {
            call.pause(5 * SECOND);
            return headers(200, "text/event-stream").call(call);
        };
        assertThatThrownBy(() -> call(null, null).run(deadline("PT3S", late))).isInstanceOf(DeadlineExceeded.class);
    }

    @Test
    void for_ever_is_a_legal_thing_to_say() throws Exception {
        Call call = Calls.call(time, Calls.get(), MeshOptions.DEFAULT.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)));
        try (Response response = call.run(deadline(null, silent))) {
            assertThat(response.code()).isEqualTo(200);
        }
        assertThat(call.deadline())
                .isGreaterThan(Duration.ofDays(10_000).toNanos())
                .isLessThan(Time.NEVER);
    }
}
