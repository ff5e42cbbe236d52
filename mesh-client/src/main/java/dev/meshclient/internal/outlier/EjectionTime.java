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

    /** The end of the ejection; up to a tenth later, so that endpoints ejected together do not return together. */
    long until(int times, long now, RandomGenerator random) {
        long nanos = Math.min(settings.maxNanos(), saturatedProduct(settings.baseNanos(), times));
        return now + nanos + (nanos < 10 ? 0 : random.nextLong(nanos / 10));
    }

    private static long saturatedProduct(long nanos, int times) {
        return nanos > Long.MAX_VALUE / 4 / times ? Long.MAX_VALUE / 4 : nanos * times;
    }
}
