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
        double fewest = Double.NaN;
        for (RunResult result : new Runner(options.build()).run()) {
            String subject =
                    "%,d endpoints".formatted(Long.parseLong(result.getParams().getParam(ENDPOINTS)));
            Spread nanos = Spread.of(result.getPrimaryResult());
            Spread bytes = Spread.of(
                    Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")));
            figures.add(figure(subject, Quantity.NANOS, nanos));
            figures.add(figure(subject, Quantity.BYTES, bytes));
            if (Double.isNaN(fewest)) {
                fewest = nanos.median;
            } else {
                figures.add(figure(subject, Quantity.TIMES_AS_LONG, nanos.by(fewest)));
            }
        }
        return figures;
    }

    private record Spread(double low, double median, double high) {
        static Spread of(Result<?> result) {
            Statistics rounds = result.getStatistics();
            return new Spread(rounds.getMin(), rounds.getPercentile(50), rounds.getMax());
        }

        Spread by(double divisor) {
            return new Spread(low / divisor, median / divisor, high / divisor);
        }
    }

    private static Figure figure(String subject, Quantity quantity, Spread rounds) {
        return Figure.of(Scenario.PIPELINE, CallPath.DIRECT, subject, quantity, rounds.low, rounds.median, rounds.high);
    }
}
