package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of docs/retries.md, row by row. */
class RetryRulesTest {
    private final RetryRules builtIn = new RetryRules(null);

    private boolean again(Request request, Outcome outcome, int status) {
        return builtIn.again(request, MeshOptions.DEFAULT, outcome, status);
    }

    private static Request of(String method) {
        boolean body = List.of("POST", "PUT", "PATCH", "QUERY").contains(method);
        return Calls.get()
                .newBuilder()
                .method(method, body ? RequestBody.create(new byte[] {1}) : null)
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        // outcome, idempotent, else
        "CONNECT_FAILURE,      true,  true",
        "TLS_REFUSED,          true,  true",
        "REFUSED_STREAM,       true,  true",
        "RESET_BEFORE_REQUEST, true,  true",
        "STALE,                true,  false",
        "RESET,                true,  false",
        "ATTEMPT_TIMEOUT,      true,  false",
        "PROTOCOL_ERROR,       false, false",
        "LOCAL,                false, false",
        "CANCELLED,            false, false",
        "REFUSED,              false, false",
    })
    void what_is_repeated_where_nothing_is_stated(Outcome outcome, boolean idempotent, boolean otherwise) {
        assertThat(again(of("GET"), outcome, 0)).isEqualTo(idempotent);
        assertThat(again(of("POST"), outcome, 0)).isEqualTo(otherwise);
        Request keyed = of("POST").newBuilder().header("Idempotency-Key", "7").build();
        assertThat(again(keyed, outcome, 0)).isEqualTo(idempotent);
        MeshOptions said = MeshOptions.DEFAULT.withIdempotent();
        assertThat(builtIn.again(of("PATCH"), said, outcome, 0)).isEqualTo(idempotent);
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void gateway_errors_of_idempotent_requests_are(int status) {
        assertThat(again(of("GET"), Outcome.RESPONSE, status)).isTrue();
        assertThat(again(of("POST"), Outcome.RESPONSE, status)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 200, 302, 400, 404, 408, 409, 429, 500, 501, 505, 599})
    void other_answers_are_not(int status) {
        assertThat(again(of("GET"), Outcome.RESPONSE, status)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, true",
        "HEAD, true",
        "OPTIONS, true",
        "TRACE, true",
        "PUT, true",
        "DELETE, true",
        "QUERY, true",
        "PROPFIND, true",
        "POST, false",
        "PATCH, false",
        "CONNECT, false",
        "get, false",
        "BREW, false",
    })
    void the_method_says_whether_a_request_is_idempotent(String method, boolean idempotent) {
        assertThat(again(of(method), Outcome.RESET, 0)).isEqualTo(idempotent);
    }

    /** As Envoy's {@code retry_on}: what ended without a response is covered by reset, 5xx and gateway-error. */
    @ParameterizedTest
    @CsvSource({
        "FIVE_XX, 500 501 502 503 504 505 599, true",
        "GATEWAY_ERROR, 502 503 504, true",
        "RETRIABLE_4XX, 409, false",
        "RESET, '', true",
        "CONNECT_FAILURE, '', false",
    })
    void a_condition_covers_what_it_covers_in_envoy(RetryOn condition, String statuses, boolean unanswered) {
        RetryRules on = new RetryRules(
                RetryPolicy.builder().attempts(1).retryOn(List.of(condition)).build());

        String covered = IntStream.rangeClosed(100, 599)
                .filter(status -> on.again(of("GET"), MeshOptions.DEFAULT, Outcome.RESPONSE, status))
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(" "));
        assertThat(covered.replaceAll(" 50[6-9]| 5[1-8][0-9]| 59[0-8]", "")).isEqualTo(statuses);
        assertThat(on.again(of("GET"), MeshOptions.DEFAULT, Outcome.ATTEMPT_TIMEOUT, 0))
                .isEqualTo(unanswered);
        assertThat(on.again(of("GET"), MeshOptions.DEFAULT, Outcome.CONNECT_FAILURE, 0))
                .isEqualTo(unanswered || condition == RetryOn.CONNECT_FAILURE);
    }

    /** Policy says what it wants repeated; it cannot make that safe. */
    @ParameterizedTest
    @EnumSource(Outcome.class)
    void no_policy_repeats_what_may_have_been_processed_and_is_not_idempotent(Outcome outcome) {
        RetryRules everything = new RetryRules(RetryPolicy.builder()
                .attempts(3)
                .codes(Set.of(500, 503))
                .retryOn(List.of(RetryOn.values()))
                .build());
        boolean again = everything.again(of("POST"), MeshOptions.DEFAULT, outcome, 503);
        assertThat(again)
                .isEqualTo(outcome.processed() == Outcome.Processed.NO
                        && outcome != Outcome.REFUSED
                        && outcome != Outcome.CACHED);
    }

    @Test
    void stated_conditions_replace_the_built_in_codes_and_stated_codes_do_not_replace_conditions() {
        RetryRules on = new RetryRules(RetryPolicy.builder()
                .attempts(1)
                .retryOn(List.of(RetryOn.CONNECT_FAILURE))
                .build());
        assertThat(on.again(of("GET"), MeshOptions.DEFAULT, Outcome.RESPONSE, 503))
                .isFalse();
        assertThat(on.again(of("GET"), MeshOptions.DEFAULT, Outcome.RESET, 0)).isFalse();
        RetryRules codes = new RetryRules(
                RetryPolicy.builder().attempts(1).codes(Set.of(500)).build());
        assertThat(codes.again(of("GET"), MeshOptions.DEFAULT, Outcome.RESPONSE, 500))
                .isTrue();
        assertThat(codes.again(of("GET"), MeshOptions.DEFAULT, Outcome.RESPONSE, 503))
                .isFalse();
        assertThat(codes.again(of("GET"), MeshOptions.DEFAULT, Outcome.RESET, 0))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // outcome, one-shot, duplex: never once headers may have been started
        "CONNECT_FAILURE, true",
        "RESET_BEFORE_REQUEST, true",
        "TLS_REFUSED, false",
        "REFUSED_STREAM, false",
        "STALE, false",
        "RESET, false",
        "ATTEMPT_TIMEOUT, false",
    })
    void a_body_that_cannot_be_written_twice_is_sent_again_only_if_it_was_not_begun(Outcome outcome, boolean again) {
        for (boolean duplex : new boolean[] {false, true}) {
            Request put = Calls.get().newBuilder().put(new Once(duplex)).build();
            assertThat(again(put, outcome, 0)).as("duplex %s", duplex).isEqualTo(again);
            assertThat(again(put, Outcome.RESPONSE, 503)).isFalse();
        }
    }

    private static final class Once extends RequestBody {
        private final boolean duplex;

        Once(boolean duplex) {
            this.duplex = duplex;
        }

        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public boolean isOneShot() {
            return !duplex;
        }

        @Override
        public boolean isDuplex() {
            return duplex;
        }

        @Override
        public void writeTo(BufferedSink sink) {}
    }
}
