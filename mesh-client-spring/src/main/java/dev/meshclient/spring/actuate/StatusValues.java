package dev.meshclient.spring.actuate;

import dev.meshclient.policy.Locality;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values of a status in the form that all pages have. It needs no class of the actuator: health may be there without it. */
final class StatusValues {
    private StatusValues() {}

    /** {@code region/zone/subzone}; empty: not stated. */
    static String locality(Locality at) {
        return Stream.of(at.region(), at.zone(), at.subzone())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
    }

    /** In lower case with {@code -}, as in the JSON form of an explanation. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Null: there is none yet. */
    static @Nullable String stated(String value) {
        return value.isEmpty() ? null : value;
    }

    static Duration inMillis(Duration duration) {
        return duration.truncatedTo(ChronoUnit.MILLIS);
    }

    static @Nullable Duration millis(@Nullable Duration duration) {
        return duration == null ? null : inMillis(duration);
    }

    /** Durations of calls are often below a millisecond. */
    static @Nullable Duration micros(@Nullable Duration duration) {
        return duration == null ? null : duration.truncatedTo(ChronoUnit.MICROS);
    }
}
