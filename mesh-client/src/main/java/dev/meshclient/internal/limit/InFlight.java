package dev.meshclient.internal.limit;

import dev.meshclient.internal.endpoint.Slot;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decider: the calls in flight to a backend, those that wait for a slot, and how many a shadow limit would have refused. It
 * outlives the policy with the limits. Calls that began under an older policy are judged by the limits in force too.
 *
 * <p>A call that finds a free slot while no call waits takes it by one compare-and-set. Only while calls wait, arrivals and ends
 * take the lock, so that no arrival overtakes a call in the queue.
 */
public final class InFlight implements LongSupplier {
    /** The slot of a backend. Kept while calls are running: a backend that is listed again still counts them. */
    public static final Slot<InFlight> SLOT = Slot.of(InFlight::new).keptWhile(calls -> calls.getAsLong() > 0);

    private static final long CALL = 1;
    private static final long REFUSED_BY_SHADOW = (1L << 32) + CALL;
    private static final long CALLS = 0xFFFF_FFFFL;
    private static final long QUEUE = Long.MIN_VALUE;

    /** Calls in the lower half; in the upper one those of them that a shadow refused, and the sign while calls wait. */
    private final AtomicLong counts = new AtomicLong();

    private final Set<PendingCall> queue = new LinkedHashSet<>(); // in order of arrival; guarded by this
    private volatile LimitSettings settings = LimitSettings.NONE; // written under the lock
    private volatile @Nullable AdaptiveLimit adaptive; // written under the lock, before the settings that need it
    private boolean closed; // guarded by this

    /** Puts these limits in force and admits the calls in the queue that they let go. No call loses its place. */
    public synchronized void activate(LimitSettings now) {
        if (now.adaptive() && adaptive == null) {
            adaptive = new AdaptiveLimit();
        }
        settings = now;
        if (!now.adaptive()) {
            adaptive = null;
        }
        admitNext();
    }

    /** Ends all waits; no call waits from now on. */
    public synchronized void close() {
        closed = true;
        admitNext();
    }

    /** The limits in force. */
    LimitSettings inForce() {
        return settings;
    }

    /** The calls that may be in flight now, or that a shadow would let be. */
    long limit() {
        AdaptiveLimit moving = adaptive;
        long max = settings.max();
        return moving == null ? max : Math.min(max, moving.limit());
    }

    /** The calls that may be in flight now. */
    private long enforced() {
        return settings.shadow() ? LimitSettings.UNLIMITED : limit();
    }

    /**
     * Takes the latency of an attempt, for the adaptive limit.
     *
     * @param calls the calls in flight when it began
     * @param good whether it is the response of a server that works; otherwise a limit of time that expired
     */
    void sample(long now, long begunAt, long calls, boolean good, RandomGenerator random) {
        AdaptiveLimit moving = adaptive;
        if (moving != null && moving.sample(now, begunAt, calls, good, settings.max(), random) && counts.get() < 0) {
            admitNext();
        }
    }

    /** The adaptive limit, in words; empty: it is not in force. */
    String adaptiveInWords() {
        AdaptiveLimit moving = adaptive;
        return moving == null
                ? ""
                : moving.limit()
                        + (moving.unloadedNanos() == 0
                                ? ", before the latency without load is known"
                                : ", for a latency without load of " + moving.unloadedNanos() / 1000 + " µs");
    }

    /** Counts one more call if none waits and fewer than the limit are in flight; otherwise false. */
    boolean enter() {
        return enter(enforced(), 0);
    }

    private boolean enter(long max, long sign) {
        for (; ; ) {
            long now = counts.get();
            if ((now & QUEUE) != sign || (now & CALLS) >= max) {
                return false;
            }
            if (counts.compareAndSet(now, now + CALL)) {
                return true;
            }
        }
    }

    /** Decides on a call that found no slot: there is one now, it waits for one, or it is refused. */
    synchronized void arrive(PendingCall call) {
        LimitSettings now = settings;
        mark(); // before it looks for a slot: the end of any other call waits for this decision
        if (queue.isEmpty() && enter(enforced(), QUEUE)) {
            call.arrives(PendingCall.State.ADMITTED, 0);
        } else if (closed) {
            call.arrives(now.maxPending() == 0 ? PendingCall.State.REFUSED : PendingCall.State.CLOSED, queue.size());
        } else if (now.max() == 0 || queue.size() >= now.maxPending()) {
            call.arrives(PendingCall.State.REFUSED, queue.size());
        } else {
            call.arrives(PendingCall.State.WAITING, queue.size());
            queue.add(call);
        }
        unmark();
    }

    /** A call leaves the queue, or ends and leaves its slot to the next. */
    void end(PendingCall call) {
        PendingCall.State before;
        synchronized (this) {
            before = call.end();
            if (before == PendingCall.State.WAITING) {
                queue.remove(call);
                unmark();
            }
        }
        if (before == PendingCall.State.ADMITTED) {
            leave();
        }
    }

    /** Ends a call in flight. */
    void leave() {
        leave(CALL);
    }

    private void leave(long counted) {
        if (counts.addAndGet(-counted) < 0) {
            admitNext();
        }
    }

    private synchronized void admitNext() {
        LimitSettings now = settings;
        for (Iterator<PendingCall> waiting = queue.iterator(); waiting.hasNext(); ) {
            PendingCall next = waiting.next();
            if (enter(enforced(), QUEUE)) {
                next.becomes(PendingCall.State.ADMITTED);
            } else if (closed) {
                next.becomes(PendingCall.State.CLOSED);
            } else if (now.max() == 0) { // no slot will come free
                next.becomes(PendingCall.State.REFUSED);
            } else {
                return;
            }
            waiting.remove();
        }
        unmark();
    }

    private void mark() {
        counts.getAndUpdate(now -> now | QUEUE);
    }

    private void unmark() {
        if (queue.isEmpty()) {
            counts.getAndUpdate(now -> now & ~QUEUE);
        }
    }

    /**
     * Counts one more call in any case.
     *
     * @return the calls in flight that no limit would have refused, without this one: from {@code refused} on, it would have
     *     refused this one
     */
    long enterShadow(long refused) {
        for (; ; ) {
            long now = counts.get();
            long admitted = admitted(now);
            if (counts.compareAndSet(now, now + (admitted < refused ? CALL : REFUSED_BY_SHADOW))) {
                return admitted;
            }
        }
    }

    /** Ends a call that {@link #enterShadow} would have refused. */
    void leaveShadow() {
        leave(REFUSED_BY_SHADOW);
    }

    /** Calls in flight. */
    @Override
    public long getAsLong() {
        return counts.get() & CALLS;
    }

    /** Calls that wait for a slot. */
    public synchronized int pending() {
        return queue.size();
    }

    /** Calls in flight that no shadow limit would have refused. */
    long admitted() {
        return admitted(counts.get());
    }

    private static long admitted(long counts) {
        return (counts & CALLS) - ((counts & ~QUEUE) >>> 32);
    }
}
