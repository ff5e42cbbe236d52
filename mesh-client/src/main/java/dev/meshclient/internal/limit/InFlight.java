package dev.meshclient.internal.limit;

import dev.meshclient.internal.endpoint.Slot;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Decider: the number of calls in flight to a backend. It outlives the policy with the limit. */
public final class InFlight implements LongSupplier {
    /** The slot of a backend. Kept while calls are running: a backend that is listed again still counts them. */
    public static final Slot<InFlight> SLOT = Slot.of(InFlight::new).keptWhile(calls -> calls.getAsLong() > 0);

    private final AtomicLong calls = new AtomicLong();

    /** Counts one more call if fewer than {@code max} are in flight; otherwise false. */
    boolean enter(long max) {
        for (; ; ) {
            long now = calls.get();
            if (now >= max) {
                return false;
            }
            if (calls.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void leave() {
        calls.decrementAndGet();
    }

    /** Calls in flight. */
    @Override
    public long getAsLong() {
        return calls.get();
    }
}
