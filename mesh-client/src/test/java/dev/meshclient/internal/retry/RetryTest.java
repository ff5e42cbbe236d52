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
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Pick;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The retry layer alone, between a call and a peer that answers by script. */
class RetryTest {
    private final StepTime time = new StepTime();
    private final Deque<Object> script = new ArrayDeque<>();
    private int attempts;
    private int usable = 1;
    private final AttemptLayer peer = attempt -> {
        attempts++;
        if (attempt.pick() == Pick.NONE) {
            attempt.pick(Calls.pick(() -> EndpointsLeft.ALWAYS_SOME, usable));
        }
        Object next = script.isEmpty() ? 200 : script.poll();
        if (next instanceof Outcome outcome) {
            throw Calls.fail(attempt, outcome);
        }
        if (next instanceof ConnectException refused) {
            attempt.failed(Outcome.CONNECT_FAILURE, refused);
            throw refused;
        }
        if (next instanceof String[] headers) {
            return Calls.respond(attempt, 503, headers);
        }
        return Calls.respond(attempt, (Integer) next);
    };
    private final RetryBudget budget = new RetryBudget();
    private final CallLayer retry = Retry.create(
            time, null, false, new RetryPermits(budget, RetryConstraint.NONE, (service, backend, why) -> {}), peer);

    private Response run(Request request) throws IOException {
        return Calls.call(time, request).run(retry);
    }

    @Test
    void retries_503_of_a_get_twice_and_returns_the_last_answer() throws Exception {
        script.addAll(List.of(503, 503, 503, 200));
        assertThat(run(Calls.get()).code()).isEqualTo(503);
        assertThat(attempts).isEqualTo(3);
    }

    @Test
    void retriable_status_codes_means_the_codes_that_are_stated_or_built_in() throws Exception {
        assertThat(retries(409, Set.of(409), RetryOn.RETRIABLE_STATUS_CODES)).isTrue();
        assertThat(retries(503, Set.of(409), RetryOn.RETRIABLE_STATUS_CODES)).isFalse();
        assertThat(retries(503, null, RetryOn.RETRIABLE_STATUS_CODES)).isTrue();
        assertThat(retries(503, null, RetryOn.CONNECT_FAILURE)).isFalse();
        assertThat(retries(409, Set.of(409), RetryOn.CONNECT_FAILURE)).isTrue();
    }

    private boolean retries(int status, @Nullable Set<Integer> codes, RetryOn on) throws IOException {
        script.clear();
        script.add(status);
        attempts = 0;
        CallLayer stated = Retry.create(
                time,
                RetryPolicy.builder()
                        .attempts(1)
                        .codes(codes)
                        .retryOn(List.of(on))
                        .build(),
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                peer);
        Calls.call(time, Calls.get()).run(stated).close();
        return attempts == 2;
    }

