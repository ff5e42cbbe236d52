package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Counts the attempts at one endpoint in the last minute, and their latency, in four slots of 15 s: a sum covers the last 45 to 60 s.
 * Counting allocates nothing and takes no lock; a race at the change of a slot may lose a few counts. Takes 2.4 kB.
 *
 * <p>The histogram of the latency is log-linear: eight buckets for each doubling. A quantile is the middle of a bucket, so it differs
 * from the real one by at most 1/16, below 0.5 ms by at most 33 µs; more than 68 s counts as 68 s.
 */
final class AttemptWindow {
    private static final int SLOTS = 4;
    private static final long SLOT_NANOS = 15_000_000_000L;

    private static final int UNIT_BITS = 16; // 65.5 µs
    private static final long MOST_UNITS = (1 << 20) - 1; // 68.7 s
    private static final int IN_OCTAVE_BITS = 3;
    private static final int IN_OCTAVE = 1 << IN_OCTAVE_BITS;
    private static final int BUCKETS = 18 * IN_OCTAVE; // one part without octaves, and those of 2^3 to 2^19 units

    // the cells of a slot: its number, three counts, and the buckets
    private static final int REQUESTS = 1;
    private static final int FAILURES = 2;
    private static final int RETRIES = 3;
    private static final int FIRST_BUCKET = 4;
    private static final int CELLS = FIRST_BUCKET + BUCKETS;

    private final AtomicIntegerArray cells = new AtomicIntegerArray(SLOTS * CELLS);

    AttemptWindow(long now) {
        for (int i = 0; i < SLOTS; i++) {
            cells.set(i * CELLS, number(now) - SLOTS);
        }
    }

    private static int number(long now) {
        return (int) Math.floorDiv(now, SLOT_NANOS);
    }

    /** @param latencyNanos the time until the response headers, or {@link RecentAttempts#NO_LATENCY} */
    void add(boolean retry, boolean failed, long latencyNanos, long now) {
        int slot = slot(number(now));
        cells.incrementAndGet(slot + REQUESTS);
        if (failed) {
            cells.incrementAndGet(slot + FAILURES);
        }
        if (retry) {
            cells.incrementAndGet(slot + RETRIES);
        }
        if (latencyNanos != RecentAttempts.NO_LATENCY) {
            cells.incrementAndGet(slot + FIRST_BUCKET + bucket(latencyNanos));
        }
    }

    /** The first cell of the slot; the first thread that needs it clears it. */
    private int slot(int number) {
        int slot = Math.floorMod(number, SLOTS) * CELLS;
        int before = cells.get(slot);
        if (number - before > 0 && cells.compareAndSet(slot, before, number)) {
            for (int i = 1; i < CELLS; i++) {
                cells.set(slot + i, 0);
            }
        }
        return slot;
    }

    /** Whether there was no attempt in the last minute. */
    boolean isEmpty(long now) {
        return sum(REQUESTS, number(now)) == 0;
    }

    RecentAttempts.Sums sums(long now) {
        int number = number(now);
        long[] counts = new long[BUCKETS];
        long all = 0;
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = sum(FIRST_BUCKET + i, number);
            all += counts[i];
        }
        return new RecentAttempts.Sums(
                sum(REQUESTS, number),
                sum(FAILURES, number),
                sum(RETRIES, number),
                quantile(counts, all, 50),
                quantile(counts, all, 99));
    }

    private long sum(int cell, int number) {
        long sum = 0;
        for (int slot = 0; slot < SLOTS * CELLS; slot += CELLS) {
            int age = number - cells.get(slot);
            if (age >= 0 && age < SLOTS) {
                sum += cells.get(slot + cell);
            }
        }
        return sum;
    }

    private static long quantile(long[] counts, long all, int percent) {
        long rank = (all * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (all > 0 && seen >= rank) {
                return middle(i);
            }
        }
        return RecentAttempts.NO_LATENCY;
    }

    private static int bucket(long nanos) {
        long units = Math.min(Math.max(0, nanos) >>> UNIT_BITS, MOST_UNITS);
        if (units < IN_OCTAVE) {
            return (int) units;
        }
        int shift = 63 - IN_OCTAVE_BITS - Long.numberOfLeadingZeros(units);
        return shift * IN_OCTAVE + (int) (units >>> shift);
    }

    private static long middle(int bucket) {
        int shift = Math.max(0, bucket / IN_OCTAVE - 1);
        long units = (long) (bucket - shift * IN_OCTAVE) << shift;
        return (2 * units + (1L << shift)) << (UNIT_BITS - 1);
    }
}
