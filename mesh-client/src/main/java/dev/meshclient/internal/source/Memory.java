package dev.meshclient.internal.source;

import dev.meshclient.internal.time.Time;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What sources left in a snapshot. An only source has the empty name; of two that are combined the first is {@code 1}, the
 * second {@code 2}, the second of the first {@code 12}.
 *
 * @param usableAt the mesh's time from which on it may be used: that of a stale snapshot is later than the start
 */
public record Memory(Map<String, Remembered> sources, long usableAt) {
    public static final Memory NONE = new Memory(Map.of(), Time.NEVER);

    public Memory {
        sources = Map.copyOf(sources);
    }

    /** Null: there is nothing, or nothing yet. */
    public @Nullable Remembered own(long now) {
        return now < usableAt ? null : sources.get("");
    }

    /** That of one of two sources; it is its own there. */
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
