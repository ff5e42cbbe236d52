package dev.meshclient.internal.retry;

import java.util.random.RandomGenerator;

/** Decider: the pause before a retry. Envoy's fully jittered exponential back-off. */
record Backoff(long baseNanos) {
    private static final int CAP = 10;

    /** Uniform in [0, min(10 · base, (2^n − 1) · base)), n = 1 for the first retry. */
    long before(int n, RandomGenerator random) {
        long bound = baseNanos * (n >= 4 ? CAP : Math.min(CAP, (1 << n) - 1));
        return bound == 0 ? 0 : random.nextLong(bound);
    }
}
