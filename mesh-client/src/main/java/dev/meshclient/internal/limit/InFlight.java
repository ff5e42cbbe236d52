package dev.meshclient.internal.limit;

import java.util.concurrent.atomic.AtomicLong;

/** Decider: how many calls a backend has in flight. It outlives the policy that limits it. */
public final class InFlight {
    private final AtomicLong calls = new AtomicLong();

    /** Takes a place if there are fewer than {@code max}. */
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
    public long count() {
        return calls.get();
    }
}
