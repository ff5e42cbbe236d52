package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Counts recent attempts and their latency in slots of time: a sum over n slots covers the last n - 1 to n. Counting allocates
 * nothing and takes no lock; a race at the change of a slot may lose a few counts. Takes 0.6 kB a slot.
 *
 * <p>The histogram of the latency is log-linear: eight buckets for each doubling. A quantile is the middle of a bucket, so it differs
 * from the real one by at most 1/16, below 0.5 ms by at most 33 µs; more than 68 s counts as 68 s.
 */
final class AttemptWindow {
    private static final int UNIT_BITS = 16; // 65.5 µs
    private static final long MOST_UNITS = (1 << 20) - 1; // 68.7 s
    private static final int IN_OCTAVE_BITS = 3;
    private static final int IN_OCTAVE = 1 << IN_OCTAVE_BITS;
    static final int BUCKETS = 18 * IN_OCTAVE; // one part without octaves, and those of 2^3 to 2^19 units

    // the cells of a slot: its number, three counts, and the buckets; each attempt is in a bucket, or without latency
    private static final int WITHOUT_LATENCY = 1;
    private static final int FAILURES = 2;
    private static final int RETRIES = 3;
    private static final int FIRST_BUCKET = 4;
    private static final int CELLS = FIRST_BUCKET + BUCKETS;

    private final int slots;
    private final long slotNanos;
    private final AtomicIntegerArray cells;

    AttemptWindow(int slots, long slotNanos, long now) {
        this.slots = slots;
        this.slotNanos = slotNanos;
        this.cells = new AtomicIntegerArray(slots * CELLS);
        for (int i = 0; i < slots; i++) {
            cells.set(i * CELLS, number(now) - slots);
        }
    }

    private int number(long now) {
        return (int) Math.floorDiv(now, slotNanos);
    }

    /** @param latencyNanos the time until the response headers, or {@link RecentAttempts#NO_LATENCY} */
    void add(boolean retry, boolean failed, long latencyNanos, long now) {
        int slot = slot(number(now));
        boolean timed = latencyNanos != RecentAttempts.NO_LATENCY;
        cells.incrementAndGet(slot + (timed ? FIRST_BUCKET + bucket(latencyNanos) : WITHOUT_LATENCY));
        if (failed) {
            cells.incrementAndGet(slot + FAILURES);
        }
        if (retry) {
            cells.incrementAndGet(slot + RETRIES);
        }
    }

    /** The first cell of the slot; the first thread that needs it clears it. */
    private int slot(int number) {
        int slot = Math.floorMod(number, slots) * CELLS;
        int before = cells.get(slot);
        if (number - before > 0 && cells.compareAndSet(slot, before, number)) {
            for (int i = 1; i < CELLS; i++) {
                cells.set(slot + i, 0);
            }
        }
        return slot;
    }

    /** Whether there was no attempt in all slots. */
    boolean isEmpty(long now) {
        int number = number(now);
        for (int slot = 0; slot < slots * CELLS; slot += CELLS) {
            if (isRecent(slot, number, slots)) {
                return false;
            }
        }
        return true;
    }

    /** Adds the attempts of the newest slots. */
    void addTo(AttemptCounts counts, int newest, long now) {
        int number = number(now);
        counts.requests += sum(WITHOUT_LATENCY, number, newest);
        counts.failures += sum(FAILURES, number, newest);
        counts.retries += sum(RETRIES, number, newest);
        for (int i = 0; i < BUCKETS; i++) {
            long inBucket = sum(FIRST_BUCKET + i, number, newest);
            counts.latencies[i] += inBucket;
            counts.requests += inBucket;
        }
    }

    private long sum(int cell, int number, int newest) {
        long sum = 0;
        for (int slot = 0; slot < slots * CELLS; slot += CELLS) {
            if (isRecent(slot, number, newest)) {
                sum += cells.get(slot + cell);
            }
        }
        return sum;
    }

    /** Whether the slot is one of the newest. */
    private boolean isRecent(int slot, int number, int newest) {
        int age = number - cells.get(slot);
        return age >= 0 && age < newest;
    }

    private static int bucket(long nanos) {
        long units = Math.min(Math.max(0, nanos) >>> UNIT_BITS, MOST_UNITS);
        if (units < IN_OCTAVE) {
            return (int) units;
        }
        int shift = 63 - IN_OCTAVE_BITS - Long.numberOfLeadingZeros(units);
        return shift * IN_OCTAVE + (int) (units >>> shift);
    }

    /** The latency in the middle of a bucket. */
    static long middle(int bucket) {
        int shift = Math.max(0, bucket / IN_OCTAVE - 1);
        long units = (long) (bucket - shift * IN_OCTAVE) << shift;
        return (2 * units + (1L << shift)) << (UNIT_BITS - 1);
    }
}
