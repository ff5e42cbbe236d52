package dev.meshclient.internal.hedge;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Decider: the latency that 95 % of the first attempts at a backend stay below, of the last one or two thousand. Counts latencies in
 * steps of at most an eighth, so the result is too long by at most that. A race may lose a few counts.
 */
final class AttemptLatencies {
    /** Not enough attempts are known. */
    static final long UNKNOWN = -1;

    private static final int PERCENT = 95;
    private static final int FEWEST = 100;
    private static final int MOST = 2048; // then all counts are halved
    private static final int REFRESH = 16;

    private static final int UNIT_SHIFT = 16; // 65 µs
    private static final int STEP_BITS = 3; // eight steps between powers of two
    private static final int STEPS = 1 << STEP_BITS;
    private static final long LONGEST = (1L << 43) - 1; // 2.4 hours

    private final AtomicIntegerArray counts = new AtomicIntegerArray(step(LONGEST) + 1);
    private final AtomicInteger known = new AtomicInteger();
    private volatile long p95 = UNKNOWN;

    /** Counts a latency; of an attempt that did not end, how long it ran. */
    void add(long nanos) {
        counts.incrementAndGet(step(Math.max(0, Math.min(LONGEST, nanos))));
        int now = known.incrementAndGet();
        if (now % REFRESH == 0 && now >= FEWEST - REFRESH) {
            refresh(now >= MOST);
        }
    }

    /** {@link #UNKNOWN} before there are 100. */
    long p95() {
        return p95;
    }

    private void refresh(boolean halve) {
        int sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            if (halve) {
                counts.set(i, counts.get(i) / 2);
            }
            sum += counts.get(i);
        }
        if (halve) {
            known.set(sum / REFRESH * REFRESH);
        }
        if (sum < FEWEST) {
            return;
        }
        int below = counts.get(0);
        int at = 0;
        while (below * 100L < (long) sum * PERCENT && at < counts.length() - 1) {
            at++;
            below += counts.get(at);
        }
        p95 = end(at);
    }

    private static int step(long nanos) {
        long units = nanos >>> UNIT_SHIFT;
        if (units < STEPS) {
            return (int) units;
        }
        int shift = 63 - Long.numberOfLeadingZeros(units) - STEP_BITS;
        return shift * STEPS + (int) (units >>> shift);
    }

    /** The end of a step. */
    private static long end(int step) {
        int shift = Math.max(0, step / STEPS - 1);
        return ((long) (step - shift * STEPS) + 1) << shift << UNIT_SHIFT;
    }
}
