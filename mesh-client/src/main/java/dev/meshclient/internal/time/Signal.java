package dev.meshclient.internal.time;

import java.io.InterruptedIOException;

/**
 * Where one thread waits and any thread wakes it. Raised while nobody waits, it stays raised once. It carries no meaning:
 * the waiter checks its own condition again, in a loop.
 */
public interface Signal {
    /**
     * Waits until raised (true) or until {@code until} has come (false).
     *
     * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set, as Okio does
     */
    boolean await(long until) throws InterruptedIOException;

    /** Wakes the waiter, or the next one to come. Never blocks and is legal under a lock. */
    void raise();
}
