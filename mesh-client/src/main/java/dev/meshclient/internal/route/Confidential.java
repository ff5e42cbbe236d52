package dev.meshclient.internal.route;

import java.util.regex.Pattern;

/** Shows values of requests and rules to people, except those that may be secret. */
final class Confidential {
    private static final int MAX = 200;

    /** In the names of headers and query parameters that carry secrets; short words end there, {@code code} is all of the name. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i:auth|cookie|token|secret|passw|passphrase|pwd|key|signature|credential|session|jwt|assertion"
                    + "|csrf|xsrf|bearer|saml| code$)|(?i:pass|passcode|otp|pin|sid|sig)(?![a-z])");

    private Confidential() {}

    /** @param part the part of the request: {@code header authorization} */
    static boolean hides(String part) {
        return !part.equals("path")
                && !part.equals("method")
                && SECRET.matcher(part).find();
    }

    /** @param part as for {@link #hides} */
    static String shown(String part, String value) {
        if (hides(part)) {
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
