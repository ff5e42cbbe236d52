package dev.meshclient.internal.time;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies listeners in order, one event after the other, and under no lock: a listener may take its time. */
public final class Notifications {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");

    private final Queue<Runnable> queued = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();

    /** Queues one; it does not wait. {@link #deliver} runs them in the order of these calls. */
    public void add(Runnable notification) {
        queued.add(notification);
    }

    /** Runs all that are queued, here or on the thread that delivers just now. */
    public void deliver() {
        if (requests.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        while (seen != 0) {
            for (Runnable next = queued.poll(); next != null; next = queued.poll()) {
                guarded(next);
            }
            seen = requests.addAndGet(-seen);
        }
    }

    /** Runs one; its exception is logged and stops neither the others nor later ones. */
    public static void guarded(Runnable notification) {
        try {
            notification.run();
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            LOG.error("a listener failed; the other listeners are notified all the same", e);
        }
    }
}
