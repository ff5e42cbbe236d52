package dev.meshclient.internal.breaker;

import dev.meshclient.internal.endpoint.Slot;
import org.jspecify.annotations.Nullable;

/** The running breaker of a backend. It outlives the policy: an attempt is judged by the breaker in force when it begins. */
final class BreakerSlot {
    /** An open breaker is kept for its time, though no policy has the backend: it may be listed again. */
    static final Slot<BreakerSlot> SLOT =
            Slot.of(BreakerSlot::new).keptWhile(BreakerSlot::isOpen).whenDropped(BreakerSlot::stop);

    private volatile @Nullable BackendBreaker rules;
    private volatile @Nullable RunningBreaker running;

    /** Null: no policy in force has a breaker for the backend. */
    @Nullable
    RunningBreaker running() {
        return running;
    }

    private boolean isOpen() {
        RunningBreaker now = running;
        BackendBreaker of = rules;
        return now != null && of != null && now.refuses(of.now());
    }

    /** Puts rules in force: equal ones keep the breaker, others get a new one that starts in its state. */
    synchronized void put(BackendBreaker next) {
        RunningBreaker before = running;
        BackendBreaker old = rules;
        if (before != null && old != null && old.isLike(next)) {
            rules = next;
            return;
        }
        if (before != null && old != null) {
            old.unregister(before); // first: the new one gets its name
        }
        rules = next;
        RunningBreaker fresh = next.start(this::changed);
        if (before != null) {
            fresh.follow(before);
        }
        running = fresh;
    }

    /** No policy has a breaker for the backend any more. */
    void stop() {
        BackendBreaker old;
        Phase was;
        synchronized (this) {
            RunningBreaker before = running;
            old = rules;
            if (before == null || old == null) {
                return;
            }
            was = before.phase();
            old.unregister(before);
            running = null;
            rules = null;
        }
        old.removed(was);
    }

    private void changed(Phase before, Phase now) {
        BackendBreaker of = rules;
        if (of != null) {
            of.changed(before, now);
        }
    }
}
