package dev.meshclient.internal.authz;

/** Istio's four ways to match a text: exact {@code abc}, prefix {@code abc*}, suffix {@code *abc}, presence {@code *}. */
record TextMatch(Kind kind, String text, boolean ignoreCase) {
    enum Kind {
        EXACT,
        PREFIX,
        SUFFIX,
        PRESENT
    }

    static TextMatch of(String pattern, boolean ignoreCase) {
        if (pattern.equals("*")) {
            return new TextMatch(Kind.PRESENT, "", ignoreCase);
        }
        if (pattern.startsWith("*")) {
            return new TextMatch(Kind.SUFFIX, pattern.substring(1), ignoreCase);
        }
        return pattern.endsWith("*")
                ? new TextMatch(Kind.PREFIX, pattern.substring(0, pattern.length() - 1), ignoreCase)
                : new TextMatch(Kind.EXACT, pattern, ignoreCase);
    }

    static boolean any(TextMatch[] matches, String value) {
        return any(matches, value, 0, value.length());
    }

    static boolean any(TextMatch[] matches, String value, int from, int to) {
        for (TextMatch match : matches) {
            if (match.matches(value, from, to)) {
                return true;
            }
        }
        return false;
    }

    boolean matches(String value) {
        return matches(value, 0, value.length());
    }

    /** Whether this part of the value matches. An empty value is not present. */
    boolean matches(String value, int from, int to) {
        int length = text.length();
        return switch (kind) {
            case EXACT -> to - from == length && value.regionMatches(ignoreCase, from, text, 0, length);
            case PREFIX -> to - from >= length && value.regionMatches(ignoreCase, from, text, 0, length);
            case SUFFIX -> to - from >= length && value.regionMatches(ignoreCase, to - length, text, 0, length);
            case PRESENT -> to > from;
        };
    }
}
