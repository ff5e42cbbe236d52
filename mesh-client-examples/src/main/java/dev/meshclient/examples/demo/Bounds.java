package dev.meshclient.examples.demo;

/**
 * The range of a count: from low to high.
 *
 * @param why one sentence for the reader; may be empty
 */
record Bounds(long low, long high, String why) {
    /** The chance that a correct run falls outside in one check. */
    static final double FALSE_ALARM = 1e-7;

    static Bounds exactly(long value) {
        return new Bounds(value, value, "");
    }

    /** Successes of that many independent draws: both tails together have at most the chance of a false alarm. */
    static Bounds binomial(int draws, double chance, String each) {
        if (chance <= 0 || chance >= 1) {
            return exactly(chance <= 0 ? 0 : draws);
        }
        int low = 0;
        for (double tail = point(draws, chance, 0); tail <= FALSE_ALARM / 2; tail += point(draws, chance, low)) {
            low++;
        }
        int high = draws;
        for (double tail = point(draws, chance, draws); tail <= FALSE_ALARM / 2; tail += point(draws, chance, high)) {
            high--;
        }
        return new Bounds(
                low,
                high,
                each + ": binomial, mean " + Math.round(draws * chance) + "; outside of " + low + ".." + high
                        + " once in 10 million runs");
    }

    /** As {@link #binomial}, if a draw's chance is not known, but lies between these. */
    static Bounds between(int draws, double least, double most, String each) {
        long low = binomial(draws, Math.max(0, least), each).low();
        long high = binomial(draws, Math.min(1, most), each).high();
        return new Bounds(
                low, high, each + ": binomial; outside of " + low + ".." + high + " at most once in 10 million runs");
    }

    /** The chance of exactly k successes. */
    private static double point(int draws, double chance, int k) {
        double log = k * Math.log(chance) + (draws - k) * Math.log(1 - chance);
        for (int i = 1; i <= k; i++) {
            log += Math.log((double) (draws - k + i) / i);
        }
        return Math.exp(log);
    }

    boolean holds(long counted) {
        return counted >= low && counted <= high;
    }

    @Override
    public String toString() {
        return low == high ? Long.toString(low) : low + ".." + high;
    }
}
