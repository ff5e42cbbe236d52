package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.time.Time;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The places of the health checks that a mesh makes at a time. While none is free, the backends with due checks wait in turn, and each gets
 * a place for one check.
 */
final class CheckPlaces {
    /** The slot of the mesh. */
    static final Slot<CheckPlaces> SLOT = Slot.of(CheckPlaces::new);

    private static final int MOST = 64;

    private final Set<HealthChecks> waiting = new LinkedHashSet<>(); // in order of arrival; guarded by this
    private int taken; // guarded by this

    /** Takes a place; false: the backend waits, and begins with the place that it gets. */
    synchronized boolean take(HealthChecks backend) {
        if (taken == MOST) {
            waiting.add(backend);
            return false;
        }
        taken++;
        return true;
    }

    synchronized boolean isWaitedFor() {
        return !waiting.isEmpty();
    }

    /** Gives a place back: the first backend that waits has it. */
    void leave(Time time) {
        HealthChecks next;
        synchronized (this) {
            Iterator<HealthChecks> first = waiting.iterator();
            if (!first.hasNext()) {
                taken--;
                return;
            }
            next = first.next();
            first.remove();
        }
        time.startAt(time.now(), "health checks", () -> next.resume(this, time));
    }
}
