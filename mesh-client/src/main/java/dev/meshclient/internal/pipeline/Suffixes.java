package dev.meshclient.internal.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values by the suffix of a host's name. Every call makes a lookup, mostly without a result: it allocates nothing. */
public final class Suffixes<V> {
    private final List<@Nullable Entry<V>> table;

    private record Entry<V>(
            String suffix, V value, @Nullable Entry<V> next) {}

    private Suffixes(List<@Nullable Entry<V>> table) {
        this.table = table;
    }

    /** @param values by suffix, which begins with a dot */
    public static <V> Suffixes<V> of(Map<String, V> values) {
        int size = values.isEmpty() ? 0 : Integer.highestOneBit(values.size()) * 4;
        List<@Nullable Entry<V>> table = new ArrayList<>(Collections.nCopies(size, null));
        values.forEach((suffix, value) -> {
            int hash = 0;
            for (int i = suffix.length() - 1; i >= 0; i--) {
                hash = 31 * hash + suffix.charAt(i);
            }
            table.set(hash & size - 1, new Entry<>(suffix, value, table.get(hash & size - 1)));
        });
        return new Suffixes<>(table);
    }

    /** The value of the longest proper suffix of the host; null if there is none. */
    public @Nullable V find(String host) {
        V found = null;
        int hash = 0;
        for (int i = table.isEmpty() ? 0 : host.length() - 1; i > 0; i--) {
            char c = host.charAt(i);
            hash = 31 * hash + c;
            if (c == '.') {
                V value = of(host, i, hash);
                found = value == null ? found : value;
            }
        }
        return found;
    }

    private @Nullable V of(String host, int from, int hash) {
        for (Entry<V> e = table.get(hash & table.size() - 1); e != null; e = e.next) {
            if (e.suffix.length() == host.length() - from && host.endsWith(e.suffix)) {
                return e.value;
            }
        }
        return null;
    }
}
