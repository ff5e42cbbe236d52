package dev.meshclient.registry;

import dev.meshclient.policy.Metadata;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decider: whether a document of one source may follow its last one. Versions do not fall within an epoch, and an epoch that
 * was superseded does not come back. A document without a version is compared with nothing.
 */
final class SourceOrder {
    private static final int REMEMBERED = 1000;

    private final Set<@Nullable String> superseded = new LinkedHashSet<>();
    private @Nullable Metadata last;

    /** Why not; null: it may. */
    @Nullable
    String problem(Metadata next) {
        Metadata newest = last;
        if (newest == null || newest.version() == null || next.version() == null) {
            return null;
        }
        if (!Objects.equals(next.epoch(), newest.epoch())) {
            return superseded.contains(next.epoch())
                    ? "metadata.epoch " + next.epoch() + " was superseded by " + newest.epoch() + " in this source"
                    : null;
        }
        return next.version() >= newest.version()
                ? null
                : "metadata.version " + next.version() + " is lower than " + newest.version()
                        + ", which this source had before; to go back, raise the version or change the epoch";
    }

    /** This document is in force. */
    void applied(Metadata next) {
        if (next.version() == null) {
            return;
        }
        if (last != null && !Objects.equals(last.epoch(), next.epoch())) {
            superseded.add(last.epoch());
            if (superseded.size() > REMEMBERED) {
                Iterator<@Nullable String> eldest = superseded.iterator();
                eldest.next();
                eldest.remove();
            }
        }
        last = next;
    }
}
