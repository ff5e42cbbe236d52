package dev.meshclient.policy;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One problem of a document. */
public final class PolicyProblem {
    private static final int SHOWN = 80;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_$-]+");

    private final String path;
    private final String value;
    private final String expected;
    private final int line;

    private PolicyProblem(String path, String value, String expected, int line) {
        this.path = path;
        this.value = value;
        this.expected = expected;
        this.line = line;
    }

    /**
     * A problem at a place.
     *
     * @param value the value at that place, as JSON or in words
     * @param expected the legal values
     * @param line the line in the text, from 1; 0 = no particular line
     */
    public static PolicyProblem at(String path, String value, String expected, int line) {
        return new PolicyProblem(
                Required.value(path, "path", "the path of the place"),
                Required.value(value, "value", "the value as JSON or in words"),
                Required.value(expected, "expected", "the legal values"),
                line);
    }

    /** The place, such as {@code services.orders.rules[1].retry.attempts}. */
    public String path() {
        return path;
    }

    /** The value at that place, shortened. */
    public String value() {
        return value;
    }

    /** The legal values. */
    public String expected() {
        return expected;
    }

    /** The line in the text, from 1; 0 = no particular line. */
    public int line() {
        return line;
    }

    /** The path of a place in a document: keys are strings, indexes are integers. */
    public static String pathOf(Object... steps) {
        Required.value(steps, "steps", "keys and indexes");
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
        Required.value(path, "path", "keys and indexes");
        return at(pathOf(path), quoted(shortened(Required.value(text, "text", "the value"))), expected, 0);
    }

    static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    /** A JSON string. Escaped, so that one problem stays on one line of a log. */
    public static String quoted(String text) {
        Required.value(text, "text", "a text");
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
    public boolean equals(@Nullable Object other) {
        return other instanceof PolicyProblem that
                && path.equals(that.path)
                && value.equals(that.value)
                && expected.equals(that.expected)
                && line == that.line;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, value, expected, line);
    }

    @Override
    public String toString() {
        return path + ": " + value + " (legal: " + expected + ")";
    }
}
