package dev.meshclient.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of the document that knows where it stands. Its readers never fail: what is wrong is noted with path, value and
 * legal values, and a stand-in is returned, so that the rest of the document is looked at too.
 */
final class Node {
    /** A number as it is written. */
    record Digits(String text) {}

    /** JSON's null. */
    enum Null {
        NULL
    }

    static final String NAME_LENGTH = "1 to 1024 characters";
    static final String NAME = "a string of " + NAME_LENGTH;

    private static final int SHOWN = 80;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_$-]+");

    private final Problems problems;
    private final @Nullable Node parent;
    private final @Nullable String key;
    private final int index;
    private int place;
    private Object value = Null.NULL;

    private Node(Problems problems, @Nullable Node parent, @Nullable String key, int index) {
        this.problems = problems;
        this.parent = parent;
        this.key = key;
        this.index = index;
        this.place = parent == null ? 0 : parent.place;
    }

    static Node root(Problems problems) {
        return new Node(problems, null, null, 0);
    }

    Node field(String name) {
        return new Node(problems, this, name, 0);
    }

    Node item(int at) {
        return new Node(problems, this, null, at);
    }

    void set(Object json) {
        value = json;
    }

    /** Values of the text are counted from 1 on; a field that is missing has the place of its object. */
    void at(int placeInText) {
        place = placeInText;
    }

    Problems problems() {
        return problems;
    }

    boolean isNull() {
        return value == Null.NULL;
    }

    @SuppressWarnings("unchecked") // only JsonText sets values
    @Nullable
    Map<String, Node> object() {
        return value instanceof Map ? (Map<String, Node>) value : null;
    }

    @SuppressWarnings("unchecked") // only JsonText sets values
    @Nullable
    List<Node> array() {
        return value instanceof List ? (List<Node>) value : null;
    }

    @Nullable
    String string() {
        return value instanceof String text ? text : null;
    }

    /** Notes that this value is not legal. */
    void wrong(String expected) {
        wrong(show(), expected);
    }

    void wrong(String found, String expected) {
        problems.add(service(), path(), found, expected, place);
    }

    String text(int minLength, int maxLength) {
        String text = string();
        int length = text == null ? -1 : text.codePointCount(0, text.length());
        if (text == null || length < minLength || length > maxLength) {
            wrong("a string of " + minLength + " to " + maxLength + " characters");
            return "";
        }
        return text;
    }

    String name() {
        return text(1, 1024);
    }

    static boolean isName(String text) {
        return !text.isEmpty() && text.codePointCount(0, text.length()) <= 1024;
    }

    /** A text of 1 to {@code maxLength} characters that matches as a whole, or the empty string. */
    String text(int maxLength, Pattern legal, String expected) {
        String text = string();
        // The length first: it bounds what matching costs.
        if (text == null
                || text.codePointCount(0, text.length()) > maxLength
                || !legal.matcher(text).matches()) {
            wrong(expected);
            return "";
        }
        return text;
    }

    /** A number without a fraction; {@code 2.0} and {@code 2e0} are 2, as in JSON Schema. */
    long integer(long min, long max) {
        Long number = integerIn(min, max);
        if (number == null) {
            wrong("an integer of " + min + " to " + max);
            return min;
        }
        return number;
    }

    boolean isInteger(long min, long max) {
        return integerIn(min, max) != null;
    }

    private @Nullable Long integerIn(long min, long max) {
        Long number = value instanceof Digits digits ? integral(digits.text()) : null;
        return number == null || number < min || number > max ? null : number;
    }

    int integer(int min, int max) {
        return (int) integer((long) min, (long) max);
    }

    Duration duration() {
        return duration(false);
    }

    Duration durationAboveZero() {
        return duration(true);
    }

    private Duration duration(boolean aboveZero) {
        String text = string();
        Duration duration = text == null ? null : Durations.parse(text);
        if (duration == null || (aboveZero && duration.isZero())) {
            wrong(Durations.EXPECTED + (aboveZero ? "; above 0" : ""));
            return Duration.ZERO;
        }
        return duration;
    }

    boolean flag() {
        if (!(value instanceof Boolean)) {
            wrong("true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    <E> E word(Words<E> words) {
        String text = string();
        E meaning = text == null ? null : words.meaning(text);
        if (meaning == null) {
            wrong(words.expected(text));
            return words.any();
        }
        return meaning;
    }

    String path() {
        StringBuilder out = new StringBuilder();
        path(out, true);
        return out.isEmpty() ? "$" : out.toString();
    }

    /** The service whose part this is; null: it is the document's. */
    private @Nullable String service() {
        Node node = this;
        for (Node above = parent; above != null; above = above.parent) {
            if ("services".equals(above.key) && above.parent != null && above.parent.parent == null) {
                return node.key;
            }
            node = above;
        }
        return null;
    }

    /** What is wrong with a text at this place, for whoever finds it out later. */
    PolicyProblem problem(String text, String expected) {
        value = text;
        return new PolicyProblem(path(), show(), expected);
    }

    String pathWithoutIndexes() {
        StringBuilder out = new StringBuilder();
        path(out, false);
        return out.toString();
    }

    static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }

    private void path(StringBuilder out, boolean indexes) {
        if (parent == null) {
            return;
        }
        parent.path(out, indexes);
        if (key == null) {
            out.append('[').append(indexes ? index : "").append(']');
        } else if (PLAIN.matcher(shortened(key, SHOWN)).matches()) {
            out.append(out.isEmpty() ? "" : ".").append(key);
        } else {
            quote(out.append('['), shortened(key, SHOWN));
            out.append(']');
        }
    }

    /** The value as JSON, in document order. */
    String json() {
        StringBuilder out = new StringBuilder();
        json(out);
        return out.toString();
    }

    private void json(StringBuilder out) {
        Map<String, Node> fields = object();
        List<Node> items = array();
        String separator = "";
        if (fields != null) {
            out.append('{');
            for (Map.Entry<String, Node> field : fields.entrySet()) {
                quote(out.append(separator), field.getKey());
                field.getValue().json(out.append(':'));
                separator = ",";
            }
            out.append('}');
        } else if (items != null) {
            out.append('[');
            for (Node item : items) {
                item.json(out.append(separator));
                separator = ",";
            }
            out.append(']');
        } else if (value instanceof String text) {
            quote(out, text);
        } else {
            out.append(value instanceof Digits digits ? digits.text() : isNull() ? "null" : value);
        }
    }

    /** As JSON, cut at {@value #SHOWN} characters. */
    private String show() {
        StringBuilder out = new StringBuilder();
        show(out);
        return shortened(out.toString(), SHOWN);
    }

    private void show(StringBuilder out) {
        Map<String, Node> fields = object();
        List<Node> items = array();
        if (fields != null) {
            showAll(out.append('{'), fields.values(), '}');
        } else if (items != null) {
            showAll(out.append('['), items, ']');
        } else if (value instanceof String text) {
            quote(out, shortened(text, SHOWN));
        } else if (value instanceof Digits digits) {
            out.append(shortened(digits.text(), SHOWN));
        } else {
            out.append(isNull() ? "null" : value);
        }
    }

    private static void showAll(StringBuilder out, Iterable<Node> children, char end) {
        String separator = "";
        for (Node child : children) {
            if (out.length() > SHOWN) {
                return;
            }
            out.append(separator);
            if (child.key != null) {
                quote(out, shortened(child.key, SHOWN));
                out.append(": ");
            }
            child.show(out);
            separator = ", ";
        }
        out.append(end);
    }

    /** Escaped, so that one problem stays on one line of a log. */
    private static void quote(StringBuilder out, String text) {
        out.append('"');
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
        out.append('"');
    }

    private static @Nullable Long integral(String digits) {
        try {
            BigDecimal number = new BigDecimal(digits);
            // Looked at before it is converted: 1e999999999 is short to write and long to compute.
            long magnitude = (long) number.precision() - number.scale();
            if (number.signum() == 0) {
                return 0L;
            }
            return magnitude < 1 || magnitude > 18 ? null : (Long) number.longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            return null; // a fraction, or an exponent beyond all sense
        }
    }
}
