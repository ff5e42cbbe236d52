package dev.meshclient.policy.json;

import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields of a document that this version does not know. A strict reader reports them as problems, with the field that the
 * author probably meant; any other ignores and lists them, the first ones with that field, because newer servers may send more than
 * this version knows.
 */
final class UnknownFields {
    private static final int LISTED = 1000;

    /** Of the ignored fields; a log line has no place for more. */
    private static final int WITH_HINT = 20;

    private final boolean strict;
    private Map<String, String> ignored = new LinkedHashMap<>(); // path, and the hint or nothing
    private final Set<Set<String>> listed = new HashSet<>();
    private int hints;
    private int ignoredHints;

    UnknownFields(boolean strict) {
        this.strict = strict;
    }

    /** The key at the cursor is unknown. */
    void found(JsonCursor in, String name, Set<String> known) {
        if (strict) {
            in.found(null, "no such field; " + alternatives(name, known));
        } else if (ignored.size() < LISTED) {
            Object[] steps = in.place().stream()
                    .map(step -> step instanceof Integer ? -1 : step)
                    .toArray();
            String path = PolicyProblem.pathOf(steps).replace("[-1]", "[]");
            if (!ignored.containsKey(path)) {
                String hint = ignoredHints++ < WITH_HINT ? FieldHints.of(name, known) : "";
                ignored.put(path, hint.isEmpty() ? "" : " (" + hint + ")");
            }
        }
    }

    /** The key at the cursor is unknown, and to ignore it would change safety or meaning. */
    void foundUnsafe(JsonCursor in, String name, Set<String> known) {
        in.unreadable(in.place(), null, "no such field, and not safe to ignore; " + alternatives(name, known));
    }

    /**
     * Without a hint after many: a hostile document may have millions of unknown fields. The problems of a strict reader stay
     * together, so that the fields of one kind of object are listed once.
     */
    private String alternatives(String name, Set<String> known) {
        String hint = hints++ < LISTED ? FieldHints.of(name, known) : "";
        if (!hint.isEmpty()) {
            return hint;
        }
        boolean again = !listed.add(known) && strict;
        return "known here: " + (again ? "as listed above" : String.join(", ", known));
    }

    /** Reads a value, and adds its ignored fields to {@code own} as well. */
    <T> T read(JsonCursor in, JsonCursor.Reader<T> reader, Map<String, String> own) throws IOException {
        Map<String, String> all = ignored;
        ignored = own;
        T value = reader.read(in);
        ignored = all;
        add(own);
        return value;
    }

    /** Adds the ignored fields of a value that was read from an earlier text. */
    void add(Map<String, String> more) {
        for (Map.Entry<String, String> field : more.entrySet()) {
            if (ignored.size() >= LISTED) {
                break;
            }
            ignored.put(field.getKey(), field.getValue());
        }
    }

    /** The paths of ignored fields, each once and without indexes, with the field that was probably meant. */
    List<String> ignored() {
        return ignored.entrySet().stream()
                .map(field -> field.getKey() + field.getValue())
                .toList();
    }
}
