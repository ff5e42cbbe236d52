package dev.meshclient.policy;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a policy that are never null: code that passes null for one of them gets an exception at once, which says what to
 * pass. A text or word that a document has to state may be null until {@link PolicyCheck}, which names its path.
 */
final class Required {
    private Required() {}

    /** @param instead what to pass */
    static <T> T value(@Nullable T value, String name, String instead) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null: pass " + instead);
        }
        return value;
    }

    static <T> List<T> list(@Nullable List<T> items, String name) {
        List<T> stated = value(items, name, "List.of() for none");
        try {
            return List.copyOf(stated);
        } catch (NullPointerException e) {
            throw inside(name, stated, e);
        }
    }

    /** In the order of the document. */
    static <T> Set<T> set(@Nullable Set<T> items, String name) {
        Set<T> copy = new LinkedHashSet<>(value(items, name, "Set.of() for none"));
        if (copy.contains(null)) {
            throw inside(name, copy, null);
        }
        return Collections.unmodifiableSet(copy);
    }

    /** In the order of the document. */
    static <K, V> Map<K, V> map(@Nullable Map<K, V> entries, String name) {
        Map<K, V> copy = new LinkedHashMap<>(value(entries, name, "Map.of() for none"));
        if (copy.containsKey(null) || copy.containsValue(null)) {
            throw inside(name, copy.entrySet(), null);
        }
        return Collections.unmodifiableMap(copy);
    }

    static Map<String, String> labels(@Nullable Map<String, String> labels, String name) {
        Map<String, String> stated = value(labels, name, "Map.of() for none");
        try {
            return Map.copyOf(stated);
        } catch (NullPointerException e) {
            throw inside(name, stated.entrySet(), e);
        }
    }

    private static NullPointerException inside(
            String name, Collection<?> stated, @Nullable NullPointerException cause) {
        NullPointerException named =
                new NullPointerException(PolicyProblem.shortened(name + " with null in it, " + stated)
                        + ", must not be passed: leave out what is null");
        named.initCause(cause);
        return named;
    }
}
