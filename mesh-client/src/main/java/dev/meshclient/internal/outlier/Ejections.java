package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.time.Time;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where endpoints that are out sit: at most a share of them, though one always may. Going and coming is told, in the order in
 * which it happens. Rules and subsets share endpoints, so all of this is under the lock of the service's fleet; it is rare.
 */
final class Ejections {
    private static final Logger LOG = LoggerFactory.getLogger(Outlier.class);
    private static final int NEVER = -1;

    private final Time time;
    private final Outlier.Judged judged;
    private final EjectionSettings terms;
    private final EjectionTime ejectionTime;
    private final Outlier.Watcher watcher;
    private volatile int fullAt = NEVER; // of the fleet's changes

    Ejections(Time time, Outlier.Judged judged, EjectionSettings terms, Outlier.Watcher watcher) {
        this.time = time;
        this.judged = judged;
        this.terms = terms;
        this.ejectionTime = new EjectionTime(terms);
        this.watcher = watcher;
    }

    /** The same endpoints, but nobody goes out any more. */
    Ejections idle() {
        return new Ejections(time, judged, terms.off(), watcher);
    }

    boolean ejects() {
        return terms.isOn();
    }

    List<Endpoint> endpoints() {
        return judged.endpoints();
    }

    /** Unless the bench is full. Who is out is counted anew, but not again while nothing has changed. */
    void takeOut(Endpoint endpoint, String why) {
        EndpointHealth record = endpoint.state().record();
        if (fullAt == judged.fleet().changes()) {
            record.spare();
            return;
        }
        synchronized (judged.fleet()) {
            if (record.isOut() || !ejects() || !lists(endpoint.state())) {
                return;
            }
            if (isFull()) {
                record.spare();
                return;
            }
            long now = time.now();
            int times = ejectionTime.times(record, now);
            long until = ejectionTime.until(times, now, time.random());
            record.takeOut(now, until, times, why);
            changed(() -> {
                LOG.info("endpoint {} of '{}' is ejected for {} s: {}", endpoint, service(), seconds(until - now), why);
                watcher.ejected(service(), endpoint.name(), why);
            });
        }
        judged.fleet().tell();
    }

    /** It was listed when the attempt began. */
    private boolean lists(EndpointState state) {
        return endpoints().stream().anyMatch(e -> e.state() == state);
    }

    private boolean isFull() {
        int changes = judged.fleet().changes();
        long out = endpoints().stream().filter(e -> e.state().record().isOut()).count();
        boolean full = out > 0
                && 100 * (out + 1) > (long) terms.maxPercent() * endpoints().size();
        fullAt = full ? changes : NEVER;
        return full;
    }

    /** The probe failed. @return whether it still was a probe: the endpoint may have come back meanwhile */
    boolean keepOut(Endpoint endpoint, String why) {
        EndpointHealth record = endpoint.state().record();
        synchronized (judged.fleet()) {
            if (!record.isProbed()) {
                return false;
            }
            long now = time.now();
            int times = ejectionTime.times(record, now);
            long until = ejectionTime.until(times, now, time.random());
            String reason = record.reason().startsWith(why) ? record.reason() : why + ", before: " + record.reason();
            record.stayOut(now, until, times, reason);
            changed(() -> LOG.info(
                    "endpoint {} of '{}' stays out for {} s: {}", endpoint, service(), seconds(until - now), reason));
        }
        judged.fleet().tell();
        return true;
    }

    void bringBack(Endpoint endpoint, String why) {
        synchronized (judged.fleet()) {
            if (!endpoint.state().record().bringBack(time.now())) {
                return;
            }
            changed(() -> {
                LOG.info("endpoint {} of '{}' is in again: {}", endpoint, service(), why);
                watcher.returned(service(), endpoint.name(), why);
            });
        }
        judged.fleet().tell();
    }

    /** Of these endpoints, the ones that none of those benches judges. */
    void bringBackAllBut(List<Ejections> judging) {
        for (Endpoint endpoint : endpoints()) {
            EndpointState state = endpoint.state();
            if (state.record().isOut() && judging.stream().noneMatch(b -> b.lists(state))) {
                bringBack(endpoint, "ejection is off");
            }
        }
    }

    private void changed(Runnable told) {
        judged.fleet().happened(told);
        judged.fleet().changed();
    }

    /** Subsets share endpoints: what one takes out the other may bring back. */
    private String service() {
        return judged.service();
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000;
    }
}
