package dev.meshclient.internal.hedge;

import dev.meshclient.policy.HedgePolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a call is hedged.
 *
 * @param delayNanos how long the call has no answer; 0 = the 95th percentile of the latencies of its backend
 * @param minDelayNanos the least delay by percentile
 * @param attempts at most so many attempts run side by side
 * @param shadow a hedge is counted and not sent
 */
record HedgeSettings(long delayNanos, long minDelayNanos, int attempts, boolean shadow) {
    private static final Duration MIN_DELAY = Duration.ofMillis(10);

    static HedgeSettings of(HedgePolicy stated) {
        Duration delay = stated.delay();
        Duration least = stated.minDelay();
        return new HedgeSettings(
                delay == null ? 0 : delay.toNanos(),
                (least == null ? MIN_DELAY : least).toNanos(),
                stated.maxAttempts(),
                stated.shadow());
    }

    boolean isByLatency() {
        return delayNanos == 0;
    }

    /** {@link AttemptLatencies#UNKNOWN}: not known yet. */
    long delay(AttemptLatencies latencies) {
        if (!isByLatency()) {
            return delayNanos;
        }
        long p95 = latencies.p95();
        return p95 == AttemptLatencies.UNKNOWN ? p95 : Math.max(minDelayNanos, p95);
    }

    /** The field that the delay comes from, for people. */
    String source() {
        return isByLatency() ? "hedge.delay: p95" : "hedge.delay";
    }

    /** In the words of a document; the percentile as of now. */
    String inWords(@Nullable AttemptLatencies latencies) {
        long now = latencies == null ? AttemptLatencies.UNKNOWN : delay(latencies);
        String delay = !isByLatency()
                ? millis(delayNanos)
                : "p95 of the latencies, at least " + millis(minDelayNanos)
                        + (now == AttemptLatencies.UNKNOWN ? ", not known yet" : ", now " + millis(now));
        return "after " + delay + ", at most " + attempts + " attempts side by side";
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    @Override
    public String toString() {
        String delay = isByLatency() ? "p95, at least " + millis(minDelayNanos) : millis(delayNanos);
        return delay + ", " + attempts + " attempts";
    }
}
