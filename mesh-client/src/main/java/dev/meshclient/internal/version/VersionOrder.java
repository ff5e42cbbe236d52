package dev.meshclient.internal.version;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyProblem;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decider: whether a document may follow the documents that were in force. Versions never decrease within an epoch, and an epoch that
 * another one replaced never returns. A lagging replica of a registry thus does not take the mesh back in time. A document without
 * a version is compared with nothing, and a document of which nothing came into force is not recorded: the one before it may return.
 */
public final class VersionOrder {
    /** Bounds the memory if each document has an epoch of its own. */
    private static final int REMEMBERED = 1000;

    private final Map<@Nullable String, Metadata> superseded = new LinkedHashMap<>(); // by epoch
    private @Nullable Metadata last;

    /** The problem of this document's place in the order; null: none. */
    public @Nullable PolicyProblem problem(Metadata next) {
        Metadata newest = last;
        if (newest == null || next.version() == null) {
            return null;
        }
        if (!Objects.equals(next.epoch(), newest.epoch())) {
            return superseded.containsKey(next.epoch()) ? ofEpoch(next, newest) : null;
        }
        return next.version() < version(newest) ? ofVersion(next, newest) : null;
    }

    private static PolicyProblem ofEpoch(Metadata next, Metadata newest) {
        String expected = (newest.epoch() == null ? "no epoch" : newest.epoch())
                + ", or one that was not in force before: this one was superseded";
        return next.epoch() == null
                ? PolicyProblem.at("metadata.epoch", "nothing", expected, 0)
                : PolicyProblem.of(next.epoch(), expected, "metadata", "epoch");
    }

    private static PolicyProblem ofVersion(Metadata next, Metadata newest) {
        return PolicyProblem.at(
                "metadata.version",
                String.valueOf(next.version()),
                version(newest) + " or more" + (newest.epoch() == null ? "" : " within epoch " + newest.epoch())
                        + "; to go back, give the old content a higher version or another epoch",
                0);
    }

    /**
     * Whether something of a document comes into force. Nothing does if its head changes nothing, and it refuses all services that
     * it lists and removes none.
     *
     * @param changesHead whether its head changes something
     */
    public static boolean isTaken(MeshPolicy policy, Set<String> refused, boolean changesHead) {
        return changesHead
                || refused.isEmpty()
                || !policy.removed().isEmpty()
                || !refused.containsAll(policy.services().keySet());
    }

    /** The same order, in which this document is recorded too. */
    public VersionOrder with(Metadata next) {
        VersionOrder order = new VersionOrder();
        remembered().forEach(order::applied);
        order.applied(next);
        return order;
    }

    /** Whether an earlier document had this version. */
    public boolean isAgain(Metadata next) {
        return last != null
                && next.version() != null
                && next.version() == version(last)
                && Objects.equals(next.epoch(), last.epoch());
    }

    /** Records that this document is in force, at least a part of it. */
    public void applied(Metadata next) {
        if (next.version() == null) {
            return;
        }
        if (last != null && !Objects.equals(last.epoch(), next.epoch())) {
            superseded.put(last.epoch(), last);
            if (superseded.size() > REMEMBERED) {
                Iterator<@Nullable String> eldest = superseded.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
        last = next;
    }

    /** The recorded documents: another order that records them in this sequence makes the same decisions. */
    public List<Metadata> remembered() {
        List<Metadata> all = new ArrayList<>(superseded.values());
        if (last != null) {
            all.add(last);
        }
        return List.copyOf(all);
    }

    private static long version(Metadata versioned) {
        return Objects.requireNonNull(versioned.version());
    }
}
