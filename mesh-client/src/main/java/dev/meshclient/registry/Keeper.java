package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is in force to its file, and now and then that the source still has it. It holds the bytes, so that a file that
 * could not be written, or is gone, is written later.
 */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration MOST_OFTEN = Duration.ofMinutes(1);
    private static final Duration LEAST_OFTEN = Duration.ofHours(1);

    private final SnapshotFile file;
    private final Time time;
    private final Lineage lineage = new Lineage();
    private @Nullable Snapshot inForce;
    private long againNanos;
    private long againAt;
    private boolean unwritten;
    private boolean warned;

    Keeper(SnapshotFile file, Time time) {
        this.file = file;
        this.time = time;
    }

    /** What the file holds is in force. */
    synchronized void resumed(Snapshot snapshot, MeshPolicy policy) {
        inForce = snapshot;
        lineage.resumed(snapshot, policy);
        againNanos = againNanos(policy);
        againAt = 0;
    }

    /** What the source delivered is in force, beside what is kept from earlier documents. */
    synchronized void applied(PolicyDocument document, Provenance provenance, List<PolicySource.Kept> kept) {
        Provenance.Raw raw = provenance.raw();
        if (raw != null) {
            List<String> left = lineage.follows(
                    raw.json(), document.policy(), kept, time.wall().instant());
            if (!left.isEmpty()) {
                LOG.warn(
                        "the policy snapshot {} holds at most {} earlier documents; services that are in force from others and"
                                + " will not be after a restart without a registry: {}",
                        file,
                        Lineage.OLDER_AT_MOST,
                        left);
            }
            inForce = snapshot(raw.json(), raw.etag(), provenance.confirmed());
            againNanos = againNanos(document.policy());
            unwritten = true;
        }
    }

    /** The source still has what is in force. */
    synchronized void confirmed() {
        Snapshot same = inForce;
        if (same != null && time.now() >= againAt) {
            inForce = snapshot(same.json(), same.etag(), time.wall().instant());
            unwritten = true;
        }
    }

    private Snapshot snapshot(byte[] json, @Nullable String etag, Instant confirmed) {
        return new Snapshot(
                json,
                etag,
                confirmed,
                lineage.order(),
                lineage.older(time.wall().instant()),
                null);
    }

    synchronized boolean hasWork() {
        return unwritten;
    }

    private synchronized @Nullable Snapshot take() {
        Snapshot next = unwritten ? inForce : null;
        unwritten = false;
        againAt = next == null ? againAt : time.now() + againNanos;
        return next;
    }

    /** The age of what is kept must say something where it counts: at a tenth of the time that a copy may be trusted. */
    private static long againNanos(MeshPolicy policy) {
        Duration ttl = policy.metadata().ttl();
        Duration often =
                ttl == null || ttl.compareTo(LEAST_OFTEN.multipliedBy(10)) > 0 ? LEAST_OFTEN : ttl.dividedBy(10);
        return Time.nanos(often.compareTo(MOST_OFTEN) < 0 ? MOST_OFTEN : often);
    }

    /** Writes what is to be written, if anything is. */
    void work() {
        Snapshot next = take();
        if (next == null) {
            return;
        }
        try {
            file.write(next);
            warned = false;
        } catch (ClosedByInterruptException e) {
            LOG.debug("the policy snapshot {} was not written, its thread was interrupted", file);
        } catch (IOException | RuntimeException e) {
            if (!warned) {
                LOG.warn(
                        "the policy snapshot {} cannot be written, and this is not told again: {}; policy is in force all"
                                + " the same, but after a restart without a registry it will be an older one or none",
                        file,
                        e.toString());
            }
            warned = true;
        }
    }
}
