package dev.meshclient.policy;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A place in a policy, named by its path in a document. The checks record problems there and never throw. */
final class Place {
    static final int MAX_NAME = 1024;

    private final PolicyCheck check;
    private final @Nullable Place parent;
    private final Object step;

    private Place(PolicyCheck check, @Nullable Place parent, Object step) {
        this.check = check;
        this.parent = parent;
        this.step = step;
    }

    static Place root(PolicyCheck check) {
        return new Place(check, null, "");
    }

    Place field(String name) {
        return new Place(check, this, name);
    }

    Place item(int index) {
        return new Place(check, this, index);
    }

    List<Object> steps() {
        return steps(0);
    }

    private List<Object> steps(int below) {
        if (parent == null) {
            return new java.util.ArrayList<>(below);
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
        check.note(steps(), shown(stated), false, expected);
    }

    /** @param found describes the value */
    void wrongIn(String found, String expected) {
        check.note(steps(), found, true, expected);
    }

    private static String shown(@Nullable Object stated) {
        if (stated == null) {
            return "nothing";
        }
        return stated instanceof String text
                ? PolicyProblem.quoted(PolicyProblem.shortened(text))
                : PolicyProblem.shortened(stated.toString());
    }

    boolean text(@Nullable String text, int min, int max) {
        if (text == null) {
            return true;
        }
        int length = text.codePointCount(0, text.length());
        boolean legal = length >= min && length <= max;
        if (!legal) {
            wrong(text, "a string of " + min + " to " + max + " characters");
        }
        return legal;
    }

    boolean name(@Nullable String text) {
        return text(text, 1, MAX_NAME);
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
        if (duration != null && duration.isNegative()) {
            wrong(duration, "a duration of 0 or more");
        }
    }

    void durationAboveZero(@Nullable Duration duration) {
        if (duration != null && (duration.isNegative() || duration.isZero())) {
            wrong(duration, "a duration above 0, such as \"1m30s\" or \"250ms\"");
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

    /** @param stated null: nothing is stated, as required */
    void misplaced(String field, @Nullable Object stated, String place) {
        if (stated != null) {
            field(field).wrong(stated, "nothing: " + field + " stands " + place);
        }
    }
}
