package dev.meshclient.internal.time;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what happened, in order and one after the other, and under no lock: who is told may take its time. */
public final class Telling {
    private static final Logger LOG = LoggerFactory.getLogger(Telling.class);

    private final Queue<Runnable> untold = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();

    /** Holds nobody up: it is told by {@link #tell}. The order of these is the order of the telling. */
    public void happened(Runnable told) {
        untold.add(told);
    }

    /** Tells all that happened, here or on the thread that is telling just now. */
    public void tell() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        while (seen != 0) {
            for (Runnable next = untold.poll(); next != null; next = untold.poll()) {
                guarded(next);
            }
            seen = asked.addAndGet(-seen);
        }
    }

    /** One that fails ends neither the telling of the others nor that of what comes later. */
    public static void guarded(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException | Error e) {
            LOG.error("somebody who was told of an event failed; the others are told all the same", e);
        }
    }
}
