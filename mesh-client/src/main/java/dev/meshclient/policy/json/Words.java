package dev.meshclient.policy.json;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The legal values of a field, and the values of other meshes that this version refuses with a reason. */
final class Words<E> {
    static final String NOT_SUPPORTED = "is not supported by this version";

    private final Map<String, E> legal;
    private final Map<String, String> unsupported;

    private Words(Map<String, E> legal, Map<String, String> unsupported) {
        this.legal = legal;
        this.unsupported = unsupported;
    }

    static <E> Words<E> of(E[] values, Function<E, String> word) {
        Map<String, E> legal = new LinkedHashMap<>();
        for (E value : values) {
            legal.put(word.apply(value), value);
        }
        return new Words<>(legal, Map.of());
    }

    static <E extends Enum<E>> Words<E> of(E[] values) {
        return of(values, Enum::name);
    }

    /** The same values, and one that is refused with this reason. */
    Words<E> refusing(String word, String why) {
        Map<String, String> more = new HashMap<>(unsupported);
        more.put(word, why);
        return new Words<>(legal, more);
    }

    /** The same values, and a synonym for one of them. */
    Words<E> alias(String word, E meaning) {
        Map<String, E> more = new LinkedHashMap<>(legal);
        more.put(word, meaning);
        return new Words<>(more, unsupported);
    }

    @Nullable
    E meaning(String word) {
        return legal.get(word);
    }

    String expected(@Nullable String found) {
        String words = String.join(", ", legal.keySet());
        String why = found == null ? null : unsupported.get(found);
        if (why != null) {
            return words + "; " + found + " " + why;
        }
        String near = found == null ? null : FieldHints.near(found, legal.keySet());
        return near == null ? words : words + "; did you mean " + near + "?";
    }

    /** A stand-in for a value that could not be read. */
    E any() {
        return legal.values().iterator().next();
    }
}
