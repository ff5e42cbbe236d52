package dev.meshclient.benchmarks;

import java.util.Arrays;

/**
 * A measured value: the median of the rounds, the lowest and the highest; NaN where the system does not count it.
 *
 * @param subject the client or the size that was measured
 * @param drift by how much the two baselines of the run differ, as a part of the lower one; 0 without a baseline, NaN if one
 *     of them is not positive
 */
record Figure(
        Scenario scenario,
        CallPath path,
        String subject,
        Quantity quantity,
        double median,
        double low,
        double high,
        double drift) {
    /** A drift above this one says that the machine changed during the run, by as much as the ratio may be wrong. */
    static final double MAX_DRIFT = 0.05;

    /** The rounds of one client, and those of the two equal clients that it is compared with. */
    record Baseline(double[] first, double[] second) {
        /** NaN if one of them is not positive. */
        double drift() {
            double one = median(first);
            double other = median(second);
            double lower = Math.min(one, other);
            return lower > 0 ? Math.abs(one - other) / lower : Double.NaN;
        }

        private double mean(int round) {
            return (first[round] + second[round]) / 2;
        }

        /** Of the two, in each round. */
        double[] means() {
            double[] means = new double[first.length];
            Arrays.setAll(means, this::mean);
            return means;
        }

        /** How many times the baseline's, in each round. */
        double[] ratios(double[] rounds) {
            double[] ratios = new double[rounds.length];
            Arrays.setAll(ratios, round -> rounds[round] / mean(round));
            return ratios;
        }

        /** How much more than the baseline, in each round. */
        double[] differences(double[] rounds) {
            double[] differences = new double[rounds.length];
            Arrays.setAll(differences, round -> rounds[round] - mean(round));
            return differences;
        }
    }

    /** A figure without a baseline, or whose baseline cannot drift. */
    static Figure of(Scenario scenario, CallPath path, String subject, Quantity quantity, double... rounds) {
        double low = Arrays.stream(rounds).min().orElse(Double.NaN);
        double high = Arrays.stream(rounds).max().orElse(Double.NaN);
        return new Figure(scenario, path, subject, quantity, median(rounds), low, high, 0);
    }

    /** The same figure, measured in a run whose baselines differ by this part. */
    Figure withDrift(double part) {
        return new Figure(scenario, path, subject, quantity, median, low, high, part);
    }

    /** Whether one JVM measured both, so that one cannot be repeated without the other. */
    boolean isOfSameJvmAs(Figure other) {
        return scenario == other.scenario && path == other.path;
    }

    boolean isRefused() {
        return !(drift >= 0 && drift <= MAX_DRIFT);
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
