package dev.meshclient.internal.authz;

import java.util.ArrayList;
import java.util.List;

/** The path of a rule: a literal, or a template with wildcards for elements and for the end. */
abstract class PathMatch {
    /** @param path in the normal form of {@link Paths} */
    abstract boolean matches(String path);

    static PathMatch of(String pattern) {
        if (pattern.indexOf('{') >= 0) {
            return new Template(pattern);
        }
        String star = pattern.startsWith("*") ? "*" : "";
        boolean prefix = star.isEmpty() && pattern.endsWith("*");
        String literal = prefix ? pattern.substring(0, pattern.length() - 1) : pattern.substring(star.length());
        TextMatch.Kind kind = prefix
                ? TextMatch.Kind.PREFIX
                : star.isEmpty()
                        ? TextMatch.Kind.EXACT
                        : literal.isEmpty() ? TextMatch.Kind.PRESENT : TextMatch.Kind.SUFFIX;
        TextMatch match = new TextMatch(kind, Paths.decoded(literal), false);
        return new PathMatch() {
            @Override
            boolean matches(String path) {
                return match.matches(path);
            }
        };
    }

    /** Envoy's URI templates: <code>{*}</code> is one element that is not empty, <code>{**}</code> is any text. */
    private static final class Template extends PathMatch {
        private static final String ONE = "{*}";
        private static final String REST = "{**}";

        private final String[] parts; // literals; one element is between two of them
        private final boolean rest;
        private final String end; // what follows the rest

        Template(String pattern) {
            int at = pattern.indexOf(REST);
            this.rest = at >= 0;
            this.end = rest ? Paths.decoded(pattern.substring(at + REST.length())) : "";
            String front = rest ? pattern.substring(0, at) : pattern;
            List<String> literals = new ArrayList<>();
            int from = 0;
            for (int star = front.indexOf(ONE); star >= 0; star = front.indexOf(ONE, from)) {
                literals.add(Paths.decoded(front.substring(from, star)));
                from = star + ONE.length();
            }
            literals.add(Paths.decoded(front.substring(from)));
            this.parts = literals.toArray(String[]::new);
        }

        @Override
        boolean matches(String path) {
            int at = 0;
            for (int i = 0; i < parts.length; i++) {
                if (i > 0) {
                    int next = path.indexOf('/', at);
                    int elementEnd = next < 0 ? path.length() : next;
                    if (elementEnd == at) {
                        return false;
                    }
                    at = elementEnd;
                }
                if (!path.startsWith(parts[i], at)) {
                    return false;
                }
                at += parts[i].length();
            }
            return rest ? path.length() - at >= end.length() && path.endsWith(end) : at == path.length();
        }
    }
}
