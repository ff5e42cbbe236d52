package dev.meshclient.registry;

import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.Provenance.Freshness;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source under watch, and the file that keeps its document. The file is read first, then the source is watched, then what
 * the source delivers is written, once it is in force. One thread reads and writes: a disk that hangs holds up no policy.
 */
final class SnapshotWatch implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotWatch.class);

    private final Time time;
    private final PolicySource.Sink sink;
    private final SnapshotSource.Resumable source;
    private final SnapshotFile file;
    private final Keeper keeper;
    private final Duration initialFetchTimeout;
    private final Signal signal;
    private @Nullable Closeable watched;
    private boolean delivered;
    private boolean closed;

    /** What the file holds, read and checked. */
    private record Kept(Snapshot snapshot, PolicyDocument document, List<PolicyDocument> earlier) {
        boolean isExpired(Instant now) {
            Duration ttl = document.policy().metadata().ttl();
            return ttl != null && Duration.between(snapshot.confirmed(), now).compareTo(ttl) > 0;
        }
    }

    SnapshotWatch(
            Time time,
            PolicySource.Sink sink,
            SnapshotSource.Resumable source,
            SnapshotFile file,
            Duration initialFetchTimeout) {
        this.time = time;
        this.sink = sink;
        this.source = source;
        this.file = file;
        this.keeper = new Keeper(file, time);
        this.initialFetchTimeout = initialFetchTimeout;
        this.signal = time.signal("policy-snapshot");
    }

    void run() {
        long until = time.now() + Time.nanos(initialFetchTimeout) / 10 * 9; // in time for calls that wait so long
        try {
            Kept kept = read();
            if (kept == null) {
                watchSource(null);
            } else if (kept.isExpired(time.wall().instant())) {
                watchSource(null);
                awaitSource(until);
                deliver(kept, Freshness.STALE);
            } else {
                watchSource(deliver(kept, Freshness.SNAPSHOT) ? kept.snapshot() : null);
            }
            keep();
        } catch (InterruptedIOException e) {
            LOG.debug("the snapshot {} is kept no longer, its thread was interrupted", file);
        }
    }

    private void awaitSource(long until) throws InterruptedIOException {
        while (time.now() < until && !isSettled()) {
            signal.await(until);
        }
    }

    /** Whatever is wrong with it, a lack of memory included, the source is to be watched after this. */
    private @Nullable Kept read() {
        try {
            Snapshot snapshot = file.read();
            if (snapshot == null) {
                return null;
            }
            PolicyDocument document = PolicyCodec.read(snapshot.json(), snapshot.json().length);
            return new Kept(snapshot.refusedInPart(Intake.told(document)), document, earlier(snapshot, document));
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("the policy snapshot {} is ignored: {}", file, e.toString());
            return null;
        }
    }

    /** Of each older document what is in force still. */
    private List<PolicyDocument> earlier(Snapshot snapshot, PolicyDocument last) {
        Instant now = time.wall().instant();
        Set<String> inForce = new HashSet<>(last.policy().services().keySet());
        snapshot.older().forEach(older -> inForce.addAll(kept(older, now)));
        List<PolicyDocument> earlier = new ArrayList<>();
        Set<String> absent = new HashSet<>();
        for (Snapshot.Older older : snapshot.older()) {
            Set<String> kept = kept(older, now);
            try {
                if (!kept.isEmpty()) {
                    MeshPolicy policy =
                            PolicyCodec.read(older.json(), older.json().length).policy();
                    earlier.add(Excerpt.of(policy, kept, inForce));
                    kept.stream().filter(older::isAbsent).forEach(absent::add);
                }
            } catch (PolicyException e) {
                LOG.warn("services {} of the policy snapshot {} are ignored: {}", kept, file, e.toString());
            }
        }
        if (!absent.isEmpty() && last.policy().metadata().scope() != null) {
            earlier.add(Excerpt.without(absent, last.policy()));
        }
        return earlier;
    }

    private static Set<String> kept(Snapshot.Older older, Instant now) {
        return older.services().entrySet().stream()
                .filter(e -> now.isBefore(e.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Unless the source was faster. Whether it is in force now. */
    private synchronized boolean deliver(Kept kept, Freshness freshness) {
        if (isSettled()) {
            return false;
        }
        Snapshot snapshot = kept.snapshot();
        Duration age =
                Duration.between(snapshot.confirmed(), time.wall().instant()).truncatedTo(ChronoUnit.SECONDS);
        try {
            sink.deliver(
                    kept.document(),
                    new Provenance(freshness, snapshot.confirmed(), null, snapshot.order(), kept.earlier(), null));
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("the policy snapshot {} is ignored, it could not be put in force: {}", file, e.toString());
            return false;
        }
        if (freshness == Freshness.STALE) {
            LOG.warn(
                    "STALE policy is in force, from the snapshot {}: it is {} old, its metadata.ttl is {}, and there is no"
                            + " newer one yet; its endpoints may belong to others by now",
                    file,
                    age,
                    kept.document().policy().metadata().ttl());
        } else {
            LOG.info("policy is in force from the snapshot {}, {} old, until there is a newer one", file, age);
        }
        keeper.resumed(snapshot, kept.document().policy());
        return true;
    }

    private synchronized boolean isSettled() {
        return delivered || closed;
    }

    private void watchSource(@Nullable Snapshot inForce) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        Closeable begun = source.watch(time, new FromSource(), inForce);
        synchronized (this) {
            if (!closed) {
                watched = begun;
                return;
            }
        }
        close(begun);
    }

    /** What is still to be written when this is closed, is. */
    private void keep() throws InterruptedIOException {
        while (true) {
            keeper.work();
            synchronized (this) {
                if (closed && !keeper.hasWork()) {
                    return;
                }
            }
            signal.await(Time.NEVER);
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
        } catch (IOException e) {
            LOG.warn("the policy source did not close: {}", e.toString());
        }
    }

    private final class FromSource implements PolicySource.Sink {
        @Override
        public void deliver(PolicyDocument document) throws IOException {
            deliver(document, Provenance.live(time.wall().instant(), null));
        }

        @Override
        public void deliver(PolicyDocument document, Provenance provenance) throws IOException {
            synchronized (SnapshotWatch.this) {
                if (closed) {
                    return;
                }
                sink.deliver(document, provenance);
                delivered = true;
                keeper.applied(document, provenance, sink.kept());
            }
            signal.raise();
        }

        @Override
        public void confirmed() {
            synchronized (SnapshotWatch.this) {
                if (closed) {
                    return;
                }
                sink.confirmed();
                keeper.confirmed();
            }
            signal.raise();
        }

        @Override
        public void failed(IOException problem) {
            synchronized (SnapshotWatch.this) {
                if (!closed) {
                    sink.failed(problem);
                }
            }
        }
    }
}