    @Test
    void a_post_that_was_answered_is_not_sent_again() throws Exception {
        script.add(503);
        assertThat(run(Calls.post()).code()).isEqualTo(503);
        assertThat(attempts).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"STALE", "RESET", "ATTEMPT_TIMEOUT", "PROTOCOL_ERROR"})
    void a_post_that_may_have_been_processed_is_not_sent_again(Outcome outcome) {
        script.add(outcome);
        assertThatThrownBy(() -> run(Calls.post())).hasMessage(outcome.word());
        assertThat(attempts).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"CONNECT_FAILURE", "REFUSED_STREAM", "RESET_BEFORE_REQUEST"})
    void a_post_that_was_provably_not_processed_is_sent_again(Outcome outcome) throws Exception {
        script.add(outcome);
        assertThat(run(Calls.post()).code()).isEqualTo(200);
        assertThat(attempts).isEqualTo(2);
    }

    @Test
    void a_post_with_an_idempotency_key_is_sent_again() throws Exception {
        script.add(503);
        run(Calls.post().newBuilder().header("Idempotency-Key", "7").build());
        assertThat(attempts).isEqualTo(2);
    }

    @Test
    void a_post_that_the_caller_calls_idempotent_is_sent_again() throws Exception {
        script.add(Outcome.RESET);
        Calls.call(time, Calls.post(), MeshOptions.DEFAULT.withIdempotent()).run(retry);
        assertThat(attempts).isEqualTo(2);
    }

    @Test
    void a_body_that_can_be_written_once_is_not_sent_again_once_it_may_have_been_begun() {
        script.add(Outcome.REFUSED_STREAM);
        Request put = Calls.get().newBuilder().put(new OneShot()).build();
        assertThatThrownBy(() -> run(put)).hasMessage("refused-stream");
        assertThat(attempts).isEqualTo(1);
    }

    @Test
    void a_body_that_can_be_written_once_is_sent_again_if_there_was_no_connection() throws Exception {
        script.add(Outcome.CONNECT_FAILURE);
        run(Calls.get().newBuilder().put(new OneShot()).build());
        assertThat(attempts).isEqualTo(2);
    }

    private static final class OneShot extends RequestBody {
        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) {}
    }

    @Test
    void the_last_failure_is_thrown_and_the_earlier_ones_hang_on_it() {
        script.addAll(List.of(Outcome.RESET, Outcome.RESET, Outcome.CONNECT_FAILURE));
        assertThatThrownBy(() -> run(Calls.get())).hasMessage("connect-failure").satisfies(e -> assertThat(
                        e.getSuppressed())
                .singleElement()
                .satisfies(s -> assertThat(s.getSuppressed()).hasSize(1)));
    }

    @Test
    void a_refused_connection_is_tried_elsewhere_without_a_pause() throws Exception {
        usable = 2;
        script.add(Outcome.CONNECT_FAILURE);
        run(Calls.get());
        assertThat(time.now()).isZero();
    }

    @Test
    void retry_after_is_waited_out_and_up_to_half_of_it_more() throws Exception {
        script.add(new String[] {"Retry-After", "2"});
        run(Calls.get());
        assertThat(attempts).isEqualTo(2);
        assertThat(time.now()).isBetween(2_000_000_000L, 3_000_000_000L);
    }

    /** RFC 9110 15.6.4: by a 503 "the server" says that it is unable; another server may be able. */
    @ParameterizedTest
    @ValueSource(strings = {"2", "120", "301", "99999999999"})
    void retry_after_of_one_endpoint_does_not_hold_back_another(String seconds) throws Exception {
        usable = 2;
        script.addAll(List.of(new String[] {"Retry-After", seconds}, 200));
        assertThat(run(Calls.get()).code()).isEqualTo(200);
        assertThat(time.now()).isLessThan(25_000_000L);
    }

    @Test
    void retry_after_of_the_last_endpoint_is_waited_out() throws Exception {
        usable = 2;
        script.addAll(List.of(new String[] {"Retry-After", "2"}, new String[] {"Retry-After", "3"}, 200));
        assertThat(run(Calls.get()).code()).isEqualTo(200);
        assertThat(time.now()).isBetween(3_000_000_000L, 4_600_000_000L);
    }

    /** RFC 6585 4: the user has sent too many requests, to whichever endpoint. */
    @Test
    void retry_after_of_a_429_holds_back_the_call_from_all_endpoints() throws Exception {
        CallLayer on429 = Retry.create(
                time,
                RetryPolicy.builder().attempts(2).codes(Set.of(429)).build(),
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    attempt.pick(Calls.pick(() -> EndpointsLeft.ALWAYS_SOME, 2));
                    return Calls.respond(attempt, attempt.number() == 1 ? 429 : 200, "Retry-After", "2");
                });
        assertThat(Calls.call(time, Calls.get()).run(on429).code()).isEqualTo(200);
        assertThat(time.now()).isBetween(2_000_000_000L, 3_000_000_000L);
    }

    @Test
    void retry_after_as_a_date_counts_too() throws Exception {
        script.add(new String[] {"Retry-After", "Sun, 09 Sep 2001 01:46:43 GMT"}); // 3 s after the epoch of StepTime
        run(Calls.get());
        assertThat(time.now()).isBetween(3_000_000_000L, 4_500_000_000L);
    }

    @Test
    void a_retry_after_beyond_the_deadline_returns_the_answer_at_once() throws Exception {
        script.add(new String[] {"Retry-After", "2"});
        Call call = Calls.call(time, Calls.get());
        call.deadline(1_000_000_000L);
        assertThat(call.run(retry).code()).isEqualTo(503);
        assertThat(attempts).isEqualTo(1);
        assertThat(time.now()).isZero();
        assertThat(call.decision().detail()).isEqualTo("no time left for a retry");
    }

    @Test
    void an_answer_that_forbids_it_is_not_retried() throws Exception {
        script.add(new String[] {"x-mesh-no-retry", "1"});
        run(Calls.get());
        assertThat(attempts).isEqualTo(1);
    }

    @Test
    void an_empty_budget_returns_the_original_answer() throws Exception {
        for (int i = 0; i < 10; i++) {
            script.add(503);
            run(Calls.get());
            script.clear();
        }
        attempts = 0;
        script.add(503);
        Call call = Calls.call(time, Calls.get());
        long before = time.now();
        assertThat(before).isLessThan(1_000_000_000L);
        assertThat(call.run(retry).code()).isEqualTo(503);
        assertThat(attempts).isEqualTo(1);
        assertThat(call.decision().detail()).isEqualTo("retry budget exhausted");
    }

    static Stream<Object> unprocessed() {
        return Stream.of(Outcome.REFUSED_STREAM, Outcome.RESET_BEFORE_REQUEST, new ConnectException("refused"));
    }

    @Test
    void the_first_pooled_connection_that_breaks_is_no_retry_and_each_further_one_is() {
        usable = 20;
        script.addAll(Collections.nCopies(20, Outcome.STALE));
        assertThatThrownBy(() -> run(Calls.get())).hasMessage("reset-of-reused");
        assertThat(attempts).isEqualTo(4);
    }

    /** The peer may have processed the request, and the sender of the inbound request repeats it. */
    @ParameterizedTest
    @CsvSource({"STALE, 1", "REFUSED_STREAM, 2", "CONNECT_FAILURE, 2"})
    void a_call_for_a_retry_repeats_only_what_certainly_no_peer_processed(Outcome outcome, int expected)
            throws Exception {
        script.addAll(List.of(outcome, 200));
        InboundContext inbound = InboundContext.of(name -> name.equals("x-mesh-attempt") ? "2" : null);
        Call call = Calls.call(time, Calls.get(), MeshOptions.DEFAULT.withInbound(inbound));
        try {
            call.run(retry).close();
        } catch (IOException once) {
            assertThat(expected).isEqualTo(1);
        }
        assertThat(attempts).isEqualTo(expected);
    }

    /** One GOAWAY with 40 calls in flight: 10 of them were answered. */
    @ParameterizedTest
    @MethodSource("unprocessed")
    void what_no_peer_processed_takes_nothing_from_the_budget(Object outcome) throws Exception {
        for (int i = 0; i < 40; i++) {
            script.add(outcome);
            assertThat(run(Calls.get()).code()).as("call %d", i).isEqualTo(200);
        }
        script.add(503);
        assertThat(run(Calls.get()).code()).isEqualTo(200);
    }

    @Test
    void what_no_peer_processed_does_not_count_as_a_retry() throws Exception {
        script.addAll(List.of(
                Outcome.REFUSED_STREAM,
                503,
                Outcome.RESET_BEFORE_REQUEST,
                Outcome.STALE,
                503,
                Outcome.REFUSED_STREAM,
                200));
        assertThat(run(Calls.get()).code()).isEqualTo(200);
        script.addAll(List.of(Outcome.REFUSED_STREAM, 503, 503, 503, 200));
        assertThat(run(Calls.get()).code()).isEqualTo(503);
    }

    @ParameterizedTest
    @MethodSource("unprocessed")
    void a_call_that_no_peer_processes_ends_after_ten_repetitions_in_two_seconds(Object outcome) {
        usable = 8;
        for (int i = 0; i < 20; i++) {
            budget.request(BudgetSettings.of(RetryConstraint.NONE), 0);
            script.add(outcome);
        }
        Call call = Calls.call(time, Calls.get());
        assertThatThrownBy(() -> call.run(retry)).isInstanceOf(IOException.class);
        assertThat(attempts).isEqualTo(11);
        assertThat(time.now()).isLessThan(2_000_000_000L);
        assertThat(call.decision().detail()).isEqualTo("refused without being processed in 11 attempts");
    }

    @Test
    void one_endpoint_that_refuses_gets_a_call_six_times() {
        script.addAll(Collections.nCopies(6, Outcome.REFUSED_STREAM));
        script.add(200);
        assertThatThrownBy(() -> run(Calls.get())).hasMessage("refused-stream");
        assertThat(attempts).isEqualTo(6);
    }

    @Test
    void a_longer_pause_than_five_minutes_is_not_waited_out_and_takes_nothing_from_the_budget() throws Exception {
        for (int i = 0; i < 20; i++) {
            script.add(new String[] {"Retry-After", "301"});
            Call call = Calls.call(time, Calls.get());
            assertThat(call.run(retry).code()).isEqualTo(503);
            assertThat(call.decision().detail()).contains("longer pause");
        }
        assertThat(time.now()).isZero();
        script.add(Outcome.CONNECT_FAILURE);
        assertThat(run(Calls.get()).code()).isEqualTo(200);
    }

    @Test
    void a_retry_that_has_no_time_left_takes_nothing_from_the_budget() throws Exception {
        for (int i = 0; i < 20; i++) {
            script.add(new String[] {"Retry-After", "2"});
            Call call = Calls.call(time, Calls.get());
            call.deadline(time.now() + 1_000_000_000L);
            call.run(retry);
        }
        script.add(Outcome.CONNECT_FAILURE);
        assertThat(run(Calls.get()).code()).isEqualTo(200);
    }

    @Test
    void a_failure_without_time_for_a_retry_is_thrown_as_it_was() {
        script.add(Outcome.RESET);
        Call call = Calls.call(time, Calls.get());
        call.deadline(1);
        assertThatThrownBy(() -> call.run(retry)).hasMessage("reset");
        assertThat(call.decision().detail()).isEqualTo("no time left for a retry");
    }

    /** Jitter keeps callers that were refused together from coming back together. */
    @Test
    void the_jitter_on_retry_after_spreads_over_half_of_it_and_never_comes_early() throws Exception {
        long min = Long.MAX_VALUE;
        long max = 0;
        for (int i = 0; i < 500; i++) {
            long before = time.now();
            script.add(new String[] {"Retry-After", "2"});
            run(Calls.get());
            min = Math.min(min, time.now() - before);
            max = Math.max(max, time.now() - before);
        }
        assertThat(min).isBetween(2_000_000_000L, 2_020_000_000L);
        assertThat(max).isBetween(2_980_000_000L, 3_000_000_000L);
    }

    @Test
    void a_refusal_of_our_own_is_not_tried_again() {
        script.add(Outcome.REFUSED);
        assertThatThrownBy(() -> run(Calls.get())).hasMessage("refused");
        assertThat(attempts).isEqualTo(1);
    }

    @Test
    void after_an_answer_a_failure_is_thrown_and_the_answer_is_in_the_decision() {
        script.addAll(List.of(503, Outcome.PROTOCOL_ERROR));
        Call call = Calls.call(time, Calls.get());
        assertThatThrownBy(() -> call.run(retry)).hasMessage("protocol-error");
        assertThat(call.decision().attempts()).extracting(a -> a.status()).containsExactly(503, 0);
    }

    @Test
    void after_a_failure_the_last_answer_is_returned_whatever_it_says() throws Exception {
        script.addAll(List.of(Outcome.RESET, 503, 504));
        assertThat(run(Calls.get()).code()).isEqualTo(504);
    }

    @Test
    void answers_that_are_not_returned_are_closed() throws Exception {
        boolean[] closed = new boolean[2];
        int[] n = new int[1];
        CallLayer watched = Retry.create(
                time,
                null,
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    int i = n[0]++;
                    Response response = Calls.respond(attempt, i == 0 ? 503 : 200);
                    return response.newBuilder().body(new ClosedFlag(closed, i)).build();
                });
        Calls.call(time, Calls.get()).run(watched);
        assertThat(closed).containsExactly(true, false);
    }

    private EndpointsLeft left = EndpointsLeft.SOME;

    /** Answers that the layer must close, and the endpoints that are left. */
    private Response runWatched(boolean[] closed, String... headers) throws IOException {
        CallLayer watched = Retry.create(
                time,
                null,
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    attempt.pick(Calls.pick(() -> left, usable));
                    int i = attempts++;
                    Response response = Calls.respond(attempt, i == 0 ? 503 : 200, headers);
                    return response.newBuilder().body(new ClosedFlag(closed, i)).build();
                });
        Call call = Calls.call(time, Calls.get());
        Response response = call.run(watched);
        if (response.code() == 503) {
            assertThat(call.decision().detail()).isEqualTo("no endpoint is left for a retry");
        }
        return response;
    }

    @Test
    void an_answer_is_returned_open_if_no_endpoint_is_left_to_try() throws Exception {
        left = EndpointsLeft.NONE;
        boolean[] closed = new boolean[2];
        assertThat(runWatched(closed).code()).isEqualTo(503);
        assertThat(attempts).isEqualTo(1);
        assertThat(time.now()).isZero();
        assertThat(closed).containsExactly(false, false);
    }

    @Test
    void an_answer_is_kept_over_the_pause_and_returned_if_no_endpoint_is_left_by_then() throws Exception {
        time.at(1, "the last endpoint is removed", () -> left = EndpointsLeft.NONE);
        boolean[] closed = new boolean[2];
        assertThat(runWatched(closed).code()).isEqualTo(503);
        assertThat(attempts).isEqualTo(1);
        assertThat(time.now()).isPositive();
        assertThat(closed).containsExactly(false, false);
    }

    @Test
    void an_answer_is_not_kept_where_somebody_is_always_left() throws Exception {
        left = EndpointsLeft.ALWAYS_SOME;
        boolean[] closed = new boolean[2];
        boolean[] early = new boolean[1];
        time.at(1, "look", () -> early[0] = closed[0]);
        assertThat(runWatched(closed).code()).isEqualTo(200);
        assertThat(early).containsExactly(true);
    }

    @Test
    void an_answer_is_not_kept_over_a_long_pause() throws Exception {
        boolean[] closed = new boolean[2];
        boolean[] early = new boolean[1];
        time.at(1, "look", () -> early[0] = closed[0]);
        assertThat(runWatched(closed, "Retry-After", "1").code()).isEqualTo(200);
        assertThat(early).containsExactly(true);
        assertThat(closed).containsExactly(true, false);
    }

    @Test
    void an_answer_that_is_kept_is_closed_when_the_call_ends_during_the_pause() {
        boolean[] closed = new boolean[2];
        CallLayer watched = Retry.create(
                time,
                null,
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    attempt.pick(Calls.pick(() -> left, usable));
                    Response response = Calls.respond(attempt, 503);
                    return response.newBuilder().body(new ClosedFlag(closed, 0)).build();
                });
        Call call = Calls.call(time, Calls.get());
        time.at(1, "caller", () -> call.cancel(new IOException("Canceled")));
        assertThatThrownBy(() -> call.run(watched)).hasMessage("Canceled");
        assertThat(closed).containsExactly(true, false);
    }

    @Test
    void a_failure_is_thrown_as_it_was_if_no_endpoint_is_left_to_try_and_takes_nothing_from_the_budget()
            throws Exception {
        RetryBudget budget = new RetryBudget();
        CallLayer lonely = Retry.create(
                time,
                null,
                false,
                new RetryPermits(budget, RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    attempt.pick(Calls.pick(() -> left, usable));
                    return peer.call(attempt);
                });
        left = EndpointsLeft.NONE;
        for (int i = 0; i < 20; i++) {
            script.add(Outcome.CONNECT_FAILURE);
            assertThatThrownBy(() -> Calls.call(time, Calls.get()).run(lonely)).hasMessage("connect-failure");
        }
        assertThat(attempts).isEqualTo(20);
        left = EndpointsLeft.SOME;
        script.add(Outcome.CONNECT_FAILURE);
        assertThat(Calls.call(time, Calls.get()).run(lonely).code()).isEqualTo(200);
    }

    /** A response is closed before a long pause; a failure occupies nothing, so it is not given up for a refusal. */
    @Test
    void a_failure_is_thrown_as_it_was_if_no_endpoint_is_left_after_a_long_pause() {
        CallLayer slow = Retry.create(
                time,
                RetryPolicy.builder().attempts(2).backoff(Duration.ofHours(1)).build(),
                false,
                new RetryPermits(budget, RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    attempt.pick(Calls.pick(() -> left, usable));
                    return peer.call(attempt);
                });
        script.add(Outcome.RESET);
        time.at(1, "the last endpoint is removed", () -> left = EndpointsLeft.NONE);
        Call call = Calls.call(time, Calls.get());
        assertThatThrownBy(() -> call.run(slow)).hasMessage("reset");
        assertThat(time.now()).isGreaterThan(250_000_000);
        assertThat(attempts).isEqualTo(1);
        assertThat(call.decision().detail()).isEqualTo("no endpoint is left for a retry");
    }

    private static final class ClosedFlag extends ResponseBody {
        private final boolean[] closed;
        private final int at;

        ClosedFlag(boolean[] closed, int at) {
            this.closed = closed;
            this.at = at;
        }

        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public long contentLength() {
            return 0;
        }

        @Override
        public BufferedSource source() {
            return new Buffer();
        }

        @Override
        public void close() {
            closed[at] = true;
        }
    }

    @Test
    void a_deadline_that_comes_during_the_back_off_ends_the_call_with_its_cause() {
        script.add(new String[] {"Retry-After", "2"});
        Call call = Calls.call(time, Calls.get());
        IOException cause = new IOException("over");
        time.at(1_000_000_000L, "deadline", () -> call.cancel(cause));
        assertThatThrownBy(() -> call.run(retry)).isSameAs(cause);
        assertThat(attempts).isEqualTo(1);
        assertThat(time.now()).isEqualTo(1_000_000_000L);
    }

    @Test
    void clients_of_one_backend_share_its_budget_and_another_backend_has_its_own() throws Exception {
        RetryBudget shared = new RetryBudget();
        CallLayer one = Retry.create(
                time, null, false, new RetryPermits(shared, RetryConstraint.NONE, (service, backend, why) -> {}), peer);
        CallLayer two = Retry.create(
                time, null, false, new RetryPermits(shared, RetryConstraint.NONE, (service, backend, why) -> {}), peer);
        for (int i = 0; i < 10; i++) {
            script.add(Outcome.CONNECT_FAILURE);
            Calls.call(time, Calls.get()).run(one);
        }
        script.add(Outcome.CONNECT_FAILURE);
        assertThatThrownBy(() -> Calls.call(time, Calls.get()).run(two)).hasMessage("connect-failure");
        script.add(Outcome.CONNECT_FAILURE);
        assertThat(run(Calls.get()).code()).isEqualTo(200);
    }

    @Test
    void attempts_of_zero_are_one_attempt() {
        CallLayer once = Retry.create(
                time,
                RetryPolicy.builder().attempts(0).build(),
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                peer);
        script.add(Outcome.CONNECT_FAILURE);
        assertThatThrownBy(() -> Calls.call(time, Calls.get()).run(once)).hasMessage("connect-failure");
        assertThat(attempts).isEqualTo(1);
    }

    @Test
    void a_cancelled_call_is_not_tried_again() {
        CallLayer cancelling = Retry.create(
                time,
                null,
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                attempt -> {
                    attempts++;
                    throw Calls.fail(attempt, Outcome.CONNECT_FAILURE);
                });
        Call call = Calls.call(time, Calls.get());
        time.at(0, "caller", () -> call.cancel(new IOException("Canceled")));
        time.step(1);
        assertThatThrownBy(() -> call.run(cancelling)).hasMessage("Canceled");
        assertThat(attempts).isZero();
    }

    @Test
    void without_a_policy_a_neutral_service_has_one_attempt() {
        CallLayer neutral = Retry.create(
                time,
                null,
                true,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                peer);
        script.add(Outcome.CONNECT_FAILURE);
        assertThatThrownBy(() -> Calls.call(time, Calls.get()).run(neutral)).hasMessage("connect-failure");
        assertThat(attempts).isEqualTo(1);
    }

    @Test
    void back_off_is_uniform_below_a_bound_that_doubles_and_is_capped() {
        Backoff backoff = new Backoff(Duration.ofMillis(25).toNanos());
        long[] bounds = {25, 75, 175, 250, 250};
        for (int n = 1; n <= bounds.length; n++) {
            long max = 0;
            for (int i = 0; i < 10_000; i++) {
                max = Math.max(max, backoff.before(n, time.random()));
            }
            assertThat(max).isBetween((long) (bounds[n - 1] * 0.99e6), bounds[n - 1] * 1_000_000);
        }
    }
}
