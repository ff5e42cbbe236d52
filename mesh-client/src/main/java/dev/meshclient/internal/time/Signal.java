package dev.meshclient.internal.time;

import java.io.InterruptedIOException;

/**
 * A signal on which one thread waits and which any thread may raise. If no thread waits, the signal stays raised until the next
 * wait. It carries no meaning: the waiting thread checks its own condition again, in a loop.
 */
public interface Signal {
    /**
     * Waits until the signal is raised (true) or {@code until} is reached (false).
     *
     * @throws InterruptedIOException if the thread is interrupted; its interrupt flag stays set, as Okio does
     */
    boolean await(long until) throws InterruptedIOException;

    /** Wakes the waiting thread, or the next one that waits. Never blocks; legal under a lock. */
    void raise();
}
