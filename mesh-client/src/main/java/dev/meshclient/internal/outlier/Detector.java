package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.ShadowHealth;
import dev.meshclient.internal.endpoint.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The ejection rules in force for one backend, and the time of the last comparison of its endpoints. Attempts that began under
 * an older policy are judged by these rules too. Outlives policies.
 */
public final class Detector {
    static final Slot<Detector> SLOT = Slot.of(Detector::new).whenDropped(Detector::drop);

    /** The rules in force for the backends of a service, which share endpoints. */
    private static final Slot<List<Detector>> OF_SERVICE = Slot.of(ArrayList::new);

    private static final long NEVER = -1;

    private final AtomicLong comparedAt = new AtomicLong(NEVER);
    private volatile @Nullable Ejections inForce;
    private volatile boolean dropped;

    /** Puts these rules in force. */
    void inForce(Ejections rules, long now) {
        inForce = rules;
        comparedAt.compareAndSet(NEVER, now);
        List<Detector> ofService = rules.service().get(OF_SERVICE);
        synchronized (ofService) {
            if (!ofService.contains(this)) {
                ofService.add(this);
            }
        }
    }

    /** No policy has the backend any more: attempts that still run eject no endpoint. */
    private void drop() {
        Ejections last = inForce;
        if (last != null) {
            inForce = last.off();
        }
        dropped = true;
    }

    /** The rules in force. */
    Ejections inForce() {
        Ejections now = inForce;
        if (now == null) {
            throw new IllegalStateException("a call came before its policy was in force");
        }
        return now;
    }

    /** Whether an interval has ended; true once for each interval. */
    boolean isDue(long now, long intervalNanos) {
        long last = comparedAt.get();
        return now - last >= intervalNanos && comparedAt.compareAndSet(last, now);
    }

    /**
     * After a policy has come into force: returns the ejected endpoints of the service that no ejection rules cover any more, and
     * drops the shadow health of those that no shadow rules cover.
     */
    public static void readmitUnjudged(ServiceState service, long now) {
        List<Detector> ofService = service.find(OF_SERVICE);
        if (ofService == null) {
            return;
        }
        List<EndpointHealth> ejected = service.ejected().endpoints();
        ShadowHealth shadow = service.find(ShadowHealth.SLOT);
        List<Ejections> rules;
        synchronized (ofService) {
            rules = ejected.isEmpty() && shadow == null
                    ? List.of()
                    : ofService.stream().map(Detector::inForce).toList();
            ofService.removeIf(detector -> detector.dropped);
        }
        for (EndpointHealth endpoint : ejected) {
            if (rules.stream().noneMatch(r -> r.mayEject(endpoint))) {
                rules.get(0).readmit(endpoint, "ejection is off", now);
            }
        }
        if (shadow != null) {
            synchronized (service) {
                shadow.retain(rules.stream()
                        .map(Ejections::shadow)
                        .filter(Objects::nonNull)
                        .flatMap(ShadowEjections::endpoints)
                        .toList());
            }
        }
    }
}
