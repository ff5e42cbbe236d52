package dev.meshclient.spring.actuate;

import dev.meshclient.spring.ShownUrls;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/** Addresses, and texts that may hold one, as a reader may see them. Users and passwords of URLs are never shown. */
final class ShownValues {
    private final Sanitizer sanitizer;
    private final boolean shown;

    /** @param shown whether this reader sees what no {@code SanitizingFunction} of the application hides */
    ShownValues(Sanitizer sanitizer, boolean shown) {
        this.sanitizer = sanitizer;
        this.shown = shown;
    }

    /** The text, or {@code ******}. An empty one stays: it states that there is none. */
    String of(String key, String text) {
        if (text.isEmpty()) {
            return text;
        }
        return String.valueOf(
                sanitizer.sanitize(new SanitizableData(null, "mesh." + key, ShownUrls.withoutUser(text)), shown));
    }
}
