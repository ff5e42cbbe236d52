package dev.meshclient.internal.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Decider: the pause that the peer asks for. RFC 9110 10.2.3, and RateLimit-Reset of the rate-limit headers draft. */
final class RetryAfter {
    /** A longer interval counts as a mistake, as in Envoy. */
    private static final long MAX_SECONDS = 300;

    private static final long EPOCH_SECONDS = 1_000_000_000L;
    private static final int DIGITS = 10; // of an epoch in seconds, until the year 2286
    private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);
    private static final Pattern NUMBER = Pattern.compile("[0-9]++");

    private RetryAfter() {}

    /** Null: the response states no interval. */
    static @Nullable Duration of(Response response, Instant now) {
        Duration stated = stated(response, "Retry-After", now);
        if (stated == null) {
            stated = stated(response, "RateLimit-Reset", now);
        }
        return stated != null ? stated : stated(response, "X-RateLimit-Reset", now);
    }

    /** Whether the interval is short enough to be intended. */
    static boolean isUsable(Duration stated) {
        return stated.compareTo(Duration.ofSeconds(MAX_SECONDS)) <= 0;
    }

    private static @Nullable Duration stated(Response response, String name, Instant now) {
        String header = response.header(name);
        if (header == null) {
            return null;
        }
        Matcher number = NUMBER.matcher(header.trim());
        Duration wait;
        if (number.matches()) {
            wait = seconds(number.group(), now);
        } else {
            Instant date = response.headers().getInstant(name); // any of the three forms that RFC 9110 has for dates
            if (date == null) {
                return null;
            }
            wait = Duration.between(now, date);
        }
        return wait.isZero() || wait.isNegative() ? null : wait;
    }

    private static Duration seconds(String digits, Instant now) {
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        if (digits.length() - zeros > DIGITS) {
            return NEVER;
        }
        long number = Long.parseLong(digits, zeros, digits.length(), 10);
        return Duration.ofSeconds(number < EPOCH_SECONDS ? number : number - now.getEpochSecond());
    }
}
