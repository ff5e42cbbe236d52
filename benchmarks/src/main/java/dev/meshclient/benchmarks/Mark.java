package dev.meshclient.benchmarks;

import static dev.meshclient.benchmarks.Quantity.ADDED_BYTES;
import static dev.meshclient.benchmarks.Quantity.ADDED_MEGABYTES;
import static dev.meshclient.benchmarks.Quantity.ADDED_MILLIS;
import static dev.meshclient.benchmarks.Quantity.BYTES;
import static dev.meshclient.benchmarks.Quantity.KEPT_BYTES;
import static dev.meshclient.benchmarks.Quantity.MEGABYTES;
import static dev.meshclient.benchmarks.Quantity.MILLIS;
import static dev.meshclient.benchmarks.Quantity.NANOS;
import static dev.meshclient.benchmarks.Quantity.PROCESS_CPU;
import static dev.meshclient.benchmarks.Quantity.SWITCHES;
import static dev.meshclient.benchmarks.Quantity.THREAD_CPU;
import static dev.meshclient.benchmarks.Quantity.THREAD_CPU_AGAINST_DEFAULTS;
import static dev.meshclient.benchmarks.Quantity.TIMES_AS_LONG;

import java.util.List;

/**
 * States what a figure should be at most.
 *
 * @param publicApi the bound of {@link CallPath#PUBLIC}; NaN: none, the figure is stated
 */
record Mark(Scenario scenario, String subject, Quantity quantity, double direct, double publicApi) {
    private static final String PARSE = "1,000 x 100, one changed: parse";
    private static final String SWAP = "1,000 x 100, one changed: compile and swap";
    private static final String EJECTED = "one of 100,000 ejected: the next call";
    private static final String RETURNED = "one of 100,000 returned: the next call";
    private static final String START = "from `main` to the first response";

    /** In the order of the results. */
    static final List<Mark> ALL = List.of(
            new Mark(Scenario.HTTP1, Scenario.ONE, ADDED_BYTES, 0, 1232),
            new Mark(Scenario.HTTP1, Scenario.THREE, ADDED_BYTES, 0, 1232),
            of(Scenario.H2C, Scenario.ONE, ADDED_BYTES, 192),
            of(Scenario.MTLS, Scenario.HTTPS_URL, ADDED_BYTES, 0),
            of(Scenario.MTLS, Scenario.UPGRADED_URL, ADDED_BYTES, 640),
            of(Scenario.MEMORY, Scenario.NONE, ADDED_BYTES, 128),
            new Mark(Scenario.MEMORY, Scenario.ONE, PROCESS_CPU, 0.5, 1),
            new Mark(Scenario.HTTP1, Scenario.ONE, PROCESS_CPU, 0.8, 1),
            new Mark(Scenario.HTTP1, Scenario.ONE, THREAD_CPU, 1, 1.05),
            of(Scenario.HTTP1, Scenario.ONE, SWITCHES, 0.6),
            of(Scenario.CONNECTIONS, Scenario.HUNDRED, THREAD_CPU_AGAINST_DEFAULTS, 0.5),
            of(Scenario.PIPELINE, "10 endpoints", BYTES, 300),
            of(Scenario.PIPELINE, "1,000 endpoints", BYTES, 300),
            of(Scenario.PIPELINE, "10 endpoints", NANOS, 500),
            of(Scenario.PIPELINE, "1,000 endpoints", NANOS, 500),
            of(Scenario.PIPELINE, "100,000 endpoints", TIMES_AS_LONG, 2),
            of(Scenario.DOCUMENT, PARSE, MILLIS, 120),
            of(Scenario.DOCUMENT, SWAP, MILLIS, 5),
            of(Scenario.DOCUMENT, SWAP, MEGABYTES, 2),
            of(Scenario.DOCUMENT, "1,000 x 100", KEPT_BYTES, 220),
            of(Scenario.EJECTION, EJECTED, MILLIS, 1),
            of(Scenario.EJECTION, RETURNED, MILLIS, 1),
            of(Scenario.EJECTION, EJECTED, BYTES, 10_000), // a tenth of a byte an endpoint: nothing of their number
            of(Scenario.EJECTION, RETURNED, BYTES, 10_000),
            new Mark(Scenario.START, START, ADDED_MILLIS, 60, 60),
            new Mark(Scenario.START, START, ADDED_MEGABYTES, 3, 3));

    private static Mark of(Scenario scenario, String subject, Quantity quantity, double direct) {
        return new Mark(scenario, subject, quantity, direct, Double.NaN);
    }

    double bound(CallPath path) {
        return path == CallPath.DIRECT ? direct : publicApi;
    }

    boolean isOf(Figure figure) {
        return figure.scenario() == scenario && figure.subject().equals(subject) && figure.quantity() == quantity;
    }
}
