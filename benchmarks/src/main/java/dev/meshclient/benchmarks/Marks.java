package dev.meshclient.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures what the mesh costs, each scenario and path in a JVM of its own, and writes the figures as JSON and as a page. A run of all
 * scenarios writes to {@code benchmarks/results} and {@code benchmarks/RESULTS.md}, where those of the other JDKs stay; any other run
 * writes to {@code benchmarks/target}.
 *
 * <p>Arguments: {@code quick}, {@code direct} or {@code public}, and names of scenarios. With {@code merge} the figures of these
 * scenarios replace those in {@code benchmarks/results}; the page says when and of which commit they are.
 */
public final class Marks {
    private static final String QUICK = "quick";
    private static final String MERGE = "merge";
    private static final long LONGEST_MINUTES = 10;

    private final Path module;
    private final Effort effort;
    private final boolean merges;
    private final boolean measuresAll;
    private final Set<Scenario> scenarios = EnumSet.noneOf(Scenario.class);
    private final Set<CallPath> paths = EnumSet.noneOf(CallPath.class);
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private volatile @Nullable Process running;

    private Marks(Path module, List<String> arguments) {
        this.module = module;
        effort = arguments.contains(QUICK) ? Effort.QUICK : Effort.WHOLE;
        merges = arguments.contains(MERGE);
        for (String argument : arguments) {
            Scenario scenario = named(argument, Scenario.values());
            CallPath path = named(argument, CallPath.values());
            if (scenario != null) {
                scenarios.add(scenario);
            } else if (path != null) {
                paths.add(path);
            } else if (!argument.equals(QUICK) && !argument.equals(MERGE)) {
                throw new IllegalArgumentException("'" + argument + "' is none of quick, merge, direct, public, "
                        + Arrays.toString(Scenario.values()));
            }
        }
        measuresAll = scenarios.isEmpty() && paths.isEmpty();
        complete();
    }

    private static <T> @Nullable T named(String name, T[] all) {
        return Arrays.stream(all)
                .filter(one -> one.toString().equals(name))
                .findFirst()
                .orElse(null);
    }

    private void complete() {
        if (merges && (measuresAll || !effort.isWhole())) {
            throw new IllegalArgumentException("'merge' needs the names of scenarios or a path, and not 'quick'");
        }
        if (paths.isEmpty()) {
            paths.addAll(List.of(CallPath.values()));
        }
        for (Scenario scenario : scenarios) {
            if (Collections.disjoint(scenario.paths(), paths)) {
                throw new IllegalArgumentException(
                        "'" + scenario + "' calls no OkHttp, its figures are those of either path: leave 'public' out");
            }
        }
        if (scenarios.isEmpty()) {
            scenarios.addAll(List.of(Scenario.values()));
        }
    }

    /** Exits with 1 if a scenario failed; the others are written nevertheless. */
    public static void main(String[] args) throws Exception {
        if (args.length == 5 && args[0].equals("in")) {
            fork(Scenario.valueOf(args[1]), CallPath.valueOf(args[2]), args[3].equals(QUICK), Path.of(args[4]));
            System.exit(0);
        }
        Path module = Files.isDirectory(Path.of("benchmarks")) ? Path.of("benchmarks") : Path.of("");
        Marks marks = new Marks(module, List.of(args));
        Runtime.getRuntime().addShutdownHook(new Thread(marks::endFork));
        marks.run();
        System.exit(marks.failures.isEmpty() ? 0 : 1);
    }

    private static void fork(Scenario scenario, CallPath path, boolean quick, Path file) throws Exception {
        if (scenario.paths().size() > 1) {
            path.requireInUse();
        }
        Results.writeFigures(scenario.measure(path, quick ? Effort.QUICK : Effort.WHOLE), file);
    }

    private void endFork() {
        Process process = running;
        if (process != null) {
            process.destroy();
        }
    }

    private void run() throws IOException, InterruptedException {
        Machine machine = Machine.now(effort);
        for (Scenario scenario : scenarios) {
            if (Runtime.version().feature() < scenario.firstJdk()) {
                System.out.printf("%s: left out, it needs JDK %d%n", scenario, scenario.firstJdk());
                continue;
            }
            for (CallPath path : scenario.paths()) {
                if (paths.contains(path)) {
                    measure(scenario, path);
                }
            }
        }
        write(new Results.Run(machine.atEnd(), figures));
        failures.forEach(System.out::println);
    }

    private void measure(Scenario scenario, CallPath path) throws IOException, InterruptedException {
        Path file = Files.createTempFile("figures", ".json");
        long start = System.nanoTime();
        List<String> options = new ArrayList<>(Jvm.HEAP_1G);
        options.addAll(path.jvmOptions());
        Process fork = Jvm.command(
                        options,
                        Marks.class,
                        "in",
                        scenario.name(),
                        path.name(),
                        effort.isWhole() ? "whole" : QUICK,
                        file.toString())
                .inheritIO()
                .start();
        running = fork;
        if (!fork.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
            fork.destroy();
        }
        if (fork.waitFor() == 0) {
            figures.addAll(Results.readFigures(file));
        } else {
            failures.add(scenario + " on the " + path + " path failed: its process ended with " + fork.exitValue());
        }
        Files.delete(file);
        System.out.printf("%s, %s: %d s%n", scenario, path, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    }

    private void write(Results.Run run) throws IOException {
        boolean isForAll = merges || (measuresAll && effort.isWhole());
        Path directory = isForAll ? module : module.resolve("target");
        Path all = directory.resolve("results");
        int jdk = Runtime.version().feature();
        Path own = all.resolve("jdk-" + jdk + ".json");
        Results before = merges && Files.exists(own) ? Results.read(own) : new Results(jdk, List.of());
        before.with(run).write(own);
        List<Results> page = new ArrayList<>();
        try (Stream<Path> files = Files.list(all)) {
            for (Path file : files.sorted().toList()) {
                page.add(Results.read(file));
            }
        }
        Path written = directory.resolve("RESULTS.md");
        Files.writeString(written, Report.of(page));
        System.out.println("written: " + written);
    }
}
