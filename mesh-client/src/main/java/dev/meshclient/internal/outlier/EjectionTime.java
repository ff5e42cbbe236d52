package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.random.RandomGenerator;

/** Decider: how long an endpoint stays ejected. It grows with each ejection and shrinks with each healthy interval. */
record EjectionTime(EjectionSettings settings) {
    /** Which ejection this is, those that healthy intervals made good taken off; from 1. */
    int times(EndpointHealth endpoint, long now) {
        long healthy = endpoint.isOut() ? 0 : (now - endpoint.changedAt()) / Math.max(1, settings.intervalNanos());
        return (int) Math.max(0, endpoint.timesOut() - healthy) + 1;
    }

    /** Until when; up to a tenth later, so that endpoints that went together do not return together. */
    long until(int times, long now, RandomGenerator random) {
        long out = Math.min(settings.maxNanos(), saturatedProduct(settings.baseNanos(), times));
        return now + out + (out < 10 ? 0 : random.nextLong(out / 10));
    }

    private static long saturatedProduct(long nanos, int times) {
        return nanos > Long.MAX_VALUE / 4 / times ? Long.MAX_VALUE / 4 : nanos * times;
    }
}
