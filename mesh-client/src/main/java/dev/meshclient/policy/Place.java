package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A place in a policy, named by its path in a document. The checks record problems there and never throw. */
final class Place {
    static final int MAX_NAME = 1024;

    private final @Nullable PolicyCheck check;
    private final @Nullable Place parent;
    private final Object step;
    private boolean failed;

    private Place(@Nullable PolicyCheck check, @Nullable Place parent, Object step) {
        this.check = check;
        this.parent = parent;
        this.step = step;
    }

    static Place root(PolicyCheck check) {
        return new Place(check, null, "");
    }

    /** A place that stands for all places below it, and only remembers that something is wrong: it costs nothing. */
    static Place trial() {
        return new Place(null, null, "");
    }

    /** Whether something was wrong in this trial since the last call. */
    boolean failed() {
        boolean result = failed;
        failed = false;
        return result;
    }

    Place field(String name) {
        return check == null ? this : new Place(check, this, name);
    }

    Place item(int index) {
        return check == null ? this : new Place(check, this, index);
    }

    List<Object> steps() {
        return steps(0);
    }

    private List<Object> steps(int below) {
        if (parent == null) {
            return new ArrayList<>(below);
        }
        List<Object> steps = parent.steps(below + 1);
        steps.add(step);
        return steps;
    }

    String path() {
        return PolicyProblem.pathOf(steps().toArray());
    }

    /** @param stated the value at this place; the text of a document, where there is one, is shown instead */
    void wrong(@Nullable Object stated, String expected) {
        note(stated, false, expected);
    }

    /** @param found describes the value */
    void wrongIn(String found, String expected) {
        note(found, true, expected);
    }

    private void note(@Nullable Object found, boolean inWords, String expected) {
        failed = true;
        if (check == null) {
            return;
        }
        check.note(steps(), found == null ? "nothing" : inWords ? found.toString() : shown(found), inWords, expected);
    }

    private static String shown(Object stated) {
        String text = PolicyProblem.shortened(
                stated instanceof Duration duration ? Durations.shown(duration) : stated.toString());
        return stated instanceof String || stated instanceof Duration ? PolicyProblem.quoted(text) : text;
    }

    /** Checks that a value is stated. */
    boolean stated(@Nullable Object value, String expected) {
        if (value == null) {
            wrong(null, expected);
        }
        return value != null;
    }

    /** Checks that one of these words is stated. */
    <E> void requiredWord(@Nullable E value, E[] legal, Function<E, String> word) {
        if (value == null) {
            wrong(null, Stream.of(legal).map(word).collect(Collectors.joining(", ")));
        }
    }

    boolean requiredText(@Nullable String text, int min, int max) {
        return text == null ? stated(null, ofLength(min, max)) : text(text, min, max);
    }

    boolean requiredText(@Nullable String text, int max, Pattern legal, String expected) {
        return stated(text, expected) && text(text, max, legal, expected);
    }

    boolean requiredName(@Nullable String text) {
        return requiredText(text, 1, MAX_NAME);
    }

    private static String ofLength(int min, int max) {
        return "a string of " + min + " to " + max + " characters";
    }

    boolean text(@Nullable String text, int min, int max) {
        if (text == null) {
            return true;
        }
        int length = text.codePointCount(0, text.length());
        boolean legal = length >= min && length <= max;
        if (!legal) {
            wrong(text, ofLength(min, max));
        }
        return legal;
    }

    boolean name(@Nullable String text) {
        return text(text, 1, MAX_NAME);
    }

    /** Checks a name that must differ from the earlier ones. */
    void nameOnce(@Nullable String name, Set<String> earlier, String among) {
        if (name(name) && name != null && !earlier.add(name)) {
            wrong(name, "each name once among " + among);
        }
    }

    /** Checks the key of this place. */
    void key(String key, String noun) {
        if (key.isEmpty() || key.codePointCount(0, key.length()) > MAX_NAME) {
            wrong(key, noun + " of 1 to " + MAX_NAME + " characters");
        }
    }

    /** Checks the length, then the whole text against the pattern. */
    boolean text(@Nullable String text, int max, Pattern legal, String expected) {
        boolean matches = text == null || matches(text, max, legal);
        if (!matches) {
            wrong(text, expected);
        }
        return matches;
    }

    /** As above, of a host in its canonical form. */
    void host(@Nullable String host, int max, Pattern legal, String expected) {
        String fault = host == null ? null : Hosts.fault(host, max, legal, expected);
        if (fault != null) {
            wrong(host, fault);
        }
    }

    /** Checks the length first: it bounds the cost of matching. */
    static boolean matches(String text, int max, Pattern legal) {
        return text.codePointCount(0, text.length()) <= max
                && legal.matcher(text).matches();
    }

    boolean integer(@Nullable Number number, long min, long max) {
        boolean legal = number == null || (number.longValue() >= min && number.longValue() <= max);
        if (!legal) {
            wrong(number, "an integer of " + min + " to " + max);
        }
        return legal;
    }

    void duration(@Nullable Duration duration) {
        durationFrom(duration, Duration.ZERO, "a duration of 0 or more");
    }

    void durationAboveZero(@Nullable Duration duration) {
        durationFrom(duration, Duration.ofNanos(1), "a duration above 0, such as \"1m30s\" or \"250ms\"");
    }

    /** Checks the least value, and that a document can express the duration. */
    void durationFrom(@Nullable Duration duration, Duration min, String expected) {
        if (duration != null && duration.compareTo(min) < 0) {
            wrong(duration, expected);
        } else if (duration != null && !Durations.isExpressible(duration)) {
            wrong(duration, Durations.EXPECTED);
        }
    }

    /** Checks a duration of at least a millisecond. */
    void durationWithin(Duration duration, Duration max) {
        if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(max) > 0) {
            wrong(duration, "a duration of \"1ms\" to " + PolicyProblem.quoted(Durations.format(max)));
        } else {
            duration(duration);
        }
    }

    boolean items(List<?> items, int min, int max) {
        boolean legal = items.size() >= min && items.size() <= max;
        if (!legal) {
            wrongIn(
                    items.isEmpty() ? "nothing" : items.size() + " items",
                    "an array of " + min + " to " + max + " items");
        }
        return legal;
    }

    /** Checks the number of items, and each item. */
    <T> void each(List<T> items, int min, int max, BiConsumer<Place, T> check) {
        items(items, min, max);
        for (int i = 0; i < items.size(); i++) {
            check.accept(item(i), items.get(i));
        }
    }

    /** @param stated null: nothing is stated, as required */
    void misplaced(String field, @Nullable Object stated, String place) {
        if (stated != null) {
            field(field).wrong(stated, "nothing: " + field + " stands " + place);
        }
    }
}
