package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with one document, and what it says that this version does not know. */
final class Problems {
    /** A hostile document of 16 MiB could have millions of each. */
    static final int LISTED = 1000;

    private final boolean strict;
    private final List<PolicyProblem> problems = new ArrayList<>();
    private final Set<String> unknownFields = new LinkedHashSet<>();
    private int unlisted;

    Problems(boolean strict) {
        this.strict = strict;
    }

    void add(String path, String value, String expected) {
        add(path, value, expected, 0);
    }

    void add(String path, String value, String expected, int line) {
        if (problems.size() < LISTED) {
            problems.add(new PolicyProblem(path, value, expected, line));
        } else {
            unlisted++;
        }
    }

    void unknown(Node field, List<String> known) {
        if (strict) {
            field.wrong("no such field; known here: " + String.join(", ", known));
        } else if (unknownFields.size() < LISTED) {
            unknownFields.add(field.pathWithoutIndexes());
        }
    }

    List<String> unknownFields() {
        return List.copyOf(unknownFields);
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    void throwIfAny() throws PolicyException {
        if (!problems.isEmpty()) {
            throw exception();
        }
    }

    PolicyException exception() {
        List<PolicyProblem> all = new ArrayList<>(problems);
        if (unlisted > 0) {
            all.add(new PolicyProblem("$", unlisted + " further problems", "see those that are listed"));
        }
        return new PolicyException(all);
    }
}
