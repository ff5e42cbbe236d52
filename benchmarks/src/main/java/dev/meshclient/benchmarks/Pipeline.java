package dev.meshclient.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Runs {@link PipelineBenchmark}. */
final class Pipeline {
    private static final String ENDPOINTS = "endpoints";

    private Pipeline() {}

    static List<Figure> measure(Effort effort) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(PipelineBenchmark.class.getName() + ".call")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        if (!effort.isWhole()) {
            options.warmupTime(TimeValue.milliseconds(500)).measurementTime(TimeValue.milliseconds(200));
        }
        List<Figure> figures = new ArrayList<>();
        double[] first = {};
        for (RunResult result : new Runner(options.build()).run()) {
            String subject =
                    "%,d endpoints".formatted(Long.parseLong(result.getParams().getParam(ENDPOINTS)));
            double[] nanos = rounds(result.getPrimaryResult());
            figures.add(figure(subject, Quantity.NANOS, nanos));
            figures.add(figure(
                    subject,
                    Quantity.BYTES,
                    rounds(Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")))));
            if (figures.size() == 2) {
                first = nanos;
            } else {
                figures.add(figure(
                        subject,
                        Quantity.TIMES_AS_LONG,
                        nanos[0] / first[1],
                        nanos[1] / first[1],
                        nanos[2] / first[1]));
            }
        }
        return figures;
    }

    /** The lowest, the median and the highest. */
    private static double[] rounds(Result<?> result) {
        Statistics rounds = result.getStatistics();
        return new double[] {rounds.getMin(), rounds.getPercentile(50), rounds.getMax()};
    }

    private static Figure figure(String subject, Quantity quantity, double... rounds) {
        return Figure.of(Scenario.PIPELINE, CallPath.DIRECT, subject, quantity, rounds);
    }
}
