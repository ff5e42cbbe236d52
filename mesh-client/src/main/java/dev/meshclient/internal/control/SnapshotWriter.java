package dev.meshclient.internal.control;

import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the policy in force to its file, and periodically that the source has confirmed it. It holds the last snapshot, so
 * that a file that could not be written, or was deleted, is written later.
 */
final class SnapshotWriter {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");
    private static final Duration MOST_OFTEN = Duration.ofMinutes(1);
    private static final Duration LEAST_OFTEN = Duration.ofHours(1);

    private final SnapshotFile file;
    private final Time time;
    private final LogThrottle warning = new LogThrottle(Time.NEVER);
    private @Nullable Snapshot inForce;
    private long againNanos;
    private long againAt;
    private boolean unwritten;
    private boolean writing;

    SnapshotWriter(SnapshotFile file, Time time) {
        this.file = file;
        this.time = time;
    }

    /** The content of the file is in force. */
    synchronized void resumed(Snapshot snapshot) {
        inForce = snapshot;
        againNanos = againNanos(snapshot);
        againAt = 0;
    }

    /** Puts this snapshot in force. */
    synchronized void inForce(Snapshot snapshot) {
        inForce = snapshot;
        againNanos = againNanos(snapshot);
        unwritten = true;
    }

    /** The last snapshot in force. Null: none. */
    synchronized @Nullable Snapshot inForce() {
        return inForce;
    }

    /** The source has confirmed the policy in force. */
    synchronized void confirmed() {
        Snapshot same = inForce;
        if (same != null && time.now() >= againAt) {
            inForce = same.confirmed(time.wall().instant());
            unwritten = true;
        }
    }

    synchronized boolean hasWork() {
        return unwritten;
    }

    /** Whether a snapshot is being written or has to be. */
    synchronized boolean isBusy() {
        return unwritten || writing;
    }

    private synchronized void ended() {
        writing = false;
    }

    private synchronized @Nullable Snapshot take() {
        Snapshot next = unwritten ? inForce : null;
        unwritten = false;
        writing = next != null;
        againAt = next == null ? againAt : time.now() + againNanos;
        return next;
    }

    /** The interval of confirmations: a tenth of the time that a snapshot may be trusted, so that its age is precise enough. */
    private static long againNanos(Snapshot snapshot) {
        Duration ttl = snapshot.ttl();
        Duration often =
                ttl == null || ttl.compareTo(LEAST_OFTEN.multipliedBy(10)) > 0 ? LEAST_OFTEN : ttl.dividedBy(10);
        return Time.nanos(often.compareTo(MOST_OFTEN) < 0 ? MOST_OFTEN : often);
    }

    /** Writes the file if necessary. */
    void work() {
        Snapshot next = take();
        if (next == null) {
            return;
        }
        try {
            file.write(next);
            warning.reset();
        } catch (ClosedByInterruptException e) {
            LOG.debug("the policy snapshot {} was not written, its thread was interrupted", file);
        } catch (IOException | RuntimeException | Error e) { // the thread writes all later ones
            if (warning.allows("not written", time.now())) {
                LOG.warn(
                        "the policy snapshot {} cannot be written (logged once): {}; policy is in force all"
                                + " the same, but after a restart without a registry it will be an older one or none",
                        file,
                        e.toString());
            }
        } finally {
            ended();
        }
    }
}
