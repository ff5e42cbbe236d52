package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.ShadowHealth;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ejection rules in force for one backend, and the time of the last comparison of its endpoints. Attempts that began under
 * an older policy are judged by these rules too. Outlives policies.
 */
public final class Detector {
    static final Slot<Detector> SLOT = Slot.of(Detector::new).whenDropped(Detector::drop);

    /** The rules in force for the backends of a service, which share endpoints. */
    private static final Slot<List<Detector>> OF_SERVICE = Slot.of(ArrayList::new);

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.ejection");
    private static final long NEVER = -1;

    /** Comparing so many takes 0.1 to 0.5 ms. */
    private static final int FEW = 2_000;

    private final AtomicLong comparedAt = new AtomicLong(NEVER);
    private final Intervals intervals = new Intervals();
    private volatile @Nullable Ejections inForce;
    private volatile boolean dropped;

    /** Puts these rules in force. If they are the first, or judge by other counters than before, their interval begins now. */
    void inForce(Ejections rules, long now) {
        Ejections before = inForce;
        inForce = rules;
        comparedAt.compareAndSet(NEVER, now);
        List<Detector> ofService = rules.service().get(OF_SERVICE);
        synchronized (ofService) {
            if (!ofService.contains(this)) {
                ofService.add(this);
            }
        }
        if (rules.judges() && (before == null || !rules.judgesAs(before))) {
            intervals.begin(rules.endpoints(), rules::counters);
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
     * Compares the endpoints, on this thread if they are few: an attempt must not wait for 100,000 of them.
     *
     * @param compare gets the endpoints
     */
    void compare(Time time, List<Endpoint> endpoints, Consumer<List<Endpoint>> compare) {
        if (endpoints.size() <= FEW) {
            compare.accept(endpoints);
            return;
        }
        try {
            time.start("compare endpoints", () -> compare.accept(endpoints));
        } catch (RuntimeException | Error noThread) {
            LOG.warn(
                    "no thread to compare {} endpoints: {}; trying again after an interval",
                    endpoints.size(),
                    noThread.toString());
        }
    }

    /**
     * Ends the interval of these endpoints of the service, and begins the next.
     *
     * @param counters of an endpoint; null: it had no attempt
     */
    List<IntervalCounts> nextInterval(
            ServiceState service, List<Endpoint> all, Function<EndpointHealth, @Nullable EndpointHealth> counters) {
        List<Detector> ofService = service.get(OF_SERVICE);
        boolean alone;
        synchronized (ofService) {
            alone = ofService.equals(List.of(this));
        }
        return intervals.next(all, counters, alone);
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
            if (endpoint.isEjected() && rules.stream().noneMatch(r -> r.mayEject(endpoint))) {
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
