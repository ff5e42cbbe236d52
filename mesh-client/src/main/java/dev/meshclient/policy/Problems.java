package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with one document, and what it says that this version does not know. */
final class Problems {
    /** A hostile document of 16 MiB could have millions of each. */
    static final int LISTED = 1000;

    /**
     * @param service that it is a problem of; null: of the document
     * @param place of which value of the text its line is to be looked up; 0 = none
     */
    private record Noted(@Nullable String service, PolicyProblem problem, int place) {}

    private final boolean strict;
    private final byte[] json;
    private final List<Noted> problems = new ArrayList<>();
    private final Map<String, Integer> unlistedOfServices = new LinkedHashMap<>();
    private final Set<String> unknownFields = new LinkedHashSet<>();
    private int unlisted;
    private boolean documentIsBad;

    Problems(boolean strict, byte[] json) {
        this.strict = strict;
        this.json = json;
    }

    /** Of the document as a whole. */
    void add(String value, String expected, int line) {
        add(new Noted(null, new PolicyProblem("$", value, expected, line), 0));
    }

    /** @param service that it is a problem of; null: of the document */
    void add(@Nullable String service, String path, String value, String expected, int place) {
        add(new Noted(service, new PolicyProblem(path, value, expected), place));
    }

    private void add(Noted noted) {
        documentIsBad |= noted.service == null;
        if (problems.size() < LISTED) {
            problems.add(noted);
        } else {
            unlisted++;
            if (noted.service != null) {
                unlistedOfServices.merge(noted.service, 1, Integer::sum);
            }
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

    void throwIfAny() throws PolicyException {
        if (!problems.isEmpty()) {
            throw exception();
        }
    }

    /** A strict reader refuses the document for anything; another one for what is not of one service alone. */
    void throwIfRefused() throws PolicyException {
        if (strict || documentIsBad) {
            throwIfAny();
        }
    }

    PolicyException exception() {
        List<PolicyProblem> all = new ArrayList<>(withLines());
        if (unlisted > 0) {
            all.add(further("$", unlisted));
        }
        return new PolicyException(all);
    }

    /** Those of services, by service; whoever has one is in here, whatever is listed. */
    Map<String, List<PolicyProblem>> byService() {
        Map<String, List<PolicyProblem>> result = new LinkedHashMap<>();
        List<PolicyProblem> listed = withLines();
        for (int i = 0; i < listed.size(); i++) {
            String service = problems.get(i).service;
            if (service != null) {
                result.computeIfAbsent(service, s -> new ArrayList<>()).add(listed.get(i));
            }
        }
        unlistedOfServices.forEach((service, count) -> result.computeIfAbsent(service, s -> new ArrayList<>())
                .add(further(PolicyProblem.pathOf("services", service), count)));
        return result;
    }

    private static PolicyProblem further(String path, int count) {
        return new PolicyProblem(path, count + " further problems", "see those that are listed");
    }

    private List<PolicyProblem> withLines() {
        if (problems.isEmpty()) {
            return List.of();
        }
        Map<Integer, Integer> lines =
                JsonText.lines(json, problems.stream().map(Noted::place).collect(Collectors.toSet()));
        List<PolicyProblem> all = new ArrayList<>();
        for (Noted noted : problems) {
            PolicyProblem p = noted.problem;
            int line = lines.getOrDefault(noted.place, p.line());
            all.add(new PolicyProblem(p.path(), p.value(), p.expected(), line));
        }
        return all;
    }
}
