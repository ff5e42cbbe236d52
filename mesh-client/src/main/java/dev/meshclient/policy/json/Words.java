package dev.meshclient.policy.json;

import dev.meshclient.internal.text.NearWord;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The legal values of a field, and the values of other meshes that this version refuses with a reason. */
final class Words<E> {
    static final String NOT_SUPPORTED = "is not supported by this version";

    private final Map<String, E> legal = new LinkedHashMap<>();
    private final Map<String, String> unsupported = new HashMap<>();

    private Words() {}

    static <E> Words<E> of(E[] values, Function<E, String> word) {
        Words<E> words = new Words<>();
        for (E value : values) {
            words.legal.put(word.apply(value), value);
        }
        return words;
    }

    static <E extends Enum<E>> Words<E> of(E[] values) {
        return of(values, Enum::name);
    }

    /** Adds a word, in any spelling of case and hyphens, that is refused with this reason. */
    Words<E> refusing(String word, String why) {
        unsupported.put(NearWord.plain(word), why);
        return this;
    }

    /** Adds a synonym for one of the values. */
    Words<E> alias(String word, E meaning) {
        legal.put(word, meaning);
        return this;
    }

    @Nullable
    E meaning(String word) {
        return legal.get(word);
    }

    String expected(@Nullable String found) {
        String words = String.join(", ", legal.keySet());
        String why = found == null ? null : unsupported.get(NearWord.plain(found));
        if (why != null) {
            return words + "; " + found + " " + why;
        }
        String near = found == null ? null : NearWord.of(found, legal.keySet());
        return near == null ? words : words + "; did you mean " + near + "?";
    }

    /** A stand-in for a value that could not be read. */
    E any() {
        return legal.values().iterator().next();
    }
}
