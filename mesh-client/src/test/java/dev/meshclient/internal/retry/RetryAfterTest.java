package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:30Z");

    private static @Nullable Duration of(String... headers) {
        return RetryAfter.of(Calls.response(Calls.get(), 503, headers), NOW);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "2                              | PT2S",
                " 120                           | PT2M",
                "Sun, 06 Nov 1994 08:49:37 GMT  | PT7S",
                "Sunday, 06-Nov-94 08:49:37 GMT | PT7S", // obsolete, yet to be accepted: RFC 9110 5.6.7
                "Sun Nov  6 08:49:37 1994       | PT7S",
                "0                              | -", // nothing to wait for: the back-off decides
                "Sun, 06 Nov 1994 08:49:00 GMT  | -", // past
                "-1                             | -",
                "1.5                            | -",
                "soon                           | -",
                "''                             | -",
                "0000000000002                  | PT2S",
            })
    void seconds_and_dates_are_understood_and_nothing_else(String header, @Nullable Duration wait) {
        assertThat(of("Retry-After", header)).isEqualTo(wait);
    }

    /** The square of its length would take minutes. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_long_number_that_is_none_costs_its_length() {
        assertThat(of("Retry-After", "0".repeat(250_000) + "x")).isNull();
        assertThat(of("Retry-After", "0".repeat(250_000) + "7")).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void retry_after_counts_before_the_rate_limit_headers() {
        assertThat(of("RateLimit-Reset", "5", "Retry-After", "3", "X-RateLimit-Reset", "9"))
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(of("X-RateLimit-Reset", "9", "RateLimit-Reset", "5")).isEqualTo(Duration.ofSeconds(5));
        assertThat(of("X-RateLimit-Reset", "9", "Retry-After", "soon")).isEqualTo(Duration.ofSeconds(9));
        assertThat(of()).isNull();
    }

    @Test
    void a_number_that_only_fits_a_date_is_one() {
        long then = NOW.plusSeconds(Duration.ofDays(3000).toSeconds()).getEpochSecond();
        assertThat(of("X-RateLimit-Reset", Long.toString(then))).isEqualTo(Duration.ofDays(3000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9999999999", "99999999999", "9223372036854775808", "1000000000000000000000000000000"})
    void more_digits_than_a_date_has_mean_never(String header) {
        assertThat(RetryAfter.isUsable(Objects.requireNonNull(of("Retry-After", header))))
                .isFalse();
    }

    @Test
    void more_than_five_minutes_are_not_waited_out() {
        assertThat(RetryAfter.isUsable(Duration.ofMinutes(5))).isTrue();
        assertThat(RetryAfter.isUsable(Duration.ofSeconds(301))).isFalse();
    }
}
