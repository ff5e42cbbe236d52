package dev.meshclient.internal.call;

import java.util.random.RandomGenerator;

/** Decider: draws an index by weight in constant time. Vose's alias method. */
public final class AliasTable {
    private final int size;
    private final double[] threshold;
    private final int[] alias;

    private AliasTable(int size, double[] threshold, int[] alias) {
        this.size = size;
        this.threshold = threshold;
        this.alias = alias;
    }

    /** @param weights not negative, not all zero */
    public static AliasTable of(double[] weights) {
        int n = weights.length;
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double[] scaled = new double[n];
        int[] small = new int[n];
        int[] large = new int[n];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < n; i++) {
            scaled[i] = weights[i] * n / sum;
            if (scaled[i] < 1) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        double[] threshold = new double[n];
        int[] alias = new int[n];
        while (smalls > 0 && larges > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            threshold[less] = scaled[less];
            alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1) {
                larges--;
                small[smalls++] = more;
            }
        }
        while (larges > 0) {
            threshold[large[--larges]] = 1;
        }
        while (smalls > 0) { // remainders of rounding: their share is 1
            threshold[small[--smalls]] = 1;
        }
        return new AliasTable(n, threshold, alias);
    }

    /** The number of weights. */
    public int size() {
        return size;
    }

    /** An index below the number of weights. */
    public int draw(RandomGenerator random) {
        if (size == 1) {
            return 0;
        }
        int i = random.nextInt(size);
        return threshold[i] >= 1 || random.nextDouble() < threshold[i] ? i : alias[i];
    }

    /** The index of a number from 0 (inclusive) to 1 (exclusive): like {@link #draw}, with the caller's own number. */
    public int at(double number) {
        double place = number * size;
        int i = Math.min((int) place, size - 1);
        return place - i < threshold[i] ? i : alias[i];
    }
}
