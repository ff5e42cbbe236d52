package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Fleet;
import dev.meshclient.internal.endpoint.TrackRecord;
import dev.meshclient.internal.time.Time;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where endpoints that are out sit: at most a share of them, though one always may. Going and coming is told. */
final class Bench {
    private static final Logger LOG = LoggerFactory.getLogger(Outlier.class);

    private final Time time;
    private final String backend;
    private final List<Endpoint> endpoints;
    private final Fleet fleet;
    private final Terms terms;
    private final EjectionTime ejectionTime;
    private final Outlier.Watcher watcher;

    Bench(Time time, String backend, List<Endpoint> endpoints, Fleet fleet, Terms terms, Outlier.Watcher watcher) {
        this.time = time;
        this.backend = backend;
        this.endpoints = endpoints;
        this.fleet = fleet;
        this.terms = terms;
        this.ejectionTime = new EjectionTime(terms);
        this.watcher = watcher;
    }

    /** Rare, so who is out is counted anew instead of kept. */
    void takeOut(Endpoint endpoint, String why) {
        TrackRecord record = endpoint.state().record();
        long now = time.now();
        long until;
        synchronized (fleet) {
            long out =
                    endpoints.stream().filter(e -> e.state().record().isOut()).count();
            if (out > 0 && 100 * (out + 1) > (long) terms.maxPercent() * endpoints.size()) {
                return;
            }
            int times = ejectionTime.times(record, now);
            until = ejectionTime.until(times, now, time.random());
            if (!record.takeOut(now, until, times, why)) {
                return;
            }
        }
        fleet.changed();
        wentOut(endpoint, why, until - now);
    }

    void keepOut(Endpoint endpoint, String why) {
        TrackRecord record = endpoint.state().record();
        long now = time.now();
        int times = ejectionTime.times(record, now);
        long until = ejectionTime.until(times, now, time.random());
        String reason = record.reason().startsWith(why) ? record.reason() : why + ", before: " + record.reason();
        record.stayOut(now, until, times, reason);
        fleet.changed();
        wentOut(endpoint, reason, until - now);
    }

    void bringBack(Endpoint endpoint, String why) {
        if (endpoint.state().record().bringBack(time.now())) {
            fleet.changed();
            LOG.info("endpoint {} of '{}' is in again: {}", endpoint.name(), backend, why);
            watcher.returned(backend, endpoint.name(), why);
        }
    }

    void clear(String why) {
        endpoints.forEach(e -> bringBack(e, why));
    }

    private void wentOut(Endpoint endpoint, String why, long nanos) {
        LOG.info("endpoint {} of '{}' is ejected for {} s: {}", endpoint.name(), backend, nanos / 1_000_000_000, why);
        watcher.ejected(backend, endpoint.name(), why);
    }

    @Override
    public String toString() {
        return terms.toString();
    }
}
