package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.io.IOException;
import java.util.List;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of attempts, takes endpoints out for it, and lets a probe bring them back. */
public final class Outlier implements AttemptLayer {
    private final Time time;
    private final Duty duty;
    private final EjectionSettings terms;
    private final ConsecutiveFailures rows;
    private final AttemptLayer next;

    /** Is told who goes and comes, and why. */
    public interface Watcher {
        /** It gets no calls until a probe is answered. */
        void ejected(String backend, String endpoint, String why);

        /** It gets calls again. */
        void returned(String backend, String endpoint, String why);
    }

    /**
     * Whom a backend's attempts are about.
     *
     * @param service for people
     * @param fleet is told that somebody went or came
     * @param duty who judges them; it outlives the policy
     */
    public record Judged(String service, List<Endpoint> endpoints, ServiceState fleet, Duty duty) {}

    private Outlier(Time time, Duty duty, EjectionSettings terms, AttemptLayer next) {
        this.time = time;
        this.duty = duty;
        this.terms = terms;
        this.rows = new ConsecutiveFailures(terms);
        this.next = next;
    }

    /** @param stated by policy; where ejection is off the layer is left out */
    public static AttemptLayer create(
            Time time, OutlierDetection stated, Judged judged, Watcher watcher, AttemptLayer next) {
        EjectionSettings terms = EjectionSettings.of(stated);
        Ejections bench = new Ejections(time, judged, terms, watcher);
        judged.duty.takenOver(bench, time.now());
        return terms.isOn() ? new Outlier(time, judged.duty, terms, next) : next;
    }

    /** Whether this policy ejects at all. */
    public static boolean isOn(OutlierDetection stated) {
        return EjectionSettings.of(stated).isOn();
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        try {
            return next.call(attempt);
        } finally {
            Endpoint endpoint = attempt.endpoint();
            if (endpoint != null) {
                judge(endpoint, attempt, AttemptHealth.of(attempt));
            }
        }
    }

    /** By the policy in force, which may be a later one than the attempt's. */
    private void judge(Endpoint endpoint, Attempt attempt, AttemptHealth effect) {
        Ejections bench = duty.bench();
        EndpointHealth record = endpoint.state().record();
        @Nullable String why = rows.after(record, effect);
        boolean probed = attempt.pick().isProbe() && probed(bench, endpoint, effect);
        if (!probed && record.isOut()) {
            if (effect == AttemptHealth.GOOD
                    && record.outUntil() <= time.now()) { // in panic it is called without a probe
                bench.bringBack(endpoint, "answers again");
            }
        } else if (!probed && why != null) {
            bench.takeOut(endpoint, why);
        }
        if (duty.isDue(time.now(), terms.intervalNanos())) {
            look(bench);
        }
    }

    /** @return whether that is all there is to say */
    private static boolean probed(Ejections bench, Endpoint endpoint, AttemptHealth effect) {
        switch (effect) {
            case GOOD -> bench.bringBack(endpoint, "probe answered");
            case SERVER_ERROR, GATEWAY_ERROR, LOCAL_FAILURE -> {
                return bench.keepOut(endpoint, "probe failed");
            }
            case NOTHING -> endpoint.state().record().endProbe();
        }
        return true;
    }

    /** The attempts of an interval, judged by the first to end after it. */
    private static void look(Ejections bench) {
        List<EndpointHealth> records =
                bench.endpoints().stream().map(e -> e.state().record()).toList();
        for (int i : SuccessRates.BUILT_IN.outliers(records)) {
            long rate = Math.round(SuccessRates.rate(records.get(i)));
            bench.takeOut(bench.endpoints().get(i), "success rate of " + rate + " %, far below the others");
        }
        records.forEach(EndpointHealth::startInterval);
    }

    @Override
    public String toString() {
        return "outlier(" + terms + ")";
    }
}
