package dev.meshclient.internal.route;

import java.util.Locale;
import java.util.regex.Pattern;

/** Shows values of requests and rules to people, except those that may be secret. */
final class Confidential {
    private static final int MAX = 200;

    /** In the names of headers and query parameters that carry secrets. */
    private static final Pattern SECRET =
            Pattern.compile("auth|cookie|token|secret|passw|pwd|key|sig\\b|signature|credential|session|jwt|assertion");

    private Confidential() {}

    /** @param part the part of the request: {@code header authorization} */
    static String shown(String part, String value) {
        if (!part.equals("path")
                && !part.equals("method")
                && SECRET.matcher(part.toLowerCase(Locale.ROOT)).find()) {
            return "(confidential)";
        }
        StringBuilder text = new StringBuilder("\"");
        value.codePoints()
                .limit(MAX)
                .forEach(c -> text.appendCodePoint(
                        Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c));
        return text.append(value.codePointCount(0, value.length()) > MAX ? "\"..." : "\"")
                .toString();
    }
}
