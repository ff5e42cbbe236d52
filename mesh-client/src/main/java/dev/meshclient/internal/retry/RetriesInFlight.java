package dev.meshclient.internal.retry;

import dev.meshclient.internal.endpoint.Slot;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decider: the calls to a backend that are being retried, each from the decision to retry to its end: at most one attempt of a
 * call is a retry at a time. Only calls under a policy that states a limit are counted.
 */
final class RetriesInFlight {
    /** The slot of a backend. */
    static final Slot<RetriesInFlight> SLOT =
            Slot.of(RetriesInFlight::new).keptWhile(retries -> retries.count.get() > 0);

    private final AtomicLong count = new AtomicLong();

    boolean isBelow(long max) {
        return count.get() < max;
    }

    /** Counts one more if fewer than {@code max} are in flight; otherwise false. */
    boolean enter(long max) {
        for (; ; ) {
            long now = count.get();
            if (now >= max) {
                return false;
            }
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void leave() {
        count.decrementAndGet();
    }
}
