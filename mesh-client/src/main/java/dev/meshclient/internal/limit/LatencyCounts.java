package dev.meshclient.internal.limit;

import java.util.Arrays;

/** Latencies in classes of 3 %, from 1 µs to 19 minutes. */
final class LatencyCounts {
    private static final int BITS = 5;
    private static final int OCTAVES = 30;

    private final int[] counts = new int[OCTAVES << BITS];
    private int size;

    void add(long nanos) {
        counts[index(nanos)]++;
        size++;
    }

    int size() {
        return size;
    }

    void clear() {
        if (size > 0) {
            Arrays.fill(counts, 0);
            size = 0;
        }
    }

    /** The middle of the class of the median; at least one latency is there. */
    long median() {
        int rank = (size + 1) / 2;
        int i = -1;
        while (rank > 0) {
            i++;
            rank -= counts[i];
        }
        return (lower(i) + lower(i + 1)) / 2;
    }

    private static int index(long nanos) {
        long micros = Math.max(1, nanos / 1000);
        int octave = 63 - Long.numberOfLeadingZeros(micros);
        if (octave >= OCTAVES) {
            return (OCTAVES << BITS) - 1;
        }
        int part = (int) (octave >= BITS ? micros >>> (octave - BITS) : micros << (BITS - octave)) & ((1 << BITS) - 1);
        return octave << BITS | part;
    }

    /** The lower bound of a class. */
    private static long lower(int index) {
        int octave = index >>> BITS;
        long part = (1L << BITS) + (index & ((1 << BITS) - 1));
        return octave >= BITS ? (part << (octave - BITS)) * 1000 : (part * 1000) >>> (BITS - octave);
    }
}
