package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is wrong with one document, and what it says that this version does not know. */
final class Problems {
    /** A hostile document of 16 MiB could have millions of each. */
    static final int LISTED = 1000;

    /**
     * @param place of which value of the text its line is to be looked up; 0 = none
     */
    private record Noted(PolicyProblem problem, int place) {}

    private final boolean strict;
    private final byte[] json;
    private final List<Noted> problems = new ArrayList<>();
    private final Set<String> unknownFields = new LinkedHashSet<>();
    private int unlisted;

    Problems(boolean strict, byte[] json) {
        this.strict = strict;
        this.json = json;
    }

    /** Of the document as a whole. */
    void add(String value, String expected, int line) {
        add(new Noted(new PolicyProblem("$", value, expected, line), 0));
    }

    void add(String path, String value, String expected, int place) {
        add(new Noted(new PolicyProblem(path, value, expected), place));
    }

    private void add(Noted noted) {
        if (problems.size() < LISTED) {
            problems.add(noted);
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
        Map<Integer, Integer> lines =
                JsonText.lines(json, problems.stream().map(Noted::place).collect(Collectors.toSet()));
        List<PolicyProblem> all = new ArrayList<>();
        for (Noted noted : problems) {
            PolicyProblem p = noted.problem;
            int line = lines.getOrDefault(noted.place, p.line());
            all.add(new PolicyProblem(p.path(), p.value(), p.expected(), line));
        }
        if (unlisted > 0) {
            all.add(new PolicyProblem("$", unlisted + " further problems", "see those that are listed"));
        }
        return new PolicyException(all);
    }
}
