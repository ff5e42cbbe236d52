package dev.meshclient.internal.route;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A regular expression with bounds. Where it gives up (the input is too long, or takes too many steps), whether it matches is
 * not known: an answer "no" would send the call by the next rule.
 */
final class BoundedRegex {
    private static final int MAX_INPUT = 8192;
    private static final int MAX_STEPS = 200_000;

    private final Pattern pattern;
    private final boolean isHidden;

    BoundedRegex(String regex) {
        this(regex, false);
    }

    /** @param isHidden whether failures do not state it */
    BoundedRegex(String regex, boolean isHidden) {
        this.pattern = Pattern.compile(regex);
        this.isHidden = isHidden;
    }

    /** Whether it matches the whole value. */
    boolean matches(String value) throws MatchGaveUp {
        if (value.length() > MAX_INPUT) {
            throw gaveUp(value, "at most " + MAX_INPUT + " are compared");
        }
        try {
            return pattern.matcher(new Counted(value, new AtomicInteger())).matches();
        } catch (TooManySteps tooMany) {
            throw gaveUp(value, "it takes more than " + MAX_STEPS + " steps");
        } catch (StackOverflowError tooDeep) {
            throw gaveUp(value, "it takes more stack than there is");
        }
    }

    private MatchGaveUp gaveUp(String value, String why) {
        return new MatchGaveUp("the regular expression " + (isHidden ? "(confidential)" : "'" + pattern + "'")
                + " gave up on a value of " + value.length() + " characters: " + why);
    }

    /** Backtracking reads characters again, so the number of reads bounds the work. */
    private record Counted(CharSequence text, AtomicInteger steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (steps.incrementAndGet() > MAX_STEPS) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), steps);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }

    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }

    @Override
    public String toString() {
        return "~" + pattern;
    }
}
