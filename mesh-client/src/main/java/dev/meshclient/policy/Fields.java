package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one object while it is read. What has been asked for is known; the rest is settled at the end by
 * {@link #othersIgnored} or {@link #othersRefused}.
 */
final class Fields {
    private final Node node;
    private final @Nullable Map<String, Node> object;
    private final List<String> known = new ArrayList<>();
    private final List<String> settled = new ArrayList<>();

    Fields(Node node) {
        this.node = node;
        this.object = node.object();
        if (object == null) {
            node.wrong("an object");
        }
    }

    Node node() {
        return node;
    }

    @Nullable
    Node optional(String name) {
        if (!known.contains(name)) {
            known.add(name);
        }
        return object == null ? null : object.get(name);
    }

    @Nullable
    Node required(String name, String expected) {
        Node field = optional(name);
        if (field == null && object != null) {
            node.field(name).wrong("nothing", expected);
        }
        return field;
    }

    <T> T optional(String name, Function<Node, T> reader, T otherwise) {
        Node field = optional(name);
        return field == null ? otherwise : reader.apply(field);
    }

    <T> @Nullable T optional(String name, Function<Node, T> reader) {
        Node field = optional(name);
        return field == null ? null : reader.apply(field);
    }

    <T> T required(String name, String expected, Function<Node, T> reader, T standIn) {
        Node field = required(name, expected);
        return field == null ? standIn : reader.apply(field);
    }

    /** The items of an array; a field that is not there has none. */
    <T> List<T> list(String name, int min, int max, Function<Node, T> reader) {
        Node field = optional(name);
        return field == null ? List.of() : items(field, min, max, reader);
    }

    static <T> List<T> items(Node field, int min, int max, Function<Node, T> reader) {
        List<Node> items = field.array();
        if (items == null || items.size() < min || items.size() > max) {
            String expected = "an array of " + (max == Integer.MAX_VALUE ? "items" : min + " to " + max + " items");
            if (items != null) {
                field.wrong(items.size() + " items", expected);
            } else if (field.object() != null) {
                field.wrong("an object", expected);
            } else {
                field.wrong(expected);
            }
            return List.of();
        }
        List<T> result = new ArrayList<>(items.size());
        items.forEach(item -> result.add(reader.apply(item)));
        return result;
    }

    /** An object whose keys are free; document order. */
    static <T> Map<String, T> entries(Node field, Function<Node, T> reader) {
        Map<String, Node> object = field.object();
        if (object == null) {
            field.wrong("an object");
            return Map.of();
        }
        Map<String, T> result = new LinkedHashMap<>();
        object.forEach((key, item) -> result.put(key, reader.apply(item)));
        return result;
    }

    /** Fields of features that this version does not have, and that it would be unsafe or misleading to ignore. */
    void unsupported(String... names) {
        for (String name : names) {
            Node field = object == null ? null : object.get(name);
            if (field != null) {
                field.wrong("not supported by this version, and not safe to ignore: leave it out");
            }
        }
        settled.addAll(List.of(names));
    }

    /** Fields that have their place elsewhere, and that would have no effect here. */
    void misplaced(String place, String... names) {
        for (String name : names) {
            Node field = object == null ? null : object.get(name);
            if (field != null) {
                field.wrong("nothing: " + name + " stands " + place);
            }
        }
        settled.addAll(List.of(names));
    }

    /** New servers may say more than this version knows: it is ignored, and listed. */
    void othersIgnored() {
        if (object == null) {
            return;
        }
        object.forEach((name, field) -> {
            if (!known.contains(name) && !settled.contains(name) && !name.startsWith("x-")) {
                node.problems().unknown(field, known);
            }
        });
    }

    /** Ignoring a part of these would change what is safe or what is meant. */
    void othersRefused() {
        if (object == null) {
            return;
        }
        object.forEach((name, field) -> {
            if (!known.contains(name) && !settled.contains(name)) {
                field.wrong("no such field, and not safe to ignore; known here: " + String.join(", ", known));
            }
        });
    }
}
