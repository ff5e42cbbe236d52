package dev.meshclient.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A row of a scenario: an algorithm, and what is other than built in.
 *
 * @param variant what is other, for people; empty: nothing
 * @param settings the fields of the policy that make it so; empty: none
 */
record Row(Algorithm algorithm, String variant, String settings) {
    static final String NO_EJECTION = "no ejection";
    static final String OF_NO_EJECTION = "'outlierDetection': {'maxEjectionPercent': 0}";
    static final String NO_BUDGET = "no retry budget";
    static final String WITHOUT_BUDGET =
            "'retryConstraint': {'budget': {'percent': 100}, 'minRetryRate': {'count': 1000000, 'interval': '1s'}}";

    /** Each algorithm with the built-in values. */
    static List<Row> all() {
        return all("", "");
    }

    static List<Row> all(String variant, String settings) {
        return Arrays.stream(Algorithm.values())
                .map(algorithm -> new Row(algorithm, variant, settings))
                .toList();
    }

    /** Each algorithm with the built-in values, and the first without ejection. */
    static List<Row> allAndOneWithoutEjection() {
        return and(all(), withoutEjection(Algorithm.LEAST_REQUEST));
    }

    static List<Row> and(List<Row> rows, Row... more) {
        List<Row> all = new ArrayList<>(rows);
        all.addAll(List.of(more));
        return all;
    }

    static Row withoutEjection(Algorithm algorithm) {
        return new Row(algorithm, NO_EJECTION, OF_NO_EJECTION);
    }

    boolean isBuiltIn() {
        return variant.isEmpty();
    }

    @Override
    public String toString() {
        return variant.isEmpty() ? algorithm.name() : algorithm + ", " + variant;
    }
}
