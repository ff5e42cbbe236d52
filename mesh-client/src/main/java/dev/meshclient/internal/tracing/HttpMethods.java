package dev.meshclient.internal.tracing;

import dev.meshclient.internal.text.KnownMethods;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods that spans show by name: a bounded set, since a method may be any text. */
final class HttpMethods {
    /** Of OpenTelemetry's conventions; a list separated by commas replaces the known methods. */
    static final String VARIABLE = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS";

    private final @Nullable Set<String> known;

    /** @param variable the value of {@link #VARIABLE}; null or empty: the methods of the conventions */
    HttpMethods(@Nullable String variable) {
        this.known = variable == null || variable.isBlank()
                ? null
                : Arrays.stream(variable.split(",")).map(String::strip).collect(Collectors.toUnmodifiableSet());
    }

    boolean isKnown(String method) {
        return known == null
                ? KnownMethods.number(method) != KnownMethods.number(KnownMethods.OTHER)
                : known.contains(method);
    }
}
