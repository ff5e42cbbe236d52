package dev.meshclient.policy.json;

import dev.meshclient.internal.text.Durations;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What texts of a document must look like to be read as something else than a text. */
public final class JsonPatterns {
    public static final Pattern PLACES = LocalityReader.PLACES;

    private JsonPatterns() {}

    static Stream<Pattern> all() {
        return Stream.of(ServiceReader.LOCALITY, PLACES, DocumentReader.DATE_TIME, Durations.WHOLE);
    }
}
