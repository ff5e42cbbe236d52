package dev.meshclient.internal.version;

import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyProblem;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decider: whether a document may follow those that were in force: versions do not fall within an epoch, and an epoch that another one
 * took the place of does not come back. So replicas of a registry that lag do not take the mesh back in time. A document
 * without a version takes no part: it is compared with nothing.
 */
public final class VersionOrder {
    /** Whoever makes an epoch of each document must not fill the memory. */
    private static final int REMEMBERED = 1000;

    private final Map<@Nullable String, Metadata> superseded = new LinkedHashMap<>(); // by epoch
    private @Nullable Metadata last;

    /** What is wrong with the place of this document; null: nothing. */
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
                ? new PolicyProblem("metadata.epoch", "nothing", expected)
                : PolicyProblem.of(next.epoch(), expected, "metadata", "epoch");
    }

    private static PolicyProblem ofVersion(Metadata next, Metadata newest) {
        return new PolicyProblem(
                "metadata.version",
                String.valueOf(next.version()),
                version(newest) + " or more" + (newest.epoch() == null ? "" : " within epoch " + newest.epoch())
                        + "; to go back, give the old content a higher version or another epoch");
    }

    /** Whether there was a document of this version already. */
    public boolean isAgain(Metadata next) {
        return last != null
                && next.version() != null
                && next.version() == version(last)
                && Objects.equals(next.epoch(), last.epoch());
    }

    /** This document is in force. */
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

    /** What is remembered: another order to which these were applied, in this order, decides as this one does. */
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
