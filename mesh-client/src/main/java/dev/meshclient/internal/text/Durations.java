package dev.meshclient.internal.text;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations in the format of Gateway API (GEP-2257): {@code 1h30m}, {@code 10s}, {@code 250ms}. */
public final class Durations {
    public static final String EXPECTED =
            "a duration such as \"1m30s\" or \"250ms\": 1 to 4 numbers of up to 5 digits with h, m, s or ms";

    private static final int MAX_PARTS = 4;
    private static final int MAX_NUMBER = 99_999;
    public static final Pattern WHOLE = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");
    private static final Pattern PART = Pattern.compile("([0-9]{1,5})(ms|h|m|s)");
    private static final List<String> UNITS = List.of("h", "m", "s", "ms");
    private static final long[] MILLIS = {3_600_000, 60_000, 1000, 1};

    private Durations() {}

    public static @Nullable Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        long millis = 0;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            millis += Long.parseLong(part.group(1)) * MILLIS[UNITS.indexOf(part.group(2))];
        }
        return Duration.ofMillis(millis);
    }

    /** For people, to whom one unit is precise enough: {@code 90 s}, {@code 3 min}. */
    public static String rounded(Duration time) {
        long seconds = time.toSeconds();
        return seconds < 120
                ? seconds + " s"
                : seconds < 7200
                        ? seconds / 60 + " min"
                        : seconds < 172_800 ? seconds / 3600 + " h" : time.toDays() + " d";
    }

    /** The text that {@link #parse} reads as this duration. */
    public static String format(Duration duration) {
        String text = textOf(duration);
        if (text == null) {
            throw new IllegalArgumentException("a policy document cannot express " + duration + "; legal: " + EXPECTED);
        }
        return text;
    }

    /** As {@link #format}; if no document can express it, as {@link Duration#toString}. */
    public static String shown(Duration duration) {
        String text = textOf(duration);
        return text == null ? duration.toString() : text;
    }

    /** Whether a document can express it: 0 or more, in whole milliseconds, and in 4 parts. */
    public static boolean isExpressible(Duration duration) {
        boolean isWhole = duration.toNanosPart() % 1_000_000 == 0;
        return isWhole && !duration.isNegative() && (duration.toSeconds() <= MAX_NUMBER || textOf(duration) != null);
    }

    private static @Nullable String textOf(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        boolean tooLong = duration.compareTo(Duration.ofHours((long) MAX_PARTS * MAX_NUMBER)) > 0;
        return duration.isNegative() || tooLong || duration.toNanosPart() % 1_000_000 != 0
                ? null
                : parts(duration.toMillis(), MAX_PARTS);
    }

    /** The largest unit first; a smaller one if the rest would not fit into the remaining parts. */
    private static @Nullable String parts(long millis, int left) {
        if (millis == 0) {
            return "";
        }
        for (int i = 0; left > 0 && i < UNITS.size(); i++) {
            long number = Math.min(MAX_NUMBER, millis / MILLIS[i]);
            String rest = number == 0 ? null : parts(millis - number * MILLIS[i], left - 1);
            if (rest != null) {
                return number + UNITS.get(i) + rest;
            }
        }
        return null;
    }
}
