package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.random.RandomGenerator;

/** Decider: the length of an ejection. It grows with each ejection and shrinks with each healthy interval. */
record EjectionTime(EjectionSettings settings) {
    /** The number of this ejection, less one for each healthy interval since the last; at least 1. */
    int times(EndpointHealth endpoint, long now) {
        long healthy = endpoint.isEjected() ? 0 : (now - endpoint.changedAt()) / Math.max(1, settings.intervalNanos());
        return (int) Math.max(0, endpoint.timesEjected() - healthy) + 1;
    }

    /** The end of the ejection; later by its jitter, so that endpoints ejected together do not return together. */
    long until(int times, long now, RandomGenerator random) {
        long nanos = Math.min(settings.maxNanos(), saturatedProduct(settings.baseNanos(), times));
        long jitter = settings.jitterNanos() == EjectionSettings.A_TENTH ? nanos / 10 : settings.jitterNanos();
        return now + nanos + (jitter == 0 ? 0 : random.nextLong(jitter));
    }

    private static long saturatedProduct(long nanos, int times) {
        return nanos > Long.MAX_VALUE / 4 / times ? Long.MAX_VALUE / 4 : nanos * times;
    }
}
