package dev.meshclient.internal.hedge;

import dev.meshclient.internal.endpoint.Slot;
import java.util.concurrent.atomic.AtomicInteger;

/** The hedges of a backend that run, and the latencies that decide when one begins. Outlives the policy. */
final class BackendHedges {
    /** The slot of a backend. */
    static final Slot<BackendHedges> SLOT = Slot.of(BackendHedges::new);

    /** Each runs on a thread of its own. */
    private static final int MOST = 64;

    private final AttemptLatencies latencies = new AttemptLatencies();
    private final AtomicInteger running = new AtomicInteger();

    AttemptLatencies latencies() {
        return latencies;
    }

    /** Counts one more, which {@link #end} ends; false: the most run already. */
    boolean begin() {
        if (running.incrementAndGet() <= MOST) {
            return true;
        }
        running.decrementAndGet();
        return false;
    }

    void end() {
        running.decrementAndGet();
    }

    int running() {
        return running.get();
    }
}
