package dev.meshclient.benchmarks;

import dev.meshclient.benchmarks.Figure.Baseline;
import dev.meshclient.benchmarks.FirstCallRounds.Classes;
import dev.meshclient.benchmarks.FirstCallRounds.Costs;
import dev.meshclient.benchmarks.FirstCallRounds.Kind;
import dev.meshclient.benchmarks.FirstCallRounds.Measure;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Measures the first call of a process, with a mesh and by plain OkHttp: from {@code main} to the end of the first response, with the
 * policy in a file and from a registry. Each round starts a JVM of each kind, in turn. Prints medians, how far the two plain kinds
 * differ, and a line of JSON. The arguments are the number of rounds (15) and, for the same with an archive of classes (JDK 17 to 24)
 * or a cache (from JDK 25) made by a run before, {@code archive}. Linux only: processor time is read from {@code /proc}.
 *
 * <pre>mvn -pl benchmarks -am -Pbench -DskipTests verify -Dbench.main=dev.meshclient.benchmarks.FirstCall -Dbench.args="15 archive"</pre>
 *
 * <p>Processor time is that of the thread of {@code main}, and that of all threads, compilers included, until the response. Kept
 * memory is what full collections leave on the heap, and the metaspace. The mesh keeps no snapshot.
 */
public final class FirstCall {
    private static final String ARCHIVE = "archive";

    private FirstCall() {}

    /** Runs all rounds. */
    public static void main(String[] args) throws IOException {
        List<String> arguments = List.of(args);
        String rounds = arguments.isEmpty() ? "15" : args[0];
        boolean known = arguments.size() < 2 || arguments.equals(List.of(rounds, ARCHIVE));
        if (!known || !rounds.matches("[1-9]\\d{0,3}")) {
            throw new IllegalArgumentException(arguments + ": a number of rounds, and 'archive' or nothing");
        }
        try (FirstCallRounds first = new FirstCallRounds(List.of())) {
            compare(first, Integer.parseInt(rounds), false);
            if (arguments.size() == 2) {
                compare(first, Integer.parseInt(rounds), true);
            }
        }
    }

    /** With the policy in a file, against plain. */
    static List<Figure> measure(CallPath path, Effort effort) throws IOException {
        Map<Kind, Costs> costs;
        try (FirstCallRounds first = new FirstCallRounds(path.jvmOptions())) {
            costs = first.run(List.of(Kind.PLAIN, Kind.FILE, Kind.PLAIN_AGAIN), effort.isWhole() ? 11 : 3, false);
        }
        Costs plain = of(costs, Kind.PLAIN);
        Costs again = of(costs, Kind.PLAIN_AGAIN);
        Costs meshed = of(costs, Kind.FILE);
        Baseline wall = new Baseline(plain.of(Measure.WALL_MS), again.of(Measure.WALL_MS));
        Baseline cpu = new Baseline(plain.of(Measure.CPU_MS), again.of(Measure.CPU_MS));
        Baseline kept = new Baseline(keptMegabytes(plain), keptMegabytes(again));
        return List.of(
                added(path, Quantity.ADDED_MILLIS, wall.differences(meshed.of(Measure.WALL_MS)))
                        .withDrift(wall.drift()),
                added(path, Quantity.ADDED_CPU_MILLIS, cpu.differences(meshed.of(Measure.CPU_MS)))
                        .withDrift(cpu.drift()),
                added(path, Quantity.ADDED_MEGABYTES, kept.differences(keptMegabytes(meshed))),
                added(
                        path,
                        Quantity.ADDED_CLASSES,
                        meshed.classes().all() - plain.classes().all()));
    }

    private static Figure added(CallPath path, Quantity quantity, double... rounds) {
        return Figure.of(Scenario.START, path, "from `main` to the first response", quantity, rounds);
    }

    private static Costs of(Map<Kind, Costs> all, Kind kind) {
        return Objects.requireNonNull(all.get(kind));
    }

    /** Of heap and metaspace, in each round. */
    private static double[] keptMegabytes(Costs costs) {
        double[] heap = costs.of(Measure.HEAP_KB);
        double[] metaspace = costs.of(Measure.METASPACE_KB);
        double[] kept = new double[heap.length];
        Arrays.setAll(kept, round -> (heap[round] + metaspace[round]) / 1e3);
        return kept;
    }

    private static void compare(FirstCallRounds first, int rounds, boolean archived) throws IOException {
        Map<Kind, Costs> costs = first.run(List.of(Kind.values()), rounds, archived);
        Costs plain = of(costs, Kind.PLAIN);
        StringBuilder json =
                new StringBuilder("{\"benchmark\": \"FirstCall\", \"jdk\": \"%s\", \"archive\": %s, \"rounds\": %d"
                        .formatted(Runtime.version(), archived, rounds));
        System.out.printf(
                "JDK %s, %s, %d rounds: medians (more than plain)%n",
                Runtime.version(), archived ? "with an archive of classes" : "no archive of classes", rounds);
        costs.forEach((kind, cost) -> {
            System.out.printf("%-12s", kind.text);
            json.append(", \"").append(kind.text).append("\": {");
            for (Measure measure : Measure.values()) {
                double value = Figure.median(cost.of(measure));
                double more = value - Figure.median(plain.of(measure));
                System.out.printf(Locale.ROOT, " %s %.0f (%+.0f)", measure.text, value, more);
                json.append(String.format(Locale.ROOT, "\"%s\": %.1f, ", measure.text, value));
            }
            Classes classes = cost.classes();
            System.out.println(" " + classes);
            json.append("\"mesh\": %d, \"meshHidden\": %d, \"other\": %d, \"otherHidden\": %d}"
                    .formatted(classes.mesh(), classes.meshHidden(), classes.other(), classes.otherHidden()));
        });
        System.out.println(json.append('}'));
    }
}
