package dev.meshclient.internal.retry;

import dev.meshclient.policy.RetryPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decider: the pause before a retry. Envoy's fully jittered exponential back-off. */
record Backoff(long baseNanos) {
    private static final Duration BUILT_IN = Duration.ofMillis(25);
    private static final int CAP = 10;

    /** @param stated the policy's retry settings; null = not stated */
    static Backoff of(@Nullable RetryPolicy stated) {
        Duration base = stated == null || stated.backoff() == null ? BUILT_IN : stated.backoff();
        return new Backoff(base.toNanos());
    }

    /** Uniform in [0, min(10 · base, (2^n − 1) · base)), n = 1 for the first retry. */
    long before(int n, RandomGenerator random) {
        long bound = baseNanos * (n >= 4 ? CAP : Math.min(CAP, (1 << n) - 1));
        return bound == 0 ? 0 : random.nextLong(bound);
    }
}
