package dev.meshclient.internal.limit;

import dev.meshclient.internal.endpoint.Slot;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Decider: the number of calls in flight to a backend, and how many of them a shadow limit would have refused. It outlives the
 * policy with the limit.
 */
public final class InFlight implements LongSupplier {
    /** The slot of a backend. Kept while calls are running: a backend that is listed again still counts them. */
    public static final Slot<InFlight> SLOT = Slot.of(InFlight::new).keptWhile(calls -> calls.getAsLong() > 0);

    private static final long CALL = 1;
    private static final long REFUSED_BY_SHADOW = (1L << 32) + CALL;
    private static final long CALLS = 0xFFFF_FFFFL;

    private final AtomicLong counts =
            new AtomicLong(); // calls in the lower half; those of them that are refused in the upper

    /** Counts one more call if fewer than {@code max} are in flight; otherwise false. */
    boolean enter(long max) {
        for (; ; ) {
            long now = counts.get();
            if ((now & CALLS) >= max) {
                return false;
            }
            if (counts.compareAndSet(now, now + CALL)) {
                return true;
            }
        }
    }

    void leave() {
        counts.addAndGet(-CALL);
    }

    /**
     * Counts one more call in any case.
     *
     * @return false: a limit of {@code max} would have refused it, as calls that it would have refused before are not in flight
     */
    boolean enterShadow(long max) {
        for (; ; ) {
            long now = counts.get();
            boolean fits = admitted(now) < max;
            if (counts.compareAndSet(now, now + (fits ? CALL : REFUSED_BY_SHADOW))) {
                return fits;
            }
        }
    }

    /** Ends a call that {@link #enterShadow} would have refused. */
    void leaveShadow() {
        counts.addAndGet(-REFUSED_BY_SHADOW);
    }

    /** Calls in flight. */
    @Override
    public long getAsLong() {
        return counts.get() & CALLS;
    }

    /** Calls in flight that no shadow limit would have refused. */
    long admitted() {
        return admitted(counts.get());
    }

    private static long admitted(long counts) {
        return (counts & CALLS) - (counts >>> 32);
    }
}
