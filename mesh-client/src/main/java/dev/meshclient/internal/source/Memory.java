package dev.meshclient.internal.source;

import dev.meshclient.internal.time.Time;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of sources in a snapshot. A single source has the empty name; of two combined sources the first is {@code 1}, the
 * second {@code 2}, the second of the first {@code 12}.
 *
 * @param usableAt the mesh's time from which on the state may be used: for a stale snapshot it is later than the start
 */
public record Memory(Map<String, Remembered> sources, long usableAt) {
    public static final Memory NONE = new Memory(Map.of(), Time.NEVER);

    public Memory {
        sources = Map.copyOf(sources);
    }

    /** Null: there is none, or it may not be used yet. */
    public @Nullable Remembered own(long now) {
        return now < usableAt ? null : sources.get("");
    }

    /** The state of one of two sources, as its own. */
    public Memory of(String part) {
        Map<String, Remembered> within = new TreeMap<>();
        sources.forEach((name, remembered) -> {
            if (name.startsWith(part)) {
                within.put(name.substring(part.length()), remembered);
            }
        });
        return new Memory(within, usableAt);
    }
}
