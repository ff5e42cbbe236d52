package dev.meshclient.internal.control;

import dev.meshclient.MeshStatus;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Memory;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the source of a mesh and maintains the snapshot of the policy in force. It reads the snapshot first, then watches the
 * source, then writes the policy in force after each document. One thread reads and writes: a disk that hangs does not delay
 * policy.
 */
public final class PolicyFeed implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");
    private static final long CLOSE_NANOS = 2_000_000_000L;

    private final Time time;
    private final PolicySource source;
    private final PolicyControl control;
    private final WantedHosts wanted;
    private final PolicySink sink;
    private final Signal signal;
    private final Signal written;
    private final @Nullable SnapshotFile file;
    private final @Nullable SnapshotWriter writer;
    private Memory memory = Memory.NONE;
    private @Nullable Closeable watched;
    private boolean delivered;
    private boolean closed;

    private PolicyFeed(
            Time time,
            PolicySource source,
            PolicyControl control,
            WantedHosts wanted,
            PolicySink sink,
            @Nullable Path snapshotDirectory) {
        this.time = time;
        this.source = source;
        this.control = control;
        this.wanted = wanted;
        this.sink = sink;
        this.signal = time.signal("policy-snapshot");
        this.written = time.signal("policy-snapshot-written");
        String name = snapshotDirectory == null ? "" : source.snapshotName();
        this.file = snapshotDirectory == null || name.isEmpty() ? null : new SnapshotFile(snapshotDirectory, name);
        this.writer = file == null ? null : new SnapshotWriter(file, time);
    }

    /**
     * Starts. A source without a snapshot may deliver before this returns.
     *
     * @param wanted the hosts to request from the source
     * @param snapshotDirectory the directory for snapshots; null: none
     */
    public static PolicyFeed start(
            Time time,
            PolicySource source,
            PolicyControl control,
            WantedHosts wanted,
            PolicySink sink,
            Duration initialFetchTimeout,
            @Nullable Path snapshotDirectory) {
        PolicyFeed feed = new PolicyFeed(time, source, control, wanted, sink, snapshotDirectory);
        SnapshotWriter writer = feed.writer;
        if (writer == null) {
            feed.watchSource();
        } else {
            control.onDropped(feed::dropped);
            time.start("policy-snapshot", () -> feed.run(writer, initialFetchTimeout));
        }
        return feed;
    }

    /** How current the policy in force is; null: there is none. */
    public MeshStatus.@Nullable Freshness freshness() {
        return sink.freshness();
    }

    /** The problem since the policy in force was confirmed; null: none. */
    public MeshStatus.@Nullable Problem problem() {
        return sink.problem();
    }

    private void run(SnapshotWriter writer, Duration initialFetchTimeout) {
        // in time for calls that wait for the initial fetch
        long until = time.now() + Time.nanos(initialFetchTimeout) / 10 * 9;
        try {
            Snapshot left = read();
            if (left != null && !left.isExpired(time.wall().instant())) {
                memory = resume(left, MeshStatus.From.SNAPSHOT, writer) ? new Memory(left.memory(), 0) : memory;
                control.unlocked();
                watchSource();
            } else {
                memory = left == null ? memory : new Memory(left.memory(), until);
                watchSource();
                if (left != null) {
                    awaitSource(until);
                    resume(left, MeshStatus.From.STALE, writer);
                    control.unlocked();
                }
            }
            write(writer);
        } catch (InterruptedIOException e) {
            LOG.debug("the snapshot {} is kept no longer, its thread was interrupted", file);
        }
    }

    private void awaitSource(long until) throws InterruptedIOException {
        while (time.now() < until && !isSettled()) {
            signal.await(until);
        }
    }

    /** After any error, an OutOfMemoryError included, the source is watched nevertheless. */
    private @Nullable Snapshot read() {
        try {
            return file == null ? null : file.read();
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("the policy snapshot {} is ignored: {}", file, e.toString());
            return null;
        }
    }

    /** Puts the snapshot in force unless the source was faster. @return whether it is in force now */
    private synchronized boolean resume(Snapshot left, MeshStatus.From freshness, SnapshotWriter writer) {
        if (isSettled()) {
            return false;
        }
        Duration age = left.age(time.wall().instant()).truncatedTo(ChronoUnit.SECONDS);
        try {
            if (!sink.resume(left, freshness)) {
                return false;
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("the policy snapshot {} is ignored, it could not be put in force: {}", file, e.toString());
            return false;
        }
        if (freshness == MeshStatus.From.STALE) {
            LOG.warn(
                    "STALE policy is in force, from the snapshot {}: it is {} old, its metadata.ttl is {}, and there is no"
                            + " newer one yet; its endpoints may belong to others by now",
                    file,
                    age,
                    left.ttl());
        } else {
            LOG.info("policy is in force from the snapshot {}, {} old, until there is a newer one", file, age);
        }
        writer.resumed(left);
        return true;
    }

    private synchronized boolean isSettled() {
        return delivered || closed;
    }

    private void watchSource() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        Closeable begun;
        try {
            begun = Objects.requireNonNull(
                    source.watch(new MeshSink()), "watch returned null: return a Closeable that ends the watch");
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            sink.failed(new IOException(source + " cannot be watched: " + e, e));
            control.unlocked();
            return;
        }
        synchronized (this) {
            if (!closed) {
                watched = begun;
                return;
            }
        }
        close(begun);
    }

    /** Keeps writing until closed; writes the last pending snapshot then too. */
    private void write(SnapshotWriter writer) throws InterruptedIOException {
        while (true) {
            writer.work();
            written.raise();
            synchronized (this) {
                if (closed && !writer.hasWork()) {
                    return;
                }
            }
            signal.await(Time.NEVER);
        }
    }

    /** Services were dropped that no document had listed for the stale time. */
    private synchronized void dropped() {
        Snapshot last = writer == null ? null : writer.inForce();
        if (last != null) {
            keep(last.confirmed(), last.ttl(), last.memory());
        }
    }

    private void keep(Instant confirmed, @Nullable Duration ttl, Map<String, Remembered> left) {
        if (writer != null) {
            AppliedPolicy now = control.applied();
            Map<String, Instant> dropsAt =
                    Snapshot.dropsAt(now, time.now(), time.wall().instant(), control.staleNanos());
            writer.inForce(new Snapshot(now, dropsAt, control.order(), confirmed, ttl, left));
            signal.raise();
        }
    }

    private void confirmedInForce() {
        if (writer != null) {
            writer.confirmed();
            signal.raise();
        }
    }

    @Override
    public void close() {
        Closeable begun;
        synchronized (this) {
            closed = true;
            begun = watched;
            watched = null;
        }
        if (begun != null) {
            close(begun);
        }
        signal.raise();
    }

    private static void close(Closeable begun) {
        try {
            begun.close();
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            LOG.warn("the policy source did not close: {}", e.toString());
        }
    }

    /** After {@link #close}: waits until the last snapshot is written, at most 2 s. */
    public void awaitWritten() {
        long until = time.now() + CLOSE_NANOS;
        try {
            while (writer != null && writer.isBusy() && written.await(until)) {}
        } catch (InterruptedIOException e) {
            LOG.debug("interrupted while the policy snapshot was written");
        }
    }

    /** The sink for the source of a mesh. */
    private final class MeshSink implements PolicySource.Sink, DocumentSink {
        @Override
        public Time time() {
            return time;
        }

        @Override
        public WantedHosts wanted() {
            return wanted;
        }

        @Override
        public Memory memory() {
            return memory;
        }

        @Override
        public void deliver(PolicyDocument document) throws IOException {
            Objects.requireNonNull(document, "document must not be null: pass PolicyCodec.read(json)");
            reporting(() -> deliver(Delivery.live(document, time.wall().instant(), Map.of())));
        }

        @Override
        public void deliver(Delivery delivery) throws IOException {
            put(delivery);
            control.unlocked();
        }

        private void put(Delivery delivery) throws IOException {
            synchronized (PolicyFeed.this) {
                if (closed) {
                    return;
                }
                Applied what = sink.deliver(delivery);
                delivered = true;
                if (what == Applied.NOTHING_NEW && delivery.memory().isEmpty()) {
                    confirmedInForce();
                    return;
                }
                keep(
                        delivery.confirmedBy(time.wall().instant()),
                        delivery.document().policy().metadata().ttl(),
                        delivery.memory());
            }
        }

        @Override
        public void confirmed() {
            synchronized (PolicyFeed.this) {
                if (closed) {
                    return;
                }
                sink.confirmed();
                confirmedInForce();
            }
        }

        @Override
        public void failed(IOException problem) {
            Objects.requireNonNull(
                    problem, "problem must not be null: pass an IOException that says why there is no document");
            synchronized (PolicyFeed.this) {
                if (!closed) {
                    sink.failed(problem);
                }
            }
            control.unlocked();
        }
    }
}
