package dev.meshclient.internal.accesslog;

import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.Closeable;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Observes all calls and writes their lines on a thread of its own. */
public final class AccessLogWriter implements CallObserver.Factory, CallObserver, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.access");
    private static final long MINUTE = 60_000_000_000L;
    /** How long {@link #close} waits for the sink. */
    private static final long CLOSE_NANOS = 2_000_000_000L;

    private static final int SERVER_ERROR = 500;

    private final Time time;
    private final Logger log;
    private final AccessLog settings;
    private final long slowNanos;
    private final Queue<AccessLine> queued = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final Supplier<String> trace;
    private final AtomicLong dropped = new AtomicLong();
    private final LogThrottle droppedLog = new LogThrottle(MINUTE);
    private final LogThrottle failedLog = new LogThrottle(MINUTE);
    private final Signal work;
    private final Signal written;
    private long reported; // dropped lines; only the thread of the log
    private volatile boolean closed;
    private volatile boolean ended;

    private AccessLogWriter(Time time, AccessLog settings, Supplier<String> trace, Logger log) {
        this.trace = trace;
        this.time = time;
        this.log = log;
        this.settings = settings;
        Duration slow = settings.slow();
        this.slowNanos = slow == null ? Time.NEVER : Time.nanos(slow);
        this.work = time.signal("access log");
        this.written = time.signal("access log written");
    }

    /**
     * Starts the thread of this log.
     *
     * @param trace the ID of the trace that is current on this thread; empty: there is none
     */
    public static AccessLogWriter start(Time time, AccessLog settings, Supplier<String> trace) {
        return start(time, settings, trace, LOG);
    }

    static AccessLogWriter start(Time time, AccessLog settings, Supplier<String> trace, Logger log) {
        AccessLogWriter writer = new AccessLogWriter(time, settings, trace, log);
        time.start("access log", writer::run);
        return writer;
    }

    @Override
    public CallObserver observe(CallInfo call) {
        String current = trace.get();
        return current.isEmpty() ? this : new InTrace(this, current);
    }

    /** A call that is made within a trace. */
    private record InTrace(AccessLogWriter log, String trace) implements CallObserver {
        @Override
        public void ended(CallInfo call) {
            log.ended(call, trace);
        }
    }

    @Override
    public void ended(CallInfo call) {
        ended(call, "");
    }

    private void ended(CallInfo call, String current) {
        if (!call.isOfMesh() || !isWritten(call)) {
            return;
        }
        if (size.incrementAndGet() > settings.capacity() || closed) {
            size.decrementAndGet();
            dropped.incrementAndGet();
            return;
        }
        queued.add(AccessLine.of(call, path(call), current, time.wall().instant()));
        work.raise();
    }

    private boolean isWritten(CallInfo call) {
        return call.failure() != null
                || call.status() >= SERVER_ERROR
                || call.elapsedNanos() >= slowNanos
                || settings.share() >= 1
                || time.random().nextDouble() < settings.share();
    }

    private String path(CallInfo call) {
        try {
            return Objects.requireNonNull(settings.path().apply(call.request()), "the path function gave null");
        } catch (Throwable e) { // Kotlin may throw any
            warn(e);
            return "";
        }
    }

    /** Lines that were not written because too many waited. */
    public long dropped() {
        return dropped.get();
    }

    // ---- the thread of the log

    private void run() {
        try {
            while (true) {
                boolean last = closed; // read before the queue: what was queued before the close is written
                writeQueued();
                if (last) {
                    return;
                }
                work.await(Time.NEVER);
            }
        } catch (InterruptedIOException e) {
            log.debug("the thread of the access log was interrupted, {} lines are not written", size.get());
        } finally {
            ended = true;
            written.raise();
        }
    }

    private void writeQueued() {
        AccessLine line = queued.poll();
        if (line == null) {
            return;
        }
        for (; line != null; line = queued.poll()) {
            size.decrementAndGet();
            write(line);
        }
        try {
            settings.sink().flush();
        } catch (Throwable e) { // Kotlin may throw any
            warn(e);
        }
        long lost = dropped.get();
        if (lost > reported && droppedLog.allows("dropped", time.now())) {
            log.warn("the access log has dropped {} lines so far: its sink is slower than the calls", lost);
            reported = lost;
        }
    }

    private void write(AccessLine line) {
        try {
            settings.sink().write(settings.format() == AccessLog.Format.JSON ? line.json() : line.logfmt());
        } catch (Throwable e) { // Kotlin may throw any
            warn(e);
        }
    }

    private void warn(Throwable e) {
        Interrupts.keep(e);
        if (failedLog.allows(e.getClass().getName(), time.now())) {
            log.warn("the access log failed; calls go on, and its next failure is logged in a minute", e);
        }
    }

    /** Writes what is queued; waits at most 2 s for the sink. */
    @Override
    public void close() {
        closed = true;
        work.raise();
        long until = time.now() + CLOSE_NANOS;
        try {
            while (!ended && written.await(until)) {}
        } catch (InterruptedIOException e) {
            log.debug("interrupted while the access log was closed");
        }
    }
}
