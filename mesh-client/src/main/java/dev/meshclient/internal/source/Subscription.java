package dev.meshclient.internal.source;

import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches a source on one thread that looks, pauses and looks again. After close the sink gets nothing. */
public final class Subscription implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");
    private static final long AFTER_DEFECT_NANOS = 60_000_000_000L;

    private final Time time;
    private final String name;
    private final WhileOpen sink;
    private final Watched watched;
    private final Signal signal;
    private volatile boolean closed;

    /** The watched source. */
    public interface Watched {
        /** Looks once and passes news to the sink. @return the pause before the next look in nanoseconds */
        long look(DocumentSink sink);

        /** When to look again before the pause has ended; {@link Time#NEVER}: not earlier. */
        default long sooner() {
            return Time.NEVER;
        }

        /** Cancels a running look, from any thread. */
        void cancel();

        /** Releases resources. No look is running or will follow. */
        void release();
    }

    private Subscription(String name, DocumentSink sink, Watched watched) {
        this.time = sink.time();
        this.name = name;
        this.sink = new WhileOpen(sink);
        this.watched = watched;
        this.signal = sink.time().signal(name);
    }

    public static Subscription start(String name, DocumentSink sink, Watched watched) {
        Subscription subscription = new Subscription(name, sink, watched);
        subscription.time.start(name, subscription::run);
        return subscription;
    }

    private void run() {
        try {
            while (!closed) {
                long until = time.now() + look();
                while (!closed && time.now() < Math.min(until, watched.sooner())) {
                    signal.await(Math.min(until, watched.sooner()));
                }
            }
        } catch (InterruptedIOException e) {
            LOG.debug("'{}' ends, its thread was interrupted", name);
        } finally {
            watched.release();
        }
    }

    /** A defect, or an OutOfMemoryError, must not end the only thread that could deliver newer policy. */
    private long look() {
        try {
            return watched.look(sink);
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            sink.failed(new IOException("'" + name + "' failed and tries again in 60 s: " + e, e));
            return AFTER_DEFECT_NANOS;
        }
    }

    /** Wakes the thread if the source wants to look sooner. From any thread. */
    public void lookUp() {
        signal.raise();
    }

    /** Returns at once, or after the document that is being delivered is in force. */
    @Override
    public void close() {
        closed = true;
        sink.close(); // before the look is cancelled: the failure of the cancelled look is not reported
        watched.cancel();
        signal.raise();
    }

    /** Passes calls to a sink, one at a time, until closed. */
    private static final class WhileOpen implements DocumentSink {
        private final DocumentSink sink;
        private boolean open = true;

        WhileOpen(DocumentSink sink) {
            this.sink = sink;
        }

        @Override
        public Time time() {
            return sink.time();
        }

        @Override
        public WantedHosts wanted() {
            return sink.wanted();
        }

        @Override
        public Memory memory() {
            return sink.memory();
        }

        @Override
        public synchronized void deliver(Delivery delivery) throws IOException {
            if (open) {
                sink.deliver(delivery);
            }
        }

        @Override
        public synchronized void confirmed() {
            if (open) {
                sink.confirmed();
            }
        }

        @Override
        public synchronized void failed(IOException problem) {
            if (open) {
                sink.failed(problem);
            }
        }

        synchronized void close() {
            open = false;
        }
    }
}
