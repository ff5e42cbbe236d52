package dev.meshclient.internal.route;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** A regular expression with bounds: input that is too long, or takes too many steps, is no match. */
final class BoundedRegex {
    private static final int MAX_INPUT = 8192;
    private static final int MAX_STEPS = 200_000;

    private final Pattern pattern;

    BoundedRegex(String regex) {
        this.pattern = Pattern.compile(regex);
    }

    /** Whether it matches the whole value. */
    boolean matches(String value) {
        if (value.length() > MAX_INPUT) {
            return false;
        }
        try {
            return pattern.matcher(new Counted(value, new AtomicInteger())).matches();
        } catch (TooManySteps | StackOverflowError givenUp) {
            return false;
        }
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
