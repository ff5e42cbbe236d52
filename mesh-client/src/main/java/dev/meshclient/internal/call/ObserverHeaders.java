package dev.meshclient.internal.call;

import java.util.ArrayList;
import java.util.List;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** The headers that observers set and remove for one attempt: they replace those of the request. */
final class ObserverHeaders {
    private final Headers.Builder set = new Headers.Builder();
    private List<String> removed = List.of();

    void set(String name, String value) {
        set.set(name, value);
    }

    void add(String name, String value) {
        set.add(name, value);
    }

    void remove(String name) {
        set.removeAll(name);
        if (removed.isEmpty()) {
            removed = new ArrayList<>(2);
        }
        removed.add(name);
    }

    Headers set() {
        return set.build();
    }

    List<String> removed() {
        return removed;
    }

    /** @param ofRequest the value in the request */
    @Nullable
    String value(String name, @Nullable String ofRequest) {
        String own = set.get(name);
        return own != null ? own : removed.stream().anyMatch(name::equalsIgnoreCase) ? null : ofRequest;
    }
}
