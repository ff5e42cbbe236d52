package dev.meshclient.spring.actuate;

import dev.meshclient.spring.SanitizedUrls;
import java.util.regex.Pattern;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/** Addresses, and texts that may hold one, as a reader may see them. Users and passwords of URLs are never shown. */
final class SanitizedValues {
    private static final Pattern ADDRESS = Pattern.compile(
            "\\w+://[^\\s,'\")]+|\\[[0-9a-fA-F:.]+](:\\d+)?|\\d+(\\.\\d+){3}(:\\d+)?|[\\w.-]+:\\d{2,5}\\b");

    private final Sanitizer sanitizer;
    private final boolean shown;

    /** @param shown whether this reader sees what no {@code SanitizingFunction} of the application hides */
    SanitizedValues(Sanitizer sanitizer, boolean shown) {
        this.sanitizer = sanitizer;
        this.shown = shown;
    }

    /** The text, or {@code ******}. An empty one stays: it states that there is none. */
    String of(String key, String text) {
        if (text.isEmpty()) {
            return text;
        }
        return String.valueOf(
                sanitizer.sanitize(new SanitizableData(null, "mesh." + key, SanitizedUrls.withoutUser(text)), shown));
    }

    /** A sentence or setting of which only URLs and addresses are hidden. */
    String text(String key, String text) {
        String seen = shown ? text : ADDRESS.matcher(text).replaceAll(SanitizableData.SANITIZED_VALUE);
        return seen.isEmpty()
                ? seen
                : String.valueOf(sanitizer.sanitize(
                        new SanitizableData(null, "mesh." + key, SanitizedUrls.withoutUser(seen)), true));
    }
}
