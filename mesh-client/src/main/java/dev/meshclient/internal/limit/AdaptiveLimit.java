package dev.meshclient.internal.limit;

import java.util.random.RandomGenerator;

/**
 * Decider: a limit of calls in flight that follows the latency, by the gradient of Envoy's adaptive concurrency filter: {@code
 * limit = limit × gradient + sqrt(limit × gradient)}, where the gradient compares the latency of a server without load with the
 * median of the last 100 ms.
 *
 * <p>The latency without load is measured anew every minute, from calls that begin while at most half of the limit is in flight.
 * Envoy admits 3 calls for that time and refuses all others; here the limit is halved until 50 samples have come or a second has
 * passed, which takes about one round trip. In that a server that the gradient holds below its saturation has no queue. A client
 * that never needs half of its limit notices nothing.
 */
final class AdaptiveLimit {
    static final int FLOOR = 3;

    private static final int START = 20;
    private static final double BUFFER = 1.25;
    private static final long UPDATE_NANOS = 100_000_000;
    private static final int UPDATE_SAMPLES = 5;
    private static final long MEASURE_EVERY_NANOS = 60_000_000_000L;
    private static final double JITTER = 0.15;
    private static final int MEASURE_SAMPLES = 50;
    private static final int MEASURE_FEW = 10;
    private static final long MEASURE_NANOS = 1_000_000_000;
    private static final int UPDATES_AT_FLOOR = 5;

    private final LatencyCounts update = new LatencyCounts();
    private final LatencyCounts measured = new LatencyCounts();
    private volatile long limit = START;
    private long full = START; // outside of a measurement
    private long most; // calls in flight since the last update
    private long updateAt = Long.MIN_VALUE;
    private long measuringSince = 0; // -1: not now
    private long measureAt;
    private long unloadedNanos; // 0: not known yet
    private int updatesAtFloor;

    /** The calls that may be in flight now. */
    long limit() {
        return limit;
    }

    /** The latency without load; 0: not known yet. */
    synchronized long unloadedNanos() {
        return unloadedNanos;
    }

    /**
     * Takes the time of an attempt to its response headers.
     *
     * @param begunAt when it began
     * @param calls the calls in flight when it began, with its own
     * @param good whether it is the response of a server that works; otherwise a limit of time that expired
     * @param max the limit is never higher
     * @return whether the limit has changed
     */
    synchronized boolean sample(long now, long begunAt, long calls, boolean good, long max, RandomGenerator random) {
        long before = limit;
        update.add(now - begunAt);
        most = Math.max(most, calls);
        if (measuringSince < 0 && now >= measureAt) {
            beginMeasurement(now);
        } else if (measuringSince >= 0) {
            measure(now, begunAt, calls, good, random);
        }
        if (updateAt == Long.MIN_VALUE) {
            updateAt = now + UPDATE_NANOS;
        } else if (now >= updateAt && update.size() >= UPDATE_SAMPLES) {
            update(now, max);
        }
        limit = Math.min(max, measuringSince >= 0 && unloadedNanos > 0 ? halved() : full);
        return limit != before;
    }

    private long halved() {
        return Math.max(FLOOR, full / 2);
    }

    // ---- the latency without load

    private void beginMeasurement(long now) {
        measuringSince = now;
        measured.clear();
    }

    private void measure(long now, long begunAt, long calls, boolean good, RandomGenerator random) {
        if (good && begunAt >= measuringSince && calls <= (unloadedNanos == 0 ? full : halved())) {
            measured.add(now - begunAt);
        }
        boolean late = now - measuringSince >= Math.max(MEASURE_NANOS, 10 * unloadedNanos);
        if (measured.size() >= MEASURE_SAMPLES || (late && (unloadedNanos > 0 || measured.size() >= MEASURE_FEW))) {
            if (measured.size() >= MEASURE_FEW) {
                unloadedNanos = measured.median();
            }
            measuringSince = -1;
            measureAt = now + (long) (MEASURE_EVERY_NANOS * (1 + JITTER * random.nextDouble()));
            restartUpdate(now); // what was measured at half of the limit says nothing of the whole
        }
    }

    // ---- the limit

    private void update(long now, long max) {
        if (unloadedNanos > 0 && measuringSince < 0) {
            double gradient = Math.max(0.5, Math.min(2, BUFFER * unloadedNanos / update.median()));
            double scaled = full * gradient;
            long next = Math.max(FLOOR, Math.min(max, (long) (scaled + StrictMath.sqrt(scaled))));
            if (next <= full || most * 2 >= full) { // no evidence for a limit that is not used
                full = next;
            }
            updatesAtFloor = full == FLOOR ? updatesAtFloor + 1 : 0;
            if (updatesAtFloor >= UPDATES_AT_FLOOR) { // the server itself has become slower
                updatesAtFloor = 0;
                beginMeasurement(now);
            }
        }
        restartUpdate(now);
    }

    private void restartUpdate(long now) {
        update.clear();
        most = 0;
        updateAt = now + UPDATE_NANOS;
    }
}
