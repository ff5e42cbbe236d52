package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.random.RandomGenerator;

/** Decider: how long an endpoint is out. It grows with each ejection and shrinks with each healthy interval. */
record EjectionTime(EjectionSettings terms) {
    /** Which ejection this is, those that healthy intervals made good taken off; from 1. */
    int times(EndpointHealth record, long now) {
        long healthy = record.isOut() ? 0 : (now - record.changedAt()) / Math.max(1, terms.intervalNanos());
        return (int) Math.max(0, record.timesOut() - healthy) + 1;
    }

    /** Until when; up to a tenth later, so that endpoints that went together do not return together. */
    long until(int times, long now, RandomGenerator random) {
        long out = Math.min(terms.maxNanos(), saturatedProduct(terms.baseNanos(), times));
        return now + out + (out < 10 ? 0 : random.nextLong(out / 10));
    }

    private static long saturatedProduct(long nanos, int times) {
        return nanos > Long.MAX_VALUE / 4 / times ? Long.MAX_VALUE / 4 : nanos * times;
    }
}
