package dev.meshclient.policy;

import java.util.regex.Pattern;

/**
 * One problem of a document.
 *
 * @param path the place, such as {@code services.orders.rules[1].retry.attempts}
 * @param value the value at that place, shortened
 * @param expected the legal values
 * @param line the line in the text, from 1; 0 = no particular line
 */
public record PolicyProblem(String path, String value, String expected, int line) {
    private static final int SHOWN = 80;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_$-]+");

    /** A problem without a line. */
    public PolicyProblem(String path, String value, String expected) {
        this(path, value, expected, 0);
    }

    /** The path of a place in a document: keys are strings, indexes are integers. */
    public static String pathOf(Object... steps) {
        StringBuilder path = new StringBuilder();
        for (Object step : steps) {
            if (step instanceof Integer index) {
                path.append('[').append(index).append(']');
            } else {
                String key = shortened(step.toString());
                boolean plain = PLAIN.matcher(key).matches();
                path.append(!plain ? "[" : path.isEmpty() ? "" : ".")
                        .append(plain ? step : quoted(key))
                        .append(plain ? "" : "]");
            }
        }
        return path.isEmpty() ? "$" : path.toString();
    }

    /**
     * A problem that only a comparison with something outside the document shows.
     *
     * @param text the value, a string
     * @param path keys and, as integers, indexes
     */
    public static PolicyProblem of(String text, String expected, Object... path) {
        return new PolicyProblem(pathOf(path), quoted(shortened(text)), expected);
    }

    static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /** A JSON string. Escaped, so that one problem stays on one line of a log. */
    public static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    @Override
    public String toString() {
        return path + ": " + value + " (legal: " + expected + ")";
    }
}
