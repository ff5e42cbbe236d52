package dev.meshclient.internal.identity;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Notifications;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.Timed;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identity in use: the last valid one that the source delivered. Notifies listeners when it changes, and when a renewal is
 * overdue.
 */
public final class LiveIdentity implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.identity");

    private final Logger log;
    private final String title;
    private final WorkloadIdentity source;
    private final Time time;
    private final News news;
    private final Consumer<Svid> beforeFirst;
    private final List<Consumer<Change>> subscribers = new CopyOnWriteArrayList<>();

    /** Separate from the news: a listener that blocks must not keep connections of the old trust alive. */
    private final Notifications changes = new Notifications();

    private final Notifications events = new Notifications();
    private final RenewalWatch renewals;

    private volatile @Nullable Svid current;
    private volatile @Nullable Problem problem;
    private volatile long since;
    private @Nullable Svid offered;
    private @Nullable Svid refused;
    private @Nullable Closeable watch;
    private volatile boolean closed;

    /**
     * A listener for changes. It gets one event at a time, in order, on the thread of the source or on a thread of its own,
     * under no lock. No notification begins after close.
     */
    public interface News {
        /** Another identity is in use: the first, a renewed certificate, or changed trust. */
        void rotated(Change change);

        /** The source has no valid identity; the one in use stays. Reported once for each reason. */
        void rejected(String source, IOException reason);

        /** The certificate in use was not renewed: {@code percent} of its life has passed, 100 = it has expired. */
        void expiring(Svid svid, int percent);

        /** A peer is rejected. On the thread of the call. */
        default void peerRejected(String service, String endpoint, PeerFault fault, String reason) {}
    }

    /**
     * A change of identity.
     *
     * @param before null if this is the first identity
     */
    public record Change(@Nullable Svid before, Svid now) {
        /**
         * Whether connections may stay: only the certificate was renewed, for the same workload with the same trust. After any
         * other change the connections of the old trust must be closed.
         */
        public boolean isSoft() {
            return before != null && before.trustsAs(now);
        }
    }

    /**
     * Why there is no newer identity.
     *
     * @param at the time of the mesh's {@link Time}
     */
    private record Problem(IOException reason, long at) {}

    /**
     * The status, for messages.
     *
     * @param source where it comes from
     * @param svid the identity in use; null if there is none yet
     * @param age since it is in use; null if there is none yet
     * @param expiresIn negative if it has expired; null if there is none yet
     * @param problem why there is no newer identity; empty if there is no problem
     * @param problemAge since then; null if there is no problem
     */
    public record Status(
            String source,
            @Nullable Svid svid,
            @Nullable Duration age,
            @Nullable Duration expiresIn,
            String problem,
            @Nullable Duration problemAge) {}

    private LiveIdentity(
            Logger log, String title, WorkloadIdentity source, Time time, News news, Consumer<Svid> beforeFirst) {
        this.log = log;
        this.title = title;
        this.source = source;
        this.time = time;
        this.news = news;
        this.beforeFirst = beforeFirst;
        this.renewals = new RenewalWatch(
                time, log, title, source, this::look, (svid, percent) -> happened(() -> news.expiring(svid, percent)));
    }

    /**
     * Starts to watch the source.
     *
     * @param title its name in the log, such as {@code identity}
     * @param beforeFirst prepares for the first identity, on the thread of the source, before it is in use
     */
    public static LiveIdentity start(
            String title, WorkloadIdentity source, Time time, News news, Consumer<Svid> beforeFirst) {
        return start(LOG, title, source, time, news, beforeFirst);
    }

    static LiveIdentity start(
            Logger log, String title, WorkloadIdentity source, Time time, News news, Consumer<Svid> beforeFirst) {
        LiveIdentity identity = new LiveIdentity(log, title, source, time, news, beforeFirst);
        Closeable watch = source.watch(identity.new Taker());
        synchronized (identity) {
            identity.watch = watch;
        }
        return identity;
    }

    /** The identity in use, expired or not; null before the source delivered a valid one. One volatile read. */
    public @Nullable Svid current() {
        return current;
    }

    /**
     * The identity for a new connection. Its absence is a fault of this process and does not count against an endpoint.
     *
     * @throws SSLException if there is none, or it is not valid now; the message names the source
     */
    public Svid forHandshake() throws SSLException {
        Svid svid = current;
        if (svid == null) {
            Problem why = problem;
            throw new SSLException(
                    "this workload has no certificate yet, no TLS connection is made with one: "
                            + (why == null ? source + " has not delivered any" : ExceptionText.of(why.reason)),
                    why == null ? null : why.reason);
        }
        Instant now = time.wall().instant();
        String fault = Validity.fault(svid, now);
        if (!fault.isEmpty()) {
            Problem why = problem;
            throw new SSLException("the own certificate, " + svid.name() + ", " + fault
                    + ", no new connection is made with it; it is from " + source
                    + (why == null
                            ? ", which has no newer one"
                            : ", where the newest was refused: " + ExceptionText.of(why.reason)));
        }
        return svid;
    }

    /**
     * Notifies the subscriber of each change until closed, after {@link #current} has changed; one call at a time. It must not
     * block.
     */
    public Closeable onChange(Consumer<Change> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    /** The current status. */
    public Status status() {
        Svid svid = current;
        Problem why = problem;
        long now = time.now();
        return new Status(
                source.toString(),
                svid,
                svid == null ? null : Duration.ofNanos(now - since),
                svid == null ? null : Duration.between(time.wall().instant(), svid.notAfter()),
                why == null ? "" : ExceptionText.of(why.reason),
                why == null ? null : Duration.ofNanos(now - why.at));
    }

    /** An identity that is not valid does not replace the one in use. It is considered again when it may have become valid. */
    private void consider() {
        Svid svid = offered;
        Instant now = time.wall().instant();
        if (svid != null) {
            Svid used = current;
            String fault = Validity.fault(svid, now);
            if (!fault.isEmpty()
                    && used != null
                    && !svid.equals(used)
                    && Validity.fault(used, now).isEmpty()) {
                if (!svid.equals(refused)) { // once: the message changes with the time
                    refused = svid;
                    refuse(new IOException("the certificate that " + source + " has now, " + svid.name() + ", " + fault
                            + "; that in use is valid until " + used.notAfter()));
                }
            } else {
                offered = null;
                refused = null;
                problem = null;
                use(svid);
            }
        }
        renewals.look(current, offered, now);
    }

    private void use(Svid svid) {
        Svid before = current;
        if (svid.equals(before)) {
            return;
        }
        since = time.now();
        current = svid;
        Change change = new Change(before, svid);
        log.info(
                "{}: {}, from {}{}",
                title,
                svid,
                source,
                before == null ? "" : change.isSoft() ? ", renewed" : ", trust changed");
        changes.add(() -> subscribers.forEach(subscriber -> Notifications.guarded(() -> subscriber.accept(change))));
        happened(() -> news.rotated(change));
    }

    private void refuse(IOException reason) {
        Problem before = problem;
        if (before != null && ExceptionText.of(before.reason).equals(ExceptionText.of(reason))) {
            return;
        }
        problem = new Problem(reason, time.now());
        Svid used = current;
        log.warn(
                "{}: {}; {}",
                title,
                ExceptionText.of(reason),
                used == null ? "there is none yet" : "kept is " + used.name() + ", valid until " + used.notAfter());
        happened(() -> news.rejected(source.toString(), reason));
    }

    private void look() {
        synchronized (this) {
            if (!closed) {
                consider();
            }
        }
        notifyListeners();
    }

    private void happened(Runnable notification) {
        events.add(() -> {
            if (!closed) {
                notification.run();
            }
        });
    }

    /** Never call it under the lock that {@link #close} takes. */
    private void notifyListeners() {
        changes.deliver();
        events.deliver();
    }

    /** Does not wait for listeners. {@link #current} keeps returning the identity in use. */
    @Override
    public void close() {
        Closeable watched;
        synchronized (this) {
            closed = true;
            watched = watch;
            renewals.stop();
        }
        if (watched != null) {
            try {
                watched.close();
            } catch (Throwable e) { // Kotlin may throw any
                Interrupts.keep(e);
                log.warn("{}: {} did not close: {}", title, source, e.toString());
            }
        }
    }

    private final class Taker implements WorkloadIdentity.Sink, Timed {
        @Override
        public Time time() {
            return time;
        }

        @Override
        public void deliver(Svid svid) {
            if (current == null) {
                beforeFirst.accept(svid);
            }
            synchronized (LiveIdentity.this) {
                offered = svid;
            }
            look();
        }

        @Override
        public void failed(IOException reason) {
            synchronized (LiveIdentity.this) {
                if (!closed) {
                    refuse(reason);
                }
            }
            notifyListeners();
        }
    }
}
