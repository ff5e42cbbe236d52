package dev.meshclient.internal.lint;

import dev.meshclient.policy.PolicyProblem;

/**
 * A line of the command's output.
 *
 * @param line from 1, as editors and CI expect; 1 also for the whole file
 * @param path the place in the document; empty: the whole file
 * @param value the value at that place
 * @param text the legal values, or why the value has no effect
 */
record Finding(Severity severity, String file, int line, String path, String value, String text) {
    enum Severity {
        WARNING,
        PROBLEM,
        UNREADABLE;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static Finding of(Severity severity, String file, PolicyProblem at) {
        return new Finding(severity, file, Math.max(1, at.line()), at.path(), at.value(), at.expected());
    }

    static Finding unreadable(String file, String why) {
        return new Finding(Severity.UNREADABLE, file, 1, "", "", why);
    }

    /** {@code file:line: warning: path: value (better: ...)}, the form that editors and CI make a link of. */
    String forPeople() {
        String where = file + ":" + line + ": ";
        return switch (severity) {
            case UNREADABLE -> where + text;
            case PROBLEM -> where + path + ": " + value + " (legal: " + text + ")";
            case WARNING -> where + "warning: " + path + ": " + value + " (better: " + text + ")";
        };
    }

    String json() {
        return "{\"severity\": " + quoted(severity.word()) + ", \"file\": " + quoted(file) + ", \"line\": " + line
                + ", \"path\": " + quoted(path) + ", \"value\": " + quoted(value) + ", \"text\": " + quoted(text)
                + "}";
    }

    private static String quoted(String text) {
        return PolicyProblem.quoted(text);
    }
}
