package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Result;
import dev.meshclient.internal.endpoint.AttemptResults;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Slot;

/**
 * Decider: the latency that a service's endpoints are estimated to have, by Linkerd's rule: an exponentially weighted moving average
 * that takes a higher sample at once and forgets it by degrees. Failures are charged, because an endpoint that fails fast must not
 * look fast. An estimate without new samples returns to the median of the service, where endpoints without history begin.
 */
final class PeakEwma {
    static final Slot<PeakEwma> SLOT = Slot.of(PeakEwma::new);

    /** Of a service without estimates. */
    static final PeakEwma UNUSED = new PeakEwma();

    private static final double DECAY_NANOS = 10e9;
    private static final double CHARGE_NANOS = 5e9;
    private static final double FIRST_MEDIAN_NANOS = 30e6; // Linkerd's; no endpoint has history
    private static final double MEDIAN_STEP = 1.05;
    private static final int TICK_BITS = 20; // of about 1 ms
    private static final int TICK_NANOS = 1 << TICK_BITS;

    private static final double NOTHING = -1;

    private volatile double median; // of the estimates, one for each sample; 0 = no samples

    /** The latency of an endpoint in nanoseconds, above 0. */
    double nanos(EndpointHealth endpoint, long now) {
        long packed = packed(endpoint);
        double known = median;
        double usual = known == 0 ? FIRST_MEDIAN_NANOS : known;
        return packed == 0 ? usual : usual + (nanos(packed) - usual) * kept(packed, now);
    }

    /** Whether the endpoint has samples. */
    static boolean hasHistory(EndpointHealth endpoint) {
        return packed(endpoint) != 0;
    }

    private static long packed(EndpointHealth endpoint) {
        AttemptResults known = endpoint.resultsIfAny();
        return known == null ? 0 : known.latencyEstimate();
    }

    /**
     * Adds the time of an attempt.
     *
     * @param elapsed the time until its result
     * @param now the time of its result
     */
    void add(EndpointHealth endpoint, Result result, long elapsed, long now) {
        double sample = sample(result, elapsed, nanos(endpoint, now));
        if (sample == NOTHING) {
            return;
        }
        AttemptResults results = endpoint.results();
        long before;
        long after;
        do {
            before = results.latencyEstimate();
            after = before == 0 ? packed(sample, now) : with(before, sample, now);
        } while (after != before && !results.latencyEstimate(before, after));
        double estimate = nanos(after);
        double usual = median;
        median = usual == 0 ? estimate : estimate > usual ? usual * MEDIAN_STEP : usual / MEDIAN_STEP;
    }

    /** A cancelled attempt is only known to take longer: it counts if that is above the estimate. */
    private static double sample(Result result, long elapsed, double estimate) {
        return switch (result.outcome()) {
            case RESPONSE ->
                result.status() >= 500 || result.status() == 429
                        ? Math.max((double) elapsed, CHARGE_NANOS)
                        : Math.max((double) elapsed, 1);
            case CONNECT_FAILURE, TLS_REFUSED, REFUSED_STREAM, RESET, ATTEMPT_TIMEOUT, DEADLINE, PROTOCOL_ERROR ->
                Math.max((double) elapsed, CHARGE_NANOS);
            case CANCELLED, SUPERSEDED -> elapsed > estimate ? (double) elapsed : NOTHING;
            // The mesh, the application or an idle connection is the cause.
            case CACHED, STALE, RESET_BEFORE_REQUEST, LOCAL, REFUSED -> NOTHING;
        };
    }

    private static long with(long packed, double sample, long now) {
        double before = nanos(packed);
        double kept = kept(packed, now);
        return sample >= before
                ? packed(sample, now)
                : kept == 1 ? packed : packed(sample + (before - sample) * kept, now);
    }

    /** The part of an estimate that is left of it. Below a tick all of it, also if another thread took a later time. */
    private static double kept(long packed, long now) {
        int ticks = tick(now) - (int) packed;
        return ticks <= 0 ? 1 : Math.exp(-(double) ticks * TICK_NANOS / DECAY_NANOS);
    }

    private static long packed(double nanos, long now) {
        return ((long) Float.floatToIntBits((float) nanos) << 32) | (tick(now) & 0xFFFF_FFFFL);
    }

    private static double nanos(long packed) {
        return Float.intBitsToFloat((int) (packed >>> 32));
    }

    private static int tick(long now) {
        return (int) (now >> TICK_BITS);
    }
}
