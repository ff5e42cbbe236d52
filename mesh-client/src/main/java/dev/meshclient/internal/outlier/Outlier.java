package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Fleet;
import dev.meshclient.internal.endpoint.TrackRecord;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of attempts, takes endpoints out for it, and lets a probe bring them back. */
public final class Outlier implements Layer {
    private final Time time;
    private final List<Endpoint> endpoints;
    private final Bench bench;
    private final ConsecutiveFailures rows;
    private final long intervalNanos;
    private final AtomicLong nextLook;
    private final Layer next;

    /** Is told who goes and comes, and why. */
    public interface Watcher {
        /** It gets no calls until a probe is answered. */
        void ejected(String backend, String endpoint, String why);

        /** It gets calls again. */
        void returned(String backend, String endpoint, String why);
    }

    private Outlier(Time time, List<Endpoint> endpoints, Bench bench, Terms terms, Layer next) {
        this.time = time;
        this.endpoints = endpoints;
        this.bench = bench;
        this.rows = new ConsecutiveFailures(terms);
        this.intervalNanos = terms.intervalNanos();
        this.nextLook = new AtomicLong(time.now() + intervalNanos);
        this.next = next;
    }

    /**
     * @param backend for people
     * @param stated by policy; where ejection is off, whoever is out comes back at once and the layer is left out
     * @param fleet is told that somebody went or came
     */
    public static Layer create(
            Time time,
            String backend,
            OutlierDetection stated,
            List<Endpoint> endpoints,
            Fleet fleet,
            Watcher watcher,
            Layer next) {
        Terms terms = Terms.of(stated);
        Bench bench = new Bench(time, backend, endpoints, fleet, terms, watcher);
        if (terms.maxPercent() == 0) {
            bench.clear("ejection is off");
            return next;
        }
        return new Outlier(time, endpoints, bench, terms, next);
    }

    @Override
    public Response call(CallContext attempt) throws IOException {
        try {
            return next.call(attempt);
        } finally {
            Endpoint endpoint = attempt.endpoint();
            if (endpoint != null) {
                judge(endpoint, attempt, Effect.of(attempt));
            }
        }
    }

    private void judge(Endpoint endpoint, CallContext attempt, Effect effect) {
        TrackRecord record = endpoint.state().record();
        @Nullable String why = rows.after(record, effect);
        if (attempt.isProbe()) {
            probed(endpoint, effect);
        } else if (record.isOut()) {
            if (effect == Effect.GOOD && record.outUntil() <= time.now()) { // in panic it is called without a probe
                bench.bringBack(endpoint, "answers again");
            }
        } else if (why != null) {
            bench.takeOut(endpoint, why);
        }
        long due = nextLook.get();
        long now = time.now();
        if (now >= due && nextLook.compareAndSet(due, now + intervalNanos)) {
            look();
        }
    }

    private void probed(Endpoint endpoint, Effect effect) {
        switch (effect) {
            case GOOD -> bench.bringBack(endpoint, "probe answered");
            case SERVER_ERROR, GATEWAY_ERROR, LOCAL_FAILURE -> bench.keepOut(endpoint, "probe failed");
            case NOTHING -> endpoint.state().record().endProbe();
        }
    }

    /** The attempts of an interval, judged by the first to end after it. */
    private void look() {
        List<TrackRecord> records =
                endpoints.stream().map(e -> e.state().record()).toList();
        for (int i : SuccessRates.BUILT_IN.outliers(records)) {
            long rate = Math.round(SuccessRates.rate(records.get(i)));
            bench.takeOut(endpoints.get(i), "success rate of " + rate + " %, far below the others");
        }
        records.forEach(TrackRecord::startInterval);
    }

    @Override
    public String toString() {
        return "outlier(" + bench + ")";
    }
}
